"""The store that the application uses: built-in scenes, an LRU cache in memory, and the store behind it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from cachetools import LRUCache

from app.observability.metrics import Metrics
from app.scenes.scene import Scene
from app.store.errors import SceneDamaged, SceneNotFound, StoreFull, StoreUnavailable
from app.store.scene_store import SceneStore

_ID: Final = re.compile(r"[0-9a-f]{40}")


class CachedSceneStore:
    """A store with the built-in scenes always there, and an LRU cache of decoded scenes, bounded in bytes."""

    def __init__(
        self, inner: SceneStore, built_in: Mapping[str, Scene], max_bytes: int, metrics: Metrics | None = None
    ) -> None:
        self._inner = inner
        self._built_in = built_in
        self._metrics = metrics or Metrics()
        self._cache: LRUCache[str, Scene] = LRUCache(max_bytes, lambda scene: scene.nbytes)
        self._lock = threading.Lock()

    def get_cached(self, id: str) -> Scene | None:
        """The scene if it is in memory. Raises SceneNotFound for what cannot be an id."""
        if not _ID.fullmatch(id):
            raise SceneNotFound(id)
        with self._lock:
            scene = self._cache.get(id)
        scene = scene or self._built_in.get(id)
        if scene is not None:
            self._metrics.scene_hit.inc()
        return scene

    def get(self, id: str) -> Scene:
        """Raises SceneNotFound, SceneDamaged or StoreUnavailable."""
        scene = self.get_cached(id)
        if scene is None:
            self._metrics.scene_miss.inc()
            with self._count_failures():
                scene = self._inner.get(id)
            self._add(scene)
        return scene

    def put(self, scene: Scene) -> bool:
        """Store a scene for good; False if it was there already. Raises StoreFull or StoreUnavailable."""
        with self._count_failures():
            created = self._inner.put(scene)
        self._add(scene)
        return created

    def check(self) -> None:
        """Raise StoreUnavailable if the inner store does not answer."""
        with self._count_failures():
            self._inner.check()

    @contextmanager
    def _count_failures(self) -> Iterator[None]:
        try:
            yield
        except (StoreUnavailable, SceneDamaged) as error:
            kind = {StoreFull: "full", SceneDamaged: "damaged"}.get(type(error), "unavailable")
            self._metrics.store_failed(kind)
            raise

    def _add(self, scene: Scene) -> None:
        with self._lock:
            if scene.nbytes <= self._cache.maxsize:
                self._cache[scene.id] = scene
