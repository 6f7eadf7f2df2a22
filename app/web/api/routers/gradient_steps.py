"""/scenes/{id}/gradients: the ledgers of the gradients to the input, the weight and the bias."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.limits import Limits
from app.scenes.presets import PRESETS
from app.scenes.tensors import tensor_shape
from app.services.gradients.backward import bias_gradient_structure, gradient_scene
from app.services.gradients.input_steps import INPUT_PARTS, InputGradientPage
from app.services.gradients.stamps import requested_gradient_stamps
from app.services.gradients.steps import requested_gradients
from app.services.gradients.weight_steps import WEIGHT_PARTS, WeightGradientPage, first_in_channel
from app.services.pagination import ALL, Channel
from app.services.scenes import store_scene
from app.services.steps import parse_parts
from app.services.summary import summarize
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.channel_query import InChannelQuery, OutChannelQuery
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import answer, immutable_answers, problems, stored_answers
from app.web.api.page_answers import Start, Stop, respond_with_page
from app.web.api.parsing import check_no_body
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response, stored_response
from app.web.api.step_forms import FormatQuery, WholeQuery, form_answers, respond_in_form, step_media_type
from app.web.negotiation import AcceptHeader

router = APIRouter(prefix="/scenes", tags=["gradients"], route_class=StrictQueryRoute)
NonNegative = Annotated[int, Query(ge=0)]
_FORMS: Final = "a page of steps, as JSON; all of them, one a line; or columns of a page, with whole of all"
_CHAPTER: Final = PRESETS["two-channels"].scene
_GRADIENT_SCENE: Final = summarize(gradient_scene(_CHAPTER, Limits()))
_WITH_BIAS: Final = PRESETS["strided-volume"].scene


def _example(page: InputGradientPage | WeightGradientPage) -> Any:
    return orjson.loads(requested_gradients(page, None, Limits()).json())


@router.get(
    "/{id}/gradients/input/steps",
    summary="The gradient to each cell of one input channel, or of all",
    responses=form_answers(
        response_models.InputGradientSteps,
        response_models.InputGradientStep,
        _example(InputGradientPage(_CHAPTER, 0, 0, 0, 0)),
        _FORMS,
    ),
)
async def get_input_gradients(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    in_channel: Annotated[InChannelQuery | None, Query(description="or all; 0 by default")] = None,
    start: Start = 0,
    stop: Stop = None,
    include: Annotated[str, Query(description="which of upstream and products a step holds")] = ",".join(
        INPUT_PARTS
    ),
    whole: WholeQuery = False,
    format: FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order. For each kernel row and column the output rows and columns that read the cell through it:
    none, one, or, where padding borrows, several; `upstream` is the sum over them. Pages, lines and columns
    are as with steps; lists in columns are filled up with -1. Steps of all channels name theirs.
    """
    parts = parse_parts(include, INPUT_PARTS)
    page = InputGradientPage(scene, in_channel or 0, start, start, start, parts, format)
    requested = requested_gradients(page, stop, services.settings)
    media_type = step_media_type(format, accept)
    return await respond_in_form(request, services, requested, media_type, whole=whole)


@router.get(
    "/{id}/gradients/input/stamps",
    summary="The gradient to the input, cell by cell of the upstream",
    responses=immutable_answers(
        answer(
            response_models.GradientStamps,
            orjson.loads(requested_gradient_stamps(_CHAPTER, 0, 0, None, Limits()).json()),
            "a page of stamps",
        ),
        413,
    ),
)
async def get_gradient_stamps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    in_channel: NonNegative = 0,
    start: Start = 0,
    stop: Stop = None,
) -> Response:
    """
    The other reading of the same gradient: what each upstream cell, in raster order, adds to the cells of one
    input channel that its window read. `before` is the gradient before the first of them.
    """
    page = requested_gradient_stamps(scene, in_channel, start, stop, services.settings)
    plane = prod(scene.plan.input_shape[1:])
    headers = immutable_headers(request, numbers=plane + page.numbers)
    if response := not_modified(request, headers):
        return response
    # Every stamp before the page is computed too.
    cost = plane + page.stop * page.numbers_per_item
    return await respond_with_page(request, services, headers, page, cost, page.json)


@router.get(
    "/{id}/gradients/weight/steps",
    summary="The gradient to each kernel cell of one output and one input channel, or of all",
    responses=form_answers(
        response_models.WeightGradientSteps,
        response_models.WeightGradientStep,
        _example(WeightGradientPage(_CHAPTER, 0, 0, 0, 0, 0)),
        _FORMS,
    ),
)
async def get_weight_gradients(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[OutChannelQuery | None, Query(description="or all; 0 by default")] = None,
    in_channel: Annotated[
        InChannelQuery | None,
        Query(description="one that the output channel reads, by default the first, or all of all"),
    ] = None,
    start: Start = 0,
    stop: Stop = None,
    include: Annotated[str, Query(description="which of patch, upstream and products a step holds")] = "",
    whole: WholeQuery = False,
    format: FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order of the kernel. `row_sums` are the products of each output row added up; `include` adds the
    input as the output cells read it through the kernel cell, the upstream, and their products, each
    (H_out, W_out). Of all channels the pairs come in the order of the output channels, and steps name theirs.
    """
    parts = parse_parts(include, WEIGHT_PARTS)
    outputs: Channel = out_channel or 0
    if in_channel is None:
        in_channel = ALL if outputs == ALL else first_in_channel(scene, outputs)
    page = WeightGradientPage(scene, outputs, in_channel, start, start, start, parts, format)
    requested = requested_gradients(page, stop, services.settings)
    media_type = step_media_type(format, accept)
    return await respond_in_form(request, services, requested, media_type, whole=whole)


@router.get(
    "/{id}/gradients/bias",
    summary="The gradient to the bias",
    responses=immutable_answers(
        answer(
            response_models.BiasGradient,
            bias_gradient_structure(_WITH_BIAS),
            "the sums of the upstream's planes",
        )
    ),
)
async def get_bias_gradient(request: Request, services: ServicesDep, scene: SceneDep) -> Response:
    """The bias is added to every cell of its output channel, so its gradient is the sum of that plane."""
    tensor_shape(scene, "bias")  # raises NoSuchTensor for a layer without one
    headers = immutable_headers(request, numbers=scene.plan.output_shape[0])
    if response := not_modified(request, headers):
        return response
    cost = scene.given_upstream.numel()
    return json_response(await services.pool.run(cost, bias_gradient_structure, scene), headers=headers)


@router.post(
    "/{id}/gradients/input/scene",
    status_code=201,
    summary="The layer whose output is the gradient to the input",
    responses={
        **stored_answers(summarize(gradient_scene(_CHAPTER, Limits()))),
        **problems(404, 413, 500, 507),
    },
)
async def make_gradient_scene(request: Request, services: ServicesDep, scene: SceneDep) -> Response:
    """
    Of a convolution a transposed one, of a transposed convolution a convolution, with the upstream as input.
    Pooling and padding that borrows have none. It takes no body.
    """
    await check_no_body(request)
    cost = scene.given_upstream.numel() + scene.nbytes // 4
    made = await services.pool.run(cost, gradient_scene, scene, services.settings)
    return stored_response(await store_scene(services, made), summarize(made))
