"""Range requests: one range of bytes of a binary answer (RFC 9110, 14)."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request
from starlette.responses import Response

from app.conv.errors import Message
from app.services.running.response_cache import Content
from app.web.api.problems import Problem

# One range. Several are answered with the whole, as is what is no range at all.
_RANGE: Final = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)


def requested_range(request: Request, headers: dict[str, str], length: int) -> range | None:
    """
    The bytes that Range asks for, out of `length`; None for all of them. The headers of the answer, with its
    strong ETag, are completed. Raises Problem where there is no such byte.
    """
    headers["Accept-Ranges"] = "bytes"
    condition = request.headers.get("if-range")
    if "head" in request.scope or condition not in (None, headers["ETag"]):
        return None
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if first and last and int(first) > int(last):
        return None
    if first:
        requested = range(int(first), min(int(last) + 1, length) if last else length)
    else:
        requested = range(max(0, length - int(last)), length)
    if not requested:
        raise Problem(
            416,
            Message("range_not_satisfiable", range=match[0], length=length),
            headers={"Content-Range": f"bytes */{length}"},
        )
    headers["Content-Range"] = f"bytes {requested.start}-{requested.stop - 1}/{length}"
    return requested


def binary_response(request: Request, content: Content, headers: dict[str, str], media_type: str) -> Response:
    """The content, or the one range of its bytes that is asked for."""
    requested = requested_range(request, headers, len(content))
    if requested is None:
        return Response(content, headers=headers, media_type=media_type)
    return Response(content[requested.start : requested.stop], 206, headers=headers, media_type=media_type)
