"""Page routes: `/`, `/s/{id}`, `/learn`, and what a person sees where there is no page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import brotli
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette_compress import CompressMiddleware

from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.services.scenes import find_scene
from app.store.errors import SceneDamaged, SceneNotFound
from app.web.api.dependencies import services_of
from app.web.negotiation import choose_encoding
from app.web.pages import assets, embed, lesson_pages, network_embed, network_pages, oembed
from app.web.pages.frame_ancestors import refuse_embedding
from app.web.pages.html_page import error_page, html_page, language_of, language_query
from app.web.pages.oembed_links import discovery_links
from app.web.pages.public_url import address_headers
from app.web.pages.scene_title import clean_title
from app.web.pages.workbench import Workbench, workbench

# A tenth fewer bytes than Zstandard, for a millisecond: a first visit waits for them.
_COMPRESSION: Final = Middleware(CompressMiddleware, zstd=False, brotli_quality=5)
_Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def add_pages(app: FastAPI) -> None:
    """Add the pages, the static files and the pages for errors to `app`."""
    assets.install(app)
    pages = (
        ("/", home, "home"),
        ("/s/{id}", scene_page, "scene-page"),
        ("/embed/{id}", embed.page, "embed"),
        ("/embed/n/{id}", network_embed.page, "network-embed"),
        ("/widget/{id}", embed.widget, "widget"),
        ("/widget/n/{id}", network_embed.widget, "network-widget"),
        ("/embed.js", embed.script, "embed-script"),
        ("/oembed", oembed.answer, "oembed"),
        ("/n", network_pages.index, "networks"),
        ("/n/{id}", network_pages.network_page, "network"),
        ("/legend", legend, "legend"),
        ("/docs", docs, "docs"),
        ("/learn", lesson_pages.index, "lessons"),
        ("/learn/{lesson}", lesson_pages.whole_lesson, "lesson"),
        ("/learn/{lesson}/worksheet", lesson_pages.worksheet, "worksheet"),
        ("/learn/{lesson}/{step:int}", lesson_pages.step, "lesson-step"),
        ("/learn/{lesson}/{step:int}/picture.svg", lesson_pages.step_picture, "step-picture"),
    )
    for path, endpoint, name in pages:
        app.router.routes.append(
            Route(path, refuse_embedding(endpoint), name=name, middleware=[_COMPRESSION])
        )
    _answer_people_in_html(app)


async def home(request: Request) -> Response:
    page = _context(request, PRESETS["two-channels"].scene, autoplay=True)
    answer = html_page(request, "workbench.html", 200, page=page, discovery=[])
    takes_brotli = choose_encoding(request.headers.get("Accept-Encoding", ""), ("br",))
    if takes_brotli and set(request.query_params) <= {"lang"}:
        answer.body = await run_in_threadpool(_compressed, bytes(answer.body))
        answer.headers["Content-Encoding"], answer.headers["Content-Length"] = "br", str(len(answer.body))
        answer.headers.add_vary_header("Accept-Encoding")
    return answer


@lru_cache(maxsize=32)
def _compressed(html: bytes) -> bytes:
    """As small as can be, which takes a tenth of a second: once for each language and theme."""
    return bytes(brotli.compress(html))


async def legend(request: Request) -> Response:
    return html_page(request, "legend.html", 200)


async def docs(request: Request) -> Response:
    return html_page(request, "docs.html", 200)


async def scene_page(request: Request) -> Response:
    try:
        scene = await find_scene(services_of(request.app), request.path_params["id"])
    except (SceneNotFound, SceneDamaged):
        return error_page(request, 404)
    page, links = _context(request, scene, autoplay=False), discovery_links(request)
    headers = address_headers(request, "no-cache") if links else {}
    return html_page(request, "workbench.html", 200, headers=headers, page=page, discovery=links)


def _context(request: Request, scene: Scene, *, autoplay: bool) -> Workbench:
    origin = request.query_params.get("from", "")
    language, query = language_of(request), language_query(request)
    own_title = clean_title(request.query_params.get("title", ""))
    settings = services_of(request.app).settings
    network = request.query_params.get("network", "")
    lesson = request.query_params.get("learn", "")
    names = {"origin": origin, "own_title": own_title, "network": network, "lesson": lesson}
    page = workbench(scene, language, query, **names, autoplay=autoplay)
    frames = {"server": settings.public_url, "ancestors": settings.frame_ancestors}
    return replace(page, boot={**page.boot, "frames": frames})


def _answer_people_in_html(app: FastAPI) -> None:
    """A browser that asks for a page that is not there gets a page; programs keep their problem documents."""
    for_programs: _Handler = app.exception_handlers[HTTPException]

    async def answer(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith(
            "/api/"
        )
        if wants_page and isinstance(error, HTTPException) and error.status_code == 404:
            return error_page(request, 404)
        answer = for_programs(request, error)
        return answer if isinstance(answer, Response) else await answer

    app.add_exception_handler(HTTPException, answer)
