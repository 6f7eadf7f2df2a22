"""Limits on the bytes of request bodies."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.limits import Limits, check
from app.services.running.thread_queue import ServerBusy


class BodyLimitMiddleware:
    """Counts the bytes of bodies as they arrive, whether or not their length is announced.

    Reading more than max_body_bytes, or max_json_bytes of what is no form, raises LimitExceeded; more than
    max_pending_bytes in all requests together raises ServerBusy. Both are raised where the body is read, so
    that they become problems as every other error does.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._pending = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        held, limit = 0, self._limit(scope)

        async def receive_counted() -> Message:
            nonlocal held
            if held == 0:
                check("term.body_bytes", limit, _announced(scope), self._limits)
            message = await receive()
            size = len(message.get("body", b""))
            check("term.body_bytes", limit, held + size, self._limits)
            if self._pending + size > self._limits.max_pending_bytes:
                raise ServerBusy("bodies_fill_memory")
            held += size
            self._pending += size
            return message

        try:
            await self._app(scope, receive_counted, send)
        finally:
            self._pending -= held

    def _limit(self, scope: Scope) -> str:
        kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        any_kind = self._limits.max_body_bytes <= self._limits.max_json_bytes
        return "max_body_bytes" if any_kind or kind.startswith(b"multipart/") else "max_json_bytes"


def _announced(scope: Scope) -> int:
    """Content-Length; the server has refused what is not a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
