"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.conv.errors import ConvError
from app.scenes.files import UnsupportedFile
from app.scenes.limits import LimitExceeded
from app.scenes.results import NoSuchTensor
from app.scenes.store import SceneDamaged, SceneNotFound

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 8
_LONGEST = 200
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


class Busy(Problem):
    """No room for the work now."""

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(503, detail, headers={"Retry-After": str(retry_after)})


def problem_response(problem: Problem) -> Response:
    title = HTTPStatus(problem.status).phrase
    body = {"type": "about:blank", "title": title, "status": problem.status, "detail": problem.detail}
    if problem.errors is not None:
        body["errors"] = [{"at": at, "message": message} for at, message in problem.errors]
    content = orjson.dumps(body | problem.members)
    return Response(content, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


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


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case ConvError():
            return Problem(422, str(error), [(error.at, str(error))])
        case LimitExceeded():
            return Problem(413, str(error), limit=error.limit, value=error.value, asked=error.asked)
        case ValidationError():
            return body_problem(error)
        case SceneNotFound() | NoSuchTensor():
            return Problem(404, str(error))
        case RequestValidationError():
            found = error.errors()[:_MOST_ERRORS]
            return Problem(422, "; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in found))
        case HTTPException():
            return Problem(error.status_code, error.detail, headers=error.headers)
        case UnsupportedFile():
            return Problem(415, str(error))
        case SceneDamaged():
            return Problem(500, str(error))
        case _:
            return Problem(500, "something went wrong on the server; its log says what")


async def answer_problem(_: Request, error: Exception) -> Response:
    problem = _as_problem(error)
    if isinstance(error, SceneDamaged):
        _log.error("%s", error, exc_info=error)
    return problem_response(problem)


def install(app: FastAPI) -> None:
    """Every error leaves as a problem answer."""
    kinds = (
        Problem,
        ConvError,
        LimitExceeded,
        ValidationError,
        SceneNotFound,
        SceneDamaged,
        NoSuchTensor,
        UnsupportedFile,
    )
    for kind in (*kinds, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer_problem)
