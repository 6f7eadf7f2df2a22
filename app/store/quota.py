"""A bound on what a store holds."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Final

from app.scenes.scene import Scene
from app.store.scene_store import SceneStore, StoreFull, on_disk

# Others may share the store: what they added is seen when it is counted again. Counting takes at most one
# part in _SHARE of the time.
_COUNT_EVERY: Final = 60.0
_SHARE: Final = 50
# What a scene file has beside its numbers, at most.
_HEADER: Final = 1024


class Quota:
    """A store that is full when it holds `most` bytes: counted once, then added up."""

    def __init__(self, inner: SceneStore, most: int) -> None:
        self._inner = inner
        self._most = most
        self._lock = threading.Lock()
        self._bytes = 0
        self._count_at = 0.0  # on the monotonic clock: the system's may jump

    def get(self, id: str) -> Scene:
        return self._inner.get(id)

    def put(self, scene: Scene) -> bool:
        size = on_disk(scene.nbytes + _HEADER)
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
            if self._bytes + size > self._most:
                return False
            self._bytes += size
            return True

    def _add(self, size: int) -> None:
        with self._lock:
            self._bytes += size

    def _count(self) -> None:
        started = monotonic()
        if started < self._count_at:
            return
        self._bytes = self._inner.usage()
        ended = monotonic()
        self._count_at = ended + max(_COUNT_EVERY, _SHARE * (ended - started))
