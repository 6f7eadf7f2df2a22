"""Pages in frames of other sites: of those that the operator names; others get a sentence that refuses."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fastapi import Request, Response

from app.web.api.dependencies import services_of
from app.web.middleware.security_headers import content_policy
from app.web.pages.html_page import html_page

Endpoint = Callable[[Request], Awaitable[Response]]

_FRAMES: Final = ("iframe", "frame")
_SOURCE: Final = re.compile(r"(https?):(?://(\[.*\]|[^:]*)(?::(.+))?)?", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def may_be_embedded(request: Request) -> bool:
    """Whether the operator names any site that may show pages in frames; browsers hold the others off."""
    return bool(services_of(request.app).settings.frame_ancestors)


def refuse_embedding(endpoint: Endpoint) -> Endpoint:
    """A frame would stay blank where a site may have none: it gets the sentence that says so."""

    async def answer(request: Request) -> Response:
        if request.headers.get("Sec-Fetch-Dest") in _FRAMES and not _may_embed(request):
            return embed_message(request, 403)
        return await endpoint(request)

    return answer


def _may_embed(request: Request) -> bool:
    """Whether the page around may, if it is known: browsers check it, and every page around that one."""
    sources = services_of(request.app).settings.frame_ancestors
    if not sources or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return bool(sources)
    try:
        around = urlsplit(request.headers.get("Referer", ""))
        return not around.hostname or any(_is_named(around, source) for source in sources)
    except ValueError:
        return True


def _is_named(origin: SplitResult, source: str) -> bool:
    """As `frontend/model/embed/ancestor_sources.ts` has it. Raises ValueError for a port that is none."""
    named = _SOURCE.fullmatch(source)
    if not named:
        return False
    scheme = named[1].lower()
    # Who allows the insecure page allows the secure one.
    secured = scheme == "http" and origin.scheme == "https"
    if origin.scheme != scheme and not secured:
        return False
    if named[2] is None:
        return True
    pattern, host = named[2].lower().strip("[]"), origin.hostname or ""
    if not (host.endswith(pattern[1:]) if pattern.startswith("*") else host == pattern):
        return False
    wanted, port = named[3] or str(_PORTS[scheme]), origin.port or _PORTS[origin.scheme]
    return wanted in ("*", str(port)) or (secured and wanted == "80" and port == 443)


def embed_message(request: Request, status: int) -> Response:
    """A sentence that any site may show in a frame. It holds nothing but words and a link."""
    headers = {
        "Content-Security-Policy": content_policy(
            "*", script_src="'none'", img_src="'none'", connect_src="'none'", form_action="'none'"
        ),
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path
    full = path.removeprefix("/embed") if path.startswith("/embed/n/") else path.replace("/embed/", "/s/", 1)
    return html_page(
        request, "embed_message.html", status, headers=headers, status=status, full=full + query, theme=None
    )
