"""How a stop ends what is under way: streams end in time, and clients see which are incomplete."""

from __future__ import annotations

import time


class StreamAborted(Exception):
    """Aborts a stream so that clients see it is truncated."""


class ShutdownState:
    """Whether the server is stopping, and whether streams must end now."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace = grace_seconds
        self._due: float | None = None

    def begin(self) -> None:
        """Start the shutdown: streams may go on for three quarters of the grace period."""
        self._due = time.monotonic() + self._grace * 0.75

    @property
    def begun(self) -> bool:
        return self._due is not None

    @property
    def due(self) -> bool:
        return self._due is not None and time.monotonic() >= self._due
