"""The names that the server answers to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.conv.errors import Message
from app.observability.metrics import Metrics
from app.web.api.problems import Problem
from app.web.negotiation import preferred_language

# Health checks ask by address, and static files are the same under every name.
UNCHECKED_PATHS: Final = ("/static/", "/healthz", "/readyz", "/metrics")
_PORT: Final = re.compile(r":[0-9]*$")


class HostCheckMiddleware:
    """Refuses requests whose Host is none of the server's names with 421 (RFC 9110, 15.5.20)."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], metrics: Metrics) -> None:
        self._app = app
        self._hosts = tuple(name.lower() for name in hosts)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNCHECKED_PATHS) or self._is_ours(scope):
            await self._app(scope, receive, send)
            return
        self._metrics.refused("host")
        problem = Problem(421, Message("host_unknown"))
        await problem.response(preferred_language(scope))(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        host = _PORT.sub("", header_of(scope, b"host").lower())
        return any(
            name in ("*", host) or (name.startswith("*.") and host.endswith(name[1:])) for name in self._hosts
        )


def header_of(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
