"""The store that the application uses: built-in scenes, an LRU cache in memory, and the store behind it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from cachetools import LRUCache

from app.observability.metrics import Metrics
from app.scenes.scene import Scene
from app.settings import Settings
from app.store.local_store import LocalStore
from app.store.quota import Quota
from app.store.scene_store import SceneDamaged, SceneNotFound, SceneStore, StoreFull, StoreUnavailable

if TYPE_CHECKING:
    from app.store.object_store import ObjectStore

_ID: Final = re.compile(r"[0-9a-f]{40}")
_OBJECT_STORES: Final = ("s3", "gs", "az")


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


def open_store(settings: Settings) -> SceneStore:
    """The store that CONVSCOPE_STORE names. Raises ValueError for an address that is none."""
    store = _open_inner_store(settings)
    return Quota(store, settings.store_quota) if settings.store_quota else store


def _open_inner_store(settings: Settings) -> LocalStore | ObjectStore:
    address = urlsplit(settings.store)
    if address.scheme == "file" and address.netloc in ("", "localhost") and address.path:
        return LocalStore(Path(unquote(address.path)), settings, settings.store_reserve)
    if address.scheme in _OBJECT_STORES and address.netloc:
        return _object_store(settings)
    raise ValueError(
        f"CONVSCOPE_STORE is {settings.store!r}, expected file:///folder, s3://bucket/path, gs://… or az://…"
    )


def _object_store(settings: Settings) -> ObjectStore:
    try:
        from app.store.object_store import ObjectStore
    except ImportError as error:
        raise ValueError(
            f"CONVSCOPE_STORE is {settings.store!r}, which needs pip install 'convscope[objectstore]'"
        ) from error
    return ObjectStore(settings.store, settings)
