"""How stores fail."""

from __future__ import annotations

from app.conv.errors import CodedError, quoted


class SceneNotFound(CodedError, KeyError):
    """There is no scene of this id."""

    def __init__(self, id: str) -> None:
        super().__init__("scene_not_found", id=quoted(id))


class SceneDamaged(CodedError):
    """What is stored under this id is not its scene."""

    def __init__(self, id: str) -> None:
        super().__init__("scene_damaged", id=id)


class NetworkNotFound(CodedError, KeyError):
    """There is no network of this id."""

    def __init__(self, id: str) -> None:
        super().__init__("network_not_found", id=quoted(id))


class NetworkDamaged(CodedError):
    """What is stored under this id is not its network."""

    def __init__(self, id: str) -> None:
        super().__init__("network_damaged", id=id)


class BlobDamaged(CodedError):
    """A blob is missing, or is not what its name says."""


class StoreUnavailable(CodedError):
    """The store does not answer, or refuses."""

    def __init__(self, code: str = "store_unavailable") -> None:
        super().__init__(code)


class StoreFull(StoreUnavailable):
    """There is no room for another scene."""

    def __init__(self) -> None:
        super().__init__("store_full")


class ObjectNotFound(KeyError):
    """A byte store has nothing of this name."""


class ObjectUnusable(ValueError):
    """What a byte store has under this name is no object, or is larger than it may be."""
