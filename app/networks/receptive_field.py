"""Which cells of a network's input one cell can depend on, by the taps of its layers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Final, NamedTuple

import torch
from torch import Tensor

from app.conv.operation import Plan
from app.conv.taps import TapTable
from app.networks.axis_taps import AxisTaps, axis_taps
from app.networks.layer_scenes import layer_plan
from app.networks.moved_cells import cell_sources, data_inputs
from app.networks.network import Edge, Node, TensorOf
from app.networks.reduced_axes import reduced_axes
from app.scenes.scene import layer_taps

CELL_BY_CELL: Final = frozenset((
    "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Sigmoid", "HardSigmoid", "HardSwish",
    "Tanh", "Softplus", "Softsign", "Clip", "Identity", "Dropout", "BatchNormalization", "Cast", "Neg", "Abs",
    "Exp", "Log", "Sqrt", "Erf", "Mish", "ThresholdedRelu", "Add", "Sub", "Mul", "Div", "Sum", "Max", "Min",
    "Mean", "Pow", "Swish", "SiLU", "ReLU", "BatchNorm1d", "BatchNorm2d",
    "ReLU6", "LeakyReLU", "ELU", "GELU", "Hardswish", "Hardsigmoid", "Hardtanh", "Dropout1d", "Dropout2d",
))  # fmt: skip
MATRIX: Final = ("Gemm", "MatMul", "Linear")


class Reach(NamedTuple):
    """
    First and last row and column that are read of an edge; of an edge without rows None. `channels`: the
    first and the last of each run of channels; of an edge without channels None.
    """

    node: str
    edge: str
    rows: tuple[int, int] | None
    cols: tuple[int, int] | None
    channels: list[tuple[int, int]] | None


class Trace(NamedTuple):
    """
    `mask`: (H, W) of the network's input, true where the cell can depend on it, in any channel; `channels`:
    as those of a `Reach`.
    """

    input: str
    mask: Tensor
    channels: list[tuple[int, int]] | None
    path: list[Reach]


class Graph(NamedTuple):
    """A network's nodes and inputs, and what says where they read: shapes of all tensors, numbers."""

    nodes: Sequence[Node]
    inputs: Sequence[Edge]
    shapes: Mapping[str, tuple[int, ...]]
    opset: int | None
    tensor_of: TensorOf


def trace_cell(graph: Graph, start: tuple[str, tuple[int, ...]]) -> Trace | None:
    """
    Follow the cell `start` (edge, index) back to an input; None where it depends on none. Activations pass
    through, poolings read their whole windows, and an operator that is not known reads everything.
    """
    nodes, inputs, shapes = graph.nodes, graph.inputs, graph.shapes
    edge, index = start
    masks = {edge: torch.zeros(shapes[edge], dtype=torch.bool)}
    masks[edge][index] = True
    makers = {output.name: (i, node) for i, node in enumerate(nodes) for output in node.outputs}
    path: list[Reach] = []
    for name in _backwards(edge, makers):
        node = makers[name][1]
        if name not in masks or not masks[name].any():
            continue
        path.append(reach_of(node.name, name, masks[name]))
        for source, mask in _sources(graph, node, name, masks[name]).items():
            masks[source] = masks[source] | mask if source in masks else mask
    for each in inputs:
        if each.name in masks and masks[each.name].any():
            return Trace(each.name, _plane(masks[each.name]), _channel_runs(masks[each.name]), path)
    return None


def _backwards(edge: str, makers: Mapping[str, tuple[int, Node]]) -> list[str]:
    """The edges that nodes make, each after all that are made from it."""
    order: list[str] = []
    seen: set[str] = set()
    stack = [(edge, False)]
    while stack:
        name, is_done = stack.pop()
        if is_done:
            order.append(name)
        elif name in makers and name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack += [(source, False) for source in makers[name][1].inputs]
    return order[::-1]


def _sources(graph: Graph, node: Node, output: str, mask: Tensor) -> dict[str, Tensor]:
    """For each edge that a node reads, the cells that those of `mask` can depend on."""
    shapes = graph.shapes
    names = [name for name in data_inputs(node) if name in shapes]
    if not names:
        return {}
    first = names[0]
    if (plan := layer_plan(node, shapes)) is not None:
        return {first: _through_layer(plan, layer_taps(plan), mask)}
    if node.op in CELL_BY_CELL:
        return {name: _unbroadcast(mask, shapes[name]) for name in names}
    if (moved := cell_sources(node, output, shapes, graph.opset or 0, graph.tensor_of)) is not None:
        return {name: _taken(cells, mask, shapes[name]) for name, cells in moved.items()}
    if (read := _of_sums(graph, node, names, mask)) is not None:
        return read
    return {name: torch.ones(shapes[name], dtype=torch.bool) for name in names}


