"""Scenes in an object store, against a real S3 server process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import torch

from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.settings import Settings
from app.store.errors import SceneNotFound, StoreUnavailable
from app.store.open_store import open_store
from app.store.scene_store import SceneStore
from tests.support.scenes import CHAPTER
from tests.support.server_process import free_port, running_server
from tests.support.stores import Bucket


def scene(value: float = 1.0) -> Scene:
    return make_scene(Conv2d(), torch.full((1, 2, 2), value), torch.ones(1, 1, 1, 1), None, Limits())


@pytest.fixture
def store(bucket: Bucket) -> SceneStore:
    return open_store(Settings(store=bucket.address))


def test_put_then_get_returns_the_same_scene(store: SceneStore, bucket: Bucket) -> None:
    store.check()
    with pytest.raises(SceneNotFound):
        store.get(scene().id)
    assert store.put(scene())
    assert not store.put(scene())
    found = store.get(scene().id)
    assert found.id == scene().id
    assert torch.equal(found.input, scene().input)
    assert list(bucket.read()) == [f"scenes/{scene().id}.json"]


def test_a_store_that_does_not_answer(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    silent = open_store(Settings(store=bucket.address))
    with pytest.raises(StoreUnavailable):
        silent.check()
    with pytest.raises(StoreUnavailable):
        silent.put(scene())


def test_a_bucket_that_is_not_there(bucket: Bucket) -> None:
    with pytest.raises((StoreUnavailable, SceneNotFound)):
        open_store(Settings(store=bucket.address.replace("scenes-", "missing-"))).put(scene())


@pytest.mark.slow
def test_two_servers_on_one_store(bucket: Bucket, tmp_path: Path) -> None:
    with (
        running_server(tmp_path, store=bucket.address) as one,
        running_server(tmp_path, store=bucket.address) as two,
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
        with running_server(tmp_path, store=bucket.address) as three, three.client() as third:
            for left in (path, edited):
                assert third.get(left).json()["links"]["self"] == left
        assert two.stop() == 0
