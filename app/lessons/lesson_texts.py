"""What lessons and exercises say: keys of a catalogue of their own, with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import orjson

from app.i18n.plurals import fill_in
from app.settings import STATIC


class Text(NamedTuple):
    """A key, and the values in the sentence that each catalogue has for it."""

    key: str
    params: Mapping[str, Any] = {}


@cache
def lesson_catalogue(language: str) -> Mapping[str, str]:
    """Every text of lesson pages and exercises by key, in one of LANGUAGES."""
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / f"lessons.{language}.json").read_bytes())
    return entries


def say(text: Text, language: str) -> str:
    """The sentence; a parameter may be a text too."""
    params = {
        name: say(value, language) if isinstance(value, Text) else value
        for name, value in text.params.items()
    }
    return fill_in(lesson_catalogue(language)[text.key], language, params)


def number(value: float) -> str:
    """A number as a reader writes it, with a real minus."""
    text = format(round(value, 4), ".10g")
    return text.replace("-", "−")
