"""Limits on the structure of JSON bodies, checked on the bytes before anything is built from them.

A parser needs far more time and memory for a key or a list than for a number of as many bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from pydantic import BaseModel

from app.conv.errors import Message
from app.limits import Limits, check
from app.services.requests.body_errors import FieldError, InvalidFields
from app.services.requests.model_fields import models_in
from app.services.requests.models import OperationBody

# Names that pydantic reports one by one, each at its place; beyond, the first are named without a place.
_MAX_UNKNOWN: Final = 8
_MAX_NAME_LENGTH: Final = 60
_KEY: Final = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*+:', re.DOTALL)


def check_structure(content: bytes, model: type[BaseModel], limits: Limits) -> None:
    """Raise LimitExceeded for too many numbers, lists or strings, InvalidFields for many unknown keys."""
    # Numbers are separated by commas, and counting bytes costs next to nothing.
    check("term.body_numbers", "max_json_numbers", content.count(b","), limits)
    containers = content.count(b"[") + content.count(b"{")
    check("term.body_containers", "max_json_containers", containers, limits)
    check("term.body_strings", "max_json_strings", content.count(b'"') // 2, limits)
    known, unknown = field_names(model), list[bytes]()
    for match in _KEY.finditer(content):
        if match[1] not in known:
            unknown.append(match[1])
            if len(unknown) > _MAX_UNKNOWN:
                raise InvalidFields([FieldError("", _many_unknown(unknown))])


def _many_unknown(names: list[bytes]) -> Message:
    texts = [name[:_MAX_NAME_LENGTH].decode(errors="replace") for name in names[:_MAX_UNKNOWN]]
    return Message("field.many_unknown", names=", ".join(map(repr, texts)))


@cache
def field_names(model: type[BaseModel]) -> frozenset[bytes]:
    """The fields of a model, of the models in it, and of operations, which edits hold as a dict."""
    seen: set[type[BaseModel]] = set()
    names = [*_field_names(model, seen), *_field_names(OperationBody, seen)]
    return frozenset(name.encode() for name in names)


def _field_names(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        for inner in models_in(field.annotation):
            yield from _field_names(inner, seen)
