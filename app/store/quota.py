"""A limit on the bytes that a store holds."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Final

from app.store.byte_store import ByteStore, Entry, on_disk, usage
from app.store.errors import StoreFull

# The store is counted again for what other processes added, taking at most this share of the time.
_RECOUNT_SECONDS: Final = 60.0
_MAX_COUNT_SHARE: Final = 1 / 50


class QuotaByteStore:
    """A store that is full when it holds `max_bytes`: counted now and then, added up in between."""

    def __init__(self, inner: ByteStore, max_bytes: int) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes = 0
        self._next_count = 0.0  # on the monotonic clock, which never jumps

    def get(self, name: str, max_bytes: int) -> bytearray:
        return self._inner.get(name, max_bytes)

    def stat(self, name: str) -> Entry | None:
        return self._inner.stat(name)

    def put(self, objects: Mapping[str, bytes | memoryview]) -> None:
        sizes = {name: on_disk(memoryview(data).nbytes) for name, data in objects.items()}
        size = sum(sizes.values())
        if not self._reserve(size):
            # What replaces an object needs no more room: a damaged scene can be mended in a full store.
            size = sum(sizes[name] for name in objects if self._inner.stat(name) is None)
            if size and not self._reserve(size):
                raise StoreFull
        try:
            self._inner.put(objects)
        except BaseException:
            self._add(-size)
            raise

    def refresh(self, objects: Mapping[Entry, bytes | memoryview]) -> None:
        self._inner.refresh(objects)

    def move(self, name: str, to: str) -> None:
        self._inner.move(name, to)

    def delete(self, name: str) -> None:
        self._inner.delete(name)

    def entries(self, folder: str = "") -> Iterator[Entry]:
        return self._inner.entries(folder)

    def check(self) -> None:
        self._inner.check()

    def now(self) -> float:
        return self._inner.now()

    def _reserve(self, size: int) -> bool:
        with self._lock:
            self._count()
            if self._bytes + size > self._max_bytes:
                return False
            self._bytes += size
            return True

    def _add(self, size: int) -> None:
        with self._lock:
            self._bytes += size

    def _count(self) -> None:
        started = monotonic()
        if started < self._next_count:
            return
        self._bytes = usage(self._inner)
        ended = monotonic()
        self._next_count = ended + max(_RECOUNT_SECONDS, (ended - started) / _MAX_COUNT_SHARE)
