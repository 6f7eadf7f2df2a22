"""The server's metrics, in Prometheus' text format."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS"))
# One label for all requests that reach no route, so that clients cannot create labels.
NO_ROUTE: Final = "none"


class Metrics:
    """The metrics of one application; those of several workers are added up from files in one folder."""

    def __init__(self) -> None:
        self._is_multiprocess = "PROMETHEUS_MULTIPROC_DIR" in os.environ
        self._registry = registry = CollectorRegistry()
        if not self._is_multiprocess:
            ProcessCollector(registry=registry)
        self._requests = Counter(
            "convscope_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "convscope_request_seconds",
            "From a request's head to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_progress = _gauge("convscope_requests_in_progress", "Requests being worked on.", registry)
        self._refused = Counter(
            "convscope_refused",
            "Requests refused before they were looked at: malformed, head, slow, busy, rate, host, token.",
            ("reason",),
            registry=registry,
        )
        self._refused_for = cache(self._refused.labels)
        computations = Counter(
            "convscope_computations",
            "Computations, small (done at once) or large.",
            ("size",),
            registry=registry,
        )
        self.small = computations.labels("small")
        self.large = computations.labels("large")
        self.computation_seconds = Histogram(
            "convscope_computation_seconds",
            "A large computation, with the time it waits for its turn.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.queue = _gauge(
            "convscope_computations_queued", "Large computations that run or wait for their turn.", registry
        )
        scenes = Counter(
            "convscope_scene_lookups",
            "Scenes found in memory (hit) or not (miss).",
            ("result",),
            registry=registry,
        )
        self.scene_hit = scenes.labels("hit")
        self.scene_miss = scenes.labels("miss")
        self._store_errors = Counter(
            "convscope_store_errors", "Calls of the store that failed.", ("error",), registry=registry
        )
        self._answers: dict[tuple[str, str, int], Counter] = {}
        self._times: dict[str, Histogram] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        if (answers := self._answers.get(key)) is None:
            label = method if method in _METHODS else "other"
            answers = self._requests.labels(label, route, status)
            if label == method:
                self._answers[key] = answers
        answers.inc()
        if (times := self._times.get(route)) is None:
            times = self._times[route] = self._request_seconds.labels(route)
        times.observe(seconds)

    @contextmanager
    def large_computation(self) -> Iterator[None]:
        """Counts and times a large computation, its wait included."""
        self.large.inc()
        with self.queue.track_inprogress(), self.computation_seconds.time():
            yield

    def refused(self, reason: str) -> None:
        self._refused_for(reason).inc()

    def store_failed(self, error: str) -> None:
        self._store_errors.labels(error).inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        if not self._is_multiprocess:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _gauge(name: str, about: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(name, about, registry=registry, multiprocess_mode="livesum")
