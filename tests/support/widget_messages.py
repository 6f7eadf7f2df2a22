"""A widget of a notebook without a browser: what its page asks, and what it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from convscope.iframe_widget import IframeWidget


class Sent:
    """What a widget sends to its page."""

    def __init__(self, widget: IframeWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        monkeypatch.setattr(
            widget, "send", lambda content, buffers=(): self.messages.append((content, list(buffers)))
        )
        self._widget = widget

    def ask(self, **content: Any) -> tuple[dict[str, Any], list[bytes]]:
        self._widget._hear(None, {"view": "v"} | content, [])
        return self.messages.pop()
