"""Headers of answers that never change, and preconditions on their entity tags (RFC 9110, 13)."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

from app.conv.errors import Message
from app.settings import VERSION
from app.web.api.problems import Problem
from app.web.negotiation import JSON, etag_matches, etag_matches_strongly

_IMMUTABLE = "public, max-age=31536000, immutable"


def immutable_headers(request: Request, media_type: str = JSON) -> dict[str, str]:
    """
    The headers of an answer below a scene's id. Its ETag names the URL, the media type and the program's
    version, which together determine the content.
    """
    tag = _entity_tag(request.url.path, request.url.query, media_type)
    return {"ETag": tag, "Cache-Control": _IMMUTABLE}


def _entity_tag(path: str, query: str, media_type: str) -> str:
    name = f"{VERSION} {path}?{query} {media_type}"
    return f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'


def not_modified(request: Request, headers: dict[str, str]) -> Response | None:
    """
    304 if the client has this answer already (RFC 9110, 13.1.2), else None.

    If-Match is looked at first (13.2.2): raises Problem 412 if it names other answers only.
    """
    check_if_match(request, headers["ETag"])
    if etag_matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return None


def check_if_match(request: Request, etag: str) -> None:
    """Raise Problem 412 for an If-Match that names other entity tags only (RFC 9110, 13.1.1)."""
    wanted = request.headers.get("if-match")
    if wanted is not None and not etag_matches_strongly(wanted, etag):
        raise Problem(412, Message("precondition_failed", found=f"{wanted!r:.100}", etag=etag))


def check_edited_scene(request: Request) -> None:
    """Raise Problem 412 if If-Match names another tag than that of the scene that is edited."""
    check_if_match(request, _entity_tag(request.url.path.removesuffix("/edits"), "", JSON))
