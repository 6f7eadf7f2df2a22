"""Who is let in: names the server answers to, and how much one client may ask for."""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.storage.base import SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import Problem
from app.languages import negotiate
from app.metrics import Metrics
from app.settings import Settings

# Clients that are remembered: some 10 MB.
_MOST_CLIENTS: Final = 20_000
_FREE: Final = ("/static/", "/healthz", "/readyz", "/metrics")
_STORING: Final = "/api/v1/scenes"
_PORT: Final = re.compile(r":[0-9]*$")


class Windows(Storage, SlidingWindowCounterSupport):
    """For each client how much it asked for in this window and the one before.

    The library's own storage in memory keeps every client there ever was for as long as the window, starts a
    thread to forget them, and reads a clock that may be set.
    """

    STORAGE_SCHEME = None

    def __init__(self, most: int = _MOST_CLIENTS) -> None:
        super().__init__()
        self._most = most
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()  # window, before it, in it

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = time.monotonic() / expiry
        window = int(now)
        before, within = self._at(key, window)
        if before * (1 - (now - window)) + within + amount > limit:
            return False
        self._counts[key] = (window, before, within + amount)
        self._counts.move_to_end(key)
        if len(self._counts) > self._most:
            self._counts.popitem(last=False)
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        now = time.monotonic() / expiry
        left = (1 - now % 1) * expiry
        before, within = self._at(key, int(now))
        return before, left, within, left + expiry

    def _at(self, key: str, window: int) -> tuple[int, int]:
        seen, before, within = self._counts.get(key, (window, 0, 0))
        if seen == window:
            return before, within
        return (within, 0) if seen == window - 1 else (0, 0)

    def clear_sliding_window(self, key: str, expiry: int) -> None:  # noqa: ARG002
        self._counts.pop(key, None)

    def reset(self) -> int:
        count = len(self._counts)
        self._counts.clear()
        return count

    # What other strategies than the sliding window would need.

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def check(self) -> bool:
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    def clear(self, key: str) -> None:
        raise NotImplementedError


class Gate:
    """Refuses foreign names with 421, and clients that ask for too much, or too much at a time, with 429."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._hosts = None if "*" in settings.hosts else tuple(name.lower() for name in settings.hosts)
        self._limiter = SlidingWindowCounterRateLimiter(Windows())
        self._all, self._stores = parse(settings.rate_limit), parse(settings.write_limit)
        self._most = settings.max_requests_per_client
        self._at_work: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_of(scope)
        if problem := self._refusal(scope, client):
            language = negotiate(None, _header(scope, b"accept-language"))
            await problem.response(language)(scope, receive, send)
            return
        self._at_work[client] = self._at_work.get(client, 0) + 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._at_work[client] -= 1
            if not self._at_work[client]:
                del self._at_work[client]

    def _refusal(self, scope: Scope, client: str) -> Problem | None:
        path = scope["path"]
        if path.startswith(_FREE):
            return None
        if self._hosts is not None and not _is_one_of(_host(scope), self._hosts):
            self._metrics.refused("host")
            return Problem(421, "this server does not answer to the name in Host")
        if self._at_work.get(client, 0) >= self._most:
            self._metrics.refused("rate")
            return _too_many(f"{self._most} requests of yours are being worked on", 1)
        if not self._limiter.hit(self._all, "all", client):
            return self._over(self._all, "all", client)
        stores = scope["method"] == "POST" and path.startswith(_STORING)
        if stores and not self._limiter.hit(self._stores, "stores", client):
            return self._over(self._stores, "stores", client)
        return None

    def _over(self, rate: RateLimitItem, kind: str, client: str) -> Problem:
        self._metrics.refused("rate")
        stats = self._limiter.get_window_stats(rate, kind, client)
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        return _too_many(f"{rate.amount:,} requests in {rate.get_expiry()} s are let through", seconds)


def _too_many(detail: str, seconds: int) -> Problem:
    return Problem(429, detail, headers={"Retry-After": str(seconds)})


def client_of(scope: Scope) -> str:
    """Whose request it is: the address it came from, or which a trusted proxy tells."""
    return _network_of(scope["client"][0]) if scope.get("client") else "local"


@lru_cache(4096)
def _network_of(text: str) -> str:
    """An IPv6 client has a whole /64 to choose its addresses from."""
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return text
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def _host(scope: Scope) -> str:
    """The name in Host, without a port."""
    return _PORT.sub("", _header(scope, b"host").lower())


def _header(scope: Scope, asked: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == asked), "")


def _is_one_of(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in names)
