"""Which cells of each edge one cell of a network's input can change, by the taps of its layers alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from app.conv.operation import Plan
from app.conv.taps import TapTable
from app.networks.axis_taps import axis_taps
from app.networks.layer_scenes import layer_plan
from app.networks.moved_cells import cell_sources, data_inputs
from app.networks.network import Node
from app.networks.receptive_field import (
    CELL_BY_CELL,
    MATRIX,
    Graph,
    Reach,
    reach_of,
    reading_matrix,
)
from app.networks.reduced_axes import reduced_axes
from app.scenes.scene import layer_taps

Masks = Mapping[str, Tensor]


def reach_cell(graph: Graph, start: tuple[str, tuple[int | slice, ...]]) -> list[Reach]:
    """
    Follow the cells `start` (input, index) to every edge that they can change, in the graph's order.
    Activations pass through, poolings are changed by their whole windows, and an operator that is not known
    changes everywhere.
    """
    name, index = start
    first = torch.zeros(graph.shapes[name], dtype=torch.bool)
    first[index] = True
    masks = {name: first}
    path: list[Reach] = []
    for node in graph.nodes:
        read = {each: masks[each] for each in data_inputs(node) if each in masks}
        for output in node.outputs if read else ():
            if output.name not in graph.shapes:
                continue
            mask = _changed(graph, node, output.name, read)
            if mask.any():
                masks[output.name] = mask
                path.append(reach_of(node.name, output.name, mask))
    return path


def _changed(graph: Graph, node: Node, output: str, read: Masks) -> Tensor:
    """The cells of a node's output that those of the edges it reads can change."""
    shape = graph.shapes[output]
    first = read.get(node.inputs[0])
    if first is not None and (plan := layer_plan(node, graph.shapes)) is not None:
        return _through_layer(plan, layer_taps(plan), first).reshape(shape)
    if node.op in CELL_BY_CELL:
        return _broadcast(read.values(), shape)
    moved = cell_sources(node, output, graph.shapes, graph.opset or 0, graph.tensor_of)
    if moved is not None:
        taken = [_taken(cells, read[name]) for name, cells in moved.items() if name in read]
        return _broadcast(taken, shape)
    if node.op in MATRIX:
        return _of_matrices(node, read, shape)
    if first is not None and (summed := _of_sums(graph, node, first, shape)) is not None:
        return summed
    return torch.ones(shape, dtype=torch.bool)


def _through_layer(plan: Plan, taps: TapTable, mask: Tensor) -> Tensor:
    """(N, C_in, …) -> (N, C_out, H_out, W_out); a scene is of the first sample, and so are all samples."""
    rows = reading_matrix(taps.rows, plan.input_shape[1])
    cols = reading_matrix(taps.cols, plan.input_shape[2])
    cells = mask.reshape(len(mask), *plan.input_shape).float()
    if plan.weight_shape is not None:
        groups = plan.operation.groups if hasattr(plan.operation, "groups") else 1
        cells = cells.reshape(len(mask), groups, -1, *plan.input_shape[1:]).amax(2)
        cells = cells.repeat_interleave(plan.output_shape[0] // groups, 1)
    return (rows @ cells @ cols.T) > 0


def _taken(cells: Tensor, mask: Tensor) -> Tensor:
    """Where the cells of an output were taken from those of the mask; -1: from none."""
    flat = torch.cat([mask.flatten(), torch.zeros(1, dtype=torch.bool)])
    return flat[torch.where(cells < 0, mask.numel(), cells)]


def _of_matrices(node: Node, read: Masks, shape: tuple[int, ...]) -> Tensor:
    """A row of the output for a row of the first matrix, a column for one of the other."""
    left, right, *bias = node.inputs
    changed = [read[name] for name in bias if name in read]
    if any(read[name].ndim < 2 for name in (left, right) if name in read):
        return torch.ones(shape, dtype=torch.bool)
    if left in read:
        rows = read[left].mT if node.attributes.get("transA") else read[left]
        changed.append(rows.any(-1, keepdim=True))
    if right in read:
        turned = node.op == "Linear" or node.attributes.get("transB")
        cols = read[right].mT if turned else read[right]
        changed.append(cols.any(-2, keepdim=True))
    return _broadcast(changed, shape)


def _of_sums(graph: Graph, node: Node, mask: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """Of operators that sum along whole axes, or over a few neighbours; None of others."""
    size = graph.shapes[node.inputs[0]]
    if (axes := reduced_axes(node, size, graph.opset, graph.tensor_of)) is not None:
        any_ = mask.amax(axes, keepdim=True) if axes else mask
        return any_.reshape(shape) if any_.numel() == torch.Size(shape).numel() else any_.expand(shape)
    if node.op in ("Resize", "Upsample"):
        taps = axis_taps(node, size, shape, graph.opset or 0, graph.tensor_of)
        if taps is None:
            return None
        for axis, each in enumerate(taps):
            reached = mask.movedim(axis, -1).float() @ reading_matrix(each.cells, size[axis]).T
            mask = (reached > 0).movedim(-1, axis)
        return mask
    return None


def _broadcast(masks: Iterable[Tensor], shape: tuple[int, ...]) -> Tensor:
    """Where operands that are broadcast to the shape have a cell; everywhere where they are not."""
    changed = torch.zeros(shape, dtype=torch.bool)
    for mask in masks:
        try:
            changed |= mask.broadcast_to(shape)
        except RuntimeError:
            return torch.ones(shape, dtype=torch.bool)
    return changed
