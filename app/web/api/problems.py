"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.conv.errors import ConvError, Message
from app.formats.file_types import UnsupportedFile
from app.i18n.languages import DEFAULT
from app.i18n.messages import render
from app.limits import LimitExceeded
from app.networks.refusals import NoSuchPart, RunStopped
from app.scenes.scene_file import NotAScene
from app.scenes.tensors import NoSuchTensor
from app.services.requests.body_errors import FieldError, InvalidFields, NotJson, query_errors
from app.services.running.thread_queue import ServerBusy
from app.store.errors import (
    NetworkDamaged,
    NetworkNotFound,
    SceneDamaged,
    SceneNotFound,
    StoreFull,
    StoreUnavailable,
)
from app.torch_code.parser import ParseError, SeveralLayers
from app.torch_code.source_text import Place
from app.web.negotiation import NotAcceptable, preferred_language

MEDIA_TYPE = "application/problem+json"
# As RFC 9110 has them; Python before 3.13 has older ones.
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
_HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed"}
_log = logging.getLogger("convscope")


class Problem(Exception):
    """An error answer. `errors`: what is wrong at places of the body; `members`: further members."""

    def __init__(
        self,
        status: int,
        message: Message,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(str(message))
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers
        self.members = members

    @property
    def code(self) -> str:
        """The code of what is wrong, not of a sentence that says where."""
        return self.errors[0].message.code if self.errors else self.message.code

    def to_json(self, language: str = DEFAULT) -> bytes:
        """Title and type are the same in every language, for programs (RFC 9457, 3.1)."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES.get(self.status) or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": render(self.message, language),
            "code": self.code,
        }
        if self.errors is not None:
            body["errors"] = [_error_member(error, language) for error in self.errors]
        return orjson.dumps(body | self.members)

    def response(self, language: str = DEFAULT) -> Response:
        headers = {**(self.headers or {}), "Content-Language": language, "Vary": "Accept-Language"}
        return Response(self.to_json(language), self.status, headers=headers, media_type=MEDIA_TYPE)


def _error_member(error: FieldError, language: str) -> dict[str, Any]:
    message = {"message": render(error.message, language), "code": error.message.code}
    return {"at": error.at, **message, **error.place}


def busy_problem(message: Message, retry_after: int = 1, **members: Any) -> Problem:
    """There is no room for the work now."""
    return Problem(503, message, headers={"Retry-After": str(retry_after)}, **members)


def _conv_problem(error: ConvError) -> Problem:
    return Problem(422, error.message, [FieldError(error.at, error.message)])


def _code_problem(error: ParseError) -> Problem:
    """Lines and columns count characters from 1, the end excluded."""
    message = Message("in_code", line=error.line, column=error.column, message=error.message)
    place = {"line": error.line, "column": error.column, "end_column": error.end_column}
    errors = [FieldError("/code", error.message, place)]
    if isinstance(error, SeveralLayers):
        return Problem(422, message, errors, layers=_layer_members(error.layers))
    return Problem(422, message, errors)


def _layer_members(layers: Sequence[Place]) -> list[dict[str, Any]]:
    """What `layer_index` may choose from."""
    return [{"layer_index": index} | place._asdict() for index, place in enumerate(layers)]


def _query_problem(error: RequestValidationError) -> Problem:
    errors = query_errors(error.errors())
    places = [Message("in_field", at=each.at, message=each.message) for each in errors]
    message = reduce(lambda first, second: Message("both", first=first, second=second), places)
    return Problem(422, message, errors)


def _http_problem(error: HTTPException) -> Problem:
    """Starlette's own refusal; whatever answers GET answers HEAD too (app/web/middleware/head_method.py)."""
    message: Any = error.detail
    if not isinstance(message, Message):
        code = _HTTP_CODES.get(error.status_code)
        message = Message(code) if code else Message("http_error", status=error.status_code)
    headers = dict(error.headers or {})
    if "GET" in headers.get("Allow", ""):
        headers["Allow"] = ", ".join(sorted({*headers["Allow"].split(", "), "HEAD"}))
    return Problem(error.status_code, message, headers=headers)


_PROBLEMS: Final[dict[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda error: error,
    ConvError: _conv_problem,
    ParseError: _code_problem,
    LimitExceeded: lambda error: Problem(
        413, error.message, limit=error.limit, value=error.value, asked=error.asked
    ),
    NotJson: lambda error: Problem(400, error.message),
    InvalidFields: lambda error: Problem(422, error.message, error.errors),
    RequestValidationError: _query_problem,
    HTTPException: _http_problem,
    SceneNotFound: lambda error: Problem(404, error.message),
    NetworkNotFound: lambda error: Problem(404, error.message),
    NoSuchPart: lambda error: Problem(404, error.message),
    NoSuchTensor: lambda error: Problem(404, error.message),
    NotAScene: lambda error: Problem(422, error.message),
    UnsupportedFile: lambda error: Problem(415, error.message),
    StoreFull: lambda error: Problem(507, error.message),
    StoreUnavailable: lambda error: busy_problem(error.message, retry_after=5),
    ServerBusy: lambda error: busy_problem(error.message, error.retry_after),
    RunStopped: lambda error: busy_problem(error.message, retry_after=5),
    NotAcceptable: lambda error: Problem(406, error.message),
    SceneDamaged: lambda error: Problem(500, error.message),
    NetworkDamaged: lambda error: Problem(500, error.message),
    Exception: lambda _: Problem(500, Message("server_error")),
}


def as_problem(error: Exception) -> Problem:
    """What an error means to whoever asked."""
    return _PROBLEMS[next(kind for kind in type(error).__mro__ if kind in _PROBLEMS)](error)


async def answer_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, SceneDamaged | NetworkDamaged | StoreUnavailable):
        # Why a store is full need not be found out, and there may be many who are told.
        _log.error("%s", render(error.message), exc_info=None if isinstance(error, StoreFull) else error)
    return as_problem(error).response(preferred_language(request.scope))


def add_problem_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem answer."""
    for kind in _PROBLEMS:
        app.add_exception_handler(kind, answer_problem)
