"""The address at which people reach the server, for answers that name it in whole."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request

from app.web.api.dependencies import services_of

_HOST: Final = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def public_url(request: Request) -> str:
    """`https://conv.example.org`, as the operator or else the request says it; empty: a Host that is none."""
    named = services_of(request.app).settings.public_url
    if named:
        return named
    host = request.headers.get("Host", "").lower()
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else ""


def address_headers(request: Request, kept: str = "public, max-age=3600") -> dict[str, str]:
    """
    Of an answer that names the address: one that the request has named is kept by nobody.
    kept: how long the others are.
    """
    named = services_of(request.app).settings.public_url
    return {"Cache-Control": kept if named else "no-store"}
