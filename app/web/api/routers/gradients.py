"""POST /gradients: what flows back through a layer. POST /descent: training it. Nothing is stored."""

from __future__ import annotations

from math import prod
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.formats.json_encoding import to_json
from app.limits import Limits
from app.scenes.tensors import gradients_cost
from app.services.gradients.backward import check_descent, check_gradients, descent_json, gradients_json
from app.services.requests.models import DescentBody, GradientsBody
from app.services.scene_builder import scene_from_body
from app.web.api import response_models
from app.web.api.content_coding import coding_headers, encoded
from app.web.api.dependencies import ServicesDep
from app.web.api.openapi import answer, json_body, problems
from app.web.api.openapi_examples import DESCENT, GRADIENTS
from app.web.api.parsing import read_json
from app.web.api.query_check import StrictQueryRoute
from app.web.negotiation import JSON

router = APIRouter(tags=["gradients"], route_class=StrictQueryRoute)


def _example() -> dict[str, Any]:
    body = GradientsBody.model_validate_json(to_json(GRADIENTS))
    scene = scene_from_body(body, Limits())
    return orjson.loads(gradients_json(scene, body.loss, Limits()))  # type: ignore[no-any-return]


def _descent_example() -> dict[str, Any]:
    body = DescentBody.model_validate_json(to_json(DESCENT))
    scene = scene_from_body(body, Limits())
    return orjson.loads(descent_json(scene, body, Limits()))  # type: ignore[no-any-return]


_ANSWERS: Final = problems(400, 413, 415)


@router.post(
    "/gradients",
    summary="Everything that flows back through a layer",
    openapi_extra=json_body(GradientsBody, GRADIENTS),
    responses={200: answer(response_models.Gradients, _example(), "output and gradients"), **_ANSWERS},
)
async def post_gradients(request: Request, services: ServicesDep) -> Response:
    """
    Of an `upstream`, of a `loss`, or, without both, of an upstream of ones. The squared error is the sum over
    all output cells; the cross-entropy takes the means of the output channels as logits.
    """
    limits = services.settings
    body, size = await read_json(request, services, GradientsBody)
    cost = size + body.generated_elements
    scene = await services.pool.run(cost, scene_from_body, body, limits)
    numbers = check_gradients(scene, limits)
    headers = coding_headers(request, JSON, numbers)
    make = encoded(headers, lambda: gradients_json(scene, body.loss, limits))
    content = await services.pool.run(cost + gradients_cost(scene), make)
    return Response(content, headers=headers, media_type=JSON)


@router.post(
    "/descent",
    summary="Train a layer by gradient descent",
    openapi_extra=json_body(DescentBody, DESCENT),
    responses={200: answer(response_models.Descent, _descent_example(), "losses, parameters"), **_ANSWERS},
)
async def post_descent(request: Request, services: ServicesDep) -> Response:
    """
    Each step takes `learning_rate` times the gradient off what is trained. `losses` are those before each
    step and after the last. A step after which a number is out of the dtype's range is `diverged_at`, counted
    from 0; it is not taken, and the descent ends. `upstream` is the gradient of the loss to each output cell
    in the end.
    """
    limits = services.settings
    body, size = await read_json(request, services, DescentBody)
    cost = size + body.generated_elements
    scene = await services.pool.run(cost, scene_from_body, body, limits)
    work = check_descent(scene, body, limits)
    numbers = scene.plan.parameters + prod(scene.plan.output_shape)
    headers = coding_headers(request, JSON, numbers)
    make = encoded(headers, lambda: descent_json(scene, body, limits))
    content = await services.pool.run(cost + work // 16 + body.steps * scene.nbytes, make)
    return Response(content, headers=headers, media_type=JSON)
