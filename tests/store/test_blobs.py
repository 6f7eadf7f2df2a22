"""Scenes as manifests and blobs: what is stored, what is damaged, and how it is mended, in both stores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.conv.operation import Conv2d, MaxPool2d
from app.limits import Limits
from app.main import create_app
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.settings import Settings
from app.store.byte_store import on_disk, usage
from app.store.errors import SceneDamaged, SceneNotFound, StoreFull
from app.store.local_store import LocalByteStore
from app.store.quota import QuotaByteStore
from app.store.scene_store import BlobSceneStore
from tests.support.stores import Folder, MemoryByteStore, Place, local_store, scenes_at, stored_files

LIMITS = Limits()
PICTURE = 3 * 1024 * 1024 * 4


def scene(input_seed: int = 1, weight: float = 1.0, side: int = 40) -> Scene:
    """With a blob for its input; its weight is small enough for the manifest."""
    x = torch.randn(1, side, side, generator=torch.Generator().manual_seed(input_seed))
    return make_scene(Conv2d(), x, torch.full((1, 1, 3, 3), weight), None, LIMITS)


def blob_of(one: Scene) -> str:
    return f"blobs/{hashlib.sha256(one.input.numpy().tobytes()).hexdigest()}"


def manifest_of(one: Scene) -> str:
    return f"scenes/{one.id}.json"


def same(one: Scene, other: Scene) -> bool:
    return (one.id, one.plan) == (other.id, other.plan) and all(
        torch.equal(tensor, other.tensors[name]) for name, tensor in one.tensors.items()
    )


DTYPES = [torch.float32, torch.float64, torch.int32]


@pytest.mark.parametrize("side", [3, 64])
@pytest.mark.parametrize("dtype", DTYPES)
def test_scenes_of_every_type_come_back(place: Place, dtype: torch.dtype, side: int) -> None:
    x = torch.arange(2 * side * side).reshape(2, side, side).to(dtype) - 7
    layers = [
        make_scene(Conv2d(), x, torch.ones(32, 2, 3, 3, dtype=dtype), torch.ones(32, dtype=dtype), LIMITS),
        make_scene(MaxPool2d((2, 2), (1, 1)), x, None, None, LIMITS),
    ]
    for layer in layers:
        assert scenes_at(place).put(layer)
        assert not scenes_at(place).put(layer)
        assert same(scenes_at(place).get(layer.id), layer)
    for name, data in place.read().items():
        folder, _, file = name.partition("/")
        assert folder in ("blobs", "scenes")
        assert folder == "scenes" or hashlib.sha256(data).hexdigest() == file


def test_what_scenes_share_is_stored_once(place: Place) -> None:
    first, second = scene(weight=1.0), scene(weight=2.0)
    scenes_at(place).put(first)
    scenes_at(place).put(second)
    assert sorted(place.read()) == sorted([blob_of(first), manifest_of(first), manifest_of(second)])


# Damage. Each member takes the bytes of an object, and those of another one of its kind.
Damage = Callable[[bytes, bytes], bytes | None]
DAMAGES: dict[str, Damage] = {
    "missing": lambda _, __: None,
    "empty": lambda _, __: b"",
    "half written": lambda whole, _: whole[: len(whole) // 2],
    "one byte short": lambda whole, _: whole[:-1],
    "one byte more": lambda whole, _: whole + b"\0",
    "one bit": lambda whole, _: whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:],
    "swapped": lambda _, other: other,
    "zeros": lambda whole, _: bytes(len(whole)),
}


def change(place: Place, name: str, data: bytes | None) -> None:
    if data is None:
        place.delete(name)
    else:
        place.write(name, data)


@pytest.mark.safety(39)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_blob_is_told_and_mended(place: Place, damage: str) -> None:
    ours, sharing, others = scene(1), scene(1, weight=2.0), scene(2)
    for one in (ours, sharing, others):
        scenes_at(place).put(one)
    files = place.read()
    change(place, blob_of(ours), DAMAGES[damage](files[blob_of(ours)], files[blob_of(others)]))
    for one in (ours, sharing):
        with pytest.raises(SceneDamaged):
            scenes_at(place).get(one.id)
    assert same(scenes_at(place).get(others.id), others)
    assert scenes_at(place).put(ours)
    for one in (ours, sharing, others):
        assert same(scenes_at(place).get(one.id), one)
        assert not scenes_at(place).put(one)


def edited(**changed: Any) -> Damage:
    return lambda whole, _: json.dumps(json.loads(whole) | changed).encode()


def with_input(**changed: Any) -> Damage:
    def damage(whole: bytes, _: bytes) -> bytes:
        manifest = json.loads(whole)
        manifest["tensors"]["input"] |= changed
        return json.dumps(manifest).encode()

    return damage


MANIFEST_DAMAGES: dict[str, Damage] = {
    **{name: damage for name, damage in DAMAGES.items() if name not in ("missing", "one bit")},
    "null": lambda _, __: b"null",
    "a list": lambda _, __: b"[1]",
    "deep": lambda _, __: b"[" * 100_000,
    "of a later version": edited(format=2),
    "another type": edited(dtype="int32"),
    "no such type": edited(dtype="float16"),
    "no operation": edited(operation=None),
    "another operation": edited(operation={"kind": "conv2d"}),
    "no tensors": edited(tensors={}),
    "a tensor more": edited(tensors={"input": {}, "other": {}}),
    "no shape": with_input(shape=None),
    "another shape": with_input(shape=[1, 20, 80]),
    "a larger shape": with_input(shape=[1, 40, 41]),
    "an endless shape": with_input(shape=[2**62, 2**62, 2**62]),
    "a negative shape": with_input(shape=[1, -40, 40]),
    "no blob of this name": with_input(blob="0" * 64),
    "a path": with_input(blob="../../etc/passwd"),
    "its own path": with_input(blob="../blobs/" + "0" * 64),
    "a number for a name": with_input(blob=7),
    "other numbers inside": with_input(base64="AAAA"),
    "no base64": with_input(base64="\0"),
    "base64 of a number": with_input(base64=1),
}


@pytest.mark.safety(39)
@pytest.mark.parametrize("damage", MANIFEST_DAMAGES)
def test_a_damaged_manifest_is_told_and_mended(place: Place, damage: str) -> None:
    ours, sharing = scene(1), scene(1, weight=2.0)
    for one in (ours, sharing):
        scenes_at(place).put(one)
    files = place.read()
    damaged = MANIFEST_DAMAGES[damage](files[manifest_of(ours)], files[manifest_of(sharing)])
    change(place, manifest_of(ours), damaged)
    with pytest.raises(SceneDamaged):
        scenes_at(place).get(ours.id)
    assert same(scenes_at(place).get(sharing.id), sharing)
    assert place.read()[blob_of(ours)] == files[blob_of(ours)]
    assert scenes_at(place).put(ours)
    assert same(scenes_at(place).get(ours.id), ours)
    assert place.read() == files


def test_a_missing_manifest_is_a_missing_scene(place: Place) -> None:
    scenes_at(place).put(scene())
    place.delete(manifest_of(scene()))
    with pytest.raises(SceneNotFound):
        scenes_at(place).get(scene().id)
    assert scenes_at(place).put(scene())


@pytest.mark.safety(39)
@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_ever_makes_a_wrong_number(data: st.DataObject) -> None:
    store, one = MemoryByteStore(), scene(side=33)
    scenes = BlobSceneStore(store, LIMITS)
    scenes.put(one)
    name = data.draw(st.sampled_from(sorted(store.objects)))
    whole = store.objects[name]
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 80)))
    store.objects[name] = whole[:start] + data.draw(st.binary(max_size=80)) + whole[stop:]
    try:
        assert same(scenes.get(one.id), one)
    except SceneDamaged:
        assert scenes.put(one)
        assert same(scenes.get(one.id), one)


def test_a_damaged_blob_is_a_problem_answer(tmp_path: Path) -> None:
    def fresh_client() -> TestClient:
        return TestClient(create_app(Settings(store=tmp_path.as_uri())))

    made = fresh_client().post("/api/v1/scenes", json=LARGE).json()["links"]["self"]
    (blob,) = tmp_path.glob("blobs/*")
    blob.write_bytes(bytes(blob.stat().st_size))
    client = fresh_client()
    damaged = client.get(made)
    assert (damaged.status_code, damaged.json()["code"]) == (500, "scene_damaged")
    assert client.get(f"{made}/tensors/input").status_code == 500
    assert str(tmp_path) not in damaged.text
    assert client.post("/api/v1/scenes", json=LARGE).status_code == 201
    assert fresh_client().get(made).status_code == 200


# What older versions stored.
def test_scene_files_of_older_versions_are_read(place: Place) -> None:
    old = scene()
    place.write(f"{old.id}.safetensors", encode(old))
    files = place.read()
    assert same(scenes_at(place).get(old.id), old)
    assert not scenes_at(place).put(old)
    assert place.read() == files
    edit = scene(weight=5.0)
    assert scenes_at(place).put(edit)
    assert same(scenes_at(place).get(edit.id), edit)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_scene_file_is_told_and_mended(place: Place, damage: str) -> None:
    old, other = scene(1), scene(2)
    damaged = DAMAGES[damage](encode(old), encode(other))
    if damaged is not None:
        place.write(f"{old.id}.safetensors", damaged)
    with pytest.raises(SceneNotFound if damaged is None else SceneDamaged):
        scenes_at(place).get(old.id)
    assert scenes_at(place).put(old)
    assert same(scenes_at(place).get(old.id), old)


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    store = local_store(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    for name in (f"{'0' * 40}.safetensors", f"scenes/{'1' * 40}.json", blob_of(scene())):
        (tmp_path / name).mkdir(parents=True)
    for id in ("0" * 40, "1" * 40):
        with pytest.raises(SceneDamaged):
            store.get(id)
    store.put(scene(2))
    assert same(store.get(scene(2).id), scene(2))
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert usage(LocalByteStore(tmp_path)) == sum(
        on_disk(size) for name, size in stored_files(tmp_path).items() if name != "notes.txt"
    )


# Edits of a large picture.
LARGE: dict[str, Any] = {
    "input": {"random": {"shape": [3, 64, 64]}},
    "weight": {"random": {"shape": [8, 3, 3, 3]}},
    "operation": {"kind": "conv2d"},
}
HUGE = LARGE | {"input": {"random": {"shape": [3, 1024, 1024]}}}


def edit_of(tensor: str, value: float) -> dict[str, Any]:
    index = [0, 1, 2] if tensor == "input" else [0, 1, 2, 1]
    return {"cells": [{"tensor": tensor, "index": index, "value": value}]}


def added(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    assert before.items() <= after.items()
    return {name: size for name, size in after.items() if name not in before}


def test_an_edit_stores_only_the_tensor_that_it_changes(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(store=tmp_path.as_uri())))
    made = client.post("/api/v1/scenes", json=HUGE).json()["links"]["self"]
    files = stored_files(tmp_path)
    assert sorted(files.values())[-1] == PICTURE
    for number in range(3):
        assert client.post(f"{made}/edits", json=edit_of("weight", number)).status_code == 201
        new, files = added(files, stored_files(tmp_path)), stored_files(tmp_path)
        assert len(new) == 1
        assert sum(new.values()) < 8192
    # The picture is a tensor of its own: changed, it is stored once more, and the weight is not.
    assert client.post(f"{made}/edits", json=edit_of("input", 0.5)).status_code == 201
    new, files = added(files, stored_files(tmp_path)), stored_files(tmp_path)
    assert len(new) == 2
    assert PICTURE < sum(new.values()) < PICTURE + 8192
    assert client.post(f"{made}/edits", json=edit_of("weight", 0)).status_code == 200
    assert client.post("/api/v1/scenes", json=HUGE).status_code == 200
    assert stored_files(tmp_path) == files


class CountingByteStore(MemoryByteStore):
    read = written = 0

    def get(self, name: str, max_bytes: int) -> bytearray:
        data = super().get(name, max_bytes)
        self.read += len(data)
        return data

    def put_one(self, name: str, data: bytes) -> None:
        self.written += len(data)
        super().put_one(name, data)


def test_a_put_of_what_is_known_reads_no_blob() -> None:
    store, one = CountingByteStore(), scene(side=512)
    assert BlobSceneStore(store, LIMITS).put(one)
    assert store.read == 0
    store.written = 0
    assert not BlobSceneStore(store, LIMITS).put(one)
    assert (store.written, store.read) == (0, len(store.objects[manifest_of(one)]))
    assert BlobSceneStore(store, LIMITS).put(scene(weight=3.0, side=512))
    assert store.written < 2048


# The quota counts bytes, not scenes.
def test_the_quota_counts_what_scenes_share_once(tmp_path: Path) -> None:
    blob, manifest = on_disk(40 * 40 * 4), on_disk(1)
    place = LocalByteStore(tmp_path)

    def fresh() -> BlobSceneStore:
        return BlobSceneStore(QuotaByteStore(place, blob + 3 * manifest), LIMITS)

    store = fresh()
    assert all(store.put(scene(weight=float(k))) for k in range(3))
    assert usage(place) == blob + 3 * manifest
    for again in (store, fresh()):
        files = stored_files(tmp_path)
        with pytest.raises(StoreFull):
            again.put(scene(weight=9.0))
        with pytest.raises(StoreFull):
            again.put(scene(2))
        assert not again.put(scene(weight=1.0))
        assert stored_files(tmp_path) == files


def test_a_full_store_can_be_mended(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    bytes_ = LocalByteStore(tmp_path)
    store = BlobSceneStore(QuotaByteStore(bytes_, on_disk(40 * 40 * 4) + on_disk(1)), LIMITS)
    assert store.put(scene())
    for name in list(place.read()):
        place.write(name, b"rubbish" * 10)
        assert store.put(scene())
        assert same(store.get(scene().id), scene())
    with pytest.raises(StoreFull):
        store.put(scene(2))
