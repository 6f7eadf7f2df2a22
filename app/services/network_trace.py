"""Which cells of a network's input one cell of an edge can depend on, as the contract has it."""

from __future__ import annotations

from typing import Any

from app.conv.errors import ConvError
from app.formats.json_encoding import to_array
from app.networks.network import Network
from app.networks.receptive_field import PlanOf, first_and_last, trace_cell
from app.networks.refusals import NoSuchPart
from app.store.network_store import StoredNetwork


def trace_structure(
    network: Network | StoredNetwork, plan_of: PlanOf, edge: str, channel: int, row: int, col: int
) -> dict[str, Any]:
    """Of the first sample. Raises NoSuchPart and ConvError for a cell that is not there."""
    edges = [*network.inputs, *(output for node in network.nodes for output in node.outputs)]
    shapes = {each.name: each.shape for each in edges if each.shape is not None}
    if edge not in shapes:
        raise NoSuchPart("network_has_no_tensor", name=f"{edge!r:.60}")
    index = _index(shapes[edge], channel, row, col)
    traced = trace_cell(network.nodes, network.inputs, shapes, (edge, index), plan_of)
    if traced is None:
        raise ConvError("network_cell_of_no_input", "/edge", name=f"{edge!r:.60}")
    return {
        "input": traced.input,
        "rows": first_and_last(traced.mask.any(1)),
        "cols": first_and_last(traced.mask.any(0)),
        "mask": to_array(traced.mask.byte()),
        "path": [each._asdict() for each in traced.path],
    }


def _index(shape: tuple[int, ...], channel: int, row: int, col: int) -> tuple[int, ...]:
    """The cell in a tensor (N, C, H, W), (N, C, L) with the row 0, or (N, C) with row and column 0."""
    axes = max(0, len(shape) - 2)
    index = (0, channel, *((0, row, col)[3 - min(axes, 2) :] if axes else ()))[: len(shape)]
    unused = (row, col)[: 2 - min(axes, 2)]
    fits = axes <= 2 and all(i < size for i, size in zip(index, shape, strict=False)) and not any(unused)
    if not fits or len(index) != len(shape):
        raise ConvError("network_no_such_cell", "/edge", cell=(channel, row, col), shape=shape)
    return index
