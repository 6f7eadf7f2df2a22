"""Coroutines in tests that share a process with the browser tests, whose library keeps a loop in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def in_a_loop_of_its_own(work: Coroutine[Any, Any, Any]) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
