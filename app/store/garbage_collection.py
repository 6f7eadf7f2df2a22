"""Frees the blobs that no manifest names, beside servers that store and read (app/store/blob_store.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from app.conv.errors import CodedError, shown
from app.store.blob_store import BLOBS, TRASH, blob_digest, digest_in, trash_name
from app.store.byte_store import ByteStore, Entry, on_disk
from app.store.errors import ObjectNotFound, ObjectUnusable

# Whatever a manifest is of, a digest that stands in it is named: so are those of kinds yet to come.
_DIGEST: Final = re.compile(rb'"([0-9a-f]{64})"')
_MAX_BYTES: Final = 1 << 30
# An object store moves by copying and deleting: until then another collection may need what is in the trash.
_IN_USE_SECONDS: Final = 3600.0
_AGE: Final = re.compile(r"([0-9]{1,9})([smhd])")
_UNIT_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
# An object store takes as long for each answer as a network does.
_READ_THREADS: Final = 16


class Collected(NamedTuple):
    """Blobs that were freed, the bytes they took up, and blobs that were put back, being named after all."""

    blobs: int
    bytes: int
    restored: int


def collect(store: ByteStore, older_than: float, *, dry_run: bool = False) -> Collected:
    """Free blobs that no manifest names and that were last written or refreshed `older_than` seconds ago.

    `dry_run` only counts them. Raises StoreUnavailable.
    """
    now = store.now()
    oldest = now - older_than
    # In this order: what is in the trash now may have been named since, as the manifests then say.
    trashed = [entry for entry in store.entries(TRASH) if now - entry.modified >= _IN_USE_SECONDS]
    blobs = list(store.entries(BLOBS))
    manifests = _Manifests(store)
    named = manifests.read_new()
    unnamed = [entry for entry in blobs if digest_in(entry) not in named and entry.modified <= oldest]
    if dry_run:
        return _collected([*_without(named, trashed), *unnamed], 0)
    moved = [entry for old in unnamed if (entry := _move_to_trash(store, old, oldest))]
    if moved:
        named |= manifests.read_new()
    freed = _without(named, [*trashed, *moved])
    for entry in freed:
        store.delete(entry.name)
    restored = [_restore(store, entry) for entry in {*trashed, *moved}.difference(freed)]
    return _collected(freed, sum(restored))


def parse_age(text: str) -> float:
    """Seconds of an age such as 90s, 30m, 12h or 7d. Raises CodedError."""
    if not (age := _AGE.fullmatch(text)):
        raise CodedError("not_an_age", value=shown(text))
    return float(age[1]) * _UNIT_SECONDS[age[2]]


def named_blobs(store: ByteStore) -> set[str]:
    """The digests that stand in manifests. Reads them all."""
    return _Manifests(store).read_new()


class _Manifests:
    """The manifests of a store, each read once unless it changes."""

    def __init__(self, store: ByteStore) -> None:
        self._store = store
        self._read: set[Entry] = set()

    def read_new(self) -> set[str]:
        """The digests in those that were not there at the last call."""
        entries = {entry for entry in self._store.entries() if entry.name.endswith(".json")} - self._read
        with ThreadPoolExecutor(_READ_THREADS) as threads:
            digests = set().union(*threads.map(self._digests, entries))
        self._read |= entries
        return digests

    def _digests(self, entry: Entry) -> set[str]:
        try:
            manifest = self._store.get(entry.name, _MAX_BYTES)
        except (ObjectNotFound, ObjectUnusable):
            return set()
        return {digest.decode() for digest in _DIGEST.findall(manifest)}


def _move_to_trash(store: ByteStore, entry: Entry, oldest: float) -> Entry | None:
    """None if, since it was listed, it has been refreshed, or moved by others."""
    now = store.stat(entry.name)
    if now is None or now.modified > oldest:
        return None
    moved = entry._replace(name=trash_name(digest_in(entry)))
    try:
        store.move(entry.name, moved.name)
    except ObjectNotFound:
        return None
    return moved


def _restore(store: ByteStore, entry: Entry) -> bool:
    """Put a blob back that is named; bytes that were moved away because they are damaged are deleted."""
    digest = digest_in(entry)
    try:
        if is_whole := blob_digest(store.get(entry.name, _MAX_BYTES)) == digest:
            store.move(entry.name, f"{BLOBS}/{digest}")
        else:
            store.delete(entry.name)
    except (ObjectNotFound, ObjectUnusable):
        return False
    return is_whole


def _without(named: set[str], entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if digest_in(entry) not in named]


def _collected(freed: Iterable[Entry], restored: int) -> Collected:
    sizes = [on_disk(entry.size) for entry in freed]
    return Collected(len(sizes), sum(sizes), restored)