def _taken(cells: Tensor, mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The cells of an input that those of the mask were taken from."""
    flat = torch.zeros(prod(shape), dtype=torch.bool)
    read = cells[mask]
    flat[read[read >= 0]] = True
    return flat.reshape(shape)


def _of_sums(graph: Graph, node: Node, names: Sequence[str], mask: Tensor) -> dict[str, Tensor] | None:
    """Of operators that sum along whole axes, or over a few neighbours; None of others."""
    first, shapes = names[0], graph.shapes
    if node.op in MATRIX:
        return _of_matrices(node, names, shapes, mask)
    if (axes := reduced_axes(node, shapes[first], graph.opset, graph.tensor_of)) is not None:
        kept = [1 if axis in axes else size for axis, size in enumerate(shapes[first])]
        any_ = mask.amax(axes, keepdim=True) if tuple(mask.shape) == shapes[first] and axes else mask
        return {first: any_.reshape(kept).expand(shapes[first]).clone()}
    if node.op in ("Resize", "Upsample"):
        taps = axis_taps(node, shapes[first], mask.shape, graph.opset or 0, graph.tensor_of)
        return None if taps is None else {first: _through_axes(taps, mask, shapes[first])}
    return None


def _through_axes(taps: Sequence[AxisTaps], mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    for axis, (each, size) in enumerate(zip(taps, shape, strict=True)):
        reached = mask.movedim(axis, -1).float() @ reading_matrix(each.cells, size)
        mask = (reached > 0).movedim(-1, axis)
    return mask


def _of_matrices(
    node: Node, names: Sequence[str], shapes: Mapping[str, tuple[int, ...]], mask: Tensor
) -> dict[str, Tensor]:
    """A row of the first matrix and a column of the other for each cell."""
    left, right, *bias = names
    one, other = shapes[left], shapes[right]
    if node.op == "MatMul":
        # An operand of one axis has no row or no column in the output.
        mask = mask.unsqueeze(-1) if len(other) == 1 else mask
        mask = mask.unsqueeze(-2) if len(one) == 1 else mask
    turned = node.attributes.get("transA"), node.op == "Linear" or node.attributes.get("transB")
    rows, cols = mask.any(-1, keepdim=True), mask.any(-2, keepdim=True)
    rows, cols = rows.mT if turned[0] else rows, cols.mT if turned[1] else cols
    read = {left: _of_line(rows, one), right: _of_line(cols, other)}
    for name in bias:
        read[name] = _unbroadcast(mask, shapes[name])
    return read


def _of_line(line: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Rows or columns of which every cell is read, of an operand that may be broadcast."""
    if len(shape) == 1:
        return torch.full(shape, bool(line.any()))
    while line.ndim > len(shape):
        line = line.any(0)
    for axis, size in enumerate(shape[:-2]):
        if size == 1:
            line = line.any(axis, keepdim=True)
    return line.expand(shape).clone()


def _through_layer(plan: Plan, taps: TapTable, mask: Tensor) -> Tensor:
    """(N, C_out, …) -> (N, C_in, …); a scene is of the first sample, and so are all samples."""
    rows = reading_matrix(taps.rows, plan.input_shape[1])
    cols = reading_matrix(taps.cols, plan.input_shape[2])
    cells = mask.reshape(len(mask), *plan.output_shape).float()
    if plan.weight_shape is None:
        read = cells
        per_group = 1
    else:
        groups = plan.operation.groups if hasattr(plan.operation, "groups") else 1
        read = cells.reshape(len(mask), groups, -1, *plan.output_shape[1:]).amax(2)
        per_group = plan.input_shape[0] // groups
    reached = (rows.T @ read @ cols) > 0
    full = reached.repeat_interleave(per_group, 1)
    return full.reshape(len(mask), *plan.own_shape(plan.input_shape))


def reading_matrix(table: Tensor, size: int) -> Tensor:
    """(outputs, size): 1 where an output reads an input cell."""
    matrix = torch.zeros(len(table), size + 1)
    matrix.scatter_(1, torch.where(table < 0, size, table), 1.0)
    return matrix[:, :size]


def _unbroadcast(mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The cells of an operand that was broadcast to the mask's shape."""
    if tuple(mask.shape) == shape:
        return mask
    if len(shape) > mask.ndim:
        return torch.ones(shape, dtype=torch.bool)
    whole = mask.reshape(mask.shape)
    for _ in range(mask.ndim - len(shape)):
        whole = whole.any(0)
    for axis, size in enumerate(shape):
        if size == 1 and whole.shape[axis] != 1:
            whole = whole.any(axis, keepdim=True)
    return whole if tuple(whole.shape) == shape else torch.ones(shape, dtype=torch.bool)


def _plane(mask: Tensor) -> Tensor:
    """(N, C, H, W) -> (H, W), one dimension as (1, L), and without rows (1, 1)."""
    cells = mask.any(0)
    if cells.ndim:
        cells = cells.any(0)
    return cells.reshape((1,) * (2 - cells.ndim) + tuple(cells.shape)) if cells.ndim < 2 else cells


def reach_of(node: str, edge: str, mask: Tensor) -> Reach:
    plane, channels = _plane(mask), _channel_runs(mask)
    if mask.ndim < 3 or plane.ndim != 2:
        return Reach(node, edge, None, None, channels)
    return Reach(node, edge, first_and_last(plane.any(1)), first_and_last(plane.any(0)), channels)


def _channel_runs(mask: Tensor) -> list[tuple[int, int]] | None:
    """(N, C, …) -> the first and the last of each run of channels with a true cell."""
    if mask.ndim < 2:
        return None
    line = mask.any(0).flatten(1).any(1) if mask.ndim > 2 else mask.any(0)
    edges = torch.nn.functional.pad(line.int(), (1, 1)).diff()
    firsts, lasts = (edges == 1).nonzero().flatten(), (edges == -1).nonzero().flatten() - 1
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def first_and_last(line: Tensor) -> tuple[int, int]:
    """The first and the last true cell."""
    cells = line.nonzero().flatten().tolist()
    return cells[0], cells[-1]
