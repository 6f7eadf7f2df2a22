"""Threads, and the queue for them: requests are refused by the time they would wait, not by their number."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from math import ceil
from time import monotonic
from typing import Final, NamedTuple, ParamSpec, TypeVar

from app.conv.errors import CodedError

P = ParamSpec("P")
R = TypeVar("R")

# Weight of the latest piece of work in the running mean of their times.
_LATEST_WEIGHT: Final = 0.2


class ServerBusy(CodedError):
    """There is no room for the work now; `retry_after`: seconds until there may be."""

    def __init__(self, code: str, retry_after: int = 1, /, **params: object) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after


class _Waiter(NamedTuple):
    since: float
    turn: asyncio.Future[None]


class ThreadQueue:
    """
    Work in threads, first come, first served. A request waits at most `max_wait` seconds for its first
    thread, and is refused at once while another has waited half of that.
    """

    def __init__(self, name: str, threads: int, max_wait: float) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._threads = self._free_threads = threads
        self._max_wait = max_wait
        self._queue: deque[_Waiter] = deque()
        # Requests that had a thread before. They go first: refused, what was done for them would be lost.
        self._priority_queue: deque[_Waiter] = deque()
        self._had_thread: ContextVar[bool] = ContextVar("had_thread", default=False)
        self._mean_seconds = 0.0  # that a piece of work takes

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin the work in a thread. Raises ServerBusy where the request would wait for too long."""
        if self._had_thread.get():
            await self._wait_for_thread(self._priority_queue)
        elif self._queue and monotonic() - self._queue[0].since > self._max_wait / 2:
            raise self._busy()
        else:
            await self._wait_for_thread(self._queue, self._max_wait)
        self._had_thread.set(True)
        return self._start(work, *args, **kwargs)

    async def run_next(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin the next piece of a stream in a thread, however long the queue is."""
        await self._wait_for_thread(self._queue)
        return self._start(work, *args, **kwargs)

    async def _wait_for_thread(self, queue: deque[_Waiter], max_wait: float | None = None) -> None:
        if self._free_threads:
            self._free_threads -= 1
            return
        waiter = _Waiter(monotonic(), asyncio.get_running_loop().create_future())
        queue.append(waiter)
        try:
            async with asyncio.timeout(max_wait):
                await waiter.turn
        except BaseException as error:
            if not waiter.turn.cancelled():
                self._pass_on_thread()  # it came as the wait ended
            elif waiter in queue:
                queue.remove(waiter)
            if isinstance(error, TimeoutError):
                raise self._busy() from None
            raise

    def _start(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        loop, started = asyncio.get_running_loop(), monotonic()
        future = self._pool.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._finish, started))
        return future

    def _finish(self, started: float) -> None:
        self._mean_seconds += _LATEST_WEIGHT * (monotonic() - started - self._mean_seconds)
        self._pass_on_thread()

    def _pass_on_thread(self) -> None:
        """Give a free thread to the next that waits."""
        for queue in (self._priority_queue, self._queue):
            while queue:
                turn = queue.popleft().turn
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free_threads += 1

    def _busy(self) -> ServerBusy:
        """Retry-After is the time until those who wait now have had their turns."""
        seconds = ceil(self._mean_seconds * (len(self._queue) + 1) / self._threads)
        return ServerBusy("queue_too_slow", max(1, seconds), seconds=self._max_wait)

    def close(self, *, wait: bool) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=not wait)
