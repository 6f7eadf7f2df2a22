"""Verifies everything that a store holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.conv.errors import CodedError, Message
from app.limits import Limits
from app.store.blob_store import BLOBS, BlobStore, digest_in
from app.store.byte_store import ByteStore, on_disk
from app.store.errors import BlobDamaged, NetworkDamaged, NetworkNotFound, SceneDamaged, SceneNotFound
from app.store.garbage_collection import named_blobs
from app.store.network_store import NetworkStore, network_ids
from app.store.scene_store import BlobSceneStore, scene_ids


class Checked(NamedTuple):
    """How many scenes and networks there are, what is damaged, and the blobs and bytes no manifest names."""

    scenes: int
    networks: int
    damages: list[Message]
    unnamed_blobs: int
    unnamed_bytes: int


def check_store(store: ByteStore, limits: Limits) -> Checked:
    """Read every scene and every blob. Raises StoreUnavailable.

    Bytes that are not those of a blob's digest are moved to the trash, as whenever one is read.
    """
    ids = scene_ids(store)
    damages = list(_damaged_scenes(BlobSceneStore(store, limits), sorted(ids)))
    networks = network_ids(store)
    damages += _damaged_networks(NetworkStore(store, limits), sorted(networks))
    named = named_blobs(store)
    unnamed = [entry for entry in store.entries(BLOBS) if digest_in(entry) not in named]
    blobs = BlobStore(store)
    for entry in unnamed:
        try:
            blobs.get(digest_in(entry), entry.size)
        except BlobDamaged as error:
            damages.append(error.message)
    return Checked(
        len(ids), len(networks), damages, len(unnamed), sum(on_disk(entry.size) for entry in unnamed)
    )


def _damaged_scenes(scenes: BlobSceneStore, ids: list[str]) -> Iterator[Message]:
    for id in ids:
        try:
            scenes.get(id)
        except SceneNotFound:
            continue  # taken away since it was listed
        except SceneDamaged as error:
            yield Message("scene_damaged_why", id=id, reason=_reason(error))


def _damaged_networks(networks: NetworkStore, ids: list[str]) -> Iterator[Message]:
    for id in ids:
        try:
            networks.check(id)
        except NetworkNotFound:
            continue
        except NetworkDamaged as error:
            yield error.message


def _reason(error: SceneDamaged) -> Message:
    cause = error.__cause__
    if isinstance(cause, CodedError):
        return cause.message
    return Message("scene_file_too_large" if cause else "scene_is_another")
