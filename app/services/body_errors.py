"""What pydantic finds in a request body, without the input itself: it may be large, or not even Unicode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

_MAX_ERRORS: Final = 8
_MAX_LENGTH: Final = 200


class FieldError(NamedTuple):
    """A place in a body or query, as a JSON pointer (RFC 6901), and what is wrong there."""

    at: str
    message: str


class NotJson(ValueError):
    """The body is not JSON."""


class InvalidFields(ValueError):
    """A body whose fields cannot be used; the first few errors."""

    def __init__(self, errors: list[FieldError]) -> None:
        at, message = errors[0]
        super().__init__(f"{at or 'the body'}: {message}")
        self.errors = errors


def body_error(error: ValidationError) -> NotJson | InvalidFields:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        return NotJson(f"the body is not JSON: {details[0]['msg'].removeprefix('Invalid JSON: ')}")
    return InvalidFields(field_errors((_without_kind(each["loc"]), each) for each in details))


def field_errors(details: Iterable[tuple[tuple[int | str, ...], Mapping[str, Any]]]) -> list[FieldError]:
    """The first few of pydantic's errors, each with its location."""
    first = [each for each, _ in zip(details, range(_MAX_ERRORS), strict=False)]
    return [FieldError(_pointer(loc), _message(each["msg"])) for loc, each in first]


def _without_kind(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Operations are told apart by kind, which pydantic adds to the path."""
    return (loc[0], *loc[2:]) if loc[:1] == ("operation",) else loc


def _pointer(loc: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part)[:_MAX_LENGTH].replace("~", "~0").replace("/", "~1") for part in loc)


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")[:_MAX_LENGTH]
