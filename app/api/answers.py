"""Answers: JSON from NumPy, and everything below a scene's id, which never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.formats import to_json
from app.settings import VERSION

_IMMUTABLE = "public, max-age=31536000, immutable"


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(to_json(value), status, headers=headers, media_type="application/json")


class Parts(Response):
    """An answer in parts, which are sent as they lie in memory."""

    def __init__(self, parts: Sequence[bytes | memoryview], headers: dict[str, str], media_type: str) -> None:
        length = {"Content-Length": str(sum(map(len, parts)))}
        super().__init__(headers=headers | length, media_type=media_type)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def immutable(request: Request, media_type: str = "application/json") -> dict[str, str]:
    """The headers of an answer that is named by its URL, its form and what this version makes of them."""
    named = f"{VERSION} {request.url.path}?{request.url.query} {media_type}"
    tag = hashlib.sha256(named.encode()).hexdigest()[:32]
    return {"ETag": f'"{tag}"', "Cache-Control": _IMMUTABLE}


def unchanged(request: Request, headers: dict[str, str]) -> Response | None:
    """304, if the client has this answer already (RFC 9110, 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    known = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return Response(status_code=304, headers=headers) if known & {headers["ETag"], "*"} else None
