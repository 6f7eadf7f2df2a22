"""A tensor as an answer: its formats, how one is chosen, and what the OpenAPI document says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.services.tensors import Format
from app.web.api.byte_ranges import binary_response
from app.web.api.openapi import BINARY, Document, answer, immutable_answers
from app.web.negotiation import JSON, NPY, PNG, SAFETENSORS, choose_media_type

MEDIA_TYPES: Final[dict[Format, str]] = {"json": JSON, "npy": NPY, "safetensors": SAFETENSORS, "png": PNG}
_FORMATS: Final = {media_type: form for form, media_type in MEDIA_TYPES.items()}


def choose_format(asked: Format | None, accept: str) -> Format:
    """`asked`, or what Accept prefers."""
    return asked or _FORMATS[choose_media_type(accept, tuple(_FORMATS))]


def tensor_response(
    request: Request, content: bytes | memoryview, headers: dict[str, str], form: Format
) -> Response:
    """The encoded tensor; of the binary formats ranges may be asked for."""
    if form == "json":
        return Response(content, headers=headers, media_type=JSON)
    return binary_response(request, content, headers, MEDIA_TYPES[form])


def tensor_answers(model: type[BaseModel], example: Mapping[str, Any]) -> dict[int | str, Document]:
    """The answers of a route for a tensor."""
    told = "the numbers; a PNG shows one channel, black its smallest number, white its largest"
    binary = dict.fromkeys((NPY, SAFETENSORS, PNG), BINARY)
    return immutable_answers(answer(model, example, told, **binary), 406, 413, ranges=tuple(binary))
