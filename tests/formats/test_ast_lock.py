"""Syntax trees are built by one thread at a time (python/cpython#106905)."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable

import numpy as np
import pytest

from app.conv.operation import Conv2d
from app.formats.ast_lock import AST_LOCK
from app.formats.npy import read_npy
from app.torch_code.parser import parse


def read_array() -> None:
    file = io.BytesIO()
    np.save(file, np.arange(6.0).reshape(1, 2, 3))
    assert read_npy(file.getvalue(), "/input").shape == (1, 2, 3)


def read_code() -> None:
    assert isinstance(parse("nn.Conv2d(3, 16, 3)").operation, Conv2d)


@pytest.mark.parametrize("read", [read_array, read_code])
def test_the_lock_is_held_while_python_parses(
    read: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, parse_it = [], ast.parse

    def watched(source: str, *args: str, **options: str) -> ast.AST:
        held.append(AST_LOCK.locked())
        return parse_it(source, *args, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(ast, "parse", watched)
    read()
    assert held and all(held)
    assert not AST_LOCK.locked()
