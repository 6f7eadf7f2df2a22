"""The cells that steps make, of the output or of a gradient, and their order in time."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from convscope.client import Scene

DIRECTIONS: Final = ("forward", "input", "weight", "bias")
READINGS: Final = ("gather", "scatter")
Cell = tuple[int, ...]


class Traversal(NamedTuple):
    """What the steps run through: the forward pass, or a gradient; that to the input is read in two ways."""

    direction: str = "forward"
    reading: str = "gather"

    @property
    def scatters(self) -> bool:
        return self.direction == "input" and self.reading == "scatter"


FORWARD: Final = Traversal()


def check_traversal(scene: Scene, traversal: Traversal) -> Traversal:
    """Raises ValueError for a direction or a reading that the layer does not have."""
    if traversal.direction not in DIRECTIONS or traversal.reading not in READINGS:
        raise ValueError(f"{tuple(traversal)} is none of {DIRECTIONS} with one of {READINGS}")
    if traversal.direction in ("weight", "bias") and scene.shapes[traversal.direction] is None:
        raise ValueError(f"this {scene.operation['kind']} has no {traversal.direction}")
    if traversal.scatters and scene.operation["kind"].startswith("conv_transpose"):
        raise ValueError("the gradient to the input of a transposed convolution is gathered alone")
    return traversal


def cell_sizes(scene: Scene, traversal: Traversal) -> Cell:
    """
    Bounds of the cells: forward (C_out, H_out, W_out), to the input (C_in, H, W), as stamps (C_in, H_out,
    W_out), to the weight (C_out, C_in, kH, kW), to the bias (C_out, 1, 1). A signal has one row.
    """
    inputs, outputs = _volume(scene, "input"), _volume(scene, "output")
    if traversal.direction == "weight":
        return (outputs[0], inputs[0], *_kernel_size(scene))
    if traversal.direction == "bias":
        return (outputs[0], 1, 1)
    if traversal.direction == "input":
        return (inputs[0], *(outputs if traversal.scatters else inputs)[1:])
    return outputs


def has_pair(scene: Scene, out_channel: int, in_channel: int) -> bool:
    """Whether an output channel reads an input channel: those of a convolution's group."""
    groups = scene.operation.get("groups", 1)
    inputs, outputs = _volume(scene, "input")[0], _volume(scene, "output")[0]
    return bool(out_channel // (outputs // groups) == in_channel // (inputs // groups))


def first_cell(scene: Scene, traversal: Traversal) -> Cell:
    return (0,) * len(cell_sizes(scene, traversal))


def index_of(scene: Scene, cell: Cell, traversal: Traversal = FORWARD) -> int:
    """The window's index in raster order."""
    return cell[-2] * cell_sizes(scene, traversal)[-1] + cell[-1]


def cell_of(scene: Scene, cell: Cell, index: int, traversal: Traversal = FORWARD) -> Cell:
    """The cell at an index among those of a cell's channels."""
    return (*cell[:-2], *divmod(index, cell_sizes(scene, traversal)[-1]))


def check_cell(scene: Scene, cell: Any, traversal: Traversal = FORWARD) -> Cell:
    """Raises ValueError for what is no cell of the output, or of the gradient that `traversal` leads to."""
    sizes = cell_sizes(scene, traversal)
    try:
        found = tuple(int(each) for each in cell)
    except TypeError:
        found = ()
    if len(found) != len(sizes) or not all(0 <= at < size for at, size in zip(found, sizes, strict=True)):
        names = "(o, c, u, v)" if len(sizes) == 4 else "(o, i, j)"
        raise ValueError(f"cell is {cell!r}, expected {names} below {sizes}")
    if traversal.direction == "weight" and not has_pair(scene, found[0], found[1]):
        raise ValueError(f"cell is {cell!r}: output channel {found[0]} reads no input channel {found[1]}")
    return found


def is_drawn(traversal: Traversal) -> bool:
    """Whether the server draws its steps."""
    return not traversal.scatters


def figure_query(traversal: Traversal, cell: Cell) -> dict[str, str | int]:
    """The parameters of the figure of a step that is drawn."""
    names = {
        "forward": ("out_channel", "row", "col"),
        "input": ("in_channel", "row", "col"),
        "weight": ("out_channel", "in_channel", "row", "col"),
        "bias": ("out_channel",),
    }[traversal.direction]
    own = {} if traversal.direction == "forward" else {"direction": traversal.direction}
    # Of a bias (o, 0, 0).
    return own | dict(zip(names, cell[: len(names)], strict=True))


def _volume(scene: Scene, name: str) -> tuple[int, int, int]:
    shape = scene.shapes[name]
    assert shape
    return (shape[0], 1, shape[1]) if len(shape) == 2 else (shape[0], shape[1], shape[2])


def _kernel_size(scene: Scene) -> tuple[int, int]:
    shape = scene.shapes["weight"]
    assert shape
    return (1, shape[2]) if len(shape) == 3 else (shape[2], shape[3])
