"""
`/embed/n/{id}`: a network in a frame of another site; `/widget/n/{id}`: the same document whole, for a
notebook's widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response
from markupsafe import Markup

from app.services.networks.stored import find_network
from app.store.errors import NetworkDamaged, NetworkNotFound
from app.store.network_store import StoredNetwork
from app.web.api.dependencies import services_of
from app.web.pages.embed import embed_headers, inline_file, with_query
from app.web.pages.frame_ancestors import embed_message
from app.web.pages.html_page import html_page, language_of
from app.web.pages.network_pages import network_boot, network_texts, network_title

# What of an address the frame and the full page have in common: what is open, the language.
_SHARED_QUERY: Final = ("node", "input", "edge", "channel", "cell", "lang")


async def page(request: Request) -> Response:
    try:
        network = await find_network(services_of(request.app), request.path_params["id"])
    except (NetworkNotFound, NetworkDamaged):
        return embed_message(request, 404)
    return _document(request, network, embed_headers(request), whole=None)


async def widget(request: Request) -> Response:
    """The document of a notebook's widget; opened by itself it does nothing, as `/widget/{id}`."""
    network = await find_network(services_of(request.app), request.path_params["id"])
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
    names = ("network_embed.css", "network_widget.js")
    whole = {name: inline_file(f"build/{name}") for name in names}
    return _document(request, network, headers, whole=whole)


def _document(
    request: Request,
    network: StoredNetwork,
    headers: Mapping[str, str],
    *,
    whole: Mapping[str, Markup] | None,
) -> Response:
    """whole: styles and script to stand in the document; None: it links them."""
    query, language = request.query_params, language_of(request)
    embed: dict[str, object] = {"ancestors": services_of(request.app).settings.frame_ancestors}
    if whole:
        embed["query"] = request.url.query
    return html_page(
        request,
        "network_embed.html",
        200,
        headers=headers,
        title=network_title(network, language),
        texts=network_texts(language),
        boot={**network_boot(network, language), "embed": embed},
        full=with_query(f"/n/{network.id}", shared_network_query(query)),
        theme=query.get("theme") if query.get("theme") in ("light", "dark") else None,
        whole=whole,
    )


def shared_network_query(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in _SHARED_QUERY if name in query}
