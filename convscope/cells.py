"""The cells that steps make, of the output or of a gradient, and their order in time."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from convscope.client import Scene

DIRECTIONS: Final = ("forward", "input", "weight", "bias")
READINGS: Final = ("gather", "scatter")
Cell = tuple[int, ...]


class Way(NamedTuple):
    """What time runs through: the forward pass, or a gradient; that to the input is read in two ways."""

    direction: str = "forward"
    reading: str = "gather"

    @property
    def scatters(self) -> bool:
        return self.direction == "input" and self.reading == "scatter"


FORWARD: Final = Way()


def check_way(scene: Scene, way: Way) -> Way:
    """Raises ValueError for a direction or a reading that the layer does not have."""
    if way.direction not in DIRECTIONS or way.reading not in READINGS:
        raise ValueError(f"{tuple(way)} is none of {DIRECTIONS} with one of {READINGS}")
    if way.direction in ("weight", "bias") and scene.shapes[way.direction] is None:
        raise ValueError(f"this {scene.operation['kind']} has no {way.direction}")
    if way.scatters and scene.operation["kind"].startswith("conv_transpose"):
        raise ValueError("the gradient to the input of a transposed convolution is gathered alone")
    return way


def cell_sizes(scene: Scene, way: Way) -> Cell:
    """
    Bounds of the cells of a way: (C_out, H_out, W_out), to the input (C_in, H, W), as stamps (C_in, H_out,
    W_out), to the weight (C_out, C_in, kH, kW), to the bias (C_out, 1, 1). A signal has one row.
    """
    inputs, outputs = _three(scene, "input"), _three(scene, "output")
    if way.direction == "weight":
        return (outputs[0], inputs[0], *_kernel(scene))
    if way.direction == "bias":
        return (outputs[0], 1, 1)
    if way.direction == "input":
        return (inputs[0], *(outputs if way.scatters else inputs)[1:])
    return outputs


def has_pair(scene: Scene, out_channel: int, in_channel: int) -> bool:
    """Whether an output channel reads an input channel: those of a convolution's group."""
    groups = scene.operation.get("groups", 1)
    inputs, outputs = _three(scene, "input")[0], _three(scene, "output")[0]
    return bool(out_channel // (outputs // groups) == in_channel // (inputs // groups))


def first_cell(scene: Scene, way: Way) -> Cell:
    return (0,) * len(cell_sizes(scene, way))


def index_of(scene: Scene, cell: Cell, way: Way = FORWARD) -> int:
    """The window's index in raster order."""
    return cell[-2] * cell_sizes(scene, way)[-1] + cell[-1]


def cell_of(scene: Scene, cell: Cell, index: int, way: Way = FORWARD) -> Cell:
    """The cell at an index among those of a cell's channels."""
    return (*cell[:-2], *divmod(index, cell_sizes(scene, way)[-1]))


def check_cell(scene: Scene, cell: Any, way: Way = FORWARD) -> Cell:
    """Raises ValueError for what is no cell of the output, or of the gradient that `way` leads to."""
    sizes = cell_sizes(scene, way)
    try:
        found = tuple(int(each) for each in cell)
    except TypeError:
        found = ()
    if len(found) != len(sizes) or not all(0 <= at < size for at, size in zip(found, sizes, strict=True)):
        names = "(o, c, u, v)" if len(sizes) == 4 else "(o, i, j)"
        raise ValueError(f"cell is {cell!r}, expected {names} below {sizes}")
    if way.direction == "weight" and not has_pair(scene, found[0], found[1]):
        raise ValueError(f"cell is {cell!r}: output channel {found[0]} reads no input channel {found[1]}")
    return found


def _three(scene: Scene, name: str) -> tuple[int, int, int]:
    shape = scene.shapes[name]
    assert shape
    return (shape[0], 1, shape[1]) if len(shape) == 2 else (shape[0], shape[1], shape[2])


def _kernel(scene: Scene) -> tuple[int, int]:
    shape = scene.shapes["weight"]
    assert shape
    return (1, shape[2]) if len(shape) == 3 else (shape[2], shape[3])
