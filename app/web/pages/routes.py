"""Page routes: `/`, `/s/{id}`, and what a person sees where there is no page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette_compress import CompressMiddleware

from app.i18n.languages import LANGUAGES, catalogue
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.services.scenes import find_scene
from app.settings import TEMPLATES
from app.store.errors import SceneDamaged, SceneNotFound
from app.web.api.dependencies import services_of
from app.web.negotiation import choose_language
from app.web.pages import assets
from app.web.pages.scene_title import clean_title
from app.web.pages.workbench import workbench

_JSON: Final = orjson.OPT_SERIALIZE_NUMPY
JINJA_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
JINJA_ENVIRONMENT.globals |= {"asset": assets.asset_url, "imported": assets.imported_urls}
# orjson knows NumPy's numbers; what `tojson` makes safe in HTML stays so.
JINJA_ENVIRONMENT.policies["json.dumps_function"] = lambda value: orjson.dumps(value, option=_JSON).decode()
JINJA_ENVIRONMENT.policies["json.dumps_kwargs"] = {}

_Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def add_pages(app: FastAPI) -> None:
    """Add the pages, the static files and the pages for errors to `app`."""
    assets.install(app)
    pages = (
        ("/", home, "home"),
        ("/s/{id}", scene_page, "scene-page"),
        ("/legend", legend, "legend"),
        ("/docs", docs, "docs"),
    )
    for path, endpoint, name in pages:
        app.router.routes.append(
            Route(path, endpoint, name=name, middleware=[Middleware(CompressMiddleware)])
        )
    _answer_people_in_html(app)


async def home(request: Request) -> Response:
    return _workbench(request, PRESETS["two-channels"].scene, autoplay=True)


async def legend(request: Request) -> Response:
    return _page(request, "legend.html", 200)


async def docs(request: Request) -> Response:
    return _page(request, "docs.html", 200)


async def scene_page(request: Request) -> Response:
    try:
        scene = await find_scene(services_of(request.app), request.path_params["id"])
    except (SceneNotFound, SceneDamaged):
        return _error(request, 404)
    return _workbench(request, scene, autoplay=False)


def _workbench(request: Request, scene: Scene, *, autoplay: bool) -> Response:
    origin = request.query_params.get("from", "")
    own_title = clean_title(request.query_params.get("title", ""))
    page = workbench(
        scene, _language(request), _query(request), origin=origin, own_title=own_title, autoplay=autoplay
    )
    return _page(request, "workbench.html", 200, page=page)


def _error(request: Request, status: int) -> Response:
    return _page(request, "error.html", status, status=404 if status < 500 else 500)


def _page(request: Request, template: str, status_code: int, **context: object) -> Response:
    language = _language(request)
    other = next(code for code in LANGUAGES if code != language)
    html = JINJA_ENVIRONMENT.get_template(template).render(
        language=language,
        theme=_theme(request),
        t=catalogue(language),
        other=other,
        query=_query(request),
        path=request.url.path,
        **context,
    )
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie", "Content-Language": language}
    return HTMLResponse(html, status_code, headers)


def _language(request: Request) -> str:
    return choose_language(request.query_params.get("lang"), request.headers.get("Accept-Language", ""))


def _theme(request: Request) -> str | None:
    """The one chosen on an earlier visit; else the system's."""
    chosen = request.cookies.get("convscope.theme")
    return chosen if chosen in ("light", "dark") else None


def _query(request: Request) -> str:
    """A language that was asked for by name stays asked for in the links."""
    asked = request.query_params.get("lang")
    return f"?lang={asked}" if asked in LANGUAGES else ""


def _answer_people_in_html(app: FastAPI) -> None:
    """A browser that asks for a page that is not there gets a page; programs keep their problem documents."""
    for_programs: _Handler = app.exception_handlers[HTTPException]

    async def answer(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith(
            "/api/"
        )
        if wants_page and isinstance(error, HTTPException) and error.status_code == 404:
            return _error(request, 404)
        answer = for_programs(request, error)
        return answer if isinstance(answer, Response) else await answer

    app.add_exception_handler(HTTPException, answer)
