"""Answers: JSON from NumPy, and everything below a scene's id, which never changes."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.api.formats import to_json
from app.settings import VERSION

_IMMUTABLE = "public, max-age=31536000, immutable"


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(to_json(value), status, headers=headers, media_type="application/json")


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
