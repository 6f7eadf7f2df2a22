"""Channels in queries: one, or all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from app.scenes.operation_models import field_error
from app.services.pagination import ALL, Channel

_SCHEMA: Final = WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": ALL}]})


def _parser(code: str) -> Callable[[Any], Channel]:
    def parse(value: Any) -> Channel:
        if value == ALL:
            return ALL
        if value.isascii() and value.isdecimal() and len(value) < 20:
            return int(value)
        raise field_error(code)

    return parse


OutChannelQuery = Annotated[Channel, PlainValidator(_parser("field.not_an_out_channel")), _SCHEMA]
InChannelQuery = Annotated[Channel, PlainValidator(_parser("field.not_an_in_channel")), _SCHEMA]
