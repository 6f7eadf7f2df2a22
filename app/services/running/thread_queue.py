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

# The weight of the latest piece of work in the mean of their times.
_LATEST: Final = 0.2


class ServerBusy(CodedError):
    """There is no room for the work now; `retry_after`: seconds until there may be."""

    def __init__(self, code: str, retry_after: int = 1, /, **params: object) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after


class _Waiting(NamedTuple):
    since: float
    turn: asyncio.Future[None]


class ThreadQueue:
    """
    Work in threads, first come, first served. A request waits at most `longest` seconds for its first turn,
    and is refused at once while another has waited half of that.
    """

    def __init__(self, name: str, threads: int, longest: float) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._count = self._free = threads
        self._longest = longest
        self._waiting: deque[_Waiting] = deque()
        # Requests that had a turn before. They go first: refused, what was done for them would be lost.
        self._begun: deque[_Waiting] = deque()
        self._has_begun: ContextVar[bool] = ContextVar("has_begun", default=False)
        self._mean = 0.0  # seconds that a piece of work takes

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin the work in a thread. Raises ServerBusy where the request would wait for too long."""
        if self._has_begun.get():
            await self._turn(self._begun)
        elif self._waiting and monotonic() - self._waiting[0].since > self._longest / 2:
            raise self._busy()
        else:
            await self._turn(self._waiting, self._longest)
        self._has_begun.set(True)
        return self._begin(work, *args, **kwargs)

    async def run_next(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin the next piece of a stream in a thread, however long the queue is."""
        await self._turn(self._waiting)
        return self._begin(work, *args, **kwargs)

    async def _turn(self, queue: deque[_Waiting], longest: float | None = None) -> None:
        if self._free:
            self._free -= 1
            return
        waiting = _Waiting(monotonic(), asyncio.get_running_loop().create_future())
        queue.append(waiting)
        try:
            async with asyncio.timeout(longest):
                await waiting.turn
        except BaseException as error:
            if not waiting.turn.cancelled():
                self._leave()  # its turn came together with its end
            elif waiting in queue:
                queue.remove(waiting)
            if isinstance(error, TimeoutError):
                raise self._busy() from None
            raise

    def _begin(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        loop, started = asyncio.get_running_loop(), monotonic()
        future = self._threads.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._finish, started))
        return future

    def _finish(self, started: float) -> None:
        self._mean += _LATEST * (monotonic() - started - self._mean)
        self._leave()

    def _leave(self) -> None:
        """Give a free thread to the next that waits."""
        for queue in (self._begun, self._waiting):
            while queue:
                turn = queue.popleft().turn
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1

    def _busy(self) -> ServerBusy:
        """Retry-After is the time until those who wait now have had their turns."""
        seconds = ceil(self._mean * (len(self._waiting) + 1) / self._count)
        return ServerBusy("queue_too_slow", max(1, seconds), seconds=self._longest)

    def close(self, *, wait: bool) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=not wait)
