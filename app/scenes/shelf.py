"""The store that the program uses: the built-in scenes, lately used ones in memory, and all others behind."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from app.metrics import Metrics
from app.scenes.localstore import LocalStore
from app.scenes.quota import Quota
from app.scenes.scene import Scene
from app.scenes.store import SceneDamaged, SceneNotFound, SceneStore, StoreFull, StoreUnavailable
from app.settings import Settings

if TYPE_CHECKING:
    from app.scenes.objectstore import ObjectStore

_ID: Final = re.compile(r"[0-9a-f]{40}")
_OBJECT_STORES: Final = ("s3", "gs", "az")


class Shelf:
    """A store with the built-in scenes always there, and lately used ones in memory within a byte budget."""

    def __init__(
        self, inner: SceneStore, built_in: Mapping[str, Scene], budget: int, metrics: Metrics | None = None
    ) -> None:
        self._inner = inner
        self._built_in = built_in
        self._budget = budget
        self._metrics = metrics or Metrics()
        self._kept: OrderedDict[str, Scene] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def at_hand(self, id: str) -> Scene | None:
        """The scene if it is in memory. Raises SceneNotFound for what cannot be an id."""
        if not _ID.fullmatch(id):
            raise SceneNotFound(id)
        with self._lock:
            scene = self._kept.get(id)
            if scene is not None:
                self._kept.move_to_end(id)
        scene = scene or self._built_in.get(id)
        if scene is not None:
            self._metrics.scene_hit.inc()
        return scene

    def get(self, id: str) -> Scene:
        """Raises SceneNotFound, SceneDamaged or StoreUnavailable."""
        scene = self.at_hand(id)
        if scene is None:
            self._metrics.scene_miss.inc()
            with self._counted():
                scene = self._inner.get(id)
            self._keep(scene)
        return scene

    def put(self, scene: Scene) -> bool:
        """Keep a scene for good; False if it was there already. Raises StoreFull or StoreUnavailable."""
        with self._counted():
            created = self._inner.put(scene)
        self._keep(scene)
        return created

    def check(self) -> None:
        """Raise StoreUnavailable if the store behind does not answer."""
        with self._counted():
            self._inner.check()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except (StoreUnavailable, SceneDamaged) as error:
            kind = {StoreFull: "full", SceneDamaged: "damaged"}.get(type(error), "unavailable")
            self._metrics.store_failed(kind)
            raise

    def _keep(self, scene: Scene) -> None:
        with self._lock:
            if scene.id in self._kept or scene.nbytes > self._budget:
                return
            self._kept[scene.id] = scene
            self._bytes += scene.nbytes
            while self._bytes > self._budget:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.nbytes


def open_store(settings: Settings) -> SceneStore:
    """The store that CONVSCOPE_STORE names. Raises ValueError for an address that is none."""
    store = _named_store(settings)
    return Quota(store, settings.store_quota) if settings.store_quota else store


def _named_store(settings: Settings) -> LocalStore | ObjectStore:
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
        from app.scenes.objectstore import ObjectStore
    except ImportError as error:
        raise ValueError(
            f"CONVSCOPE_STORE is {settings.store!r}, which needs pip install 'convscope[objectstore]'"
        ) from error
    return ObjectStore(settings.store, settings)
