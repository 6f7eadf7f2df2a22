"""Which cells of a network's input one cell can depend on, by the taps of its layers alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor

from app.conv.operation import Plan
from app.conv.taps import TapTable
from app.networks.network import Attributes, Edge, Node

# What a layer's scene says of its windows, by the id of the scene.
PlanOf = Callable[[str], tuple[Plan, TapTable]]

_CELL_BY_CELL: Final = frozenset((
    "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Sigmoid", "HardSigmoid", "HardSwish",
    "Tanh", "Softplus", "Softsign", "Clip", "Identity", "Dropout", "BatchNormalization", "Cast", "Neg", "Abs",
    "Exp", "Log", "Sqrt", "Erf", "Mish", "ThresholdedRelu", "Add", "Sub", "Mul", "Div", "Sum", "Max", "Min",
    "Mean", "Pow", "Swish", "SiLU", "ReLU", "BatchNorm1d", "BatchNorm2d",
    "ReLU6", "LeakyReLU", "ELU", "GELU", "Hardswish", "Hardsigmoid", "Hardtanh", "Dropout1d", "Dropout2d",
))  # fmt: skip
_RESHAPING: Final = frozenset(("Flatten", "Reshape", "Squeeze", "Unsqueeze"))
_PER_CHANNEL: Final = frozenset(
    ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "InstanceNormalization")
)


class Reach(NamedTuple):
    """First and last row and column that are read of an edge; of an edge without rows None."""

    node: str
    edge: str
    rows: tuple[int, int] | None
    cols: tuple[int, int] | None


class Trace(NamedTuple):
    """`mask`: (H, W) of the network's input, true where the cell can depend on it, in any channel."""

    input: str
    mask: Tensor
    path: list[Reach]


def trace_cell(
    nodes: Sequence[Node],
    inputs: Sequence[Edge],
    shapes: Mapping[str, tuple[int, ...]],
    start: tuple[str, tuple[int, ...]],
    plan_of: PlanOf,
) -> Trace | None:
    """
    Follow the cell `start` (edge, index) back to an input; None where it depends on none. Activations pass
    through, poolings read their whole windows, and an operator that is not known reads everything.
    """
    edge, index = start
    masks = {edge: torch.zeros(shapes[edge], dtype=torch.bool)}
    masks[edge][index] = True
    makers = {output.name: (i, node) for i, node in enumerate(nodes) for output in node.outputs}
    path: list[Reach] = []
    for name in _backwards(edge, makers):
        node = makers[name][1]
        if name not in masks or not masks[name].any():
            continue
        path.append(_reach(node.name, name, masks[name]))
        for source, mask in _sources(node, masks[name], shapes, plan_of).items():
            masks[source] = masks[source] | mask if source in masks else mask
    for each in inputs:
        if each.name in masks and masks[each.name].any():
            return Trace(each.name, _plane(masks[each.name]), path)
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


def _sources(
    node: Node, mask: Tensor, shapes: Mapping[str, tuple[int, ...]], plan_of: PlanOf
) -> dict[str, Tensor]:
    """For each edge that a node reads, the cells that those of `mask` can depend on."""
    names = [name for name in node.inputs if name in shapes]
    if not names:
        return {}
    first = names[0]
    if node.scene is not None:
        plan, taps = plan_of(node.scene)
        return {first: _through_layer(plan, taps, mask)}
    if node.op in _CELL_BY_CELL:
        return {name: _unbroadcast(mask, shapes[name]) for name in names}
    if node.op in _RESHAPING:
        return {first: mask.reshape(shapes[first])}
    if node.op == "Concat":
        return _of_concat(names, mask, shapes, node.attributes)
    if node.op == "Transpose":
        order = list(node.attributes.get("perm", range(mask.ndim - 1, -1, -1)))
        return {first: mask.permute([order.index(axis) for axis in range(mask.ndim)])}
    if node.op in _PER_CHANNEL:
        any_ = mask.flatten(2).any(2).reshape(*mask.shape[:2], *[1] * (mask.ndim - 2))
        return {first: any_.expand(shapes[first]).clone()}
    return {name: torch.ones(shapes[name], dtype=torch.bool) for name in names}


def _through_layer(plan: Plan, taps: TapTable, mask: Tensor) -> Tensor:
    """(N, C_out, …) -> (N, C_in, …); a scene is of the first sample, and so are all samples."""
    rows = _matrix(taps.rows, plan.input_shape[1])
    cols = _matrix(taps.cols, plan.input_shape[2])
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


def _matrix(table: Tensor, size: int) -> Tensor:
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


def _of_concat(
    names: Sequence[str], mask: Tensor, shapes: Mapping[str, tuple[int, ...]], attributes: Attributes
) -> dict[str, Tensor]:
    axis = attributes.get("axis", 1)
    parts = mask.split([shapes[name][axis] for name in names], axis)
    read: dict[str, Tensor] = {}
    for name, part in zip(names, parts, strict=True):
        read[name] = read[name] | part if name in read else part
    return read


def _plane(mask: Tensor) -> Tensor:
    """(N, C, H, W) -> (H, W), one dimension as (1, L), and without rows (1, 1)."""
    cells = mask.any(0)
    if cells.ndim:
        cells = cells.any(0)
    return cells.reshape((1,) * (2 - cells.ndim) + tuple(cells.shape)) if cells.ndim < 2 else cells


def _reach(node: str, edge: str, mask: Tensor) -> Reach:
    plane = _plane(mask)
    if mask.ndim < 3 or plane.ndim != 2:
        return Reach(node, edge, None, None)
    return Reach(node, edge, first_and_last(plane.any(1)), first_and_last(plane.any(0)))


def first_and_last(line: Tensor) -> tuple[int, int]:
    """The first and the last true cell."""
    cells = line.nonzero().flatten().tolist()
    return cells[0], cells[-1]
