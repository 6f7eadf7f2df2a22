"""Whether the server should be sent requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Final

from app.services.running.shutdown import ShutdownState
from app.services.running.thread_queue import ServerBusy
from app.store.errors import StoreFull

_TIMEOUT_SECONDS: Final = 3.0
_REUSE_SECONDS: Final = 2.0


class Readiness:
    """Asks the store at most once every few seconds, however many ask, and never waits for it long."""

    def __init__(
        self, check_store: Callable[[], None], shutdown: ShutdownState, timeout: float = _TIMEOUT_SECONDS
    ) -> None:
        self._check_store = check_store
        self._shutdown = shutdown
        self._timeout = timeout
        # A thread of its own: a store that hangs must not hold those that other requests wait for.
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._last_check: Future[None] | None = None
        self._last_check_at = 0.0

    async def check(self) -> None:
        """Raise ServerBusy, or the store's error, if the server should be sent no requests."""
        if self._shutdown.begun:
            raise ServerBusy("server_stopping")
        now = monotonic()
        check = self._last_check
        if check is None or (check.done() and now - self._last_check_at > _REUSE_SECONDS):
            check = self._last_check = self._thread.submit(self._check_store)
            self._last_check_at = now
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.shield(asyncio.wrap_future(check))
        except TimeoutError:
            raise ServerBusy("store_too_slow", seconds=self._timeout) from None
        except StoreFull:
            return  # what is stored can still be read

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
