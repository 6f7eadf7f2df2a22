"""The token that every request brings where the operator sets one."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from app.conv.errors import Message
from app.observability.metrics import Metrics
from app.web.api.problems import Problem
from app.web.middleware.host_check import header_of
from app.web.negotiation import preferred_language

# They hold nothing of anybody's, and whoever watches over processes has no token.
_UNCHECKED_PATHS: Final = ("/healthz", "/readyz")


class TokenCheckMiddleware:
    """Refuses requests without the token with 401 (RFC 6750)."""

    def __init__(self, app: ASGIApp, token: str, metrics: Metrics) -> None:
        self._app = app
        self._authorization = f"Bearer {token}".encode()
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        brought = header_of(scope, b"authorization").encode() if scope["type"] == "http" else b""
        unchecked = scope["type"] != "http" or scope["path"] in _UNCHECKED_PATHS
        if unchecked or compare_digest(brought, self._authorization):
            await self._app(scope, receive, send)
        else:
            self._metrics.refused("token")
            problem = Problem(401, Message("token_missing"), headers={"WWW-Authenticate": "Bearer"})
            await problem.response(preferred_language(scope))(scope, receive, send)
