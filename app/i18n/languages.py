"""The languages of the program and their catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import orjson

from app.settings import STATIC

LANGUAGES: Final = {"en": "English", "zh-CN": "中文"}
DEFAULT: Final = "en"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of one language by key; placeholders stand in braces."""
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / f"{language}.json").read_bytes())
    return entries


@cache
def figure_texts(language: str) -> Mapping[str, str]:
    """The texts of figures by key."""
    entries: dict[str, str] = orjson.loads((STATIC / "locales" / f"figures.{language}.json").read_bytes())
    return entries
