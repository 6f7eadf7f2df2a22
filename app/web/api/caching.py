"""Headers of answers that never change, and answers to clients that have them already."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

from app.settings import VERSION
from app.web.negotiation import JSON, etag_matches

_IMMUTABLE = "public, max-age=31536000, immutable"


def immutable_headers(request: Request, media_type: str = JSON) -> dict[str, str]:
    """
    The headers of an answer below a scene's id. Its ETag names the URL, the media type and the program's
    version, which together determine the content.
    """
    name = f"{VERSION} {request.url.path}?{request.url.query} {media_type}"
    tag = hashlib.sha256(name.encode()).hexdigest()[:32]
    return {"ETag": f'"{tag}"', "Cache-Control": _IMMUTABLE}


def not_modified(request: Request, headers: dict[str, str]) -> Response | None:
    """304 if the client has this answer already (RFC 9110, 13.1.2), else None."""
    if etag_matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return None
