"""Stores scene files in a local folder."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.limits import Limits
from app.scenes.scene import Scene
from app.scenes.scene_file import encode
from app.store.scene_store import (
    SceneDamaged,
    SceneNotFound,
    StoreFull,
    StoreUnavailable,
    most_bytes,
    on_disk,
    stored_scene,
)

_SUFFIX: Final = ".safetensors"
_MIN_FREE_FILES: Final = 1000
# At most this part of a disk is kept free, so that small disks can be used.
_MAX_RESERVE_SHARE: Final = 1 / 20
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Longer than any write takes: an older staged file was left by a process that was killed.
_ABANDONED_AFTER_SECONDS: Final = 3600.0


class LocalStore:
    """Stores a scene as the file <id>.safetensors, which appears whole or not at all."""

    def __init__(self, folder: Path, limits: Limits, reserve: int = 0) -> None:
        """`reserve`: bytes of the disk to leave free for the system and other programs."""
        self._folder = folder
        self._reserve = reserve
        self._staging = folder / ".staging"
        self._limits = limits
        with _store_errors():
            self._staging.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
            _sync_folder(folder)
            self._remove_abandoned()

    def get(self, id: str) -> Scene:
        try:
            with _store_errors():
                return stored_scene(self._read(self._path(id), id), id, self._limits)
        except FileNotFoundError:
            raise SceneNotFound(id) from None

    def put(self, scene: Scene) -> bool:
        try:
            self.get(scene.id)
        except (SceneNotFound, SceneDamaged):
            with _store_errors():
                self._keep_reserve(scene.nbytes)
                self._write(self._path(scene.id), encode(scene))
            return True
        return False

    def has(self, id: str) -> bool:
        with _store_errors():
            return self._path(id).exists()

    def usage(self) -> int:
        with _store_errors(), os.scandir(self._folder) as entries:
            return sum(on_disk(_file_size(entry)) for entry in entries if entry.name.endswith(_SUFFIX))

    def _keep_reserve(self, size: int) -> None:
        """Raise StoreFull before the disk runs out of bytes or files."""
        disk = os.statvfs(self._folder)
        reserve = min(self._reserve, int(disk.f_blocks * disk.f_frsize * _MAX_RESERVE_SHARE))
        short_of_files = disk.f_favail < min(_MIN_FREE_FILES, int(disk.f_files * _MAX_RESERVE_SHARE))
        if self._reserve and (short_of_files or disk.f_bavail * disk.f_frsize - size < reserve):
            raise StoreFull

    def check(self) -> None:
        with _store_errors():
            self._write(self._staging / "check", b"")

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}{_SUFFIX}"

    def _read(self, path: Path, id: str) -> bytes:
        if path.is_dir() or path.stat().st_size > most_bytes(self._limits):
            raise SceneDamaged(id)
        return path.read_bytes()

    def _write(self, path: Path, data: bytes) -> None:
        """Write and sync a staged file, then rename it and sync the folder: it appears whole and stays."""
        staged = self._staging / uuid.uuid4().hex
        try:
            with staged.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def _remove_abandoned(self) -> None:
        oldest = time.time() - _ABANDONED_AFTER_SECONDS
        for path in self._staging.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _file_size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0  # removed while the others were counted


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _store_errors() -> Iterator[None]:
    """Turn OSError into StoreFull or StoreUnavailable, except for a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise (StoreFull if error.errno in _FULL else StoreUnavailable)() from error
