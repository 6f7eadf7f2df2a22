"""/scenes/{id}/figure.svg and figure.tex: a window as a picture for slides, pages and papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.scenes.scene import Scene
from app.services.container import Services
from app.services.figures.colors import Theme
from app.services.figures.drawing import Drawing
from app.services.figures.files import to_svg, to_tex
from app.services.figures.window import (
    PARTS,
    OutputCells,
    Part,
    Window,
    figure_cost,
    parse_figure_parts,
    window_figure,
)
from app.services.figures.window_layout import draw_window
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import TEXT, immutable_answers
from app.web.api.query_check import StrictQueryRoute
from app.web.negotiation import preferred_language

router = APIRouter(prefix="/scenes", tags=["figures"], route_class=StrictQueryRoute)
SVG: Final = "image/svg+xml"
TEX: Final = "application/x-tex"

ThemeQuery = Annotated[Theme, Query(description="of the ground: light or dark")]
LanguageQuery = Annotated[
    Literal["en", "zh-CN"] | None, Query(description="language, in place of Accept-Language")
]
WidthQuery = Annotated[
    int | None, Query(ge=64, le=8192, description="in pixels (SVG) or points (TeX); by default as drawn")
]


class FigureRequest(NamedTuple):
    """width: in pixels or points; None: as drawn."""

    window: Window
    parts: tuple[Part, ...]
    output_cells: OutputCells
    theme: Theme
    language: str | None
    width: int | None


async def get_figure_request(
    out_channel: Annotated[int, Query(ge=0, description="output channel of the window")] = 0,
    row: Annotated[int, Query(ge=0, description="output row of the window")] = 0,
    col: Annotated[int, Query(ge=0, description="output column of the window")] = 0,
    parts: Annotated[
        str, Query(description=f"what is drawn, of {', '.join(PARTS)}, separated by commas; by default all")
    ] = "",
    output_cells: Annotated[
        OutputCells,
        Query(
            description="which numbers of the output are drawn: all, those through the window's own, or "
            "those of the windows before it"
        ),
    ] = "all",
    theme: ThemeQuery = "light",
    lang: LanguageQuery = None,
    width: WidthQuery = None,
) -> FigureRequest:
    window = Window(out_channel, row, col)
    return FigureRequest(window, parse_figure_parts(parts, PARTS), output_cells, theme, lang, width)


FigureDep = Annotated[FigureRequest, Depends(get_figure_request)]


def figure_answers(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    return immutable_answers({"description": what, "content": {media_type: TEXT}})


@router.get("/{id}/figure.svg", summary="Draw a window as SVG", responses=figure_answers(SVG, "the picture"))
async def get_svg_figure(
    request: Request, services: ServicesDep, scene: SceneDep, figure: FigureDep
) -> Response:
    """
    What the window reads, the kernel, the products, their sums and the output. Each number stands alone in a
    `text` or `tspan`, rounded, with all its digits in `data-value`. What is not drawn is said in the picture.
    """
    return await _respond(request, services, scene, figure, SVG, to_svg)


@router.get(
    "/{id}/figure.tex", summary="Draw a window with TikZ", responses=figure_answers(TEX, "the document")
)
async def get_tex_figure(
    request: Request, services: ServicesDep, scene: SceneDep, figure: FigureDep
) -> Response:
    """The same picture as a document of the class `standalone`; in Chinese it takes XeLaTeX and `ctex`."""
    return await _respond(request, services, scene, figure, TEX, to_tex)


async def _respond(
    request: Request,
    services: Services,
    scene: Scene,
    figure: FigureRequest,
    media_type: str,
    write: Callable[[Drawing, str, int | None], bytes],
) -> Response:
    language = figure.language or preferred_language(request.scope)
    vary = "" if figure.language else "Accept-Language"
    headers = immutable_headers(request, f"{media_type} {language}", vary=vary)
    if response := not_modified(request, headers):
        return response
    numbers = window_figure(scene, figure.window, figure.output_cells)

    def draw() -> bytes:
        return write(draw_window(numbers, figure.parts, figure.theme, language), language, figure.width)

    content = await services.pool.run(figure_cost(scene), draw)
    return Response(content, headers=headers | {"Content-Language": language}, media_type=media_type)
