"""PyTorch code in both directions: POST /parse reads a layer, GET /scenes/{id}/code writes a scene."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.scenes.presets import PRESETS
from app.scenes.scene import describe
from app.services.code_archive import code_archive
from app.services.requests.models import CodeBody
from app.services.torch_errors import describe_torch_error
from app.torch_code.parser import Parsed, parse
from app.torch_code.torch_error_patterns import find_torch_error
from app.torch_code.writer import write_code
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import BINARY, TEXT, answer, immutable_answers, json_body, problems, ref
from app.web.api.openapi_examples import CODE
from app.web.api.parsing import read_json
from app.web.api.problems import MEDIA_TYPE as PROBLEM
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response
from app.web.negotiation import JSON, AcceptHeader, choose_media_type, preferred_language

router = APIRouter(tags=["code"], route_class=StrictQueryRoute)
PYTHON: Final = "text/x-python"
# Reading a character takes as long as touching so many numbers.
_NUMBERS_PER_CHARACTER: Final = 10
ZIP: Final = "application/zip"
CodeFormat = Literal["json", "py", "zip"]
_MEDIA_TYPES: Final[dict[CodeFormat, str]] = {"json": JSON, "py": PYTHON, "zip": ZIP}


_MISTAKE: Final[dict[str, Any]] = {
    "type": "about:blank",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "line 1, column 21: nn.Conv2d has no argument 'strides'; did you mean stride?",
    "code": "code.argument_unknown",
    "errors": [
        {
            "at": "/code",
            "message": "nn.Conv2d has no argument 'strides'; did you mean stride?",
            "code": "code.argument_unknown",
            "line": 1,
            "column": 21,
            "end_column": 28,
        }
    ],
}


def _parsed(layer: Parsed) -> dict[str, Any]:
    return {
        "operation": describe(layer.operation),
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        "weight_shape": layer.weight_shape,
        "bias": layer.bias,
    }


@router.post(
    "/parse",
    summary="Read a layer from PyTorch code",
    openapi_extra=json_body(CodeBody, CODE),
    responses={
        200: answer(response_models.CodeRead, _parsed(parse(CODE["code"])), "the layer"),
        **problems(400, 413, 415),
        422: {
            "description": "code that is not a layer; `errors` says where",
            "content": {PROBLEM: {"schema": ref(response_models.Problem), "example": _MISTAKE}},
        },
    },
)
async def parse_code(request: Request, services: ServicesDep) -> Response:
    """
    The call of `nn.Conv2d`, `nn.ConvTranspose2d`, `nn.MaxPool2d`, `nn.AvgPool2d`, `F.conv2d`,
    `F.conv_transpose2d`, `F.max_pool2d` or `F.avg_pool2d`, or of one of these with `1d`; of several, the one
    of `layer_index`, without which a problem lists them in `layers`. The code is read as syntax and never
    run.

    A torch error in place of code, with or without its traceback, is answered with `torch_error`, the shapes
    that it names and `remedies`.
    """
    body, _ = await read_json(request, services, CodeBody)
    if error := find_torch_error(body.code):
        language = preferred_language(request.scope)
        headers = {"Content-Language": language, "Vary": "Accept-Language"}
        return json_response(describe_torch_error(error, language), headers=headers)
    cost = _NUMBERS_PER_CHARACTER * len(body.code)
    return json_response(_parsed(await services.pool.run(cost, parse, body.code, body.layer_index)))


_EXAMPLE: Final = {"code": write_code(PRESETS["two-channels"].scene)}


@router.get(
    "/scenes/{id}/code",
    summary="Write a scene as PyTorch code",
    responses=immutable_answers(
        answer(response_models.Code, _EXAMPLE, "the script", **{PYTHON: TEXT, ZIP: BINARY}), 406
    ),
)
async def get_code(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    format: Annotated[CodeFormat | None, Query(description="instead of Accept")] = None,
    backward: Annotated[bool, Query(description="with the gradients, by autograd")] = False,
    accept: AcceptHeader = "",
) -> Response:
    """
    A script that computes the scene's output as `y`. Small tensors stand in it; for large ones it loads
    the scene file, `<id>.safetensors`. `zip` has both of them. With `backward` it computes `grad_input`,
    `grad_weight` and `grad_bias` from the upstream too.
    """
    media_type = _MEDIA_TYPES[format] if format else choose_media_type(accept, tuple(_MEDIA_TYPES.values()))
    headers = immutable_headers(request, media_type, vary="Accept")
    if response := not_modified(request, headers):
        return response
    if media_type == JSON:
        return json_response({"code": write_code(scene, backward=backward)}, headers=headers)
    if media_type == PYTHON:
        return Response(write_code(scene, backward=backward), headers=headers, media_type=PYTHON)
    headers["Content-Disposition"] = f'attachment; filename="{scene.id}.zip"'
    content = await services.pool.run(scene.nbytes, code_archive, scene, backward)
    return Response(content, headers=headers, media_type=ZIP)
