"""Headers of answers that never change, and preconditions on their entity tags (RFC 9110, 13)."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

from app.conv.errors import Message, quoted
from app.settings import VERSION
from app.web.api.content_coding import coding_headers
from app.web.api.problems import Problem
from app.web.negotiation import JSON, etag_matches, etag_matches_strongly

_IMMUTABLE = "public, max-age=31536000, immutable"


def immutable_headers(
    request: Request, media_type: str = JSON, *, numbers: int = 0, vary: str = "", language: str = ""
) -> dict[str, str]:
    """
    The headers of an answer of so many numbers below a scene's id; `vary` names what its form depends on,
    `language` the one that its sentences are in.
    Its ETag names the URL, the media type, the content coding and the program's version, which together
    determine the bytes.
    """
    coding = coding_headers(request, media_type, numbers)
    tag = _entity_tag(
        request.url.path, request.url.query, media_type, coding.get("Content-Encoding", "") + language
    )
    headers = {"ETag": tag, "Cache-Control": _IMMUTABLE} | coding
    if vary:
        headers["Vary"] = ", ".join(filter(None, (vary, coding.get("Vary"))))
    return headers


def _entity_tag(path: str, query: str, media_type: str, coding: str = "") -> str:
    name = f"{VERSION} {path}?{query} {media_type} {coding}"
    return f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'


def not_modified(request: Request, headers: dict[str, str]) -> Response | None:
    """
    304 if the client has this answer already (RFC 9110, 13.1.2), else None.

    If-Match is looked at first (13.2.2): raises Problem 412 if it names other answers only.
    """
    check_if_match(request, headers["ETag"])
    if etag_matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        # What says how a body is to be read has no place here (15.4.5).
        kept = {name: value for name, value in headers.items() if name != "Content-Encoding"}
        return Response(status_code=304, headers=kept)
    return None


def check_if_match(request: Request, etag: str) -> None:
    """Raise Problem 412 for an If-Match that names other entity tags only (RFC 9110, 13.1.1)."""
    wanted = request.headers.get("if-match")
    if wanted is not None and not etag_matches_strongly(wanted, etag):
        raise Problem(412, Message("precondition_failed", found=quoted(wanted, 100), etag=etag))


def check_edited_scene(request: Request) -> None:
    """Raise Problem 412 if If-Match names another tag than that of the scene that is edited."""
    check_if_match(request, _entity_tag(request.url.path.removesuffix("/edits"), "", JSON))
