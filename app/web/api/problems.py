"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.conv.errors import ConvError
from app.formats.file_types import UnsupportedFile
from app.i18n.languages import DEFAULT
from app.i18n.messages import in_language
from app.limits import LimitExceeded
from app.scenes.scene_file import NotAScene
from app.scenes.tensors import NoSuchTensor
from app.services.body_errors import FieldError, InvalidFields, NotJson, field_errors
from app.services.executor import ServerBusy
from app.store.scene_store import SceneDamaged, SceneNotFound, StoreFull, StoreUnavailable
from app.web.negotiation import NotAcceptable, choose_language

MEDIA_TYPE = "application/problem+json"
# As RFC 9110 has them; Python before 3.13 has older ones.
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
_log = logging.getLogger("convscope")


class Problem(Exception):
    """An error answer. `errors` are (JSON pointer into the body, message)."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.members = members

    def to_json(self, language: str = DEFAULT) -> bytes:
        title = _TITLES.get(self.status) or HTTPStatus(self.status).phrase
        body = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        if self.errors is not None:
            body["errors"] = [{"at": at, "message": message} for at, message in self.errors]
        return orjson.dumps(_translated(body | self.members, language))

    def response(self, language: str = DEFAULT) -> Response:
        headers = {**(self.headers or {}), "Content-Language": language, "Vary": "Accept-Language"}
        return Response(self.to_json(language), self.status, headers=headers, media_type=MEDIA_TYPE)


def _translated(body: dict[str, Any], language: str) -> dict[str, Any]:
    """The messages in another language; title and type stay, for programs (RFC 9457, 3.1)."""
    translated = body | {"detail": in_language(body["detail"], language)}
    if "errors" in body:
        translated["errors"] = [
            each | {"message": in_language(each["message"], language)} for each in body["errors"]
        ]
    return translated


def busy_problem(detail: str, retry_after: int = 1, **members: Any) -> Problem:
    """There is no room for the work now."""
    return Problem(503, detail, headers={"Retry-After": str(retry_after)}, **members)


def _fields_problem(errors: list[FieldError], detail: str) -> Problem:
    return Problem(422, detail, errors)


def _query_problem(error: RequestValidationError) -> Problem:
    errors = field_errors((tuple(each["loc"][1:]), each) for each in error.errors())
    return _fields_problem(errors, "; ".join(f"{at}: {message}" for at, message in errors))


_PROBLEMS: Final[dict[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda error: error,
    ConvError: lambda error: Problem(422, str(error), [(error.at, str(error))]),
    LimitExceeded: lambda error: Problem(
        413, str(error), limit=error.limit, value=error.value, asked=error.asked
    ),
    NotJson: lambda error: Problem(400, str(error)),
    InvalidFields: lambda error: _fields_problem(error.errors, str(error)),
    RequestValidationError: _query_problem,
    HTTPException: lambda error: Problem(error.status_code, error.detail, headers=error.headers),
    SceneNotFound: lambda error: Problem(404, str(error)),
    NoSuchTensor: lambda error: Problem(404, str(error)),
    NotAScene: lambda error: Problem(422, str(error)),
    UnsupportedFile: lambda error: Problem(415, str(error)),
    StoreFull: lambda error: Problem(507, str(error)),
    StoreUnavailable: lambda error: busy_problem(str(error), retry_after=5),
    ServerBusy: lambda error: busy_problem(str(error), error.retry_after),
    NotAcceptable: lambda error: Problem(406, str(error)),
    SceneDamaged: lambda error: Problem(500, str(error)),
    Exception: lambda _: Problem(500, "something went wrong on the server; its log says what"),
}


def as_problem(error: Exception) -> Problem:
    """What an error means to whoever asked."""
    return _PROBLEMS[next(kind for kind in type(error).__mro__ if kind in _PROBLEMS)](error)


async def answer_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, SceneDamaged | StoreUnavailable):
        # Why a store is full need not be found out, and there may be many who are told.
        _log.error("%s", error, exc_info=None if isinstance(error, StoreFull) else error)
    language = choose_language(None, request.headers.get("Accept-Language", ""))
    return as_problem(error).response(language)


def add_problem_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem answer."""
    for kind in _PROBLEMS:
        app.add_exception_handler(kind, answer_problem)
