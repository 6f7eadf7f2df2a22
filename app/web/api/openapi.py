"""The OpenAPI document: pieces for the routes, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.formats.json_encoding import to_json
from app.lessons.answer_models import AnswerBody
from app.scenes.presets import PRESETS
from app.services.networks.example import EXAMPLE
from app.services.requests.models import (
    CodeBody,
    DescentBody,
    EditsBody,
    GradientsBody,
    Preparation,
    SceneBody,
    ShapesBody,
)
from app.services.summary import API_PREFIX
from app.web.api.problems import MEDIA_TYPE as PROBLEM
from app.web.api.response_models import MODELS, Summary
from app.web.negotiation import JSON

Document = dict[str, Any]

BODIES: Final = (
    SceneBody,
    EditsBody,
    CodeBody,
    GradientsBody,
    DescentBody,
    AnswerBody,
    Preparation,
    ShapesBody,
)
_SCHEMA: Final = "#/components/schemas/{model}"
_MEANINGS: Final = {
    400: "not JSON, or a form that cannot be read",
    404: "no such scene, or no such tensor of it",
    406: "Accept takes none of the forms",
    413: "over a limit; `limit` names it, `value` and `asked` say how far",
    412: "If-Match names another entity tag than the one here",
    415: "a kind of body or file that is not read",
    416: "no such bytes; Content-Range says how many there are",
    421: "not a name that this server answers to",
    422: "content that cannot be used; `errors` says where",
    429: "too many requests; Retry-After says when again",
    500: "the stored scene is damaged; sending its content again mends it",
    503: "no room now, or the store does not answer; Retry-After says when again",
    507: "the store is full",
}
_ABOUT: Final = (
    "Every number of a convolution or pooling layer: products, channel sums, running sums, outputs. "
    "A scene is a layer with its tensors, immutable and named by its content, so everything below "
    "`/scenes/{id}` may be kept for ever. GET routes answer HEAD too. Errors are RFC 9457 problem documents, "
    "each with a `code`, in English or Chinese as Accept-Language says."
)
# Which preset the examples of a route are about.
_SCENES: Final = {
    f"{API_PREFIX}/scenes/{{id}}/stamps": "transposed",
    f"{API_PREFIX}/scenes/{{id}}/gradients/bias": "strided-volume",
}


def ref(model: type[BaseModel]) -> Document:
    return {"$ref": _SCHEMA.format(model=model.__name__)}


def stored_answers(example: Any) -> dict[int | str, Document]:
    """The answers of a route that stores a scene: its summary."""
    location = {"headers": {"Location": {"schema": {"type": "string"}}}}
    return {
        200: answer(Summary, example, "the scene, which was there already") | location,
        201: answer(Summary, example, "the scene, which is kept for good now") | location,
    }


def problems(*statuses: int) -> dict[int | str, Document]:
    """Error answers, those that any call may get included."""
    schema = {"$ref": _SCHEMA.format(model="Problem")}
    return {
        status: {"description": _MEANINGS[status], "content": {PROBLEM: {"schema": schema}}}
        for status in sorted({*statuses, 421, 422, 429, 503})
    }


def json_body(model: type[BaseModel], example: Any, **others: Document) -> Document:
    """`openapi_extra` of a route that reads its body itself; `others` are further media types."""
    content = {JSON: {"schema": ref(model), "example": _text(example)}, **others}
    return {"requestBody": {"required": True, "content": content}}


def answer(model: type[BaseModel], example: Any, description: str, **others: Document) -> Document:
    content = {JSON: {"schema": ref(model), "example": _text(example)}, **others}
    return {"description": description, "content": content}


def _text(example: Any) -> str:
    """FastAPI drops every null from its document, and an example is not true without its nulls."""
    return to_json(example).decode()


def immutable_answers(
    found: Document, *statuses: int, ranges: Sequence[str] = ()
) -> dict[int | str, Document]:
    """The answers of a route below a scene's id; `ranges`: media types of which bytes may be asked for."""
    tag = {"ETag": {"schema": {"type": "string"}}, "Cache-Control": {"schema": {"type": "string"}}}
    known = {"description": "the client has this answer already", "headers": tag}
    answers = {200: found | {"headers": tag}, 304: known, **problems(404, 412, 500, *statuses)}
    if ranges:
        partial = {"description": "the bytes that Range asks for", "headers": tag}
        answers[206] = partial | {"content": dict.fromkeys(ranges, BINARY)}
        answers |= problems(416)
    return answers


BINARY: Final[Document] = {"schema": {"type": "string", "format": "binary"}}
TEXT: Final[Document] = {"schema": {"type": "string"}}


def describe_app(app: FastAPI) -> None:
    app.description = _ABOUT
    app.openapi = _openapi_of(app)  # type: ignore[method-assign]


def _openapi_of(app: FastAPI) -> Callable[[], Document]:
    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    return openapi


def _document(app: FastAPI) -> Document:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    inputs: list[Any] = [(model, "validation") for model in (*BODIES, *MODELS)]
    _, definitions = models_json_schema(inputs, ref_template=_SCHEMA)
    document["components"] = {"schemas": definitions["$defs"]}
    for path, operations in document["paths"].items():
        scene = PRESETS[_SCENES.get(path, "two-channels")].scene
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "id":
                    is_network = path.startswith(f"{API_PREFIX}/networks")
                    parameter["example"] = EXAMPLE.id if is_network else scene.id
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                if text := part.get("content", {}).get(JSON, {}).get("example"):
                    part["content"][JSON]["example"] = orjson.loads(text)
    return document
