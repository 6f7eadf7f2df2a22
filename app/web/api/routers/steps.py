"""/scenes/{id}/steps: the ledger of one output channel or of all, in pages, as a stream or as one file."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.scenes.presets import PRESETS
from app.services.pagination import Channel
from app.services.steps import (
    DEFAULT_PARTS,
    StepsPage,
    all_steps,
    one_channel,
    parse_parts,
    requested_steps,
)
from app.web.api import response_models
from app.web.api.channel_query import OutChannelQuery
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.page_answers import Start, Stop
from app.web.api.query_check import StrictQueryRoute
from app.web.api.step_forms import FormatQuery, WholeQuery, form_answers, respond_in_form, step_media_type
from app.web.negotiation import AcceptHeader

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)


_EXAMPLE: Final = orjson.loads(all_steps(PRESETS["two-channels"].scene, 0).json())


@router.get(
    "/{id}/steps",
    summary="Every window of one output channel, or of all",
    responses=form_answers(
        response_models.LayerSteps,
        response_models.StepLine,
        _EXAMPLE,
        "a page of steps, as JSON; all of them, one a line; or columns, of a page or with whole of all",
    ),
)
async def get_steps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[OutChannelQuery | None, Query(description="or all; 0 by default")] = None,
    channel: Annotated[OutChannelQuery | None, Query(description="the same as out_channel")] = None,
    start: Start = 0,
    stop: Stop = None,
    include: Annotated[
        str, Query(description="which of patch, products and tap_running_sums a step holds")
    ] = ",".join(DEFAULT_PARTS),
    bits: Annotated[
        int | None, Query(ge=2, le=64, description="names where an accumulator of so many bits overflows")
    ] = None,
    whole: WholeQuery = False,
    format: FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order, windows `start` to `stop` - 1, of all output channels one after the other. Accept or
    `format` chooses the form. `next` and the header Link name the rest where a page does not hold it all;
    lines have no pages. A stream that must end early says so in its last line, a problem with the URL of the
    rest.
    """
    media_type = step_media_type(format, accept)
    chosen: Channel | None = one_channel(out_channel, channel)
    page = StepsPage(
        scene, 0 if chosen is None else chosen, start, start, start, parse_parts(include), bits, format
    )
    requested = requested_steps(page, stop, services.settings)
    return await respond_in_form(request, services, requested, media_type, whole=whole)
