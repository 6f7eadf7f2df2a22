"""/networks/{id}/figure.svg and figure.tex: a network as a picture for slides, pages and papers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.services.container import Services
from app.services.figures.colors import Theme
from app.services.figures.drawing import Drawing
from app.services.figures.files import to_svg, to_tex
from app.services.figures.window import parse_figure_parts
from app.services.networks.figure import NETWORK_PARTS, NetworkPart, draw_network
from app.services.running.executor import SMALL
from app.store.network_store import StoredNetwork
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import ServicesDep
from app.web.api.query_check import StrictQueryRoute
from app.web.api.routers.figures import SVG, TEX, LanguageQuery, ThemeQuery, WidthQuery, figure_answers
from app.web.api.routers.networks import NetworkDep
from app.web.negotiation import preferred_language

router = APIRouter(prefix="/networks", tags=["figures"], route_class=StrictQueryRoute)
# Cells of the pictures of a figure together; TeX draws a rectangle for each.
_SVG_CELLS: Final = 1 << 20
_TEX_CELLS: Final = 12_000


class NetworkFigureRequest(NamedTuple):
    """width: in pixels or points; None: as drawn."""

    parts: tuple[NetworkPart, ...]
    theme: Theme
    language: str | None
    width: int | None


async def get_figure_request(
    parts: Annotated[
        str,
        Query(
            description=f"what nodes have, of {', '.join(NETWORK_PARTS)}, separated by commas; by default all"
        ),
    ] = "",
    theme: ThemeQuery = "light",
    lang: LanguageQuery = None,
    width: WidthQuery = None,
) -> NetworkFigureRequest:
    return NetworkFigureRequest(parse_figure_parts(parts, NETWORK_PARTS), theme, lang, width)


FigureDep = Annotated[NetworkFigureRequest, Depends(get_figure_request)]


@router.get("/{id}/figure.svg", summary="Draw a network as SVG", responses=figure_answers(SVG, "the picture"))
async def get_network_svg_figure(
    request: Request, services: ServicesDep, network: NetworkDep, figure: FigureDep
) -> Response:
    """
    From the inputs to the outputs: each node with its operator, name, channels in small, output shape,
    parameters and multiply-adds. Each number stands alone in a `text` or `tspan`, with all its digits in
    `data-value`. What is not drawn is said in the picture.
    """
    return await _respond(request, services, network, figure, SVG, to_svg, _SVG_CELLS)


@router.get(
    "/{id}/figure.tex", summary="Draw a network with TikZ", responses=figure_answers(TEX, "the document")
)
async def get_network_tex_figure(
    request: Request, services: ServicesDep, network: NetworkDep, figure: FigureDep
) -> Response:
    """The same picture as a document of the class `standalone`; in Chinese it takes XeLaTeX and `ctex`."""
    return await _respond(request, services, network, figure, TEX, to_tex, _TEX_CELLS)


async def _respond(
    request: Request,
    services: Services,
    network: StoredNetwork,
    figure: NetworkFigureRequest,
    media_type: str,
    write: Callable[[Drawing, str, int | None], bytes],
    cells: int,
) -> Response:
    language = figure.language or preferred_language(request.scope)
    vary = "" if figure.language else "Accept-Language"
    headers = immutable_headers(request, f"{media_type} {language}", vary=vary)
    if response := not_modified(request, headers):
        return response

    def draw() -> bytes:
        tensor_of = partial(services.networks.tensor, network)
        drawing = draw_network(network, tensor_of, figure.parts, figure.theme, language, cells)
        return write(drawing, language, figure.width)

    content = await services.pool.run(SMALL + 1, draw)
    return Response(content, headers=headers | {"Content-Language": language}, media_type=media_type)
