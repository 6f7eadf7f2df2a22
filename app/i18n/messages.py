"""Messages of errors in the reader's language.

Errors speak English where they are raised, so that a log, the command line and the API say the same; some
are not even ours, but Python's or pydantic's. Each is translated where its answer leaves, by the template
that it was made from: `input has {found} channels, weight expects {expected}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import orjson

from app.i18n.languages import DEFAULT
from app.settings import STATIC

# No message is longer; what is longer is passed on as it is.
_LONGEST: Final = 600
# A place, a message, and the words in it.
_DEEPEST: Final = 3
_PLACE: Final = re.compile(r"\{(\w+)\}")

# Its words, and the names of what stands between them.
Template = tuple[list[str], list[str]]


def in_language(message: str, language: str, depth: int = 0) -> str:
    """The message in one of LANGUAGES; in English where the catalogue does not know it."""
    if language == DEFAULT or len(message) > _LONGEST or depth > _DEEPEST:
        return message
    for template, translation in _sorted(language):
        values = _values(message, *template)
        if values is not None:
            return _filled(translation, values, language, depth + 1)
    return message


@cache
def templates(language: str) -> Mapping[str, str]:
    """The translations by English template; both have the same placeholders."""
    name = f"messages.{language}.json"
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / name).read_bytes())
    return entries


@cache
def _sorted(language: str) -> list[tuple[Template, str]]:
    """Templates, those that leave the least open first, and their translations."""
    known = sorted(templates(language).items(), key=lambda item: -len(_PLACE.sub("", item[0])))
    parts = [(_PLACE.split(template), translation) for template, translation in known]
    return [((split[::2], split[1::2]), translation) for split, translation in parts]


def _values(message: str, words: list[str], names: list[str]) -> dict[str, str] | None:
    """What stands between the words, which come in this order; None if they do not. Linear in the message."""
    if not names:
        return {} if message == words[0] else None
    if not (message.startswith(words[0]) and message.endswith(words[-1])):
        return None
    found, at, end = [], len(words[0]), len(message) - len(words[-1])
    for word in words[1:-1]:
        # The leftmost place leaves the most for those that follow: nothing is gained by trying another.
        place = message.find(word, at + 1, end)
        if place < 0:
            return None
        found.append(message[at:place])
        at = place + len(word)
    return None if at >= end else dict(zip(names, [*found, message[at:end]], strict=True))


def _filled(translation: str, values: dict[str, str], language: str, depth: int) -> str:
    """With its values, which may be words too."""
    return _PLACE.sub(lambda place: in_language(values[place[1]], language, depth), translation)
