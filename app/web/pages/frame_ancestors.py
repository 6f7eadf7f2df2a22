"""Pages in frames of other sites: allowed where the operator names the sites, else refused in a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response

from app.web.api.dependencies import services_of
from app.web.middleware.security_headers import content_policy
from app.web.pages.html_page import html_page

Endpoint = Callable[[Request], Awaitable[Response]]

_FRAMES: Final = ("iframe", "frame")


def may_be_framed(request: Request) -> bool:
    """Whether the operator names any site that may show pages in frames; browsers hold the others off."""
    return bool(services_of(request.app).settings.frame_ancestors)


def refuse_frames(endpoint: Endpoint) -> Endpoint:
    """A frame would stay blank where no site may have one: it gets the sentence that says so."""

    async def answer(request: Request) -> Response:
        if request.headers.get("Sec-Fetch-Dest") in _FRAMES and not may_be_framed(request):
            return frame_message(request, 403)
        return await endpoint(request)

    return answer


def frame_message(request: Request, status: int) -> Response:
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
        request, "frame_message.html", status, headers=headers, status=status, full=full + query, theme=None
    )
