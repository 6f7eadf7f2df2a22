"""Stores objects in an object store: S3, Google Cloud Storage, Azure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import from_url

from app.store.byte_store import STORED_NAME, Entry
from app.store.errors import ObjectNotFound, ObjectUnusable, StoreUnavailable

_CHECK: Final = "readiness"
# An object store has no other way to make an object young than to write it again; younger ones are left.
_REFRESH_AFTER_SECONDS: Final = 3600.0


class ObjectByteStore:
    """Stores objects below the address; credentials come from the environment.

    An object appears whole or not at all, and two writers of one name write the same bytes. Only obstore's
    synchronous functions are used, in threads: with its asynchronous ones the interpreter aborts when it
    exits (obstore 0.12).
    """

    def __init__(self, address: str) -> None:
        self._store = from_url(
            address,
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )

    def get(self, name: str, max_bytes: int) -> bytearray:
        with _store_errors(name):
            answer = obstore.get(self._store, name)
            if answer.meta["size"] > max_bytes:
                raise ObjectUnusable(name)
            return bytearray(answer.bytes())

    def stat(self, name: str) -> Entry | None:
        try:
            with _store_errors(name):
                found = obstore.head(self._store, name)
        except ObjectNotFound:
            return None
        return Entry(name, found["size"], found["last_modified"].timestamp())

    def put(self, objects: Mapping[str, bytes | memoryview]) -> None:
        for name, data in objects.items():
            with _store_errors():
                obstore.put(self._store, name, data)

    def refresh(self, objects: Mapping[Entry, bytes | memoryview]) -> None:
        oldest = time.time() - _REFRESH_AFTER_SECONDS
        self.put({entry.name: data for entry, data in objects.items() if entry.modified < oldest})

    def move(self, name: str, to: str) -> None:
        with _store_errors(name):
            obstore.rename(self._store, name, to)

    def delete(self, name: str) -> None:
        try:
            with _store_errors(name):
                obstore.delete(self._store, name)
        except ObjectNotFound:
            return

    def entries(self, folder: str = "") -> Iterator[Entry]:
        with _store_errors():
            for page in obstore.list(self._store, folder or None, chunk_size=1000):
                for found in page:
                    if STORED_NAME.fullmatch(found["path"]):
                        yield Entry(found["path"], found["size"], found["last_modified"].timestamp())

    def check(self) -> None:
        self.put({_CHECK: b""})

    def now(self) -> float:
        self.check()
        entry = self.stat(_CHECK)
        return entry.modified if entry else time.time()


@contextmanager
def _store_errors(name: str | None = None) -> Iterator[None]:
    """Turn obstore's errors, some of which are Python's own, into StoreUnavailable.

    Where it is about one object that may be missing, its absence is ObjectNotFound.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        if name is not None and isinstance(error, NotFoundError | FileNotFoundError):
            raise ObjectNotFound(name) from None
        raise StoreUnavailable from error
