"""/scenes/{id}/stamps: a transposed convolution as its input cells stamp it, in pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Annotated, Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api import described
from app.api.answers import immutable, json_answer, unchanged
from app.api.formats import PREFIX, array, bias_of
from app.api.found import Found
from app.api.openapi import answer, immutable_answers
from app.api.work import Pool
from app.conv.operation import Plan
from app.conv.stamps import Stamps, check_stamps, stamps
from app.scenes.limits import check
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene

router = APIRouter(prefix="/scenes", tags=["scenes"])
Whole = Annotated[int, Query(ge=0)]


@dataclass(frozen=True, slots=True)
class Page:
    """The stamps of input cells start ... stop-1; `asked_stop` is where those asked for end."""

    scene: Scene
    out_channel: int
    start: int
    stop: int
    asked_stop: int

    @property
    def next(self) -> str | None:
        """The URL of the rest."""
        if self.stop >= self.asked_stop:
            return None
        query = {"out_channel": self.out_channel, "start": self.stop, "stop": self.asked_stop}
        return f"{PREFIX}/scenes/{self.scene.id}/stamps?{urlencode(query)}"

    def stamps(self) -> Stamps:
        scene = self.scene
        assert scene.weight is not None  # a transposed convolution has one
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.bias)
        return stamps(*layer, self.out_channel, self.start, self.stop)


def _json(page: Page) -> dict[str, Any]:
    found, width = page.stamps(), page.scene.plan.input_shape[2]
    about = {
        "scene": page.scene.id,
        "out_channel": page.out_channel,
        "in_channels": list(found.in_channels),
        "bias": bias_of(page.scene, page.out_channel),
        "start": found.start,
        "stop": found.stop,
        "total": found.total,
        "next": page.next,
        "before": array(found.before),
    }
    return about | {"stamps": _listed(found, width)}


def _listed(found: Stamps, width: int) -> list[dict[str, Any]]:
    numbers = {name: getattr(found, name).numpy() for name in ("values", "products", "sums", "outputs")}
    places = {name: _or_null(getattr(found, name).numpy()) for name in ("output_rows", "output_cols")}
    return [
        {"index": index, "row": index // width, "col": index % width}
        | {name: places[name][k] for name in places}
        | {name: np.ascontiguousarray(numbers[name][k]) for name in numbers}
        for k, index in enumerate(range(found.start, found.stop))
    ]


def _or_null(indices: np.ndarray[Any, Any]) -> list[list[int | None]]:
    return [[None if at < 0 else at for at in line] for line in indices.tolist()]


def _all(scene: Scene) -> Page:
    total = prod(scene.plan.input_shape[1:])
    return Page(scene, 0, 0, total, total)


@router.get(
    "/{id}/stamps",
    summary="A transposed convolution, input cell by input cell",
    responses=immutable_answers(
        answer(described.Stamps, _json(_all(PRESETS["transposed"].scene)), "a page of stamps"), 413
    ),
)
async def get_stamps(
    request: Request,
    scene: Found,
    out_channel: Whole = 0,
    start: Whole = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """
    Of a transposed convolution: what each input cell, in raster order, stamps onto one output channel, and
    the output cells under it once it is added. `before` is the output channel before the first of them.
    """
    total = prod(scene.plan.input_shape[1:])
    stop = total if stop is None else stop
    check_stamps(scene.plan, out_channel, start, stop)
    limits = request.app.state.settings
    plane, each = scene.plan.windows, numbers_per_stamp(scene.plan)
    check("numbers in the answer", "max_answer_numbers", plane + each, limits)
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    page = _cut(Page(scene, out_channel, start, stop, stop), limits.max_answer_numbers - plane)
    if page.next:
        headers["Link"] = f'<{page.next}>; rel="next"'
    pool: Pool = request.app.state.pool
    return await pool.run(plane + page.stop * each, _answer, page, headers)


def numbers_per_stamp(plan: Plan) -> int:
    """How many numbers one stamp holds, the basis of the size of a page."""
    height, width = plan.kernel_size
    channels = plan.channels_per_step
    return (channels + 2) * height * width + channels + height + width + 3


def _cut(page: Page, most: int) -> Page:
    """As many of its stamps as `most` numbers hold, but one at least."""
    stamps = max(1, most // numbers_per_stamp(page.scene.plan))
    return replace(page, stop=min(page.stop, page.start + stamps))


def _answer(page: Page, headers: dict[str, str]) -> Response:
    return json_answer(_json(page), headers=headers)
