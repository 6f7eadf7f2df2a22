"""Stores of scenes for tests, and other means to see and change what lies in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from app.limits import Limits
from app.settings import Settings
from app.store.byte_store import STORED_NAME, Entry
from app.store.errors import ObjectNotFound, ObjectUnusable
from app.store.local_store import LocalByteStore
from app.store.open_store import open_byte_store
from app.store.scene_store import BlobSceneStore


def local_store(folder: Path, reserve: int = 0) -> BlobSceneStore:
    return BlobSceneStore(LocalByteStore(folder, reserve), Limits())


def stored_files(folder: Path) -> dict[str, int]:
    """The sizes of all files below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }


class Place(Protocol):
    """Where a store lies: its address, and its objects by means that are not the store's."""

    address: str

    def read(self) -> dict[str, bytes]: ...
    def write(self, name: str, data: bytes) -> None: ...
    def delete(self, name: str) -> None: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = path.as_uri()

    def read(self) -> dict[str, bytes]:
        names = stored_files(self.path).keys() - {".staging/check"}
        return {name: (self.path / name).read_bytes() for name in names}

    def write(self, name: str, data: bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def delete(self, name: str) -> None:
        (self.path / name).unlink()


class Bucket:
    def __init__(self, admin: Any, bucket: str) -> None:
        self._admin = admin
        self._bucket = bucket
        self.address = f"s3://{bucket}/kept"

    def read(self) -> dict[str, bytes]:
        listed = self._admin.list_objects_v2(Bucket=self._bucket).get("Contents", [])
        keys = [entry["Key"] for entry in listed]
        return {key.removeprefix("kept/"): self._get(key) for key in keys if key != "kept/readiness"}

    def _get(self, key: str) -> bytes:
        data: bytes = self._admin.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return data

    def write(self, name: str, data: bytes) -> None:
        self._admin.put_object(Bucket=self._bucket, Key=f"kept/{name}", Body=data)

    def delete(self, name: str) -> None:
        self._admin.delete_object(Bucket=self._bucket, Key=f"kept/{name}")


def scenes_at(place: Place, limits: Limits | None = None) -> BlobSceneStore:
    """A store that knows nothing of what others have read of it."""
    return BlobSceneStore(open_byte_store(Settings(store=place.address, store_reserve=0)), limits or Limits())


class MemoryByteStore:
    """A byte store as a dict, with a clock that the test moves."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.modified: dict[str, float] = {}
        self.time = 0.0

    def get(self, name: str, max_bytes: int) -> bytearray:
        if name not in self.objects:
            raise ObjectNotFound(name)
        if len(self.objects[name]) > max_bytes:
            raise ObjectUnusable(name)
        return bytearray(self.objects[name])

    def stat(self, name: str) -> Entry | None:
        if name not in self.objects:
            return None
        return Entry(name, len(self.objects[name]), self.modified[name])

    def put(self, objects: Mapping[str, bytes | memoryview]) -> None:
        for name, data in objects.items():
            self.put_one(name, bytes(data))

    def put_one(self, name: str, data: bytes) -> None:
        self.objects[name] = data
        self.modified[name] = self.time

    def refresh(self, objects: Mapping[Entry, bytes | memoryview]) -> None:
        for entry, data in objects.items():
            self.refresh_one(entry, data)

    def refresh_one(self, entry: Entry, data: bytes | memoryview) -> None:
        if entry.name in self.objects:
            self.modified[entry.name] = self.time
        else:
            self.put({entry.name: data})

    def move(self, name: str, to: str) -> None:
        if name not in self.objects:
            raise ObjectNotFound(name)
        self.objects[to], self.modified[to] = self.objects.pop(name), self.modified.pop(name)

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def entries(self, folder: str = "") -> Iterator[Entry]:
        for name in list(self.objects):
            if name.startswith(f"{folder}/" if folder else "") and STORED_NAME.fullmatch(name):
                yield Entry(name, len(self.objects[name]), self.modified[name])

    def check(self) -> None:
        return

    def now(self) -> float:
        return self.time
