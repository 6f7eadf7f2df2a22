"""/scenes/{id}/stamps: a transposed convolution as its input cells stamp it, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api import described
from app.api.answers import immutable, unchanged
from app.api.formats import array, to_json
from app.api.found import Found
from app.api.openapi import answer, immutable_answers
from app.api.paging import Page, answer_page
from app.conv.stamps import Stamps, check_stamps, stamps
from app.scenes.limits import check
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.settings import Limits

router = APIRouter(prefix="/scenes", tags=["scenes"])
Whole = Annotated[int, Query(ge=0)]


@dataclass(frozen=True, slots=True)
class StampsPage(Page):
    """Stamps, one for each input cell."""

    name = "stamps"

    @property
    def total(self) -> int:
        return prod(self.scene.plan.input_shape[1:])

    @property
    def numbers_each(self) -> int:
        height, width = self.scene.plan.kernel_size
        channels = self.scene.plan.channels_per_step
        return (channels + 2) * height * width + channels + height + width + 3

    def stamps(self) -> Stamps:
        scene = self.scene
        assert scene.weight is not None  # a transposed convolution has one
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.bias)
        return stamps(*layer, self.out_channel, self.start, self.stop)


def _json(page: StampsPage) -> dict[str, Any]:
    found, width = page.stamps(), page.scene.plan.input_shape[2]
    return page.about | {"before": array(found.before), "stamps": _listed(found, width)}


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


def _all(scene: Scene) -> StampsPage:
    total = prod(scene.plan.input_shape[1:])
    return StampsPage(scene, 0, 0, total, total)


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
    limits: Limits = request.app.state.settings
    asked, plane = StampsPage(scene, out_channel, start, stop, stop), scene.plan.windows
    check("numbers in the answer", "max_answer_numbers", plane + asked.numbers_each, limits)
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    page = asked.cut_to(limits.max_answer_numbers - plane)
    return await answer_page(request, headers, page, plane + page.stop * page.numbers_each, _content)


def _content(page: StampsPage) -> bytes:
    return to_json(_json(page))
