"""What pydantic finds in a request body, without the input itself: it may be large, or not even Unicode."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from pydantic import BaseModel, ValidationError

from app.conv.errors import CodedError, Message, cut, quoted
from app.conv.losses import LOSSES
from app.conv.one_dimension import Dimensions
from app.conv.operation import OPERATIONS
from app.scenes.tensor_axes import TENSOR_NAMES, rank_message
from app.services.requests.model_fields import unknown_field

_MAX_ERRORS: Final = 8
_MAX_LENGTH: Final = 200
# pydantic's types of errors and their codes; a sentence has the placeholders that pydantic's own has.
_FIELD_CODES: Final = {
    "missing": "field.missing",
    "int_type": "field.not_an_integer",
    "int_parsing": "field.integer_unreadable",
    "int_parsing_size": "field.integer_too_long",
    "int_from_float": "field.integer_with_fraction",
    "float_type": "field.not_a_number",
    "finite_number": "field.not_finite",
    "string_type": "field.not_a_string",
    "string_unicode": "field.not_unicode",
    "string_pattern_mismatch": "field.pattern_mismatch",
    "bool_type": "field.not_a_boolean",
    "bool_parsing": "field.boolean_unreadable",
    "list_type": "field.not_an_array",
    "tuple_type": "field.not_an_array",
    "dict_type": "field.not_an_object",
    "model_type": "field.not_an_object",
    "model_attributes_type": "field.not_an_object",
    "literal_error": "field.not_one_of",
    "greater_than": "field.too_small",
    "greater_than_equal": "field.below_minimum",
    "less_than": "field.too_large",
    "less_than_equal": "field.above_maximum",
    "too_short": "field.too_few_items",
    "too_long": "field.too_many_items",
}
# What pydantic's JSON parser says: it has sentences, no codes.
_JSON_CODES: Final = {
    "EOF while parsing a list": "json.end_in_list",
    "EOF while parsing an object": "json.end_in_object",
    "EOF while parsing a string": "json.end_in_string",
    "EOF while parsing a value": "json.end_in_value",
    "expected `:`": "json.colon_expected",
    "expected `,` or `]`": "json.comma_in_list_expected",
    "expected `,` or `}`": "json.comma_in_object_expected",
    "expected ident": "json.word_expected",
    "expected value": "json.value_expected",
    "invalid escape": "json.invalid_escape",
    "unexpected end of hex escape": "json.short_escape",
    "lone leading surrogate in hex escape": "json.half_surrogate",
    "control character (\\u0000-\\u001F) found while parsing a string": "json.control_character",
    "invalid unicode code point": "json.invalid_unicode",
    "invalid number": "json.invalid_number",
    "number out of range": "json.number_out_of_range",
    "key must be a string": "json.key_not_a_string",
    "trailing comma": "json.trailing_comma",
    "trailing characters": "json.trailing_characters",
    "recursion limit exceeded": "json.nested_too_deeply",
}
_JSON_PLACE: Final = re.compile(r"(.*) at line (\d+) column (\d+)", re.DOTALL)


# The kind of an operation of one dimension, or of another.
_KIND: Final = re.compile(rb'"kind"\s*+:\s*+"(?:conv|conv_transpose|max_pool|avg_pool)([12])d"')
# What the lists of a tensor may be: of two dimensions or of one, the number of axes in the path of an error.
_RANKS: Final = ("2", "3", "4")
Location = tuple[int | str, ...]


class FieldError(NamedTuple):
    """A place in a body or query, as a JSON pointer (RFC 6901), and what is wrong there."""

    at: str
    message: Message
    # Where in a text, as further members of the answer.
    place: Mapping[str, int] = {}


class NotJson(CodedError, ValueError):
    """The body is not JSON."""


class InvalidFields(CodedError, ValueError):
    """A body whose fields cannot be used; the first few errors."""

    def __init__(self, errors: list[FieldError]) -> None:
        first = errors[0]
        if first.at:
            super().__init__("in_field", at=first.at, message=first.message)
        else:
            super().__init__("in_body", message=first.message)
        self.errors = errors


def body_error(error: ValidationError, model: type[BaseModel], content: bytes) -> NotJson | InvalidFields:
    """What pydantic found in a body; `content`: the body."""
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return NotJson("not_json", reason=_json_message(details[0]["ctx"]["error"]))
    kind = _KIND.search(content)
    dimensions: Dimensions | None = None if kind is None else 1 if kind[1] == b"1" else 2
    named = _without_ranks(details, dimensions)[:_MAX_ERRORS]
    return InvalidFields([_body_field_error(each["loc"], each, model, dimensions) for each in named])


def _without_ranks(details: Sequence[Any], dimensions: Dimensions | None) -> list[Mapping[str, Any]]:
    """
    Of lists that are neither of two dimensions nor of one, which pydantic tries in this order, the error that
    is farther inside, or that of the layer's dimensions; its path is without the number of axes.
    """
    told: dict[Location, Mapping[str, Any]] = {}
    for each in details:
        loc: Location = each["loc"]
        at = next((k for k in range(1, len(loc)) if loc[k - 1] == "data" and loc[k] in _RANKS), None)
        plain = loc if at is None else (*loc[:at], *loc[at + 1 :])
        key = plain if at is None else loc[:at]
        reach = _indices(plain)
        before = _indices(told[key]["loc"]) if key in told else ()
        if key not in told or reach > before or (dimensions == 1 and reach == before):
            told[key] = {**each, "loc": plain}
    return list(told.values())


def _indices(loc: Location) -> tuple[int, ...]:
    return tuple(part for part in loc if isinstance(part, int))


def query_errors(details: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """The first few of pydantic's errors about a query."""
    return [FieldError(_pointer(each["loc"][1:]), _field_message(each)) for each in details[:_MAX_ERRORS]]


