"""Bounded waiting: the only place in the tests that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], seconds: float = 30.0, every: float = 0.02, message: str = ""
) -> T:
    """Call `condition` until it returns something true and return that; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, message or f"not reached within {seconds:g} s"
        time.sleep(every)
    return value
