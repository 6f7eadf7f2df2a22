"""Words follow their number, and Python and the page read the same texts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.i18n.languages import LANGUAGES, catalogue
from app.i18n.messages import sentences
from app.i18n.plurals import fill_in

# A counted word in the plural whose number may be 1: `{count} rows`.
FIXED_PLURAL = re.compile(
    r"\{\w+\} (rows|columns|cells|input cells|output cells|parameters|multiply-adds|values)\b"
)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 rows are"), (1, "1 row is"), (2, "2 rows are"), (21, "21 rows are")]
)
def test_a_word_follows_its_number(number: int, said: str) -> None:
    assert fill_in("{n:# row is|# rows are}", "en", {"n": number}) == said


def test_numbers_with_separators_and_other_formats_stay() -> None:
    assert (
        fill_in("{n:# cell|# cells}, {n}, {m:,}", "en", {"n": "1,001", "m": 5000})
        == "1,001 cells, 1,001, 5,000"
    )


def test_a_language_without_forms_writes_the_number() -> None:
    assert fill_in("{n} 行", "zh-CN", {"n": 1}) == "1 行"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_1_rows(language: str) -> None:
    texts = {**catalogue(language), **sentences(language)}
    assert [key for key, text in texts.items() if FIXED_PLURAL.search(text)] == []


def test_no_text_has_the_words_of_its_makers() -> None:
    """Students read these: taps and holes are words of the program."""
    english = json.loads((Path(__file__).parents[2] / "static/locales/en.json").read_text("utf-8"))
    assert [key for key, text in english.items() if re.search(r"\btaps\b|\bholes?\b", text)] == []
