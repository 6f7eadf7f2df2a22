"""Tables in docs/ that are generated from the code: `make docs` writes them, tests compare them."""

from __future__ import annotations

import re
from pathlib import Path

from app.limits import Limits
from app.settings import Settings
from tests.safety.checklist import PAGE, with_tests

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
    settings = DOCS / "settings.md"
    return {
        settings: _TABLE.sub(lambda _: settings_table(), settings.read_text("utf-8")),
        PAGE: with_tests(PAGE.read_text("utf-8")),
    }
