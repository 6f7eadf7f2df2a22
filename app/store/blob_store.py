"""Blobs, named by the digest of their bytes, and the manifests that name them.

Blobs are written first, their manifest last. A collection (app/store/garbage_collection.py) frees blobs that
no manifest names: it moves them to the trash, looks once more for manifests, and only then deletes. Whoever
writes a manifest looks for its blobs once more afterwards. One of the two therefore sees the other, however
slow either is: no manifest that is stored lacks a blob.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import uuid4

from app.conv.errors import shown
from app.store.byte_store import ByteStore, Entry
from app.store.errors import BlobDamaged, ObjectNotFound, ObjectUnusable, StoreUnavailable

BLOBS: Final = "blobs"
TRASH: Final = "trash"
_MAX_MANIFEST_BYTES: Final = 1 << 26
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

# Bytes by their digest.
Blobs = Mapping[str, memoryview]


def blob_digest(data: bytes | bytearray | memoryview) -> str:
    """The name of a blob: its SHA-256, in 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


class BlobStore:
    """Manifests and their blobs; what a manifest says beside naming blobs is for others to know."""

    def __init__(self, store: ByteStore) -> None:
        self._store = store

    def put(self, name: str, manifest: bytes, blobs: Blobs) -> bool:
        """Store a manifest and the blobs it names; False if all of it was there already. Raises StoreFull.

        Of what is there, only names and sizes are read: a blob that was damaged without changing its size
        is mended once it is found when it is read.
        """
        there, missing = self._find(blobs)
        if self._has_manifest(name, manifest):
            if missing:
                self._store.put(missing)
            return bool(missing)
        self._store.refresh(there)
        self._store.put({**missing, name: manifest})
        # A collection may have taken blobs away before it could see the manifest.
        if missing := self._find(blobs)[1]:
            self._store.put(missing)
        return True

    def put_blobs(self, blobs: Blobs) -> None:
        """Store blobs ahead of the manifest that names them: `put` finds them there. Raises StoreFull."""
        self._store.put(self._find(blobs)[1])

    def manifest(self, name: str) -> bytes:
        """Raises ObjectNotFound or ObjectUnusable."""
        return bytes(self._store.get(name, _MAX_MANIFEST_BYTES))

    def get(self, digest: str, max_bytes: int) -> bytearray:
        """The bytes of a blob. Raises BlobDamaged if they are missing, too many, or not the digest's.

        Bytes that are not the digest's are moved to the trash, so that they are missed, and written anew,
        when what they belong to is stored again.
        """
        if not _DIGEST.fullmatch(digest):
            raise BlobDamaged("blob_missing", digest=shown(digest))
        code, is_other = "blob_missing", False
        for name in self._places(digest):
            try:
                data = self._store.get(name, max_bytes)
            except ObjectNotFound:
                continue
            except ObjectUnusable:
                code = "blob_damaged"
                continue
            if blob_digest(data) == digest:
                return data
            code = "blob_damaged"
            is_other = is_other or name == _path(digest)
        if is_other:
            self._set_aside(digest)
        raise BlobDamaged(code, digest=digest)

    def _places(self, digest: str) -> Iterator[str]:
        """Where a blob may be while collections move it to the trash, and back."""
        yield _path(digest)
        yield from [entry.name for entry in self._store.entries(TRASH) if digest_in(entry) == digest]
        yield _path(digest)

    def _set_aside(self, digest: str) -> None:
        try:
            self._store.move(_path(digest), trash_name(digest))
        except (ObjectNotFound, ObjectUnusable, StoreUnavailable):
            return  # a store that cannot be written to can still be read

    def _has_manifest(self, name: str, manifest: bytes) -> bool:
        try:
            return self.manifest(name) == manifest
        except (ObjectNotFound, ObjectUnusable):
            return False

    def _find(self, blobs: Blobs) -> tuple[dict[Entry, memoryview], dict[str, memoryview]]:
        """The blobs that are there in their size, by entry, and those that are not, by name."""
        there: dict[Entry, memoryview] = {}
        missing: dict[str, memoryview] = {}
        for digest, data in blobs.items():
            entry = self._store.stat(_path(digest))
            if entry and entry.size == data.nbytes:
                there[entry] = data
            else:
                missing[_path(digest)] = data
        return there, missing


def digest_in(entry: Entry) -> str:
    """The digest of a blob, by the name that it has in its folder or in the trash."""
    return entry.name.partition("/")[2].partition("-")[0]


def trash_name(digest: str) -> str:
    """A name that nobody else moves the blob to: what one collection deletes, another may yet put back."""
    return f"{TRASH}/{digest}-{uuid4().hex}"


def _path(digest: str) -> str:
    return f"{BLOBS}/{digest}"
