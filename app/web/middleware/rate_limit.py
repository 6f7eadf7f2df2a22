"""How much one client may ask for."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from cachetools import LRUCache
from starlette.types import ASGIApp, Receive, Scope, Send

from app.conv.errors import Message
from app.limits import Rate, parse_rate
from app.observability.metrics import Metrics
from app.settings import Settings
from app.web.api.problems import Problem
from app.web.client_address import client_of
from app.web.middleware.host_check import UNCHECKED_PATHS
from app.web.negotiation import preferred_language

# Clients that are remembered, some 10 MB; beyond, the one that asked least recently is forgotten.
_MAX_CLIENTS: Final = 20_000
_STORING_PATHS: Final = ("/api/v1/scenes", "/api/v1/networks")


class SlidingWindowLimiter:
    """
    At most `rate.requests` in any `rate.seconds`, by the counts of this fixed window and the one before it,
    of which the share counts that the sliding window still covers.
    """

    def __init__(
        self, rate: Rate, clock: Callable[[], float] = time.monotonic, max_clients: int = _MAX_CLIENTS
    ) -> None:
        self.rate = rate
        self._clock = clock
        # For each client the last window it asked in, and its requests in the one before and in that one.
        self._counts: LRUCache[str, tuple[int, int, int]] = LRUCache(max_clients)

    def seconds_to_wait(self, client: str) -> int:
        """0 if the request is let through, which counts it; else whole seconds until one may be again."""
        now = self._clock() / self.rate.seconds
        window = int(now)
        last, before, within = self._counts.get(client, (window, 0, 0))
        if last != window:
            before, within = (within, 0) if last == window - 1 else (0, 0)
        if before * (1 - (now - window)) + within + 1 > self.rate.requests:
            return max(1, math.ceil((1 - now % 1) * self.rate.seconds))
        self._counts[client] = (window, before, within + 1)
        return 0


class RateLimitMiddleware:
    """Answers 429 to clients that ask for too much, or for too much at a time."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._all = SlidingWindowLimiter(parse_rate(settings.rate_limit))
        self._writes = SlidingWindowLimiter(parse_rate(settings.write_limit))
        self._max_concurrent = settings.max_requests_per_client
        self._in_progress: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_of(scope)
        if problem := self._refusal(scope, client):
            self._metrics.refused("rate")
            await problem.response(preferred_language(scope))(scope, receive, send)
            return
        self._in_progress[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._in_progress[client] -= 1
            if not self._in_progress[client]:
                del self._in_progress[client]

    def _refusal(self, scope: Scope, client: str) -> Problem | None:
        path = scope["path"]
        if path.startswith(UNCHECKED_PATHS):
            return None
        if self._in_progress[client] >= self._max_concurrent:
            return _too_many(Message("too_many_at_a_time", most=self._max_concurrent), 1)
        limiters = [self._all]
        if scope["method"] == "POST" and path.startswith(_STORING_PATHS):
            limiters.append(self._writes)
        for limiter in limiters:
            if seconds := limiter.seconds_to_wait(client):
                requests, period = limiter.rate
                return _too_many(Message("too_many_requests", most=requests, seconds=period), seconds)
        return None


def _too_many(message: Message, seconds: int) -> Problem:
    return Problem(429, message, headers={"Retry-After": str(seconds)})
