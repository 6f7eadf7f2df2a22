"""Stores objects as files of a local folder."""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

from app.store.byte_store import STORED_NAME, Entry, total_bytes
from app.store.errors import ObjectNotFound, ObjectUnusable, StoreFull, StoreUnavailable

_MIN_FREE_FILES: Final = 1000
# At most this part of a disk is kept free, so that small disks can be used.
_MAX_RESERVE_SHARE: Final = 1 / 20
# A few files are written as fast one after the other.
_MIN_FILES_FOR_THREADS: Final = 8
_WRITERS: Final = 4
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Longer than any write takes: an older staged file was left by a process that was killed.
_ABANDONED_AFTER_SECONDS: Final = 3600.0


class LocalByteStore:
    """Stores an object as a file, which appears whole or not at all."""

    def __init__(self, folder: Path, reserve: int = 0) -> None:
        """`reserve`: bytes of the disk to leave free for the system and other programs."""
        self._folder = folder
        self._reserve = reserve
        self._staging = folder / ".staging"
        with _store_errors():
            self._staging.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
            _sync_folder(folder)
            self._remove_abandoned()

    def get(self, name: str, max_bytes: int) -> bytearray:
        with _store_errors(name), (self._folder / name).open("rb") as file:
            data = bytearray(min(os.fstat(file.fileno()).st_size, max_bytes + 1))
            if len(data) > max_bytes or file.readinto(data) != len(data):
                raise ObjectUnusable(name)
            return data

    def stat(self, name: str) -> Entry | None:
        try:
            # A network file system may tell from memory what it knows of a file, but not open it.
            with _store_errors(name), (self._folder / name).open("rb") as file:
                status = os.fstat(file.fileno())
        except ObjectNotFound:
            return None
        except ObjectUnusable:
            return Entry(name, -1, 0.0)
        return Entry(name, status.st_size, status.st_mtime)

    def put(self, objects: Mapping[str, bytes | memoryview]) -> None:
        with _store_errors():
            self._keep_reserve(total_bytes(objects))
            for folder, names in groupby(objects, lambda name: (self._folder / name).parent):
                self._make_folder(folder)
                self._write_all({self._folder / name: objects[name] for name in names})
                _sync_folder(folder)

    def refresh(self, objects: Mapping[Entry, bytes | memoryview]) -> None:
        gone: dict[str, bytes | memoryview] = {}
        for entry, data in objects.items():
            try:
                with _store_errors(entry.name):
                    os.utime(self._folder / entry.name)
            except ObjectNotFound:
                gone[entry.name] = data
        if gone:
            self.put(gone)
        # Another process may have written one a moment ago: its name is to be on the disk too.
        with _store_errors():
            for folder in {(self._folder / entry.name).parent for entry in objects}:
                _sync_folder(folder)

    def move(self, name: str, to: str) -> None:
        target = self._folder / to
        with _store_errors(name):
            self._make_folder(target.parent)
            (self._folder / name).replace(target)
            _sync_folder(target.parent)

    def delete(self, name: str) -> None:
        with _store_errors():
            (self._folder / name).unlink(missing_ok=True)

    def entries(self, folder: str = "") -> Iterator[Entry]:
        try:
            with _store_errors(folder):
                yield from self._scan(folder)
        except ObjectNotFound:
            return  # nothing has been stored in this folder yet

    def _scan(self, folder: str) -> Iterator[Entry]:
        prefix = f"{folder}/" if folder else ""
        with os.scandir(self._folder / folder) as files:
            for file in files:
                if STORED_NAME.fullmatch(prefix + file.name) and (status := _status(file)):
                    yield Entry(prefix + file.name, status.st_size, status.st_mtime)
                elif not folder and file.name.isalpha() and file.is_dir():
                    yield from self._scan(file.name)

    def check(self) -> None:
        with _store_errors():
            self._write(self._staging / "check", b"")
            _sync_folder(self._staging)

    def now(self) -> float:
        self.check()
        with _store_errors():
            return (self._staging / "check").stat().st_mtime

    def _keep_reserve(self, size: int) -> None:
        """Raise StoreFull before the disk runs out of bytes or files."""
        disk = os.statvfs(self._folder)
        reserve = min(self._reserve, int(disk.f_blocks * disk.f_frsize * _MAX_RESERVE_SHARE))
        short_of_files = disk.f_favail < min(_MIN_FREE_FILES, int(disk.f_files * _MAX_RESERVE_SHARE))
        if self._reserve and (short_of_files or disk.f_bavail * disk.f_frsize - size < reserve):
            raise StoreFull

    def _write_all(self, files: Mapping[Path, bytes | memoryview]) -> None:
        """A disk syncs several files in little more than the time of one."""
        if len(files) < _MIN_FILES_FOR_THREADS:
            for path, data in files.items():
                self._write(path, data)
            return
        with ThreadPoolExecutor(_WRITERS) as writers:
            list(writers.map(self._write, files, files.values()))

    def _write(self, path: Path, data: bytes | memoryview) -> None:
        """Write and sync a staged file, then rename it; once its folder is synced, it stays."""
        self._make_folder(path.parent)
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

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync_folder(self._folder)

    def _remove_abandoned(self) -> None:
        oldest = time.time() - _ABANDONED_AFTER_SECONDS
        with os.scandir(self._staging) as files:
            for file in files:
                if (status := _status(file)) and status.st_mtime < oldest:
                    Path(file).unlink(missing_ok=True)


def _status(file: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return file.stat() if file.is_file() else None
    except FileNotFoundError:
        return None  # removed while the others were listed


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _store_errors(name: str | None = None) -> Iterator[None]:
    """Turn OSError into StoreFull or StoreUnavailable.

    Where it is about one object that may be missing, its absence is ObjectNotFound.
    """
    try:
        yield
    except OSError as error:
        if name is not None and isinstance(error, FileNotFoundError):
            raise ObjectNotFound(name) from None
        if name is not None and isinstance(error, IsADirectoryError):
            raise ObjectUnusable(name) from None
        raise (StoreFull if error.errno in _FULL else StoreUnavailable)() from error
