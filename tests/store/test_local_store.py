"""The local store and the cached before it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from app.conv.operation import Conv2d
from app.limits import MEBI, Limits
from app.scenes.scene import Scene, make_scene
from app.settings import Settings
from app.store.cached_store import CachedSceneStore
from app.store.errors import SceneNotFound, StoreFull
from app.store.local_store import LocalByteStore
from app.store.open_store import open_store
from app.store.scene_store import BlobSceneStore, SceneStore
from tests.support.stores import local_store, stored_files

LIMITS = Limits()
GIBI = 1024 * MEBI


def scene(value: float = 1.0, size: int = 2) -> Scene:
    return make_scene(Conv2d(), torch.full((1, size, size), value), torch.ones(1, 1, 1, 1), None, LIMITS)


@pytest.fixture
def store(tmp_path: Path) -> SceneStore:
    return local_store(tmp_path / "kept")


def test_put_then_get_returns_the_same_scene(store: SceneStore) -> None:
    assert store.put(scene())
    assert not store.put(scene())
    found = store.get(scene().id)
    assert found.id == scene().id
    assert found.plan == scene().plan
    assert torch.equal(found.input, scene().input)


def disk(*, size: int, free: int, files: int = 100_000, free_files: int = 100_000) -> os.statvfs_result:
    """What the system tells of a disk, in bytes."""
    return os.statvfs_result(
        (4096, 4096, size // 4096, free // 4096, free // 4096, files, free_files, free_files, 0, 255)
    )


@pytest.mark.parametrize(
    ("told", "is_full"),
    [
        (disk(size=100 * GIBI, free=2 * GIBI), False),
        (disk(size=100 * GIBI, free=GIBI // 2), True),
        (disk(size=8 * MEBI, free=8 * MEBI), False),
        (disk(size=8 * MEBI, free=MEBI // 4), True),
        (disk(size=100 * GIBI, free=50 * GIBI, free_files=999), True),
        (disk(size=8 * MEBI, free=8 * MEBI, files=2048, free_files=2000), False),
        (disk(size=8 * MEBI, free=8 * MEBI, files=0, free_files=0), False),
    ],
)
def test_some_of_the_disk_is_left_free(
    told: os.statvfs_result, is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = local_store(tmp_path, reserve=GIBI)
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    if is_full:
        with pytest.raises(StoreFull):
            store.put(scene())
    else:
        assert store.put(scene())


def test_nothing_but_the_scene_is_left_behind(store: SceneStore, tmp_path: Path) -> None:
    store.put(scene())
    assert list(stored_files(tmp_path / "kept")) == [f"scenes/{scene().id}.json"]


def test_unknown(store: SceneStore) -> None:
    with pytest.raises(SceneNotFound):
        store.get("0" * 40)


class Counting(BlobSceneStore):
    reads = 0

    def get(self, id: str) -> Scene:
        self.reads += 1
        return super().get(id)


def test_the_cache_keeps_within_its_bytes(tmp_path: Path) -> None:
    inner = Counting(LocalByteStore(tmp_path), LIMITS)
    scenes = [scene(float(i), size=10) for i in range(1, 5)]
    cached = CachedSceneStore(inner, {}, max_bytes=3 * scenes[0].nbytes)
    for one in scenes:
        cached.put(one)
    inner.reads = 0
    for one in scenes[1:]:
        assert cached.get(one.id) is one
    assert inner.reads == 0
    assert cached.get_cached(scenes[0].id) is None
    assert cached.get(scenes[0].id).id == scenes[0].id
    assert inner.reads == 1
    # The one used longest ago has made room.
    assert cached.get_cached(scenes[1].id) is None
    assert cached.get_cached(scenes[3].id) is scenes[3]


def test_a_scene_over_the_budget_is_not_kept(tmp_path: Path) -> None:
    cached = CachedSceneStore(local_store(tmp_path), {}, max_bytes=1)
    cached.put(scene())
    assert cached.get_cached(scene().id) is None
    assert cached.get(scene().id).id == scene().id


def test_built_in_scenes_are_there_without_being_stored(tmp_path: Path) -> None:
    cached = CachedSceneStore(local_store(tmp_path), {scene().id: scene()}, max_bytes=0)
    assert cached.get(scene().id).id == scene().id
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.safety(18)
@pytest.mark.parametrize("id", ["", "..", "0" * 39, "0" * 41, "A" * 40, "../" + "0" * 37, "0" * 39 + "\n"])
def test_invalid_ids_never_reach_the_store(tmp_path: Path, id: str) -> None:
    inner = Counting(LocalByteStore(tmp_path), LIMITS)
    with pytest.raises(SceneNotFound):
        CachedSceneStore(inner, {}, max_bytes=0).get(id)
    assert inner.reads == 0


@pytest.mark.parametrize("address", ["", "relative", "ftp://host/x", "file://host/x", "file:"])
def test_invalid_store_urls_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="CONVSCOPE_STORE"):
        open_store(Settings(store=address))


def test_a_folder_with_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "my scenes"
    store = open_store(Settings(store=folder.as_uri()))
    store.put(scene())
    assert folder.is_dir()
