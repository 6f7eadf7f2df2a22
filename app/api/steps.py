"""/scenes/{id}/steps: the ledger of one output channel, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.answers import immutable, json_answer, unchanged
from app.api.formats import PARTS, PREFIX, bias_of, numbers_per_step, steps
from app.api.found import Found
from app.api.work import Pool
from app.conv.errors import ConvError
from app.conv.ledger import ledger
from app.scenes.limits import LimitExceeded
from app.scenes.scene import Scene
from app.settings import Limits

router = APIRouter(prefix="/scenes", tags=["scenes"])
Whole = Annotated[int, Query(ge=0)]


@dataclass(frozen=True, slots=True)
class Page:
    """Windows start ... stop-1 of one output channel, as many of those asked for as one answer may hold."""

    out_channel: int
    start: int
    stop: int
    asked_stop: int
    parts: tuple[str, ...]
    numbers: int

    @property
    def next(self) -> dict[str, Any] | None:
        """The query of the rest."""
        if self.stop >= self.asked_stop:
            return None
        windows = {"out_channel": self.out_channel, "start": self.stop, "stop": self.asked_stop}
        return windows | {"include": ",".join(self.parts)}


@router.get("/{id}/steps")
async def get_steps(
    request: Request,
    scene: Found,
    out_channel: Whole = 0,
    start: Whole = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: str = ",".join(PARTS),
) -> Response:
    page = page_of(scene, out_channel, start, stop, _parts(include), request.app.state.settings)
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    pool: Pool = request.app.state.pool
    return await pool.run(page.numbers, _answer, scene, page, headers)


def _parts(include: str) -> tuple[str, ...]:
    asked = [part for part in include.split(",") if part]
    if unknown := [part for part in asked if part not in PARTS]:
        raise ConvError(f"{unknown[0]!r:.40} is none of {', '.join(PARTS)}", "/include")
    return tuple(part for part in PARTS if part in asked)


def page_of(
    scene: Scene, out_channel: int, start: int, stop: int | None, parts: tuple[str, ...], limits: Limits
) -> Page:
    """Fit what is asked to the layer and to the limit. Raises ConvError for windows that are not there."""
    plan = scene.plan
    asked_stop = plan.windows if stop is None else stop
    if out_channel >= plan.output_shape[0]:
        channels = plan.output_shape[0]
        raise ConvError(f"out_channel is {out_channel}, the output has {channels} channels", "/out_channel")
    if not start <= asked_stop <= plan.windows:
        raise ConvError(f"start is {start} and stop {asked_stop}, there are {plan.windows} windows", "/stop")
    each, most = numbers_per_step(plan, parts), limits.max_answer_numbers
    if each > most:
        raise LimitExceeded("numbers of one step", "max_answer_numbers", most, each)
    end = min(asked_stop, start + most // each)
    return Page(out_channel, start, end, asked_stop, parts, (end - start) * each)


def _answer(scene: Scene, page: Page, headers: dict[str, str]) -> Response:
    plan = scene.plan
    layer = (plan, scene.taps, scene.input, scene.weight, scene.bias)
    rows = ledger(*layer, page.out_channel, page.start, page.stop)
    rest = page.next
    answer = {
        "scene": scene.id,
        "out_channel": page.out_channel,
        "in_channels": list(rows.in_channels),
        "bias": bias_of(scene, page.out_channel),
        "start": page.start,
        "stop": page.stop,
        "total": plan.windows,
        "next": rest and f"{PREFIX}/scenes/{scene.id}/steps?{urlencode(rest, safe=',')}",
        "steps": steps(rows, plan.output_shape[2], page.parts),
    }
    return json_answer(answer, headers=headers)
