"""A network that a server keeps: its nodes, the tensor on each edge, and the layers as scenes."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from convscope.arrays import Array, from_npy

if TYPE_CHECKING:
    from convscope.client import Client, Scene

_HEAD: Final = ("node", "operator", "output", "parameters", "multiply-adds", "stage")
# Of the table that a notebook shows and keeps.
_MOST_ROWS: Final = 200


class Network:
    """What the server says of it, and its numbers on demand. Networks never change."""

    def __init__(self, client: Client, summary: dict[str, Any]) -> None:
        self._client = client
        self.summary = summary

    def __repr__(self) -> str:
        return f"Network({len(self.nodes)} nodes, {', '.join(self.outputs)}, id={self.id!r})"

    def _repr_html_(self) -> str:
        """Its figure and a table of the nodes, for notebooks; a saved one shows them without a kernel."""
        # It draws scenes too, which know networks.
        from convscope.still_picture import network_picture

        head = "".join(f"<th>{each}</th>" for each in _HEAD)
        rows = "".join(
            f"<tr><td>{'</td><td>'.join(_cells(node))}</td></tr>" for node in self.nodes[:_MOST_ROWS]
        )
        rest = len(self.nodes) - _MOST_ROWS
        more = f'<tr><td colspan="{len(_HEAD)}">… {rest} more nodes</td></tr>' if rest > 0 else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}{more}</tbody></table>"
        return f"{network_picture(self)}{table}"

    @property
    def id(self) -> str:
        return str(self.summary["id"])

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """As the API has them: `name`, `op`, `inputs`, `outputs`, `parameters`, `multiply_adds`, `note` …"""
        return list(self.summary["nodes"])

    @property
    def outputs(self) -> list[str]:
        """The edges that the network answers with."""
        return list(self.summary["outputs"])

    @property
    def layers(self) -> list[str]:
        """The names of the nodes that are scenes: convolutions and poolings."""
        return [node["name"] for node in self.nodes if node["scene"]]

    def tensor(self, edge: str, *, channel: int | None = None) -> Array:
        """The numbers on an edge, or of a parameter. Raises ConvscopeError where there is none."""
        query = {"format": "npy"} | ({} if channel is None else {"channel": str(channel)})
        return from_npy(self._client.get(f"{self._url}/tensors/{quote(edge, safe='')}", query).content)

    def layer(self, name: str) -> Scene:
        """
        A convolution or pooling as a scene, with its real input: by the node's name, or by the module's path,
        such as `layer1.0.conv1`, of what torch exported. Raises LookupError.
        """
        node = self._find(name)
        return self._client.scene_at(node["scene"])

    def cell(self, name: str, channel: int = 0, row: int = 0, col: int = 0) -> dict[str, Any]:
        """How one cell of a node's output is made: formula, terms, value. Raises ConvscopeError."""
        query = {"channel": str(channel), "row": str(row), "col": str(col)}
        return dict(self._client.get(f"{self._url}/nodes/{quote(name, safe='')}/cell", query).json())

    def trace(self, edge: str, channel: int = 0, row: int = 0, col: int = 0) -> dict[str, Any]:
        """Which cells of the input a cell of an edge can depend on. Raises ConvscopeError."""
        query = {"edge": edge, "channel": str(channel), "row": str(row), "col": str(col)}
        return dict(self._client.get(f"{self._url}/trace", query).json())

    def figure(self, format: Literal["svg", "tex"] = "svg", **query: str | int) -> str:
        """The graph as a picture. query: `parts`, `theme`, `lang`, `width`. Raises ConvscopeError."""
        asked = {name: str(value) for name, value in query.items()}
        return self._client.get(f"{self._url}/figure.{format}", asked).text

    @property
    def _url(self) -> str:
        return str(self.summary["links"]["self"])

    def _find(self, name: str) -> Mapping[str, Any]:
        layers = [node for node in self.nodes if node["scene"]]
        for is_it in (
            lambda node: node["name"] == name,
            lambda node: f"{name}.weight" in node["inputs"],
            lambda node: _module_path(node["name"]) == name,
        ):
            for node in layers:
                if is_it(node):
                    found: Mapping[str, Any] = node
                    return found
        raise LookupError(f"the network has no layer {name!r}; it has {', '.join(self.layers) or 'none'}")


def _module_path(node: str) -> str:
    """torch names a node `/layer1/layer1.0/conv1/Conv` that the module `layer1.0.conv1` makes."""
    path = ""
    for part in node.strip("/").split("/")[:-1]:
        path = part if not path or part.startswith(f"{path}.") else f"{path}.{part}"
    return path


def _cells(node: Mapping[str, Any]) -> list[str]:
    shape = node["outputs"][0]["shape"] if node["outputs"] else None
    choice = f"<code>layer={escape(repr(node['name']))}</code>"
    return [
        escape(node["name"]),
        escape(node["op"]),
        "?" if shape is None else "×".join(map(str, shape)),
        f"{node['parameters']:,}",
        f"{node['multiply_adds']:,}",
        choice if node["scene"] else escape(node["note"] or ""),
    ]
