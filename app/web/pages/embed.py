"""
`/embed/{id}`: a scene in a frame of another site; `/embed.js`: the element that makes such a frame;
`/widget/{id}`: the same document whole, for a notebook's widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import orjson
from fastapi import Request, Response
from markupsafe import Markup

from app.i18n.languages import LANGUAGES, catalogue
from app.scenes.scene import Scene
from app.services.scenes import find_scene
from app.services.summary import page_url
from app.store.errors import SceneDamaged, SceneNotFound
from app.web.api.dependencies import services_of
from app.web.middleware.security_headers import content_policy
from app.web.pages import assets
from app.web.pages.frame_ancestors import embed_message, may_be_embedded
from app.web.pages.html_page import html_page, language_of, language_query
from app.web.pages.public_url import address_headers, public_url
from app.web.pages.scene_title import clean_title
from app.web.pages.workbench import workbench

_CONTROLS: Final = ("none", "play", "all")
# What of an address the frame and the full page have in common: the moment, the view, the words.
_SHARED_QUERY: Final = (
    "step", "beat", "direction", "reading", "by", "view", "pin", "lang", "title", "from",
)  # fmt: skip

# The frame has an origin of its own, and with it no cookie, no storage, and no right to write.
SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


async def page(request: Request) -> Response:
    try:
        scene = await find_scene(services_of(request.app), request.path_params["id"])
    except (SceneNotFound, SceneDamaged):
        return embed_message(request, 404)
    return _embed_page(request, scene, embed_headers(request), whole=None)


async def widget(request: Request) -> Response:
    """
    The document of a notebook's widget, which carries its script and its styles and asks the page around for
    everything else. A server's own pages run no scripts that stand in them: opened by itself it does nothing.
    A layer that was opened from a network (`network`) has a button that asks for its graph.
    """
    scene = await find_scene(services_of(request.app), request.path_params["id"])
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
    whole = {name: inline_file(f"build/{name}") for name in ("embed.css", "scene_widget.js")}
    return _embed_page(request, scene, headers, whole=whole)


def _embed_page(
    request: Request, scene: Scene, headers: Mapping[str, str], *, whole: Mapping[str, Markup] | None
) -> Response:
    """whole: styles and script to stand in the document; None: it links them."""
    query, settings = request.query_params, services_of(request.app).settings
    locked = query.get("lock") == "1"
    controls = "none" if locked else query.get("controls", "")
    controls = controls if controls in _CONTROLS else "play"
    context = workbench(
        scene,
        language_of(request),
        language_query(request),
        origin=query.get("from", ""),
        own_title=clean_title(query.get("title", "")),
        autoplay=False,
    )
    embed = {"controls": controls, "locked": locked, "ancestors": settings.frame_ancestors}
    boot = {**context.boot, "embed": embed}
    if whole:
        embed["query"] = request.url.query
        # It cannot load those of gradients.
        boot["messages"] = catalogue(context.boot["language"])
    return html_page(
        request,
        "embed.html",
        200,
        headers=headers,
        page=context,
        boot=boot,
        controls=controls,
        full=with_query(page_url(scene), shared_query(query)),
        theme=query.get("theme") if query.get("theme") in ("light", "dark") else None,
        whole=whole,
        back=bool(whole and query.get("network")),
    )


def inline_file(name: str) -> Markup:
    """A file of our own as the content of an element: esbuild lets none of them end the element early."""
    return Markup(assets.assets()[name].content.decode())  # noqa: S704


async def script(request: Request) -> Response:
    """The element's code, after the server's address and its texts, so that copies of it work too."""
    code = assets.assets()["build/element.js"].content
    address, texts = (
        orjson.dumps(each).replace(b"<", b"\\u003c") for each in (public_url(request), _element_texts())
    )
    constants = b"const CONVSCOPE_SERVER=" + address + b",CONVSCOPE_TEXTS=" + texts
    content = b"(()=>{" + constants + b";\n" + code + b"})();\n"
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"} | address_headers(request)
    return Response(content, media_type="text/javascript", headers=headers)


def _element_texts() -> dict[str, dict[str, str]]:
    """What the element itself says, by language."""
    return {
        language: {name: catalogue(language)[f"frame.{name}"] for name in ("missing", "full")}
        for language in LANGUAGES
    }


def shared_query(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in _SHARED_QUERY if name in query}


def with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def embed_headers(request: Request) -> dict[str, str]:
    headers = {"Vary": "Accept-Language"}
    if may_be_embedded(request):
        ancestors = " ".join(services_of(request.app).settings.frame_ancestors)
        policy = content_policy(ancestors, form_action="'none'", sandbox=SANDBOX)
        headers["Content-Security-Policy"] = policy
    return headers
