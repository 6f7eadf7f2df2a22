"""Syntax trees are built by one thread at a time (python/cpython#106905)."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from app.conv.operation import Conv2d
from app.torch_code.ast_lock import AST_LOCK
from app.torch_code.parser import parse


def test_the_lock_is_held_while_python_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    held, parse_it = [], ast.parse

    def watched(*args: Any, **options: Any) -> ast.AST:
        held.append(AST_LOCK.locked())
        tree: ast.AST = parse_it(*args, **options)
        return tree

    monkeypatch.setattr(ast, "parse", watched)
    assert isinstance(parse("nn.Conv2d(3, 16, 3)").operation, Conv2d)
    assert held and all(held)
    assert not AST_LOCK.locked()
