"""The catalogues of the lessons' pages and exercises have the same texts, and each of them is said."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from app.i18n.languages import LANGUAGES
from app.lessons.lesson_texts import lesson_catalogue

ROOT = Path(__file__).parents[2]


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_catalogues_have_the_same_texts_and_parameters() -> None:
    english, chinese = (lesson_catalogue(language) for language in LANGUAGES)
    assert list(english) == list(chinese)
    for key, text in english.items():
        assert places(text) == places(chinese[key]), key
        words = "".join(part for part, *_ in Formatter().parse(chinese[key]))
        assert re.search(r"[\u4e00-\u9fff]", words) or not re.search("[a-z]", words), key


def test_every_text_is_said() -> None:
    """A key stands whole in templates and code, or its last part is put together there."""
    sources = [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "frontend" / "controls" / "lesson").glob("*.ts"),
    ]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    for key in lesson_catalogue("en"):
        first, _, last = key.rpartition(".")
        put_together = re.search(rf"{re.escape(first)}\.[{{$]", code) and f"{last}" in code
        short = key.removeprefix("live.")
        assert key in code or put_together or f"'{short}'" in code, key


def test_a_cell_is_pressed_not_clicked() -> None:
    """On a phone there is nothing to click with."""
    lessons = [path.read_text("utf-8") for path in sorted((ROOT / "lessons").glob("*/en.toml"))]
    for text in [*lessons, *lesson_catalogue("en").values()]:
        assert not re.search(r"\bclick", text, re.IGNORECASE), text[:200]
