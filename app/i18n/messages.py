"""Messages in the reader's language: each catalogue has a sentence for every code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import orjson

from app.conv.errors import Message
from app.i18n.languages import DEFAULT
from app.i18n.plurals import fill_in
from app.settings import STATIC


@cache
def sentences(language: str) -> Mapping[str, str]:
    """The sentences of one of LANGUAGES by code; the parameters stand in braces, as str.format has them."""
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / f"errors.{language}.json").read_bytes())
    return entries


def render(message: Message, language: str = DEFAULT) -> str:
    """The sentence of a message, and of the messages in it."""
    params = {
        name: render(value, language) if isinstance(value, Message) else value
        for name, value in message.params.items()
    }
    return fill_in(sentences(language)[message.code], language, params)
