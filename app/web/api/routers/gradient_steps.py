"""/scenes/{id}/gradients: the ledgers of the gradients to the input, the weight and the bias."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.conv.gradients import bias_gradient
from app.formats.json_encoding import to_array
from app.limits import Limits
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.gradient_steps import (
    INPUT_PARTS,
    WEIGHT_PARTS,
    InputGradientPage,
    WeightGradientPage,
    check_has,
    requested_gradients,
)
from app.services.gradients import gradient_scene
from app.services.scenes import store_scene
from app.services.steps import parse_parts
from app.services.summary import summarize
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import BINARY, answer, immutable_answers, problems, ref, stored_answers
from app.web.api.pagination import respond_in_form, respond_with_lines
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response, stored_response
from app.web.negotiation import JSON, JSONL, SAFETENSORS, ZIP, AcceptHeader, choose_media_type

router = APIRouter(prefix="/scenes", tags=["gradients"], route_class=StrictQueryRoute)
NonNegative = Annotated[int, Query(ge=0)]
Format = Literal["json", "jsonl", "safetensors", "zip"]
_MEDIA_TYPES: Final[dict[Format, str]] = {
    "json": JSON,
    "jsonl": JSONL,
    "safetensors": SAFETENSORS,
    "zip": ZIP,
}
_FormatQuery = Annotated[Format | None, Query(description="instead of Accept; zip: columns as .npz")]
_CHAPTER: Final = PRESETS["two-channels"].scene
_GRADIENT_SCENE: Final = summarize(gradient_scene(_CHAPTER, Limits()))
_WITH_BIAS: Final = PRESETS["strided-volume"].scene


def _example(page: InputGradientPage | WeightGradientPage) -> Any:
    return orjson.loads(requested_gradients(page, None, Limits()).json())


def _answers(steps: Any, step: Any, example: Any) -> dict[int | str, dict[str, Any]]:
    lines = {"itemSchema": ref(step)}
    description = "a page of steps, as JSON; all of them, one a line; or columns of a page"
    forms = {JSONL: lines, SAFETENSORS: BINARY, ZIP: BINARY}
    return immutable_answers(
        answer(steps, example, description, **forms), 406, 413, ranges=(SAFETENSORS, ZIP)
    )


async def _respond(
    request: Request,
    services: Services,
    page: InputGradientPage | WeightGradientPage,
    stop: int | None,
    accept: str,
) -> Response:
    offers = tuple(_MEDIA_TYPES.values())
    form: Any = page.form
    media_type = _MEDIA_TYPES[form] if form else choose_media_type(accept, offers)
    requested = requested_gradients(page, stop, services.settings)
    headers = immutable_headers(request, media_type, numbers=requested.numbers, vary="Accept")
    if response := not_modified(request, headers):
        return response
    if media_type == JSONL:
        return respond_with_lines(request, services, headers, requested)
    part = requested.take_numbers(services.settings.max_answer_numbers)
    return await respond_in_form(request, services, headers, part, media_type)


@router.get(
    "/{id}/gradients/input/steps",
    summary="The gradient to each cell of one input channel",
    responses=_answers(
        response_models.InputGradientSteps,
        response_models.InputGradientStep,
        _example(InputGradientPage(_CHAPTER, 0, 0, 0, 0)),
    ),
)
async def get_input_gradients(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    in_channel: NonNegative = 0,
    start: NonNegative = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: Annotated[str, Query(description="which of upstream and products a step holds")] = ",".join(
        INPUT_PARTS
    ),
    format: _FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order. For each kernel row and column the output rows and columns that read the cell through it:
    none, one, or, where padding borrows, several; `upstream` is the sum over them. Pages, lines and columns
    are as with steps; lists in columns are filled up with -1.
    """
    page = InputGradientPage(
        scene, in_channel, start, start, start, parse_parts(include, INPUT_PARTS), format
    )
    return await _respond(request, services, page, stop, accept)


@router.get(
    "/{id}/gradients/weight/steps",
    summary="The gradient to each kernel cell of one output and one input channel",
    responses=_answers(
        response_models.WeightGradientSteps,
        response_models.WeightGradientStep,
        _example(WeightGradientPage(_CHAPTER, 0, 0, 0, 0, 0)),
    ),
)
async def get_weight_gradients(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: NonNegative = 0,
    in_channel: Annotated[
        int | None, Query(ge=0, description="one that the output channel reads, the first by default")
    ] = None,
    start: NonNegative = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: Annotated[str, Query(description="which of patch, upstream and products a step holds")] = "",
    format: _FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order of the kernel. `row_sums` are the products of each output row added up; `include` adds the
    input as the output cells read it through the kernel cell, the upstream, and their products, each
    (H_out, W_out).
    """
    check_has(scene, "weight")
    if in_channel is None:
        in_channel = _first_read(scene, out_channel)
    page = WeightGradientPage(
        scene, out_channel, in_channel, start, start, start, parse_parts(include, WEIGHT_PARTS), format
    )
    return await _respond(request, services, page, stop, accept)


def _first_read(scene: Scene, out_channel: int) -> int:
    """The first input channel of an output channel; any for one that is not there, which is told later."""
    plan = scene.plan
    return plan.in_channels(out_channel)[0] if out_channel < plan.output_shape[0] else 0


def _bias_structure(scene: Scene) -> dict[str, Any]:
    sums = to_array(bias_gradient(scene.given_upstream))
    return {"upstream_sums": sums, "gradient": sums}


@router.get(
    "/{id}/gradients/bias",
    summary="The gradient to the bias",
    responses=immutable_answers(
        answer(response_models.BiasGradient, _bias_structure(_WITH_BIAS), "the sums of the upstream's planes")
    ),
)
async def get_bias_gradient(request: Request, services: ServicesDep, scene: SceneDep) -> Response:
    """The bias is added to every cell of its output channel, so its gradient is the sum of that plane."""
    check_has(scene, "bias")
    headers = immutable_headers(request, numbers=scene.plan.output_shape[0])
    if response := not_modified(request, headers):
        return response
    cost = scene.given_upstream.numel()
    return json_response(await services.pool.run(cost, _bias_structure, scene), headers=headers)


@router.post(
    "/{id}/gradients/input/scene",
    status_code=201,
    summary="The layer whose output is the gradient to the input",
    responses={
        **stored_answers(summarize(gradient_scene(_CHAPTER, Limits()))),
        **problems(404, 413, 500, 507),
    },
)
async def make_gradient_scene(services: ServicesDep, scene: SceneDep) -> Response:
    """
    Of a convolution a transposed one, of a transposed convolution a convolution, with the upstream as input.
    Pooling and padding that borrows have none.
    """
    cost = scene.given_upstream.numel() + scene.nbytes // 4
    made = await services.pool.run(cost, gradient_scene, scene, services.settings)
    return stored_response(await store_scene(services, made), summarize(made))
