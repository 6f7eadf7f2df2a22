"""Where scenes are kept."""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from app.scenes.codec import NotAScene, decode, encode
from app.scenes.scene import Scene
from app.settings import Limits, Settings

_ID: Final = re.compile(r"[0-9a-f]{40}")


class SceneNotFound(KeyError):
    """There is no scene of this id."""

    def __str__(self) -> str:
        return f"there is no scene {self.args[0]!r:.60}"


class SceneDamaged(Exception):
    """What is stored under this id is not its scene."""

    def __str__(self) -> str:
        return f"the stored scene {self.args[0]} is damaged; sending its content again mends it"


class SceneStore(Protocol):
    def get(self, id: str) -> Scene:
        """Raises SceneNotFound or SceneDamaged."""

    def put(self, scene: Scene) -> bool:
        """Keep a scene for good; False if it was there already."""


class LocalStore:
    """Scene files in one local folder."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limits = limits

    def get(self, id: str) -> Scene:
        try:
            scene = decode(self._path(id).read_bytes(), self._limits)
        except FileNotFoundError:
            raise SceneNotFound(id) from None
        except (NotAScene, IsADirectoryError) as error:
            raise SceneDamaged(id) from error
        if scene.id != id:
            raise SceneDamaged(id)
        return scene

    def put(self, scene: Scene) -> bool:
        try:
            self.get(scene.id)
        except (SceneNotFound, SceneDamaged):
            self._write(self._path(scene.id), encode(scene))
            return True
        return False

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.safetensors"

    def _write(self, path: Path, data: bytes) -> None:
        """Completely or not at all: the file has its name only once its bytes are on the disk."""
        staged = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with staged.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        _sync_folder(self._folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Shelf:
    """A store with the built-in scenes always there, and lately used ones in memory within a byte budget."""

    def __init__(self, inner: SceneStore, built_in: Mapping[str, Scene], budget: int) -> None:
        self._inner = inner
        self._built_in = built_in
        self._budget = budget
        self._kept: OrderedDict[str, Scene] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def at_hand(self, id: str) -> Scene | None:
        """The scene if it is in memory. Raises SceneNotFound for what cannot be an id."""
        if not _ID.fullmatch(id):
            raise SceneNotFound(id)
        with self._lock:
            if id in self._kept:
                self._kept.move_to_end(id)
                return self._kept[id]
        return self._built_in.get(id)

    def get(self, id: str) -> Scene:
        """Raises SceneNotFound or SceneDamaged."""
        scene = self.at_hand(id)
        if scene is None:
            scene = self._inner.get(id)
            self._keep(scene)
        return scene

    def put(self, scene: Scene) -> bool:
        """Keep a scene for good; False if it was there already."""
        created = self._inner.put(scene)
        self._keep(scene)
        return created

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
    """The store that CONVSCOPE_STORE names."""
    address = urlsplit(settings.store)
    if address.scheme != "file" or address.netloc not in ("", "localhost") or not address.path:
        raise ValueError(f"CONVSCOPE_STORE is {settings.store!r}, expected file:///folder")
    return LocalStore(Path(unquote(address.path)), settings)
