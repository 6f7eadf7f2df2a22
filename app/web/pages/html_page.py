"""What all pages share: templates, language, theme, headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n.languages import LANGUAGES, catalogue
from app.settings import TEMPLATES
from app.web.negotiation import choose_language
from app.web.pages import assets
from app.web.pages.formulas import formula

_JSON: Final = orjson.OPT_SERIALIZE_NUMPY
JINJA_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
JINJA_ENVIRONMENT.globals |= {
    "asset": assets.asset_url,
    "icon": assets.icon_url,
    "imported": assets.imported_urls,
    "formula": formula,
}
# orjson knows NumPy's numbers; what `tojson` makes safe in HTML stays so.
JINJA_ENVIRONMENT.policies["json.dumps_function"] = lambda value: orjson.dumps(value, option=_JSON).decode()
JINJA_ENVIRONMENT.policies["json.dumps_kwargs"] = {}


def html_page(
    request: Request,
    template: str,
    status_code: int,
    *,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response:
    """headers: further ones, or others than the usual."""
    language = language_of(request)
    usual = {
        "language": language,
        "theme": theme_of(request),
        "t": catalogue(language),
        "other": next(code for code in LANGUAGES if code != language),
        "query": language_query(request),
        "path": request.url.path,
    }
    html = JINJA_ENVIRONMENT.get_template(template).render(usual | context)
    sent = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie", "Content-Language": language}
    return HTMLResponse(html, status_code, sent | dict(headers or {}))


def error_page(request: Request, status: int) -> Response:
    return html_page(request, "error.html", status, status=404 if status < 500 else 500)


def language_of(request: Request) -> str:
    return choose_language(request.query_params.get("lang"), request.headers.get("Accept-Language", ""))


def theme_of(request: Request) -> str | None:
    """The one chosen on an earlier visit; else the system's."""
    chosen = request.cookies.get("convscope.theme")
    return chosen if chosen in ("light", "dark") else None


def language_query(request: Request) -> str:
    """A language that was asked for by name stays asked for in the links."""
    language = request.query_params.get("lang")
    return f"?lang={language}" if language in LANGUAGES else ""
