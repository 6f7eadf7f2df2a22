"""PyTorch code in both directions: POST /parse reads a layer, GET /scenes/{id}/code writes a scene."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.api.answers import immutable, json_answer, unchanged
from app.api.bodies import read_json
from app.api.found import Found
from app.api.negotiation import JSON, choose
from app.api.problems import MEDIA_TYPE as PROBLEM
from app.api.problems import Problem
from app.api.schemas import AnyOperation, Body
from app.scenes.code import code
from app.scenes.parsing import Parsed, ParseError, parse
from app.scenes.presets import PRESETS
from app.scenes.scene import describe
from app.scenes.snippet import LONGEST

router = APIRouter(tags=["code"])
PYTHON: Final = "text/x-python"


class CodeBody(Body):
    code: str = Field(description=f"one call of a layer, at most {LONGEST:,} characters")


class ParsedAnswer(BaseModel):
    """What the code says; null for what its kind of call does not have."""

    operation: AnyOperation
    in_channels: int | None
    out_channels: int | None
    weight_shape: tuple[int, int, int, int] | None
    bias: bool | None


class CodeAnswer(BaseModel):
    code: str


class Unreadable(Problem):
    """Code that is not a layer, and where: line and columns count characters from 1, the end excluded."""

    def __init__(self, error: ParseError) -> None:
        message, place = str(error), ("line", "column", "end_column")
        super().__init__(422, f"line {error.line}, column {error.column}: {message}")
        where = {name: getattr(error, name) for name in place}
        self.members = {"errors": [{"at": "/code", "message": message, **where}]}


_LAYER: Final = "nn.Conv2d(3, 16, 3, stride=2, padding=1)"
_PARSED: Final[dict[str, Any]] = {
    "operation": {
        "kind": "conv2d",
        "stride": [2, 2],
        "padding": {"top": 1, "bottom": 1, "left": 1, "right": 1},
        "padding_mode": "zeros",
        "dilation": [1, 1],
        "groups": 1,
        "flip": False,
    },
    "in_channels": 3,
    "out_channels": 16,
    "weight_shape": [16, 3, 3, 3],
    "bias": True,
}
_UNREADABLE: Final[dict[str, Any]] = {
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


def _problem(description: str, **content: Any) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: content}}


@router.post(
    "/parse",
    summary="Read a layer from PyTorch code",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": CodeBody.model_json_schema(), "example": {"code": _LAYER}}},
        }
    },
    responses={
        200: {"model": ParsedAnswer, "content": {JSON: {"example": _PARSED}}},
        400: _problem("not JSON"),
        413: _problem("a body over a limit"),
        415: _problem("not application/json"),
        422: _problem("code that is not a layer", example=_UNREADABLE),
        503: _problem("too busy"),
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


def _parsed(layer: Parsed) -> dict[str, Any]:
    return {
        "operation": describe(layer.operation),
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        "weight_shape": layer.weight_shape,
        "bias": layer.bias,
    }


@router.get(
    "/scenes/{id}/code",
    summary="Write a scene as PyTorch code",
    responses={
        200: {
            "model": CodeAnswer,
            "content": {
                JSON: {"example": {"code": code(PRESETS["two-channels"].scene)}},
                PYTHON: {"schema": {"type": "string"}},
            },
        },
        304: {"description": "the client has this answer already"},
        404: _problem("no such scene"),
        406: _problem("Accept takes neither form"),
        503: _problem("too busy"),
    },
)
async def get_code(request: Request, scene: Found, accept: Annotated[str, Header()] = "") -> Response:
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
