"""/scenes/{id}/stamps: a transposed convolution as its input cells stamp it, in pages."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.scenes.presets import PRESETS
from app.services.scatter import all_stamps, requested_stamps
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import answer, immutable_answers
from app.web.api.page_answers import Start, Stop, respond_with_page
from app.web.api.query_check import StrictQueryRoute

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)


@router.get(
    "/{id}/stamps",
    summary="A transposed convolution, input cell by input cell",
    responses=immutable_answers(
        answer(
            response_models.Stamps,
            orjson.loads(all_stamps(PRESETS["transposed"].scene).json()),
            "a page of stamps",
        ),
        413,
    ),
)
async def get_stamps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[int, Query(ge=0)] = 0,
    start: Start = 0,
    stop: Stop = None,
) -> Response:
    """
    Of a transposed convolution: what each input cell, in raster order, stamps onto one output channel, and
    the output cells under it once it is added. `before` is the output channel before the first of them.
    """
    page = requested_stamps(scene, out_channel, start, stop, services.settings)
    headers = immutable_headers(request, numbers=scene.plan.windows + page.numbers)
    if response := not_modified(request, headers):
        return response
    # Every stamp before the page is computed too.
    cost = scene.plan.windows + page.stop * page.numbers_per_item
    return await respond_with_page(request, services, headers, page, cost, page.json)
