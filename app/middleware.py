"""What holds for every request: bodies within limits, security headers, request ids."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Busy
from app.scenes.limits import check
from app.settings import Limits

_SECURITY: Final = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        b"frame-ancestors 'none'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Headers:
    """Adds the security headers and the request id to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        extra = [*_SECURITY, (b"x-request-id", _request_id(scope))]

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        await self._app(scope, receive, send_more)


def _request_id(scope: Scope) -> bytes:
    """The client's own, if it is harmless; else a new one."""
    sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return sent if _REQUEST_ID.fullmatch(sent) else secrets.token_hex(8).encode()


class Head:
    """Answers HEAD as GET, without the body. Streams look for `head` in the scope, and do not begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_empty(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await self._app({**scope, "method": "GET", "head": True}, receive, send_empty)


class Bodies:
    """Counts the bytes of bodies as they arrive, whether or not their length is announced.

    Reading more than max_body_bytes raises LimitExceeded; more than max_pending_bytes in all requests
    together raises Busy. They are raised where the body is read, so they leave as every other problem does.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._pending = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        held = 0

        async def receive_counted() -> Message:
            nonlocal held
            if held == 0:
                check("bytes of the body", "max_body_bytes", _announced(scope), self._limits)
            message = await receive()
            size = len(message.get("body", b""))
            check("bytes of the body", "max_body_bytes", held + size, self._limits)
            if self._pending + size > self._limits.max_pending_bytes:
                raise Busy("the bodies of other requests fill the memory there is for them")
            held += size
            self._pending += size
            return message

        try:
            await self._app(scope, receive_counted, send)
        finally:
            self._pending -= held


def _announced(scope: Scope) -> int:
    """Content-Length; the server has refused what is not a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
