"""A new scene made from one that there is; the old one stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from torch import Tensor

from app.conv.errors import ConvError, shown
from app.conv.operation import Operation
from app.formats.conversion import from_array
from app.limits import Limits
from app.scenes.scene import Scene, make_scene


class CellEdit(Protocol):
    """One number of a tensor, and its new value."""

    @property
    def tensor(self) -> str: ...
    @property
    def index(self) -> Sequence[int]: ...
    @property
    def value(self) -> float: ...


def edit(
    scene: Scene,
    operation: Operation,
    replaced: Mapping[str, Tensor | None],
    cells: Sequence[CellEdit],
    limits: Limits,
) -> Scene:
    """The scene with another operation, other tensors (None: without it), and then other cells.

    Raises ConvError for cells that are not there, numbers that do not fit and layers that cannot be.
    """
    tensors: dict[str, Tensor | None] = {**scene.tensors, **replaced}
    for name in {cell.tensor for cell in cells}:
        if (tensor := tensors.get(name)) is not None:
            tensors[name] = tensor.clone()
    values = from_array(np.array([cell.value for cell in cells]), scene.dtype, limits, "/cells")
    for i, (cell, value) in enumerate(zip(cells, values, strict=True)):
        _place(tensors, cell, f"/cells/{i}")[tuple(cell.index)] = value
    input = tensors["input"]
    if input is None:
        raise ConvError("scene_needs_input", "/input")
    return make_scene(operation, input, tensors.get("weight"), tensors.get("bias"), limits)


def _place(tensors: Mapping[str, Any], cell: CellEdit, at: str) -> Tensor:
    """The tensor that holds the cell."""
    tensor: Tensor | None = tensors.get(cell.tensor)
    if tensor is None:
        raise ConvError("no_such_tensor_to_edit", f"{at}/tensor", name=cell.tensor)
    shape, index = tuple(tensor.shape), tuple(cell.index)
    if len(index) != len(shape) or not all(0 <= i < length for i, length in zip(index, shape, strict=True)):
        raise ConvError("no_such_cell", f"{at}/index", index=shown(index), name=cell.tensor, shape=shape)
    return tensor
