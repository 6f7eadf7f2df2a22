"""The summary of a network: what it is, without its numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from app.conv.errors import Message
from app.i18n.languages import DEFAULT
from app.i18n.messages import render
from app.networks.network import Edge, Network, Node
from app.services.summary import API_PREFIX
from app.store.network_store import StoredNetwork


def network_url(id: str) -> str:
    return f"{API_PREFIX}/networks/{id}"


def summarize_network(network: Network | StoredNetwork, language: str = DEFAULT) -> dict[str, Any]:
    """The summary as the contract has it."""
    url = network_url(network.id)
    return {
        "id": network.id,
        "inputs": [
            {
                "name": edge.name,
                "shape": edge.shape,
                "prepared": [_said(each, language) for each in network.prepared.get(edge.name, ())],
            }
            for edge in network.inputs
        ],
        "nodes": [_node(node, url, language) for node in network.nodes],
        "outputs": list(network.outputs),
        "parameters": network.parameters,
        "weights": None if network.weights is None else _said(network.weights, language),
        "links": {"self": url, "inputs": f"{url}/inputs"},
    }


def _said(message: Message, language: str) -> dict[str, str]:
    return {"code": message.code, "message": render(message, language)}


def _node(node: Node, url: str, language: str) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op,
        "inputs": list(node.inputs),
        "outputs": [_edge(edge) for edge in node.outputs],
        "parameters": node.parameters,
        "multiply_adds": node.multiply_adds,
        "scene": None if node.layer is None else f"{url}/nodes/{quote(node.name, safe='')}/scene",
        "note": None if node.note is None else render(node.note, language),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {"name": edge.name, "shape": edge.shape, "dtype": edge.dtype}
