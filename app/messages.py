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

from app.languages import DEFAULT
from app.settings import STATIC

# No message is longer; what is longer is passed on as it is.
_LONGEST: Final = 600
_PLACE: Final = re.compile(r"\{(\w+)\}")


def in_language(message: str, language: str) -> str:
    """The message in one of LANGUAGES; in English where the catalogue does not know it."""
    if language == DEFAULT or len(message) > _LONGEST:
        return message
    for pattern, translation in _patterns(language):
        if found := pattern.fullmatch(message):
            return _filled(translation, found.groupdict(), language)
    return message


def _filled(translation: str, values: dict[str, str], language: str) -> str:
    """With its values, which may be words too."""
    return _PLACE.sub(lambda place: in_language(values[place[1]], language), translation)


@cache
def templates(language: str) -> Mapping[str, str]:
    """The translations by English template; both have the same placeholders."""
    name = f"messages.{language}.json"
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / name).read_bytes())
    return entries


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Those that leave the least open come first."""
    known = sorted(templates(language).items(), key=lambda item: -len(_PLACE.sub("", item[0])))
    return [(_pattern(template), translation) for template, translation in known]


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if k % 2 else re.escape(part) for k, part in enumerate(parts)), re.DOTALL
    )
