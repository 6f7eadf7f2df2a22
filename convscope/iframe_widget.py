"""What the widgets share (anywidget): a page in a frame whose requests all go through the kernel."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import anywidget
import httpx2
import traitlets

from convscope.client import Client
from convscope.errors import ConvscopeError, NoServerError

_BUILT: Final = Path(__file__).parent / "build"
# What a scene's document may ask the server for, and what of the answer it reads.
READABLE_SCENE: Final = re.compile(r"/api/v1/scenes/\w+(/\w+)*(\?[\w=&,.%+-]*)?")
EDITED_SCENE: Final = re.compile(r"/api/v1/scenes/[0-9a-f]{40}/edits(\?[\w=&,.%+-]*)?")
_HEADERS: Final = ("accept", "accept-language")
_ANSWERED: Final = ("content-type", "content-range", "link", "retry-after")


class IframeWidget(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]
    """
    Hands the page its document, passes its requests on, and keeps a still picture beside it. A widget says
    which document that is (`_find_document`), what may be read (`_READABLE`) and what it looks like
    (`_still`).
    """

    _esm = (_BUILT / "widget.js").read_text("utf-8") if (_BUILT / "widget.js").is_file() else ""
    _css = (_BUILT / "widget.css").read_text("utf-8") if (_BUILT / "widget.css").is_file() else ""
    _still_key = traitlets.Unicode().tag(sync=True)
    _READABLE: ClassVar[tuple[re.Pattern[str], ...]] = (READABLE_SCENE,)

    def __init__(self, client: Client, *, language: str = "", theme: str = "", **traits: Any) -> None:
        """language, theme: "en" or "zh-CN", "light" or "dark"; else the reader's."""
        if not self._esm:
            raise FileNotFoundError(f"{_BUILT / 'widget.js'} is missing; `make setup` builds it")
        self._client = client
        self._languages, self._chosen_language, self._theme = language, language, theme
        self._is_displayed = False
        super().__init__(_still_key=secrets.token_hex(8), **traits)
        self.on_msg(self._hear)

    def _find_document(self, content: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Path and query of the document that a view asks for."""
        raise NotImplementedError

    def _go_on_with(self, summary: dict[str, Any], view: str) -> None:
        """summary: of the scene that the reader of a view has made by an edit."""
        raise NotImplementedError

    def _still(self) -> str:
        """HTML that a notebook keeps; the page finds it by `data-convscope-still` and `_still_key`."""
        raise NotImplementedError

    # The page's requests.

    def _hear(self, _: object, content: Mapping[str, Any], __: object) -> None:
        if content.get("type") == "open":
            self._open(content)
        elif content.get("type") == "fetch":
            self._fetch(content)
        elif content.get("type") == "rest":
            self._draw_still()

    def _open(self, content: Mapping[str, Any]) -> None:
        self._languages = self._chosen_language or str(content["languages"])
        html, error = "", ""
        try:
            headers = {"Accept-Language": self._languages}
            path, own = self._find_document(content)
            query = own | {"theme": self._theme or str(content["theme"])}
            html = self._client._request("GET", path, params=query, headers=headers).text
        except (ConvscopeError, NoServerError) as failure:
            error = str(failure)
        self.send({"type": "document", "view": content["view"], "html": html, "error": error})

    def _fetch(self, content: Mapping[str, Any]) -> None:
        answer: dict[str, Any] = {
            "type": "fetched", "view": content["view"], "request": content["request"],
            "status": 0, "headers": {}, "error": "",
        }  # fmt: skip
        body: list[bytes] = []
        if not self._may_ask(content["method"], content["path"]):
            answer |= {"error": "the widget reads what it shows and edits scenes alone"}
        else:
            wanted = {name: text for name, text in content["headers"].items() if name.lower() in _HEADERS}
            try:
                response = self._ask_server(content["method"], content["path"], wanted, content.get("body"))
                if content["method"] == "POST" and response.is_success:
                    self._go_on_with(response.json(), content["view"])
                told = {name: text for name, text in response.headers.items() if name.lower() in _ANSWERED}
                answer |= {"status": response.status_code, "headers": told}
                body = [response.content]
            except httpx2.TransportError as failure:
                answer |= {"error": str(failure)}
        self.send(answer, body)

    def _may_ask(self, method: str, path: str) -> bool:
        allowed = {"GET": self._READABLE, "POST": (EDITED_SCENE,)}.get(method, ())
        return any(each.fullmatch(path) for each in allowed)

    def _ask_server(
        self, method: str, path: str, headers: dict[str, str], body: str | None
    ) -> httpx2.Response:
        if body is None:
            return self._client._http.request(method, path, headers=headers)
        headers = headers | {"Content-Type": "application/json"}
        return self._client._http.request(method, path, headers=headers, content=body.encode())

    # What a notebook shows and keeps.

    def _ipython_display_(self) -> None:
        """The still picture as an output of its own, then the widget."""
        from IPython.display import HTML, display

        display(HTML(self._still()), display_id=self._still_key)
        self._is_displayed = True
        bundle = self._repr_mimebundle_()
        display(bundle[0] if isinstance(bundle, tuple) else bundle, raw=True)

    def _draw_still(self) -> None:
        """The picture that is saved follows what is shown."""
        if self._is_displayed:
            from IPython.display import HTML, display

            display(HTML(self._still()), display_id=self._still_key, update=True)
