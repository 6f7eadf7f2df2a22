"""/scenes/{id}/figure.svg and figure.tex: a window as a picture for slides, pages and papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.conv.errors import ConvError
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.figures.colors import Theme
from app.services.figures.drawing import Drawing
from app.services.figures.files import to_svg, to_tex
from app.services.figures.gradient import (
    Direction,
    GradientFigure,
    bias_gradient_figure,
    gradient_figure_cost,
    input_gradient_figure,
    weight_gradient_figure,
)
from app.services.figures.gradient_layout import draw_gradient
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
from app.services.gradients.weight_steps import first_in_channel
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import TEXT, immutable_answers
from app.web.api.query_check import StrictQueryRoute
from app.web.negotiation import preferred_language

router = APIRouter(prefix="/scenes", tags=["figures"], route_class=StrictQueryRoute)
SVG: Final = "image/svg+xml"
TEX: Final = "application/x-tex"

FigureDirection = Literal["forward", Direction]
ThemeQuery = Annotated[Theme, Query(description="of the ground: light or dark")]
LanguageQuery = Annotated[
    Literal["en", "zh-CN"] | None, Query(description="language, in place of Accept-Language")
]
WidthQuery = Annotated[
    int | None, Query(ge=64, le=8192, description="in pixels (SVG) or points (TeX); by default as drawn")
]


class FigureRequest(NamedTuple):
    """width: in pixels or points; None: as drawn."""

    direction: FigureDirection
    window: Window
    in_channel: int | None
    parts: tuple[Part, ...]
    output_cells: OutputCells
    theme: Theme
    language: str | None
    width: int | None


async def get_figure_request(
    direction: Annotated[
        FigureDirection,
        Query(description="the forward pass, or the gradient to the input, to the weight or to the bias"),
    ] = "forward",
    out_channel: Annotated[
        int,
        Query(ge=0, description="output channel of the window, or of the gradient to the weight or the bias"),
    ] = 0,
    in_channel: Annotated[
        int | None,
        Query(
            ge=0,
            description="input channel of the gradient; by default 0, or to the weight the first that "
            "the output channel reads",
        ),
    ] = None,
    row: Annotated[int, Query(ge=0, description="row of the cell: in the output or the gradient")] = 0,
    col: Annotated[int, Query(ge=0, description="column of the cell")] = 0,
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
    unused = {
        "in_channel": direction in ("forward", "bias") and in_channel is not None,
        "row": direction == "bias" and row != 0,
        "col": direction == "bias" and col != 0,
        "out_channel": direction == "input" and out_channel != 0,
        "output_cells": direction != "forward" and output_cells != "all",
    }
    for name in (name for name, is_unused in unused.items() if is_unused):
        raise ConvError("parameter_without_direction", f"/{name}", name=name, direction=direction)
    window, known = Window(out_channel, row, col), parse_figure_parts(parts, PARTS)
    return FigureRequest(direction, window, in_channel, known, output_cells, theme, lang, width)


FigureDep = Annotated[FigureRequest, Depends(get_figure_request)]


def figure_answers(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    return immutable_answers({"description": what, "content": {media_type: TEXT}})


@router.get(
    "/{id}/figure.svg",
    summary="Draw a window or a gradient as SVG",
    responses=figure_answers(SVG, "the picture"),
)
async def get_svg_figure(
    request: Request, services: ServicesDep, scene: SceneDep, figure: FigureDep
) -> Response:
    """
    What the window reads, the kernel, the products, their sums and the output; of a gradient what flows back,
    what it is multiplied by, the products, their sums and the gradient. Each number stands alone in a
    `text` or `tspan`, rounded, with all its digits in `data-value`. What is not drawn is said in the picture.
    """
    return await _respond(request, services, scene, figure, SVG, to_svg)


@router.get(
    "/{id}/figure.tex",
    summary="Draw a window or a gradient with TikZ",
    responses=figure_answers(TEX, "the document"),
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
    cost, draw = _prepare(scene, figure, language)
    content = await services.pool.run(cost, lambda: write(draw(), language, figure.width))
    return Response(content, headers=headers | {"Content-Language": language}, media_type=media_type)


def _prepare(scene: Scene, figure: FigureRequest, language: str) -> tuple[int, Callable[[], Drawing]]:
    """About how many numbers a drawing touches, and what makes it. Raises ConvError."""
    shown = (figure.parts, figure.theme, language)
    if figure.direction == "forward":
        numbers = window_figure(scene, figure.window, figure.output_cells)
        return figure_cost(scene), lambda: draw_window(numbers, *shown)
    return gradient_figure_cost(scene, figure.direction), lambda: draw_gradient(
        _gradient(scene, figure), *shown
    )


def _gradient(scene: Scene, figure: FigureRequest) -> GradientFigure:
    window, in_channel = figure.window, figure.in_channel
    if figure.direction == "input":
        return input_gradient_figure(scene, in_channel or 0, window.row, window.col)
    if figure.direction == "bias":
        return bias_gradient_figure(scene, window.out_channel)
    if in_channel is None:
        in_channel = first_in_channel(scene, window.out_channel)
    return weight_gradient_figure(scene, window.out_channel, in_channel, window.row, window.col)
