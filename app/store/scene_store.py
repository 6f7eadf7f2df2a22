"""Where scenes are kept: each as a manifest and the blobs of its large tensors."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Protocol

from app.limits import MEBI, LimitExceeded, Limits
from app.scenes.scene import Scene
from app.scenes.scene_file import NotAScene, decode
from app.store.blob_store import BlobStore
from app.store.byte_store import ByteStore
from app.store.errors import BlobDamaged, ObjectNotFound, ObjectUnusable, SceneDamaged, SceneNotFound
from app.store.scene_manifest import read_manifest, write_manifest


class SceneStore(Protocol):
    """Every call may raise StoreUnavailable, and takes as long as the disk or the network."""

    def get(self, id: str) -> Scene:
        """Raises SceneNotFound or SceneDamaged."""

    def put(self, scene: Scene) -> bool:
        """Keep a scene for good; False if it was there already. Raises StoreFull."""

    def check(self) -> None:
        """Raise StoreUnavailable if the store does not take what is written to it."""


class BlobSceneStore:
    """Scenes as manifests, `scenes/<id>.json`; scene files of older versions (<id>.safetensors) are read."""

    def __init__(self, store: ByteStore, limits: Limits) -> None:
        self._store = store
        self._blobs = BlobStore(store)
        self._limits = limits

    def get(self, id: str) -> Scene:
        try:
            scene = self._read(id)
        except ObjectNotFound:
            raise SceneNotFound(id) from None
        except (ObjectUnusable, NotAScene, LimitExceeded, BlobDamaged) as error:
            raise SceneDamaged(id) from error
        if scene.id != id:
            raise SceneDamaged(id)
        return scene

    def put(self, scene: Scene) -> bool:
        if self._store.stat(_old_name(scene.id)):
            with suppress(SceneNotFound, SceneDamaged):
                self.get(scene.id)
                return False
        return self._blobs.put(_name(scene.id), *write_manifest(scene))

    def check(self) -> None:
        self._store.check()

    def _read(self, id: str) -> Scene:
        try:
            manifest = self._blobs.manifest(_name(id))
        except ObjectNotFound:
            return decode(bytes(self._store.get(_old_name(id), _most_bytes(self._limits))), self._limits)
        read_blob = partial(self._blobs.get, max_bytes=8 * self._limits.max_tensor_elements)
        return read_manifest(manifest, read_blob, self._limits)


def scene_ids(store: ByteStore) -> set[str]:
    """The ids of all scenes, damaged ones too."""
    names = {entry.name for entry in store.entries()}
    ids = {name.rpartition("/")[2].partition(".")[0] for name in names}
    return {id for id in ids if not names.isdisjoint((_name(id), _old_name(id)))}


def _name(id: str) -> str:
    return f"scenes/{id}.json"


def _old_name(id: str) -> str:
    return f"{id}.safetensors"


def _most_bytes(limits: Limits) -> int:
    """No scene file is larger, so that a foreign file that is need not be read."""
    return 3 * 8 * limits.max_tensor_elements + MEBI
