"""POST /trace: everything about a layer at once, nothing stored."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.api import described
from app.api.bodies import read_body, scene_from, scene_of
from app.api.examples import SCENE
from app.api.formats import array, numbers_per_step, shapes, to_json
from app.api.kept import Kept
from app.api.negotiation import JSON
from app.api.openapi import answer, json_body, problems
from app.api.schemas import SceneBody
from app.api.steps import StepsPage, all_steps
from app.api.work import Pool
from app.conv.correlate import channel_sums, output
from app.conv.errors import ConvError
from app.conv.operation import Plan
from app.scenes.limits import check
from app.scenes.scene import Scene, describe
from app.settings import Limits


async def trace(
    request: Request,
    out_channel: Annotated[
        int | None, Query(ge=0, description="the steps of one output channel only")
    ] = None,
) -> Response:
    """Nothing is stored. The steps are those of every output channel, one after the other."""
    kept: Kept = request.app.state.kept
    content = await read_body(request)
    question = sha256(content).digest(), out_channel
    if known := kept.get(question):
        return Response(known, media_type=JSON)
    scene = await scene_of(request, content)
    pool: Pool = request.app.state.pool
    asked = asked_channels(scene.plan, out_channel)
    numbers = _numbers(scene.plan, asked)
    check("numbers in the answer", "max_answer_numbers", numbers, request.app.state.settings)
    answer = await pool.run(numbers + scene.plan.multiply_adds // 16, _answer, scene, asked)
    kept.keep(question, answer)
    return Response(answer, media_type=JSON)


def asked_channels(plan: Plan, out_channel: int | None) -> range:
    """One output channel, or all. Raises ConvError for one that is not there."""
    channels = plan.output_shape[0]
    if out_channel is None:
        return range(channels)
    if out_channel >= channels:
        raise ConvError(f"out_channel is {out_channel}, the output has {channels} channels", "/out_channel")
    return range(out_channel, out_channel + 1)


def _numbers(plan: Plan, asked: range) -> int:
    per_window = plan.output_shape[0] * (1 + plan.channels_per_step) + len(asked) * numbers_per_step(plan)
    return plan.windows * per_window


def _answer(scene: Scene, asked: range) -> bytes:
    steps = [step for channel in asked for step in traced(all_steps(scene, channel))]
    return to_json(whole_layer(scene) | {"steps": steps})


def whole_layer(scene: Scene) -> dict[str, Any]:
    """What a trace says about the layer as a whole."""
    plan = scene.plan
    return {
        "operation": describe(plan.operation),
        "shapes": shapes(plan),
        "output": array(output(plan, scene.input, scene.weight, scene.bias)),
        "channel_sums": array(channel_sums(plan, scene.input, scene.weight)),
    }


def traced(page: StepsPage) -> list[dict[str, Any]]:
    """The steps of a page as a trace has them: each says its output channel."""
    found = page.steps()
    for step in found:
        step["out_channel"] = page.out_channel
    return found


def _example() -> dict[str, Any]:
    scene = scene_from(SceneBody.model_validate_json(to_json(SCENE)), {}, Limits())
    return orjson.loads(_answer(scene, range(1)))  # type: ignore[no-any-return]


ROUTE: Final = APIRoute(
    "/trace",
    trace,
    methods=["POST"],
    tags=["trace"],
    summary="Everything about a layer at once",
    openapi_extra=json_body(SceneBody, SCENE),
    responses={200: answer(described.Trace, _example(), "every number"), **problems(400, 413, 415)},
)
router = APIRouter(routes=[ROUTE])
