"""Skips that nobody overlooks: the end of a run repeats them in capitals (tests/conftest.py)."""

from __future__ import annotations

import pytest

NOT_TESTED = "NOT TESTED: "


def skip_loudly(reason: str) -> None:
    pytest.skip(NOT_TESTED + reason)
