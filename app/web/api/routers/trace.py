"""POST /trace: everything about a layer at once, nothing stored."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.formats.json_encoding import to_json
from app.limits import Limits
from app.services.requests.models import SceneBody
from app.services.scene_builder import scene_from_body
from app.services.trace import check_trace, requested_channels, trace
from app.web.api import response_models
from app.web.api.content_coding import coding_headers, encoded
from app.web.api.dependencies import services_of
from app.web.api.openapi import answer, json_body, problems
from app.web.api.openapi_examples import SCENE
from app.web.api.parsing import read_scene
from app.web.api.query_check import StrictQueryRoute
from app.web.negotiation import JSON

router = APIRouter(tags=["trace"], route_class=StrictQueryRoute)


def _example() -> dict[str, Any]:
    scene = scene_from_body(SceneBody.model_validate_json(to_json(SCENE)), Limits())
    return orjson.loads(trace(scene, range(1)))  # type: ignore[no-any-return]


@router.post(
    "/trace",
    summary="Everything about a layer at once",
    operation_id="trace_api_v1_trace_post",
    openapi_extra=json_body(SceneBody, SCENE),
    responses={200: answer(response_models.Trace, _example(), "every number"), **problems(400, 413, 415)},
)
async def post_trace(
    request: Request,
    out_channel: Annotated[
        int | None, Query(ge=0, description="the steps of one output channel only")
    ] = None,
) -> Response:
    """Nothing is stored. The steps are those of every output channel, one after the other."""
    # As a dependency it would take a fifteenth of a small trace.
    services = services_of(request.app)
    scene = await read_scene(request, services)
    out_channels = requested_channels(scene.plan, out_channel)
    numbers = check_trace(scene.plan, out_channels, services.settings)
    cost = numbers + scene.plan.products // 16
    headers = coding_headers(request, JSON, numbers)
    content = await services.pool.run(cost, encoded(headers, lambda: trace(scene, out_channels)))
    return Response(content, headers=headers, media_type=JSON)
