"""Runs work: small work at once, large work in a bounded pool, file access in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from app.conv.errors import CodedError
from app.limits import Limits
from app.observability.metrics import Metrics

P = ParamSpec("P")
R = TypeVar("R")

# Numbers that small work touches: about a millisecond, less than a change of threads may cost under load.
SMALL: Final = 20_000
_FILE_THREADS: Final = 4


class ServerBusy(CodedError):
    """There is no room for the work now."""


class ComputePool:
    """Threads for large computations: `max_computations` at a time, and `max_waiting` in the queue."""

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self._metrics = metrics
        self._seconds = limits.max_seconds
        self._room = limits.max_computations + limits.max_waiting
        self._threads = ThreadPoolExecutor(limits.max_computations, "compute")
        self._files = ThreadPoolExecutor(_FILE_THREADS, "files")

    async def run(self, cost: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work, at once if it is small. Raises ServerBusy for a full queue or a timeout."""
        if cost > SMALL and self._room <= 0:
            raise ServerBusy("too_many_computations")
        return await self.next(cost, work, *args, **kwargs)

    async def next(self, cost: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the next piece of work of an accepted request, however long the queue is."""
        if cost <= SMALL:
            self._metrics.small.inc()
            return work(*args, **kwargs)
        self._metrics.large.inc()
        self._metrics.queue.inc()
        self._room -= 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        with self._metrics.computation_seconds.time():
            return await self._within_time(future)

    async def file(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do work that waits for files, in threads of its own."""
        return await self._within_time(self._files.submit(work, *args, **kwargs))

    async def _within_time(self, future: Future[R]) -> R:
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise ServerBusy("took_too_long", seconds=self._seconds) from None

    def _leave(self) -> None:
        self._room += 1
        self._metrics.queue.dec()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._files.shutdown(wait=True)
