"""Which cells of a network's input one cell of an edge can depend on, as the contract has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.conv.errors import ConvError, quoted
from app.formats.json_encoding import to_array
from app.networks.network import Network, TensorOf
from app.networks.reachable_cells import reach_cell
from app.networks.receptive_field import Graph, first_and_last, trace_cell
from app.networks.refusals import NoSuchPart
from app.services.networks.cells import cell_index, tensor_shapes
from app.store.network_store import StoredNetwork


def trace_structure(
    network: Network | StoredNetwork,
    tensor_of: TensorOf,
    edge: str,
    channel: int,
    row: int,
    col: int,
) -> dict[str, Any]:
    """Of the first sample. Raises NoSuchPart and ConvError for a cell that is not there."""
    shapes = _edge_shapes(network)
    if edge not in shapes:
        raise NoSuchPart("network_has_no_tensor", name=quoted(edge))
    index = cell_index(shapes[edge], channel, row, col)
    traced = trace_cell(_graph(network, shapes, tensor_of), (edge, index))
    if traced is None:
        raise ConvError("network_cell_of_no_input", "/edge", name=quoted(edge))
    return {
        "input": traced.input,
        "rows": first_and_last(traced.mask.any(1)),
        "cols": first_and_last(traced.mask.any(0)),
        "mask": to_array(traced.mask.byte()),
        "channels": traced.channels,
        "path": [each._asdict() for each in traced.path],
    }


def reach_structure(
    network: Network | StoredNetwork,
    tensor_of: TensorOf,
    input: str | None,
    row: int,
    col: int,
) -> dict[str, Any]:
    """
    What a cell of an input, the first by default, can change in the first sample, in any channel. Raises
    NoSuchPart and ConvError for a cell that is not there.
    """
    shapes = _edge_shapes(network)
    known = [each.name for each in network.inputs]
    name = input if input is not None else next(iter(known), "")
    if name not in known:
        raise NoSuchPart("network_has_no_input", name=quoted(name))
    index = cell_index(shapes[name], 0, row, col)
    # Every channel of the cell.
    cells: tuple[int | slice, ...] = (*index[:1], *(slice(None) for _ in index[1:2]), *index[2:])
    path = reach_cell(_graph(network, shapes, tensor_of), (name, cells))
    return {"input": name, "row": row, "col": col, "path": [each._asdict() for each in path]}


def _edge_shapes(network: Network | StoredNetwork) -> dict[str, tuple[int, ...]]:
    edges = [*network.inputs, *(output for node in network.nodes for output in node.outputs)]
    return {each.name: each.shape for each in edges if each.shape is not None}


def _graph(
    network: Network | StoredNetwork,
    shapes: Mapping[str, tuple[int, ...]],
    tensor_of: TensorOf,
) -> Graph:
    # What was run and is no tensor, as a sequence, is one cell.
    run = [node for node in network.nodes if node.note is None]
    others = {each.name: () for node in run for each in node.outputs if each.shape is None}
    known = {**others, **tensor_shapes(network), **shapes}
    return Graph(network.nodes, network.inputs, known, network.opset, tensor_of)
