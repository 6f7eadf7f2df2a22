"""Where scenes are kept: what every store does, and how each may fail."""

from __future__ import annotations

from typing import Final, Protocol

from app.conv.errors import CodedError
from app.limits import MEBI, LimitExceeded, Limits
from app.scenes.scene import Scene
from app.scenes.scene_file import NotAScene, decode

_BLOCK: Final = 4096


class SceneNotFound(CodedError, KeyError):
    """There is no scene of this id."""

    def __init__(self, id: str) -> None:
        super().__init__("scene_not_found", id=f"{id!r:.60}")


class SceneDamaged(CodedError):
    """What is stored under this id is not its scene."""

    def __init__(self, id: str) -> None:
        super().__init__("scene_damaged", id=id)


class StoreUnavailable(CodedError):
    """The store does not answer, or refuses."""

    def __init__(self, code: str = "store_unavailable") -> None:
        super().__init__(code)


class StoreFull(StoreUnavailable):
    """There is no room for another scene."""

    def __init__(self) -> None:
        super().__init__("store_full")


class SceneStore(Protocol):
    """Every call may raise StoreUnavailable, and takes as long as the disk or the network."""

    def get(self, id: str) -> Scene:
        """Raises SceneNotFound or SceneDamaged."""

    def put(self, scene: Scene) -> bool:
        """Keep a scene for good; False if it was there already. Raises StoreFull."""

    def check(self) -> None:
        """Raise StoreUnavailable if the store does not take what is written to it."""

    def has(self, id: str) -> bool:
        """Whether something is stored under this id; not whether it is whole."""

    def usage(self) -> int:
        """Bytes that all scenes take up, each in blocks. Reads the names and sizes of them all."""


def stored_scene(data: bytes, id: str, limits: Limits) -> Scene:
    """The scene of this id, out of what is stored under it. Raises SceneDamaged."""
    try:
        scene = decode(data, limits)
    except (NotAScene, LimitExceeded) as error:
        raise SceneDamaged(id) from error
    if scene.id != id:
        raise SceneDamaged(id)
    return scene


def on_disk(size: int) -> int:
    """What a file of so many bytes takes up: whole blocks."""
    return -(-size // _BLOCK) * _BLOCK


def most_bytes(limits: Limits) -> int:
    """No scene file is larger, so that a foreign file that is need not be read."""
    return 3 * 8 * limits.max_tensor_elements + MEBI
