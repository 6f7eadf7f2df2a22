"""What pages of other origins may do: read where that is allowed, never write."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.conv.errors import Message as Sentence
from app.observability.metrics import Metrics
from app.web.api.problems import Problem
from app.web.middleware.host_check import header_of
from app.web.negotiation import preferred_language

EXPOSED_HEADERS: Final = ["Content-Range", "Convscope-Steps", "ETag", "Link", "X-Request-ID"]

_READING: Final = ("GET", "HEAD", "OPTIONS")
# What a page in a frame is made of. A sandboxed frame has an opaque origin, which no setting could name.
_OF_FRAMES: Final = ("/static/", "/api/v1/scenes/", "/api/v1/networks/", "/embed.js")


class CrossOriginMiddleware:
    """
    Refuses with 403 what a page of another origin would write: forms need no permission of CORS to be sent.
    framed: whether pages may be in frames; then scenes, networks and static files may be read by any origin.
    """

    def __init__(self, app: ASGIApp, framed: bool, metrics: Metrics) -> None:
        self._app = app
        self._framed = framed
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in _READING and _is_of_another_origin(scope):
            self._metrics.refused("origin")
            problem = Problem(403, Sentence("write_from_another_origin"))
            await problem.response(preferred_language(scope))(scope, receive, send)
        else:
            readable = self._framed and scope["method"] != "POST" and scope["path"].startswith(_OF_FRAMES)
            await self._app(scope, receive, _readable_by_all(send) if readable else send)


def _is_of_another_origin(scope: Scope) -> bool:
    """As browsers say it, in headers that no script can set; programs send neither."""
    site = header_of(scope, b"sec-fetch-site")
    return site in ("cross-site", "same-site") or header_of(scope, b"origin") == "null"


def _readable_by_all(send: Send) -> Send:
    """Whether or not the request names an origin: a cache may answer the next one, which does."""

    async def send_readable(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Access-Control-Expose-Headers"] = ", ".join(EXPOSED_HEADERS)
        await send(message)

    return send_readable
