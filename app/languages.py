"""The two catalogues of texts, and which of them a visitor reads."""

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


def negotiate(asked: str | None, accept_language: str) -> str:
    """`?lang=` wins where it names a language there is; else the best of Accept-Language (RFC 9110)."""
    if asked in LANGUAGES:
        return asked
    for tag in _by_weight(accept_language):
        primary = tag.partition("-")[0].lower()
        if primary in ("zh", "en"):
            return "zh-CN" if primary == "zh" else "en"
    return DEFAULT


def _by_weight(header: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda item: -item[0])]
