"""Bytes by name: what every place to store them does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

# What stores write: <id>.safetensors, <folder>/<id>.json, blobs/<digest>, trash/<digest>-<number>.
STORED_NAME: Final = re.compile(r"([a-z]+/)?[0-9a-f]{40,64}(-[0-9a-f]+|\.json|\.safetensors)?")
_BLOCK: Final = 4096


class Entry(NamedTuple):
    """One object: its size in bytes, and when it was written or refreshed, in the store's own time."""

    name: str
    size: int
    modified: float


class ByteStore(Protocol):
    """Objects that appear whole or not at all, and stay. A name is "<folder>/<file>" or "<file>".

    Every call may raise StoreUnavailable, and takes as long as the disk or the network.
    """

    def get(self, name: str, max_bytes: int) -> bytearray:
        """Raises ObjectNotFound, and ObjectUnusable for what is larger."""

    def stat(self, name: str) -> Entry | None:
        """None if there is no such object."""

    def put(self, objects: Mapping[str, bytes | memoryview]) -> None:
        """Write or replace objects, in order. Raises StoreFull, before the first where it is known."""

    def refresh(self, objects: Mapping[Entry, bytes | memoryview]) -> None:
        """Make objects young again, so that a collection leaves them alone; write those that are gone."""

    def move(self, name: str, to: str) -> None:
        """Give an object another name. Raises ObjectNotFound."""

    def delete(self, name: str) -> None:
        """Delete an object if it is there."""

    def entries(self, folder: str = "") -> Iterator[Entry]:
        """The objects of one folder; without it, of all folders."""

    def check(self) -> None:
        """Raise StoreUnavailable if the store does not take what is written to it."""

    def now(self) -> float:
        """The time by the clock that `modified` is told by."""


def on_disk(size: int) -> int:
    """What a file of so many bytes takes up: whole blocks."""
    return -(-size // _BLOCK) * _BLOCK


def usage(store: ByteStore) -> int:
    """Bytes that all objects take up, each in blocks. Reads the names and sizes of them all."""
    return sum(on_disk(entry.size) for entry in store.entries())


def total_bytes(objects: Mapping[str, bytes | memoryview]) -> int:
    return sum(memoryview(data).nbytes for data in objects.values())
