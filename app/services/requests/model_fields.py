"""Which fields a request model has at a place of a body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel

from app.conv.errors import Message, shown

_MAX_COMPARED: Final = 100


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def fields_at(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The fields at a location as pydantic tells it, in which an operation's kind follows its name."""
    models = [model]
    for part in loc:
        if isinstance(part, int):
            continue
        fields = [each.model_fields[part] for each in models if part in each.model_fields]
        inner = [found for field in fields for found in models_in(field.annotation)]
        models = inner or [each for each in models if _kind(each) == part]
    return list(dict.fromkeys(name for each in models for name in each.model_fields))


def _kind(model: type[BaseModel]) -> str | None:
    field = model.model_fields.get("kind")
    return get_args(field.annotation)[0] if field else None


def unknown_field(model: type[BaseModel], loc: Sequence[int | str]) -> Message:
    """What is said of a field that is not there: the nearest one, or all that there are."""
    name, known = str(loc[-1]), fields_at(model, loc[:-1])
    if close := get_close_matches(name[:_MAX_COMPARED], known, 1):
        return Message("field.unknown_close", name=shown(name), close=close[0])
    return Message("field.unknown", name=shown(name), known=", ".join(known))
