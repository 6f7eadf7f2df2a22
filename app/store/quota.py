"""A limit on the bytes that a store holds."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Final

from app.scenes.scene import Scene
from app.store.scene_store import SceneStore, StoreFull, on_disk

# The store is counted again for what other processes added, taking at most this share of the time.
_RECOUNT_SECONDS: Final = 60.0
_MAX_COUNT_SHARE: Final = 1 / 50
# The most that a scene file holds beside its numbers.
_HEADER_BYTES: Final = 1024


class Quota:
    """A store that is full when it holds `max_bytes`: counted now and then, added up in between."""

    def __init__(self, inner: SceneStore, max_bytes: int) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes = 0
        self._next_count = 0.0  # on the monotonic clock, which never jumps

    def get(self, id: str) -> Scene:
        return self._inner.get(id)

    def put(self, scene: Scene) -> bool:
        size = on_disk(scene.nbytes + _HEADER_BYTES)
        if not self._reserve(size):
            if self._inner.has(scene.id):
                return self._inner.put(scene)
            raise StoreFull
        created = False
        try:
            created = self._inner.put(scene)
        finally:
            if not created:
                self._add(-size)
        return created

    def has(self, id: str) -> bool:
        return self._inner.has(id)

    def usage(self) -> int:
        return self._inner.usage()

    def check(self) -> None:
        self._inner.check()

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
        self._bytes = self._inner.usage()
        ended = monotonic()
        self._next_count = ended + max(_RECOUNT_SECONDS, (ended - started) / _MAX_COUNT_SHARE)
