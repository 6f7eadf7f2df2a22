"""Scenes in an object store, against a real S3 server process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.settings import Settings
from app.store.cached_store import open_store
from app.store.scene_store import SceneDamaged, SceneNotFound, SceneStore, StoreUnavailable
from tests.support.s3 import administrator, credentials, start_s3
from tests.support.scenes import CHAPTER
from tests.support.server_process import ServerProcess, free_port, running_server


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = start_s3(tmp_path_factory.mktemp("s3"))
    try:
        yield server.wait_until("/moto-api/")
    finally:
        server.stop(signal.SIGKILL)


@pytest.fixture
def bucket(
    s3: ServerProcess, admin: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """The address of a bucket of its own, with the environment set for it."""
    name = f"scenes-{abs(hash(request.node.name))}"
    for key, value in credentials(s3).items():
        monkeypatch.setenv(key, value)
    admin.create_bucket(Bucket=name)
    return f"s3://{name}/kept"


@pytest.fixture
def admin(s3: ServerProcess) -> Iterator[Any]:
    with administrator(s3) as client:
        yield client


def scene(value: float = 1.0) -> Scene:
    return make_scene(Conv2d(), torch.full((1, 2, 2), value), torch.ones(1, 1, 1, 1), None, Limits())


@pytest.fixture
def store(bucket: str) -> SceneStore:
    return open_store(Settings(store=bucket))


def test_put_then_get_returns_the_same_scene(store: SceneStore, admin: Any, bucket: str) -> None:
    store.check()
    with pytest.raises(SceneNotFound):
        store.get(scene().id)
    assert store.put(scene())
    assert not store.put(scene())
    found = store.get(scene().id)
    assert found.id == scene().id
    assert torch.equal(found.input, scene().input)
    listed = admin.list_objects_v2(Bucket=bucket.split("/")[2])
    keys = {entry["Key"] for entry in listed["Contents"]}
    assert keys == {f"kept/{scene().id}.safetensors", "kept/readiness"}


def test_a_damaged_object_is_an_error_for_its_own_id_only(store: SceneStore, admin: Any, bucket: str) -> None:
    store.put(scene())
    store.put(scene(2.0))
    key = f"kept/{scene().id}.safetensors"
    admin.put_object(Bucket=bucket.split("/")[2], Key=key, Body=b"rubbish")
    with pytest.raises(SceneDamaged):
        store.get(scene().id)
    assert store.get(scene(2.0).id).id == scene(2.0).id
    assert store.put(scene())
    assert store.get(scene().id).id == scene().id


def test_a_store_that_does_not_answer(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    silent = open_store(Settings(store=bucket))
    with pytest.raises(StoreUnavailable):
        silent.check()
    with pytest.raises(StoreUnavailable):
        silent.put(scene())


def test_a_bucket_that_is_not_there(bucket: str) -> None:
    with pytest.raises((StoreUnavailable, SceneNotFound)):
        open_store(Settings(store=bucket.replace("scenes-", "missing-"))).put(scene())


@pytest.mark.slow
def test_two_servers_on_one_store(bucket: str, tmp_path: Path) -> None:
    with (
        running_server(tmp_path, store=bucket) as one,
        running_server(tmp_path, store=bucket) as two,
        one.client() as first,
        two.client() as second,
    ):
        assert first.get("/readyz").status_code == 200
        made = first.post("/api/v1/scenes", json=CHAPTER)
        assert made.status_code == 201
        path = made.json()["links"]["self"]
        assert second.get(f"{path}/tensors/output").json()["data"] == [[[56, 72], [104, 120]]]
        edits = {"cells": [{"tensor": "input", "index": [0, 0, 0], "value": 5}]}
        edited = second.post(f"{path}/edits", json=edits).json()["links"]["self"]
        assert one.stop(signal.SIGKILL) == -signal.SIGKILL
        for left in (path, edited):
            assert second.get(left).status_code == 200
        with running_server(tmp_path, store=bucket) as three, three.client() as third:
            for left in (path, edited):
                assert third.get(left).json()["links"]["self"] == left
        assert two.stop() == 0
