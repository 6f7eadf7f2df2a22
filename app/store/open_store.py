"""The store that CONVSCOPE_STORE names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from app.networks.network import Network
from app.settings import Settings
from app.store.byte_store import ByteStore
from app.store.local_store import LocalByteStore
from app.store.network_store import NetworkStore
from app.store.quota import QuotaByteStore
from app.store.scene_store import BlobSceneStore, SceneStore

_OBJECT_STORES: Final = ("s3", "gs", "az")


class Stores(NamedTuple):
    """Scenes and networks, which share their blobs and their quota."""

    scenes: SceneStore
    networks: NetworkStore


def open_stores(settings: Settings, networks: Mapping[str, Network] | None = None) -> Stores:
    """
    `networks`: those that are built in. Raises ValueError for an address that is none, and StoreUnavailable.
    """
    store = open_byte_store(settings)
    if settings.store_quota:
        store = QuotaByteStore(store, settings.store_quota)
    return Stores(BlobSceneStore(store, settings), NetworkStore(store, settings, networks))


def open_store(settings: Settings) -> SceneStore:
    """The scenes alone. Raises as `open_stores`."""
    return open_stores(settings).scenes


def open_byte_store(settings: Settings, *, makes_folder: bool = True) -> ByteStore:
    """
    The objects of the store, without its quota. Raises as `open_stores`, and without `makes_folder`
    ValueError for a folder that is not there.
    """
    address = urlsplit(settings.store)
    if address.scheme == "file" and address.netloc in ("", "localhost") and address.path:
        folder = Path(unquote(address.path))
        if not makes_folder and not folder.is_dir():
            raise ValueError(f"CONVSCOPE_STORE is {settings.store!r}: there is no such folder")
        return LocalByteStore(folder, settings.store_reserve)
    if address.scheme in _OBJECT_STORES and address.netloc:
        return _object_store(settings.store)
    raise ValueError(
        f"CONVSCOPE_STORE is {settings.store!r}, expected file:///folder, s3://bucket/path, gs://… or az://…"
    )


def _object_store(address: str) -> ByteStore:
    try:
        from app.store.object_store import ObjectByteStore
    except ImportError as error:
        raise ValueError(
            f"CONVSCOPE_STORE is {address!r}, which needs pip install 'convscope[objectstore]'"
        ) from error
    return ObjectByteStore(address)
