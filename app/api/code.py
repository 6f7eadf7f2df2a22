"""PyTorch code in both directions: POST /parse reads a layer, GET /scenes/{id}/code writes a scene."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api import described
from app.api.answers import immutable, json_answer, unchanged
from app.api.bodies import read_json
from app.api.examples import CODE
from app.api.found import Found
from app.api.negotiation import JSON, Accept, choose
from app.api.openapi import TEXT, answer, immutable_answers, json_body, problems, ref
from app.api.problems import MEDIA_TYPE as PROBLEM
from app.api.problems import Problem
from app.api.schemas import CodeBody
from app.scenes.code import code
from app.scenes.parsing import Parsed, ParseError, parse
from app.scenes.presets import PRESETS
from app.scenes.scene import describe

router = APIRouter(tags=["code"])
PYTHON: Final = "text/x-python"


class Unreadable(Problem):
    """Code that is not a layer, and where: line and columns count characters from 1, the end excluded."""

    def __init__(self, error: ParseError) -> None:
        message, place = str(error), ("line", "column", "end_column")
        super().__init__(422, f"line {error.line}, column {error.column}: {message}")
        where = {name: getattr(error, name) for name in place}
        self.members = {"errors": [{"at": "/code", "message": message, **where}]}


_MISTAKE: Final[dict[str, Any]] = {
    "type": "about:blank",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "line 1, column 21: nn.Conv2d has no argument 'strides'; did you mean stride?",
    "errors": [
        {
            "at": "/code",
            "message": "nn.Conv2d has no argument 'strides'; did you mean stride?",
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
        200: answer(described.Parsed, _parsed(parse(CODE["code"])), "the layer"),
        **problems(400, 413, 415),
        422: {
            "description": "code that is not a layer; `errors` says where",
            "content": {PROBLEM: {"schema": ref(described.Problem), "example": _MISTAKE}},
        },
    },
)
async def parse_code(request: Request) -> Response:
    """
    One call of `nn.Conv2d`, `nn.ConvTranspose2d`, `nn.MaxPool2d`, `nn.AvgPool2d`, `F.conv2d`,
    `F.conv_transpose2d`, `F.max_pool2d` or `F.avg_pool2d`. The code is read as syntax and never run.
    """
    body, _ = await read_json(request, CodeBody)
    try:
        return json_answer(_parsed(parse(body.code)))
    except ParseError as error:
        raise Unreadable(error) from None


_EXAMPLE: Final = {"code": code(PRESETS["two-channels"].scene)}


@router.get(
    "/scenes/{id}/code",
    summary="Write a scene as PyTorch code",
    responses=immutable_answers(answer(described.Code, _EXAMPLE, "the script", **{PYTHON: TEXT}), 406),
)
async def get_code(request: Request, scene: Found, accept: Accept = "") -> Response:
    """
    A script that computes the scene's output as `y`. Small tensors stand in it; for large ones it loads
    the scene file, `<id>.safetensors`.
    """
    form = choose(accept, (JSON, PYTHON))
    headers = immutable(request, form) | {"Vary": "Accept"}
    if answer := unchanged(request, headers):
        return answer
    if form == JSON:
        return json_answer({"code": code(scene)}, headers=headers)
    return Response(code(scene), headers=headers, media_type=PYTHON)
