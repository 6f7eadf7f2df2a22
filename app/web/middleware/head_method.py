"""HEAD, answered as GET without the body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadMethodMiddleware:
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
            # The server would otherwise miss the body that Content-Length announces.
            scope["method"] = "HEAD"
            await send(message)

        # The same scope, in which the routing leaves its route for those who count.
        scope["method"], scope["head"] = "GET", True
        await self._app(scope, receive, send_empty)
