"""A new scene made from one that there is; the old one stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from torch import Tensor

from app.conv.dtypes import dtype_name
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


def converted(
    tensors: Mapping[str, Tensor], dtype: str, cells: Sequence[CellEdit], limits: Limits
) -> dict[str, Tensor | None]:
    """
    Tensors as another dtype; numbers that `cells` will replace do not count. Raises ConvError for another one
    that `dtype` cannot hold.
    """
    return {name: _converted(name, tensor, dtype, cells, limits) for name, tensor in tensors.items()}


def _converted(name: str, tensor: Tensor, dtype: str, cells: Sequence[CellEdit], limits: Limits) -> Tensor:
    if dtype_name(tensor.dtype) == dtype:
        return tensor
    tensor = tensor.clone()
    for i, cell in enumerate(cells):
        if cell.tensor == name:
            _place({name: tensor}, cell, f"/cells/{i}")[tuple(cell.index)] = 0
    try:
        return from_array(tensor.numpy(), dtype, limits, f"/{name}")
    except ConvError as error:
        # The number is the scene's: in the body it has no place.
        raise ConvError("scene_number_unfit", "/dtype", at=error.at, message=error.message) from None


def edit(
    scene: Scene,
    operation: Operation,
    replaced: Mapping[str, Tensor | None],
    cells: Sequence[CellEdit],
    limits: Limits,
    *,
    drop_upstream: bool,
) -> Scene:
    """
    The scene with another operation, other tensors (None: without it), and then other cells; with
    `drop_upstream` without an upstream where the output has another shape.

    The dtype is that of its input.

    Raises ConvError for cells that are not there, numbers that do not fit and layers that cannot be.
    """
    merged = {**scene.tensors, **replaced}
    tensors = {name: tensor for name, tensor in merged.items() if tensor is not None}
    if "input" not in tensors:
        raise ConvError("scene_needs_input", "/input")
    for name in {cell.tensor for cell in cells} & tensors.keys():
        tensors[name] = tensors[name].clone()
    dtype = dtype_name(tensors["input"].dtype)
    values = from_array(np.array([cell.value for cell in cells]), dtype, limits, "/cells")
    for i, (cell, value) in enumerate(zip(cells, values, strict=True)):
        _place(tensors, cell, f"/cells/{i}")[tuple(cell.index)] = value
    layer = (operation, tensors["input"], tensors.get("weight"), tensors.get("bias"), limits)
    edited, upstream = make_scene(*layer), tensors.get("upstream")
    if upstream is None or (drop_upstream and edited.plan.output_shape != scene.plan.output_shape):
        return edited
    return make_scene(*layer, upstream)


def _place(tensors: Mapping[str, Tensor], cell: CellEdit, at: str) -> Tensor:
    """The tensor that holds the cell."""
    tensor = tensors.get(cell.tensor)
    if tensor is None:
        raise ConvError("no_such_tensor_to_edit", f"{at}/tensor", name=cell.tensor)
    shape, index = tuple(tensor.shape), tuple(cell.index)
    if len(index) != len(shape) or not all(0 <= i < length for i, length in zip(index, shape, strict=True)):
        raise ConvError("no_such_cell", f"{at}/index", index=shown(index), name=cell.tensor, shape=shape)
    return tensor
