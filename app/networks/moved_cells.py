"""Where each cell of an operator that only moves numbers comes from: Reshape, Transpose, Concat, Slice …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from math import prod
from typing import Final

import torch
from torch import Tensor

from app.networks.axis_taps import BY_AXIS, AxisTaps, axis_taps
from app.networks.network import Node, TensorOf

Shape = tuple[int, ...]
RESHAPING: Final = frozenset(("Flatten", "Reshape", "Squeeze", "Unsqueeze"))
# What they make follows from shapes alone: no number that they read changes it.
_OF_SHAPES: Final = frozenset(
    ("Shape", "Size", "ConstantOfShape", "EyeLike", "RandomNormalLike", "RandomUniformLike")
)
# Their other operands are sizes and places.
_OF_FIRST: Final = RESHAPING | {"Expand", "Slice", "Tile", "Resize", "Upsample"}


def data_inputs(node: Node) -> tuple[str, ...]:
    """The inputs that a node takes numbers from; what only says a shape is none of them."""
    if node.op in _OF_SHAPES:
        return ()
    return node.inputs[:1] if node.op in _OF_FIRST else node.inputs


def cell_sources(
    node: Node, output: str, shapes: Mapping[str, Shape], opset: int, tensor_of: TensorOf
) -> dict[str, Tensor] | None:
    """
    For each input that numbers are taken from, the flat index in it of each cell of `output`, -1 for none.
    None where the operator computes, or what says where to read is not known.
    """
    first, made = node.inputs[0] if node.inputs else "", shapes[output]
    if first not in shapes:
        return None
    if node.op == "Concat":
        return _concat(node, shapes, made)
    if (read := _moved(node, output, shapes, opset, tensor_of)) is None or tuple(read.shape) != made:
        return None
    return {first: read}


def _moved(
    node: Node, output: str, shapes: Mapping[str, Shape], opset: int, tensor_of: TensorOf
) -> Tensor | None:
    size, made = shapes[node.inputs[0]], shapes[output]
    cells = torch.arange(prod(size)).reshape(size)
    axis = node.attributes.get("axis", 0)
    if node.op in RESHAPING:
        return cells.reshape(made)
    if node.op in BY_AXIS:
        taps = axis_taps(node, size, made, opset, tensor_of)
        return None if taps is None or any(each.cells.shape[1] > 1 for each in taps) else _by_axis(taps, size)
    match node.op:
        case "Transpose":
            return cells.permute(list(node.attributes.get("perm", range(len(size) - 1, -1, -1))))
        case "Expand":
            return cells.expand(made)
        case "Tile":
            return cells.repeat([m // n for n, m in zip(size, made, strict=True)]) if prod(size) else cells
        case "Split":
            names = [each.name for each in node.outputs]
            parts = torch.split(cells, [shapes[name][axis] for name in names], axis)
            return parts[names.index(output)]
        case "Gather":
            indices = tensor_of(node.inputs[1]).flatten().long()
            return cells.index_select(axis, indices.remainder(size[axis])).reshape(made)
        case "DepthToSpace" | "SpaceToDepth":
            return _blocks(node, cells)
    return None


def _by_axis(taps: Sequence[AxisTaps], size: Shape) -> Tensor:
    """The flat indices of what one tap on each axis reads."""
    lines = [
        each.cells[:, 0].reshape([-1 if i == axis else 1 for i in range(len(size))])
        for axis, each in enumerate(taps)
    ]
    strides = [prod(size[axis + 1 :]) for axis in range(len(size))]
    flat: Tensor = reduce(torch.add, (line * stride for line, stride in zip(lines, strides, strict=True)))
    outside: Tensor = reduce(torch.logical_or, (line < 0 for line in lines))
    return torch.where(outside, -1, flat)


def _concat(node: Node, shapes: Mapping[str, Shape], made: Shape) -> dict[str, Tensor] | None:
    axis = node.attributes.get("axis", 1)
    if any(name not in shapes for name in node.inputs):
        return None
    begin = 0
    read: dict[str, Tensor] = {}
    for name in node.inputs:
        part = torch.arange(prod(shapes[name])).reshape(shapes[name])
        whole = read.setdefault(name, torch.full(made, -1))
        whole.narrow(axis, begin, part.shape[axis]).copy_(part)
        begin += part.shape[axis]
    return read


def _blocks(node: Node, cells: Tensor) -> Tensor:
    """https://onnx.ai/onnx/operators/onnx__DepthToSpace.html, and its inverse."""
    n, c, h, w = cells.shape
    b = node.attributes["blocksize"]
    if node.op == "SpaceToDepth":
        split = cells.reshape(n, c, h // b, b, w // b, b)
        return split.permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)
    if node.attributes.get("mode", "DCR") == "DCR":
        order = cells.reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        order = cells.reshape(n, c // (b * b), b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    return order.reshape(n, c // (b * b), h * b, w * b)
