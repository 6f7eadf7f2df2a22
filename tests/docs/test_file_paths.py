"""Documents name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md"]
# Made by `make`, and so not in a fresh checkout.
GENERATED = ("build", "static/build", ".venv/")

# What stands in backticks and looks like a path of the project: a known name first, or a suffix last.
_TOP_LEVEL = {path.name for path in ROOT.iterdir()}
_QUOTED = re.compile(r"`([\w.-][\w./-]*)`")
_SUFFIX = re.compile(r".*\w\.(py|ts|js|json|md|toml|yaml|txt|html|css|conf|sh|png)")
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def named_paths(document: str) -> set[str]:
    text = (ROOT / document).read_text("utf-8")
    quoted = {
        path for path in _QUOTED.findall(text) if path.split("/")[0] in _TOP_LEVEL or _SUFFIX.fullmatch(path)
    }
    linked = {(Path(document).parent / path).as_posix() for path in _LINK.findall(text)}
    return {path for path in quoted | linked if not path.startswith(GENERATED)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_exists(document: str) -> None:
    paths = named_paths(document)
    assert paths or document.endswith("glossary.md")
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_architecture_follows_a_request_by_files() -> None:
    assert len(named_paths("docs/architecture.md")) > 25
