"""Which column of a figure each node of a network stands in, and the lanes of edges that pass columns by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from app.networks.network import Edge, Node
from app.store.network_store import StoredNetwork

# Of more lanes none is drawn, nor the edges that would be in them.
_MOST_LANES: Final = 3000


class GraphNode(NamedTuple):
    """An input, whose `op` is None, or a node of the network."""

    name: str
    op: str | None
    reads: Sequence[str]
    outputs: Sequence[Edge]
    parameters: int
    multiply_adds: int


class Item(NamedTuple):
    """What stands in a column: a node by its index, or the lane of an edge by its name."""

    node: int | None
    edge: str | None


class Hop(NamedTuple):
    """A line from an item of a column to one of the next, by their places in their columns."""

    start: int
    end: int


class Columns(NamedTuple):
    """hops: of each column, those to the next. skipped: how many connections have no line."""

    items: list[list[Item]]
    hops: list[list[Hop]]
    skipped: int


def graph_nodes(network: StoredNetwork, most: int) -> list[GraphNode]:
    """The inputs, and the first `most` nodes."""
    inputs = [GraphNode(edge.name, None, (), (edge,), 0, 0) for edge in network.inputs]
    return [*inputs, *(_graph_node(node) for node in network.nodes[:most])]


def _graph_node(node: Node) -> GraphNode:
    return GraphNode(node.name, node.op, node.inputs, node.outputs, node.parameters, node.multiply_adds)


def arrange(nodes: Sequence[GraphNode]) -> Columns:
    """Each node stands one column behind the last one that it reads from."""
    makers = {edge.name: i for i, node in enumerate(nodes) for edge in node.outputs}
    reads = [
        list(dict.fromkeys(e for e in node.reads if makers.get(e, i) < i)) for i, node in enumerate(nodes)
    ]
    places = _places(reads, makers, [node.op is None for node in nodes])
    ends: dict[str, int] = {}
    for i, edges in enumerate(reads):
        for edge in edges:
            ends[edge] = max(ends.get(edge, 0), places[i])
    lanes = sum(max(0, end - places[makers[edge]] - 1) for edge, end in ends.items())
    has_lanes = lanes <= _MOST_LANES
    items: list[list[Item]] = [[] for _ in range(max(places, default=-1) + 1)]
    for i, place in enumerate(places):
        items[place].append(Item(i, None))
    for edge, end in ends.items() if has_lanes else ():
        for place in range(places[makers[edge]] + 1, end):
            items[place].append(Item(None, edge))
    hops = []
    for k, (left, _) in enumerate(pairwise(items)):
        links = list(_links(left, items[k + 1], nodes, reads))
        items[k + 1], found = _sorted_by_sources(items[k + 1], links)
        hops.append(found)
    drawn = sum(items[k + 1][hop.end].node is not None for k, each in enumerate(hops) for hop in each)
    return Columns(items, hops, sum(map(len, reads)) - drawn)


def _places(reads: Sequence[Sequence[str]], makers: dict[str, int], is_input: Sequence[bool]) -> list[int]:
    """A node that reads nothing, a constant, stands right before the first node that reads it."""
    places: list[int] = []
    for edges in reads:
        places.append(1 + max((places[makers[edge]] for edge in edges), default=-1))
    first: dict[int, int] = {}
    for i, edges in enumerate(reads):
        for edge in edges:
            first[makers[edge]] = min(first.get(makers[edge], places[i]), places[i])
    return [
        place if edges or is_input[i] else max(first.get(i, 1) - 1, 0)
        for i, (place, edges) in enumerate(zip(places, reads, strict=True))
    ]


def _links(
    left: Sequence[Item], right: Sequence[Item], nodes: Sequence[GraphNode], reads: Sequence[Sequence[str]]
) -> Iterator[Hop]:
    """Of each edge between two columns next to each other."""
    sources = {item.edge: i for i, item in enumerate(left) if item.edge is not None}
    for i, item in enumerate(left):
        if item.node is not None:
            sources |= {edge.name: i for edge in nodes[item.node].outputs}
    for j, item in enumerate(right):
        wanted = [item.edge] if item.node is None else reads[item.node]
        for edge in wanted:
            if edge in sources:
                yield Hop(sources[edge], j)


def _sorted_by_sources(items: list[Item], links: Sequence[Hop]) -> tuple[list[Item], list[Hop]]:
    """The items of a column in the order of what leads to them, so that few lines cross."""
    sources: list[list[int]] = [[] for _ in items]
    for start, end in links:
        sources[end].append(start)
    means = [sum(each) / len(each) if each else 0.0 for each in sources]
    order = sorted(range(len(items)), key=lambda i: means[i])
    place = {old: new for new, old in enumerate(order)}
    return [items[i] for i in order], [Hop(start, place[end]) for start, end in links]
