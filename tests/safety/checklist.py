"""The tests of docs/safety.md, which tells what may go wrong with a service and what this one answers."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parent.parent

PAGE: Final = TESTS.parent / "docs" / "safety.md"
_ROW: Final = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|.*\|$", re.MULTILINE)
_NAMED: Final = re.compile(r"`(\S+\.py)`: ([\w, ]+)")


@cache
def _functions() -> dict[str, list[ast.FunctionDef]]:
    """The tests of each file, by its path below tests/, those in classes too."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.FunctionDef):
                        inner.decorator_list += node.decorator_list
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        found[path.relative_to(TESTS).as_posix()] = [f for f in functions if f.name.startswith("test_")]
    return found


def all_tests() -> set[str]:
    return {f"{path}::{test.name}" for path, tests in _functions().items() for test in tests}


def marked() -> dict[int, list[str]]:
    """The tests that `@pytest.mark.safety(row)` stands on, by row."""
    rows: defaultdict[int, set[str]] = defaultdict(set)
    for path, tests in _functions().items():
        for test in tests:
            for decorator in test.decorator_list:
                for row in _rows(decorator):
                    rows[row].add(f"{path}::{test.name}")
    return {row: sorted(names) for row, names in rows.items()}


def _rows(decorator: ast.expr) -> list[int]:
    return [
        argument.value
        for node in ast.walk(decorator)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.safety"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    ]


def with_tests(page: str) -> str:
    """The page, its rows with the tests that are marked for them."""
    tests = marked()
    return _ROW.sub(
        lambda row: f"| {row[1]} | {row[2]} | {row[3]} | {_names(tests.get(int(row[1]), []))} |", page
    )


def rows(page: str) -> list[int]:
    return [int(row[1]) for row in _ROW.finditer(page)]


def named(page: str) -> set[str]:
    """All tests that the page names, in rows or elsewhere."""
    return {
        f"{path}::test_{name}" for path, names in _NAMED.findall(page) for name in re.findall(r"\w+", names)
    }


def _names(tests: list[str]) -> str:
    """Grouped by file: tests/safety/test_gate.py: one, another."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for test in tests:
        path, name = test.split("::")
        files[path].append(name.removeprefix("test_"))
    return "; ".join(f"`{path}`: {', '.join(names)}" for path, names in files.items())
