"""POST /trace: everything about a layer at once, nothing stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.answers import json_answer
from app.api.bodies import read_scene
from app.api.formats import array, numbers_per_step, shapes, steps
from app.api.work import Pool
from app.conv.correlate import channel_sums, output
from app.conv.errors import ConvError
from app.conv.ledger import ledger
from app.conv.operation import Plan
from app.scenes.limits import check
from app.scenes.scene import Scene, describe

router = APIRouter(tags=["trace"])


@router.post("/trace")
async def trace(request: Request, out_channel: Annotated[int | None, Query(ge=0)] = None) -> Response:
    scene = await read_scene(request)
    pool: Pool = request.app.state.pool
    asked = _asked(scene.plan, out_channel)
    numbers = _numbers(scene.plan, asked)
    check("numbers in the answer", "max_answer_numbers", numbers, request.app.state.settings)
    return await pool.run(numbers + scene.plan.multiply_adds // 16, _answer, scene, asked)


def _asked(plan: Plan, out_channel: int | None) -> range:
    channels = plan.output_shape[0]
    if out_channel is None:
        return range(channels)
    if out_channel >= channels:
        raise ConvError(f"out_channel is {out_channel}, the output has {channels} channels", "/out_channel")
    return range(out_channel, out_channel + 1)


def _numbers(plan: Plan, asked: range) -> int:
    per_window = plan.output_shape[0] * (1 + plan.channels_per_step) + len(asked) * numbers_per_step(plan)
    return plan.windows * per_window


def _answer(scene: Scene, asked: range) -> Response:
    plan, width = scene.plan, scene.plan.output_shape[2]
    layer = (plan, scene.taps, scene.input, scene.weight, scene.bias)
    return json_answer(
        {
            "operation": describe(plan.operation),
            "shapes": shapes(plan),
            "output": array(output(plan, scene.input, scene.weight, scene.bias)),
            "channel_sums": array(channel_sums(plan, scene.input, scene.weight)),
            "steps": [
                step | {"out_channel": channel}
                for channel in asked
                for step in steps(ledger(*layer, channel), width)
            ],
        }
    )