def _body_field_error(
    loc: Location, error: Mapping[str, Any], model: type[BaseModel], dimensions: Dimensions | None
) -> FieldError:
    if error["type"] == "extra_forbidden":
        return FieldError(_pointer(_without_kind(loc)), unknown_field(model, loc))
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return FieldError(_pointer((*loc, "kind")), _kind_message(loc, error))
    if said := _rank_error(loc, error, dimensions):
        return said
    return FieldError(_pointer(_without_kind(loc)), _field_message(error))


def _without_kind(loc: Location) -> Location:
    """Operations and losses are told apart by kind, which pydantic adds to the path."""
    return (loc[0], *loc[2:]) if loc[:1] in (("operation",), ("loss",)) else loc


def _kind_message(loc: Location, error: Mapping[str, Any]) -> Message:
    kinds = ", ".join(map(repr, LOSSES if loc[-1] == "loss" else OPERATIONS))
    if error["ctx"].get("tag") is None:
        return Message("field.kind_missing", kinds=kinds)
    kind = error["input"].get("kind")
    if isinstance(kind, str):
        return Message("field.kind_unknown", kinds=kinds, kind=quoted(kind))
    return Message("field.kind_unknown", kinds=kinds, kind=cut(orjson.dumps(kind).decode(), 60))


def _rank_error(loc: Location, error: Mapping[str, Any], dimensions: Dimensions | None) -> FieldError | None:
    """Lists that are nested more or less deeply than the tensor has dimensions, along their first items."""
    indices, value, kind = loc[2:], error["input"], error["type"]
    if loc[1:2] != ("data",) or loc[0] not in TENSOR_NAMES or any(indices):
        return None
    is_shallow = kind == "list_type" and isinstance(value, int | float) and indices
    if not is_shallow and not (kind == "float_type" and isinstance(value, list)):
        return None
    ndim = len(indices) + _depth(value)
    return FieldError(_pointer(loc[:2]), rank_message(str(loc[0]), ndim, dimensions))


def _depth(value: Any) -> int:
    """How deeply lists are nested, along their first items."""
    depth = 0
    while isinstance(value, list):
        depth, value = depth + 1, value[0] if value else None
    return depth


def _pointer(loc: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part)[:_MAX_LENGTH].replace("~", "~0").replace("/", "~1") for part in loc)


def _field_message(error: Mapping[str, Any]) -> Message:
    kind, params = error["type"], dict(error.get("ctx", {}))
    if kind.startswith("field."):  # of our own validators
        return Message(kind, **params)
    if kind not in _FIELD_CODES:
        return Message("field.invalid", type=kind)
    if kind == "literal_error":
        params["expected"] = _choices(params["expected"])
    elif kind in ("too_short", "too_long"):
        least_or_most = params.get("min_length", params.get("max_length"))
        params["items"] = Message("term.item" if least_or_most == 1 else "term.items")
    return Message(_FIELD_CODES[kind], **params)


def _choices(expected: str) -> str | Message:
    """pydantic's 'a', 'b' or 'c'."""
    others, _, last = expected.rpartition(" or ")
    return Message("term.or", others=others, last=last) if others else last


def _json_message(text: str) -> Message:
    match = _JSON_PLACE.fullmatch(text)
    if match is None or match[1] not in _JSON_CODES:
        return Message("json.other")
    return Message("json.at", reason=Message(_JSON_CODES[match[1]]), line=match[2], column=match[3])
