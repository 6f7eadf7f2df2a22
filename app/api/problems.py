"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.conv.errors import ConvError
from app.languages import DEFAULT, negotiate
from app.messages import in_language
from app.scenes.codec import NotAScene
from app.scenes.files import UnsupportedFile
from app.scenes.limits import LimitExceeded
from app.scenes.results import NoSuchTensor
from app.scenes.store import SceneDamaged, SceneNotFound, StoreFull, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 8
_LONGEST = 200
# As RFC 9110 has them; Python before 3.13 has older ones.
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
_log = logging.getLogger("convscope")


class Problem(Exception):
    """An error answer. `errors` are (JSON pointer into the body, message)."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[tuple[str, str]] | None = None,
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
        return orjson.dumps(_told(body | self.members, language))

    def response(self, language: str = DEFAULT) -> Response:
        headers = {**(self.headers or {}), "Content-Language": language, "Vary": "Accept-Language"}
        return Response(self.to_json(language), self.status, headers=headers, media_type=MEDIA_TYPE)


def _told(body: dict[str, Any], language: str) -> dict[str, Any]:
    """The messages in another language; title and type stay, for programs (RFC 9457, 3.1)."""
    told = body | {"detail": in_language(body["detail"], language)}
    if "errors" in body:
        told["errors"] = [
            each | {"message": in_language(each["message"], language)} for each in body["errors"]
        ]
    return told


class Busy(Problem):
    """No room for the work now."""

    def __init__(self, detail: str, retry_after: int = 1, **members: Any) -> None:
        super().__init__(503, detail, headers={"Retry-After": str(retry_after)}, **members)


def body_problem(error: ValidationError) -> Problem:
    """What pydantic found in a body, without the input itself: it may be large, or not even be Unicode."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem(400, f"the body is not JSON: {found[0]['msg'].removeprefix('Invalid JSON: ')}")
    errors = [(_pointer(item["loc"]), _message(item["msg"])) for item in found[:_MOST_ERRORS]]
    at, message = errors[0]
    return Problem(422, f"{at or 'the body'}: {message}", errors)


def _pointer(loc: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901). Operations are told apart by kind, which pydantic adds to the path."""
    parts = (loc[0], *loc[2:]) if loc[:1] == ("operation",) else loc
    return "".join("/" + str(part)[:_LONGEST].replace("~", "~0").replace("/", "~1") for part in parts)


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")[:_LONGEST]


def _query_problem(error: RequestValidationError) -> Problem:
    errors = [
        (_pointer(tuple(item["loc"][1:])), _message(item["msg"])) for item in error.errors()[:_MOST_ERRORS]
    ]
    return Problem(422, "; ".join(f"{at}: {message}" for at, message in errors), errors)


_MAKERS: Final[dict[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda error: error,
    ConvError: lambda error: Problem(422, str(error), [(error.at, str(error))]),
    LimitExceeded: lambda error: Problem(
        413, str(error), limit=error.limit, value=error.value, asked=error.asked
    ),
    ValidationError: body_problem,
    RequestValidationError: _query_problem,
    HTTPException: lambda error: Problem(error.status_code, error.detail, headers=error.headers),
    SceneNotFound: lambda error: Problem(404, str(error)),
    NoSuchTensor: lambda error: Problem(404, str(error)),
    NotAScene: lambda error: Problem(422, str(error)),
    UnsupportedFile: lambda error: Problem(415, str(error)),
    StoreFull: lambda error: Problem(507, str(error)),
    StoreUnavailable: lambda error: Busy(str(error), retry_after=5),
    SceneDamaged: lambda error: Problem(500, str(error)),
    Exception: lambda _: Problem(500, "something went wrong on the server; its log says what"),
}


# Those that tell what is wrong with a request; any other is one of the server's own.
KINDS: Final = tuple(kind for kind in _MAKERS if kind is not Exception)


def as_problem(error: Exception) -> Problem:
    """What an error means to whoever asked."""
    return _MAKERS[next(kind for kind in type(error).__mro__ if kind in _MAKERS)](error)


async def answer_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, SceneDamaged | StoreUnavailable):
        # Why a store is full need not be found out, and there may be many who are told.
        _log.error("%s", error, exc_info=None if isinstance(error, StoreFull) else error)
    language = negotiate(None, request.headers.get("Accept-Language", ""))
    return as_problem(error).response(language)


def install(app: FastAPI) -> None:
    """Every error leaves as a problem answer."""
    for kind in _MAKERS:
        app.add_exception_handler(kind, answer_problem)
