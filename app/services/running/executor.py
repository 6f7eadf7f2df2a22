"""Runs work: small work at once, large work in a bounded pool, file access in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, ParamSpec, TypeVar

from app.limits import Limits
from app.observability.metrics import Metrics
from app.services.running.thread_queue import ServerBusy, ThreadQueue

P = ParamSpec("P")
R = TypeVar("R")

# Numbers that small work touches: about a millisecond, less than a change of threads may cost under load.
SMALL: Final = 20_000
_FILE_THREADS: Final = 4


class ComputePool:
    """Threads for large computations, `max_computations` at a time, and for files; each with a queue."""

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self._metrics = metrics
        self._seconds = limits.max_seconds
        self._large = ThreadQueue("compute", limits.max_computations, limits.max_wait_seconds)
        self._files = ThreadQueue("files", _FILE_THREADS, limits.max_wait_seconds)

    async def run(self, cost: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work, at once if it is small. Raises ServerBusy for a slow queue or a timeout."""
        if cost <= SMALL:
            self._metrics.small.inc()
            return work(*args, **kwargs)
        with self._metrics.large_computation():
            return await self._within_time(await self._large.run(work, *args, **kwargs))

    async def next(self, cost: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the next piece of work of a stream, however long the queue is."""
        if cost <= SMALL:
            self._metrics.small.inc()
            return work(*args, **kwargs)
        with self._metrics.large_computation():
            return await self._within_time(await self._large.run_next(work, *args, **kwargs))

    async def file(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do work that waits for files, in threads of its own."""
        return await self._within_time(await self._files.run(work, *args, **kwargs))

    async def _within_time(self, future: Future[R]) -> R:
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise ServerBusy("took_too_long", seconds=self._seconds) from None

    def close(self) -> None:
        self._large.close(wait=False)
        self._files.close(wait=True)
