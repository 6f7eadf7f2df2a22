"""The links of a page to its oEmbed answers, by which programs that know its address find them."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote

from fastapi import Request

from app.web.pages.public_url import public_url

FORMATS: Final = {"json": "application/json", "xml": "text/xml"}


class DiscoveryLink(NamedTuple):
    """A link in a page's head that leads to its oEmbed answer."""

    media_type: str
    url: str


def discovery_links(request: Request) -> list[DiscoveryLink]:
    """For the page that is asked for; none where the server does not know its address."""
    address = public_url(request)
    if not address:
        return []
    page = f"{address}{request.url.path}{f'?{request.url.query}' if request.url.query else ''}"
    return [
        DiscoveryLink(f"{media_type}+oembed", f"{address}/oembed?url={quote(page, safe='')}&format={format}")
        for format, media_type in FORMATS.items()
    ]
