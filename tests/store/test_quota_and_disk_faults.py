"""The store's bounds and what disks do: full, read-only, damaged, slow; clocks that jump."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.conv.operation import Conv2d
from app.limits import Limits
from app.main import create_app
from app.scenes.scene import Scene, make_scene
from app.services.running.readiness import Readiness
from app.settings import Settings
from app.store.byte_store import on_disk, usage
from app.store.errors import StoreFull
from app.store.local_store import LocalByteStore
from app.store.quota import QuotaByteStore
from app.store.scene_store import BlobSceneStore, SceneStore
from app.web.api.dependencies import services_of
from tests.support.polling import wait_until
from tests.support.scenes import CHAPTER, Body
from tests.support.stores import local_store

LIMITS = Limits()
MANY = 100_000
BLOCK = 4096


def scene(number: int, side: int = 2) -> Scene:
    x = torch.full((1, side, side), float(number))
    return make_scene(Conv2d(), x, torch.ones(1, 1, 1, 1), None, LIMITS)


def body(number: int) -> Body:
    return CHAPTER | {"bias": {"data": [number]}}


def with_quota(folder: Path, max_bytes: int) -> SceneStore:
    return BlobSceneStore(QuotaByteStore(LocalByteStore(folder), max_bytes), LIMITS)


def new_client(folder: Path, **settings: Any) -> TestClient:
    return TestClient(create_app(Settings(store=folder.as_uri(), **settings)))


def stored(client: TestClient, number: int) -> int:
    return client.post("/api/v1/scenes", json=body(number)).status_code


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A small disk of its own."""
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True
    )
    if mounting.returncode:
        pytest.skip(f"this user may not mount: {mounting.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_507_and_what_is_there_stays(tmp_path: Path) -> None:
    with disk(tmp_path / "small", "256k") as folder:
        client = new_client(folder, store_reserve=0)
        answers = [stored(client, number) for number in range(100)]
        first = answers.index(507)
        assert set(answers[:first]) == {201}
        assert set(answers[first:]) == {507}
        full = client.post("/api/v1/scenes", json=body(99))
        assert "no room for another scene" in full.json()["detail"]
        fresh = new_client(folder, store_reserve=0)
        assert [stored(fresh, number) for number in range(first)] == [200] * first
        assert fresh.get("/readyz").status_code == 200  # what is there can be read
        assert fresh.post("/api/v1/trace", json=CHAPTER).status_code == 200
        assert [path.name for path in (folder / ".staging").iterdir()] == ["check"]


def test_some_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    with disk(tmp_path / "small", "1m") as folder:
        client = new_client(folder)
        answers = [stored(client, number) for number in range(300)]
        assert answers[-1] == 507
        free = os.statvfs(folder)
        assert free.f_bavail >= free.f_blocks / 20 - 2


def test_a_read_only_disk_can_be_read(tmp_path: Path) -> None:
    with disk(tmp_path / "small", "1m") as folder:
        client = new_client(folder, store_reserve=0)
        made = client.post("/api/v1/scenes", json=body(1)).json()["links"]["self"]
        assert client.get("/readyz").status_code == 200
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        refused = client.post("/api/v1/scenes", json=body(2))
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert local_store(folder).get(made.rsplit("/", 1)[1])  # past what is kept in memory
        assert client.get(made).status_code == 200
        wait_for_readiness(client, 503)
        assert 'store_errors_total{error="unavailable"}' in client.get("/metrics").text
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        assert stored(client, 2) == 201
        wait_for_readiness(client, 200)


def wait_for_readiness(client: TestClient, status: int) -> None:
    wait_until(lambda: client.get("/readyz").status_code == status)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff" * 5000, b"\x08" + b"\0" * 7 + b'{"a":1}}'])
def test_a_damaged_scene_is_reported_and_repaired(tmp_path: Path, content: bytes) -> None:
    made = new_client(tmp_path).post("/api/v1/scenes", json=body(1)).json()["links"]["self"]
    path = tmp_path / "scenes" / f"{made.rsplit('/', 1)[1]}.json"
    path.write_bytes(content)
    client = new_client(tmp_path)
    damaged = client.get(made)
    assert damaged.status_code == 500
    assert "sending its content again mends it" in damaged.json()["detail"]
    assert str(tmp_path) not in damaged.text
    assert 'store_errors_total{error="damaged"} 1.0' in client.get("/metrics").text
    assert stored(client, 1) == 201
    assert client.get(made).status_code == 200


def check_store(client: TestClient, check: Callable[[], None], timeout: float = 3.0) -> None:
    """Let /readyz call `check` in place of the store."""
    assert isinstance(client.app, FastAPI)
    services = services_of(client.app)
    client.app.state.services = replace(services, readiness=Readiness(check, services.shutdown, timeout))


def test_a_store_that_hangs_makes_readiness_fail_in_time_and_once(tmp_path: Path) -> None:
    client = new_client(tmp_path)
    hanging, calls = threading.Event(), list[int]()

    def hang() -> None:
        calls.append(1)
        hanging.wait(30)

    check_store(client, hang, timeout=0.2)
    try:
        answers = [client.get("/readyz") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {503}
        assert "did not answer within 0.2 s" in answers[0].json()["detail"]
        assert len(calls) == 1
        assert client.get("/healthz").status_code == 200
    finally:
        hanging.set()
    wait_for_readiness(client, 200)


def test_readiness_asks_the_store_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    client = new_client(tmp_path)
    check_store(client, lambda: calls.append(1))
    now = time.monotonic()
    monkeypatch.setattr("app.services.running.readiness.monotonic", lambda: now)
    for _ in range(20):
        assert client.get("/readyz").json() == {"status": "ready"}
    assert len(calls) == 1
    now += 3
    client.get("/readyz")
    assert len(calls) == 2


def test_a_stopping_server_is_not_ready(tmp_path: Path) -> None:
    client = new_client(tmp_path)
    services_of(client.app).shutdown.begin()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert client.get("/healthz").status_code == 200


def test_the_quota_is_kept_to_the_block(tmp_path: Path) -> None:
    client = new_client(tmp_path, store_quota=5 * BLOCK)
    assert [stored(client, number) for number in range(7)] == [201] * 5 + [507] * 2
    assert [stored(client, number) for number in range(5)] == [200] * 5
    assert client.post("/api/v1/trace", json=CHAPTER).status_code == 200
    # Another process counts the same.
    assert stored(new_client(tmp_path, store_quota=5 * BLOCK), 9) == 507
    assert stored(new_client(tmp_path, store_quota=6 * BLOCK), 9) == 201


def test_scenes_that_others_store_are_counted_before_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = (with_quota(tmp_path, 3 * BLOCK) for _ in range(2))
    assert mine.put(scene(0)) and theirs.put(scene(1)) and theirs.put(scene(2))
    later = time.monotonic() + 61
    monkeypatch.setattr("app.store.quota.monotonic", lambda: later)
    with pytest.raises(StoreFull):
        mine.put(scene(3))


def test_many_writers_at_a_time_stay_within_the_quota(tmp_path: Path) -> None:
    quota = with_quota(tmp_path, 10 * BLOCK)
    done: list[bool] = []

    def write(first: int) -> None:
        for number in range(first, first + 10):
            try:
                done.append(quota.put(scene(number)))
            except StoreFull:
                done.append(False)

    threads = [threading.Thread(target=write, args=(10 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 10
    assert usage(LocalByteStore(tmp_path)) == 10 * BLOCK


def test_a_failed_write_takes_nothing_of_the_quota(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quota = with_quota(tmp_path, 2 * BLOCK)
    for number in range(5):
        with monkeypatch.context() as broken:
            broken.setattr(Path, "replace", _no_space)
            assert not _put(quota, number)
    assert quota.put(scene(1)) and quota.put(scene(2))


def _no_space(*_: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.exclusive
@pytest.mark.slow
def test_a_hundred_thousand_scenes_slow_nothing_down(tmp_path: Path) -> None:
    """Beside a store with one scene: storing and reading take less than thrice as long, in the median."""
    few, many = tmp_path / "few", tmp_path / "many"
    local_store(few)
    local_store(many).put(scene(1))
    (first,) = many.glob("scenes/*.json")
    for number in range(MANY):
        shutil.copy(first, copied := first.with_stem(f"{number:040x}")) if number % 1000 == 0 else os.link(
            copied, first.with_stem(f"{number:040x}")
        )
    room = on_disk(first.stat().st_size) * (MANY + 61)
    stores: dict[str, SceneStore] = {
        "few": with_quota(few, room),
        "many": with_quota(many, room),
    }
    times: dict[str, list[float]] = {name: [] for name in stores}
    for store in stores.values():
        store.put(scene(2))
    for number in range(10, 60):
        for name, store in stores.items():
            started = time.perf_counter()
            assert store.put(scene(number))
            assert store.get(scene(number).id)
            times[name].append(time.perf_counter() - started)
    assert np.median(times["many"]) < 3 * np.median(times["few"])
    # The first, the second, those fifty, and now the ten for which there is room.
    added = [_put(stores["many"], number) for number in range(100, 115)]
    assert added == [True] * 9 + [False] * 6


def _put(store: SceneStore, number: int) -> bool:
    try:
        return store.put(scene(number))
    except StoreFull:
        return False


def test_a_clock_that_jumps_sweeps_nothing_that_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back, the clock makes files look younger; set forward, older: a scene is never one of them."""
    store = local_store(tmp_path)
    store.put(scene(1))
    real = time.time
    for jump in (86_400.0 * 365, -86_400.0 * 365):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        again = local_store(tmp_path)
        assert again.get(scene(1).id).id == scene(1).id
        assert again.put(scene(int(jump)))
        client = new_client(tmp_path)
        assert stored(client, int(jump)) == 201
        assert client.get("/readyz").status_code == 200
