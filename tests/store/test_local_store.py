"""The local store and the cached before it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import safetensors.torch
import torch

from app.conv.operation import Conv2d
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.settings import MEBI, Limits, Settings
from app.store.cached_store import CachedSceneStore, open_store
from app.store.local_store import LocalStore
from app.store.scene_store import SceneDamaged, SceneNotFound, StoreFull

LIMITS = Limits()
GIBI = 1024 * MEBI


def scene(value: float = 1.0, size: int = 2) -> Scene:
    return make_scene(Conv2d(), torch.full((1, size, size), value), torch.ones(1, 1, 1, 1), None, LIMITS)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "scenes", LIMITS)


def test_put_then_get_returns_the_same_scene(store: LocalStore) -> None:
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
    store = LocalStore(tmp_path, LIMITS, reserve=GIBI)
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    if is_full:
        with pytest.raises(StoreFull):
            store.put(scene())
    else:
        assert store.put(scene())


def test_nothing_but_the_scene_is_left_behind(store: LocalStore, tmp_path: Path) -> None:
    store.put(scene())
    assert [path.name for path in (tmp_path / "scenes").rglob("*") if path.is_file()] == [
        f"{scene().id}.safetensors"
    ]


def test_unknown(store: LocalStore) -> None:
    with pytest.raises(SceneNotFound):
        store.get("0" * 40)


def damage(path: Path) -> list[bytes]:
    whole = path.read_bytes()
    other = encode(scene(2.0))
    return [b"", whole[:20], whole[:-1], b"\xff" * 100, whole[:-1] + b"\x01", other]


def test_a_damaged_file_is_an_error_for_its_own_id_only(store: LocalStore, tmp_path: Path) -> None:
    store.put(scene())
    store.put(scene(3.0))
    path = tmp_path / "scenes" / f"{scene().id}.safetensors"
    for content in damage(path):
        path.write_bytes(content)
        with pytest.raises(SceneDamaged):
            store.get(scene().id)
        assert store.get(scene(3.0).id).id == scene(3.0).id


def test_sending_a_damaged_scene_again_mends_it(store: LocalStore, tmp_path: Path) -> None:
    store.put(scene())
    (tmp_path / "scenes" / f"{scene().id}.safetensors").write_bytes(b"rubbish")
    assert store.put(scene())
    assert store.get(scene().id).id == scene().id


def test_foreign_files_are_left_alone(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "scenes" / "notes.txt").write_text("mine")
    (tmp_path / "scenes" / f"{'0' * 40}.safetensors").mkdir()
    with pytest.raises(SceneDamaged):
        store.get("0" * 40)
    store.put(scene())
    assert (tmp_path / "scenes" / "notes.txt").read_text() == "mine"


def test_torch_reads_the_file(store: LocalStore, tmp_path: Path) -> None:
    store.put(scene())
    tensors = safetensors.torch.load_file(tmp_path / "scenes" / f"{scene().id}.safetensors")
    assert torch.equal(tensors["input"], torch.ones(1, 2, 2))


class Counting(LocalStore):
    reads = 0

    def get(self, id: str) -> Scene:
        self.reads += 1
        return super().get(id)


def test_the_cache_keeps_within_its_bytes(tmp_path: Path) -> None:
    inner = Counting(tmp_path, LIMITS)
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
    cached = CachedSceneStore(LocalStore(tmp_path, LIMITS), {}, max_bytes=1)
    cached.put(scene())
    assert cached.get_cached(scene().id) is None
    assert cached.get(scene().id).id == scene().id


def test_built_in_scenes_are_there_without_being_stored(tmp_path: Path) -> None:
    cached = CachedSceneStore(LocalStore(tmp_path, LIMITS), {scene().id: scene()}, max_bytes=0)
    assert cached.get(scene().id).id == scene().id
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.safety(18)
@pytest.mark.parametrize("id", ["", "..", "0" * 39, "0" * 41, "A" * 40, "../" + "0" * 37, "0" * 39 + "\n"])
def test_invalid_ids_never_reach_the_store(tmp_path: Path, id: str) -> None:
    inner = Counting(tmp_path, LIMITS)
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
