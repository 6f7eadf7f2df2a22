"""A network as a widget: its graph, and the stage of a layer that is opened from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import traitlets

from convscope.client import Scene
from convscope.iframe_widget import READABLE_SCENE, IframeWidget
from convscope.network import Network

# Names of edges and nodes are percent-encoded whole; one of dots alone would be a step up.
_NAME: Final = r"(?!\.+(?:[/?]|$))[\w.~!*'()%-]+"
_READABLE_NETWORK: Final = re.compile(
    rf"/api/v1/networks/[0-9a-f]{{40}}(/trace|/reach|/tensors/{_NAME}|/nodes/{_NAME}/(cell|scene))?"
    r"(\?[\w=&,.*%+-]*)?"
)
# That an error lists.
_MOST_NAMES: Final = 12
# What of the graph is shown: the open node, the part that is seen.
_GRAPH: Final = re.compile(r"[\w=&,.~!*'()%+-]{0,4000}")
_STAGE: Final = re.compile(r"/s/([0-9a-f]{40})(?:\?([\w=&,.*%+-]*))?")


class NetworkWidget(IframeWidget):
    """
    A network's graph under the cell that shows it; `convscope.show` makes it of a module.

    network: its tensors and layers. node: the node, or the input, that is open beside the graph, by name;
    None: none. cell: what is chosen of its output, as (channel, row, col), or None. Both may be set and
    observed.
    """

    _network_id = traitlets.Unicode().tag(sync=True)
    # Path and query of the page of the layer that is on the stage; empty: the graph is shown.
    _stage = traitlets.Unicode().tag(sync=True)
    node = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    cell = traitlets.Any(None, allow_none=True).tag(sync=True)
    _READABLE: ClassVar[tuple[re.Pattern[str], ...]] = (READABLE_SCENE, _READABLE_NETWORK)

    def __init__(self, network: Network, *, language: str = "", theme: str = "") -> None:
        """language, theme: "en" or "zh-CN", "light" or "dark"; else the reader's."""
        self.network = network
        self._staged = ""
        super().__init__(network._client, language=language, theme=theme, _network_id=network.id)

    def __repr__(self) -> str:
        return f"NetworkWidget({self.network!r})"

    @property
    def scene(self) -> Scene | None:
        """The layer that is on the stage, as the reader has edited it; None: the graph is shown."""
        return self._client.scene(self._staged) if self._staged else None

    @traitlets.validate("node")
    def _check_node(self, proposal: Any) -> str | None:
        summary, given = self.network.summary, proposal["value"]
        names = [each["name"] for each in [*summary["inputs"], *summary["nodes"]]]
        if given is not None and given not in names:
            some = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
            raise traitlets.TraitError(f"the network has no node {given!r}; it has {some}")
        return None if given is None else str(given)

    @traitlets.validate("cell")
    def _check_cell(self, proposal: Any) -> tuple[int, int, int] | None:
        given = proposal["value"]
        if given is None:
            return None
        if len(given) != 3 or any(int(each) < 0 for each in given):
            raise traitlets.TraitError(f"cell is {given!r}, expected such as (0, 3, 4)")
        channel, row, col = (int(each) for each in given)
        return channel, row, col

    @traitlets.validate("_stage")
    def _check_stage(self, proposal: Any) -> str:
        page = str(proposal["value"])
        if page and not _STAGE.fullmatch(page):
            raise traitlets.TraitError(f"{page!r} is no page of a scene")
        return page

    @traitlets.observe("_stage")
    def _stage_changed(self, change: Any) -> None:
        found = _STAGE.fullmatch(change["new"])
        self._staged = found[1] if found else ""

    def _go_on_with(self, summary: dict[str, Any], view: str) -> None:  # noqa: ARG002
        self._staged = summary["id"]

    def _find_document(self, content: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        found = _STAGE.fullmatch(str(content.get("stage", "")))
        if not found:
            graph = str(content.get("graph", ""))
            named = parse_qsl(graph) if _GRAPH.fullmatch(graph) else []
            return f"/widget/n/{self.network.id}", dict(named)
        return f"/widget/{found[1]}", dict(parse_qsl(found[2] or "")) | {"controls": "all"}

    def _still(self) -> str:
        return f'<div data-convscope-still="{self._still_key}">{self.network._repr_html_()}</div>'
