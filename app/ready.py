"""Whether the server should be sent requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Final

from app.api.problems import Busy, Problem, as_problem
from app.api.work import Ending
from app.scenes.store import StoreFull

_PATIENCE: Final = 3.0
_KEEP_SECONDS: Final = 2.0


class Readiness:
    """Asks the store now and then, however many ask, and never waits for it long."""

    def __init__(self, check: Callable[[], None], ending: Ending, patience: float = _PATIENCE) -> None:
        self._check = check
        self._ending = ending
        self._patience = patience
        # Of its own: a store that hangs must not hold what waits for the others.
        self._thread = ThreadPoolExecutor(1, "readiness")
        self._asked: Future[None] | None = None
        self._asked_at = 0.0

    async def problem(self) -> Problem | None:
        """Why the server should be sent no requests, or None."""
        if self._ending.begun:
            return Busy("the server is stopping")
        now = monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at > _KEEP_SECONDS):
            self._asked, self._asked_at = self._thread.submit(self._check), now
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(asyncio.wrap_future(self._asked))
        except TimeoutError:
            return Busy(f"the store of scenes did not answer within {self._patience:g} s")
        except StoreFull:
            return None  # what is stored can still be read
        except Exception as error:
            return as_problem(error)
        return None

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
