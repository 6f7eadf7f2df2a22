"""Stores scene files in an object store: S3, Google Cloud Storage, Azure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import from_url

from app.limits import Limits
from app.scenes.scene import Scene
from app.scenes.scene_file import encode
from app.store.scene_store import (
    SceneDamaged,
    SceneNotFound,
    StoreUnavailable,
    most_bytes,
    on_disk,
    stored_scene,
)


class ObjectStore:
    """Stores a scene as the object <id>.safetensors below the address; credentials come from the environment.

    Only obstore's synchronous functions are used, in threads: with its asynchronous ones the interpreter
    aborts when it exits (obstore 0.12).
    """

    def __init__(self, address: str, limits: Limits) -> None:
        self._store = from_url(
            address,
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )
        self._limits = limits

    def get(self, id: str) -> Scene:
        try:
            with _store_errors():
                answer = obstore.get(self._store, _key(id))
                if answer.meta["size"] > most_bytes(self._limits):
                    raise SceneDamaged(id)
                return stored_scene(bytes(answer.bytes()), id, self._limits)
        except StoreUnavailable as error:
            if _is_missing(error):
                raise SceneNotFound(id) from None
            raise

    def put(self, scene: Scene) -> bool:
        try:
            self.get(scene.id)
        except (SceneNotFound, SceneDamaged):
            # An object appears whole or not at all, and two writers of one id write the same bytes.
            with _store_errors():
                obstore.put(self._store, _key(scene.id), encode(scene))
            return True
        return False

    def check(self) -> None:
        with _store_errors():
            obstore.put(self._store, "readiness", b"")

    def has(self, id: str) -> bool:
        try:
            with _store_errors():
                obstore.head(self._store, _key(id))
        except StoreUnavailable as error:
            if _is_missing(error):
                return False
            raise
        return True

    def usage(self) -> int:
        with _store_errors():
            return sum(on_disk(one["size"]) for page in obstore.list(self._store) for one in page)


def _is_missing(error: StoreUnavailable) -> bool:
    return isinstance(error.__cause__, NotFoundError | FileNotFoundError)


def _key(id: str) -> str:
    return f"{id}.safetensors"


@contextmanager
def _store_errors() -> Iterator[None]:
    """Turn obstore's errors, some of which are Python's own, into StoreUnavailable."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise StoreUnavailable from error
