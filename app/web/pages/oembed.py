"""
`/oembed` (https://oembed.com): the frame that shows a scene or a network, for programs that know its address
only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import orjson
from fastapi import HTTPException, Request, Response
from markupsafe import escape

from app.conv.errors import Message
from app.scenes.scene import Scene
from app.services.networks.stored import find_network
from app.services.scenes import find_scene
from app.web.api.dependencies import services_of
from app.web.api.problems import Problem
from app.web.negotiation import choose_language
from app.web.pages.embed import SANDBOX, shared_query, with_query
from app.web.pages.network_embed import shared_network_query
from app.web.pages.network_pages import network_title
from app.web.pages.oembed_links import FORMATS
from app.web.pages.public_url import address_headers, public_url
from app.web.pages.scene_title import clean_title
from app.web.pages.workbench import workbench

# CSS pixels; frontend/model/embed/snippets.ts has the same.
_WIDTH: Final = 800
_HEIGHT: Final = 480
_LEAST_WIDTH: Final = 240
_LEAST_HEIGHT: Final = 160
_SCENE_PATH: Final = re.compile(r"/(?:s|embed)/([0-9a-f]{1,64})")
_NETWORK_PATH: Final = re.compile(r"/(?:n|embed/n)/([0-9a-f]{1,64})")
_OF_FRAMES: Final = ("controls", "lock", "theme")
_PORTS: Final = {"http": 80, "https": 443}


class _Embedded(NamedTuple):
    """What a frame shows: its title, and its address."""

    title: str
    address: str


async def answer(request: Request) -> Response:
    query = request.query_params
    format = query.get("format", "json")
    if format not in FORMATS:
        # The specification says so (2.3.3).
        raise Problem(501, Message("oembed_format_unknown", format=format[:40]))
    width, height = _size(query, "maxwidth", _WIDTH), _size(query, "maxheight", _HEIGHT)
    address = public_url(request)
    title, path = await _embedded(request, query.get("url", ""), address)
    source = f"{address}{path}"
    members: dict[str, Any] = {
        "version": "1.0",
        "type": "link",
        "provider_name": "Convscope",
        "provider_url": f"{address}/",
        "title": title,
    }
    # A frame is never larger than asked. In less than this nothing can be read: who asks makes a link of it.
    if width >= _LEAST_WIDTH and height >= _LEAST_HEIGHT:
        html = iframe_html(source, title, width, height)
        members |= {"type": "rich", "width": width, "height": height, "html": html}
    content = orjson.dumps(members) if format == "json" else _as_xml(members)
    headers = {"Vary": "Accept-Language"} | address_headers(request)
    return Response(content, media_type=FORMATS[format], headers=headers)


def iframe_html(source: str, title: str, width: int, height: int) -> str:
    return (
        f'<iframe src="{escape(source)}" title="{escape(title)}" width="{width}" height="{height}" '
        f'frameborder="0" loading="lazy" sandbox="{SANDBOX}"></iframe>'
    )


def _size(query: Mapping[str, str], name: str, usual: int) -> int:
    """At most what is asked for."""
    text = query.get(name)
    if text is None:
        return usual
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) == 0:
        raise Problem(422, Message("oembed_size_invalid", name=name, value=text[:40]))
    return min(usual, int(text))


async def _embedded(request: Request, url: str, address: str) -> _Embedded:
    """Of an address of ours. Raises HTTPException: it is none, or of nothing that can be in a frame."""
    path, query = _address_parts(url, address)
    services, of_frame = services_of(request.app), {name: query[name] for name in _OF_FRAMES if name in query}
    language = choose_language(query.get("lang"), request.headers.get("Accept-Language", ""))
    if named := _SCENE_PATH.fullmatch(path):
        scene = await find_scene(services, named[1])
        shared = shared_query(query) | of_frame
        return _Embedded(_title(scene, language, shared), with_query(f"/embed/{named[1]}", shared))
    if named := _NETWORK_PATH.fullmatch(path):
        network = await find_network(services, named[1])
        shared = shared_network_query(query) | of_frame
        return _Embedded(network_title(network, language), with_query(f"/embed/n/{named[1]}", shared))
    raise HTTPException(404, Message("oembed_address_unknown"))


def _address_parts(url: str, address: str) -> tuple[str, dict[str, str]]:
    """Path and query of an address of ours. Raises HTTPException: it is none."""
    unknown = HTTPException(404, Message("oembed_address_unknown"))
    try:
        parts = urlsplit(url)
        is_ours = bool(address) and _origin(url) == _origin(address)
    except ValueError as error:
        raise unknown from error
    if not is_ours or parts.username is not None:
        raise unknown
    return parts.path, dict(parse_qsl(parts.query))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Raises ValueError for what is no address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _title(scene: Scene, language: str, shown: Mapping[str, str]) -> str:
    own = clean_title(shown.get("title", ""))
    return workbench(scene, language, "", origin=shown.get("from", ""), own_title=own, autoplay=False).title


def _as_xml(members: Mapping[str, Any]) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in members.items():
        ElementTree.SubElement(root, name).text = str(value)
    return b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n' + ElementTree.tostring(root)
