"""
Fills in texts. `{rows:# row|# rows}` is the form of a word that a number asks for, `#` the number; a language
without such forms writes `{rows}`. frontend/model/i18n.ts reads the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Final

# Which form a number takes, as Unicode's plural rules have it for whole numbers.
_FORM: Final[Mapping[str, Callable[[float], int]]] = {
    "en": lambda number: 0 if number == 1 else 1,
    "zh-CN": lambda _: 0,
}


class _PluralFormatter(Formatter):
    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" not in format_spec:
            return format(value, format_spec)
        forms = format_spec.split("|")
        form = _FORM[self.language](float(str(value).replace(",", "")))
        return forms[min(form, len(forms) - 1)].replace("#", str(value))


def fill_in(text: str, language: str, params: Mapping[str, object]) -> str:
    """`text` with its parameters."""
    return _PluralFormatter(language).vformat(text, (), params)
