"""Tables in docs/ that are generated from the code: `make docs` writes them, tests compare them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import BaseModel

from app.i18n.languages import LANGUAGES
from app.i18n.messages import sentences
from app.lessons.lesson_files import LessonDescription, LessonTexts
from app.limits import Limits
from app.settings import Settings
from tests.safety.checklist import PAGE, with_tests

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
DOCS = Path(__file__).resolve().parents[2] / "docs"
_TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def settings_table() -> str:
    """Every setting with its default and its meaning; those for each request or worker come last."""
    fields = Settings.model_fields
    names = sorted(fields, key=lambda name: name in Limits.model_fields)
    rows = [
        f"| `CONVSCOPE_{name.upper()}` | {_default(name)} | {fields[name].description} |" for name in names
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows, ""])


def errors_table() -> str:
    """Every code of a message, with its sentence in each language; terms are parts of sentences."""
    catalogues = [sentences(language) for language in LANGUAGES]
    rows = [f"| `{code}` | {' | '.join(each[code] for each in catalogues)} |" for code in catalogues[0]]
    header = f"| code | {' | '.join(LANGUAGES.values())} |"
    return "\n".join([header, "|---" * (1 + len(LANGUAGES)) + "|", *rows, ""])


def json_schema(model: type[BaseModel]) -> str:
    """What a lesson's file may hold, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema()
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if name == "store":
        return "`file://$XDG_DATA_HOME/convscope`"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}" if value >= 10_000 else str(value)
    if isinstance(value, list):
        return f"`{','.join(value)}`" if value else "none"
    return f"{value:g}" if isinstance(value, float) else f"`{value}`"


def generated_pages() -> dict[Path, str]:
    """Each page with a generated table, as it should be."""
    settings, errors = DOCS / "settings.md", DOCS / "errors.md"
    return {
        settings: _TABLE.sub(lambda _: settings_table(), settings.read_text("utf-8")),
        errors: _TABLE.sub(lambda _: errors_table(), errors.read_text("utf-8")),
        PAGE: with_tests(PAGE.read_text("utf-8")),
        LESSONS / "lesson.schema.json": json_schema(LessonDescription),
        LESSONS / "texts.schema.json": json_schema(LessonTexts),
    }
