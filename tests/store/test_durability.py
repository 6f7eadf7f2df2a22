"""What was answered with 201 is there, byte for byte, whatever happens to the server."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx2
import pytest
import torch

from app.conv.operation import Conv2d, Padding
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.store.check_store import check_store
from app.store.errors import SceneNotFound, StoreFull, StoreUnavailable
from app.store.local_store import LocalByteStore
from tests.support.polling import wait_until
from tests.support.server_process import free_port, start_server
from tests.support.sockets import can_connect
from tests.support.stores import local_store

ROOT = Path(__file__).resolve().parents[2]
KILLS = 200
WRITERS = 4
LIMITS = Limits()


def scene(seed: int, side: int = 0) -> Scene:
    """Odd seeds: small enough for a manifest. Even ones: with a blob."""
    side = side or (8 if seed % 2 else 40)
    x = torch.randn(1, side, side, generator=torch.Generator().manual_seed(seed))
    return make_scene(Conv2d(), x, torch.ones(1, 1, 3, 3), None, LIMITS)


def body(one: Scene) -> dict[str, Any]:
    assert one.weight is not None
    tensors = {"input": {"data": one.input.tolist()}, "weight": {"data": one.weight.tolist()}}
    return {**tensors, "operation": {"kind": "conv2d"}}


class ForkServer:
    """Starts servers on one store, one after the other (tests/support/fork_server.py)."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "scenes"
        self.port = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def start(self) -> int:
        """A new server; returns its process id when it answers."""
        assert self._process.stdin
        assert self._process.stdout
        self.port = port = free_port()
        self._process.stdin.write(f"{port} {self.store.as_uri()}\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        wait_until(lambda: can_connect(port), every=0.002, message="the server did not start")
        return child

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def fork_server(tmp_path: Path) -> Iterator[ForkServer]:
    fork_server = ForkServer(tmp_path)
    yield fork_server
    fork_server.close()


class Writer(threading.Thread):
    """Sends scenes until the server is gone; knows which it was told were stored."""

    def __init__(self, port: int, seeds: Sequence[int]) -> None:
        super().__init__()
        # httpx takes longer to make a client than a server here lives.
        self.connection = HTTPConnection("127.0.0.1", port, timeout=20)
        self.seeds = seeds
        self.stored: list[int] = []
        self.unanswered: list[int] = []

    def run(self) -> None:
        with closing(self.connection):
            for seed in self.seeds:
                self.unanswered.append(seed)
                try:
                    self.connection.request("POST", "/api/v1/scenes", json.dumps(body(scene(seed))))
                    status = self.connection.getresponse().status
                except (OSError, HTTPException):
                    return
                assert status == 201
                self.connection.close()
                self.stored.append(self.unanswered.pop())


def requests_begun(writers: Sequence[Writer]) -> int:
    return sum(len(writer.stored) + len(writer.unanswered) for writer in writers)


@pytest.mark.safety(30)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_servers_lose_nothing(fork_server: ForkServer) -> None:
    chance = random.Random(1)
    stored: list[int] = []
    unanswered: list[int] = []
    for kill in range(KILLS):
        child = fork_server.start()
        starts = range(kill * 100_000, (kill + 1) * 100_000, 100_000 // WRITERS)
        writers = [Writer(fork_server.port, range(first, first + 100_000 // WRITERS)) for first in starts]
        for writer in writers:
            writer.start()
        requests_before_kill = chance.randint(0, 8)
        wait_until(lambda: requests_begun(writers) >= requests_before_kill, every=0.001)  # noqa: B023
        os.kill(child, signal.SIGKILL)
        for writer in writers:
            writer.join()
            stored += writer.stored
            unanswered += writer.unanswered
    assert len(stored) > KILLS / 2
    child = fork_server.start()
    with httpx2.Client(base_url=f"http://127.0.0.1:{fork_server.port}") as client:
        for seed in stored:
            whole = client.get(f"/api/v1/scenes/{scene(seed).id}/file")
            assert whole.status_code == 200
            assert whole.content == encode(scene(seed))
        for seed in unanswered:
            maybe = client.get(f"/api/v1/scenes/{scene(seed).id}/file")
            assert maybe.status_code == 404 or maybe.content == encode(scene(seed))
    os.kill(child, signal.SIGKILL)
    checked = check_store(LocalByteStore(fork_server.store), LIMITS)
    assert checked.damages == []
    assert checked.scenes >= len(stored)


def test_the_order_of_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes reach the disk before their names do, and blobs before the manifest that names them."""
    store = local_store(tmp_path)
    store.put(scene(0, side=40))  # makes the folders
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def traced_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        events.append(f"sync folder {path.name}" if path.is_dir() else f"sync {path.stat().st_size} bytes")
        fsync(descriptor)

    def traced_replace(self: Path, target: Path) -> Path:
        events.append(f"rename into {target.parent.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", traced_fsync)
    monkeypatch.setattr(Path, "replace", traced_replace)
    one = scene(1, side=40)
    assert store.put(one)
    manifest = (tmp_path / "scenes" / f"{one.id}.json").stat().st_size
    blob = ["sync 6400 bytes", "rename into blobs", "sync folder blobs"]
    whole = [f"sync {manifest} bytes", "rename into scenes", "sync folder scenes"]
    assert events == blob + whole
    events.clear()
    # Another scene with the same input: what another process has only just written is synced too.
    again = make_scene(Conv2d(), one.input, torch.zeros(1, 1, 3, 3), None, LIMITS)
    assert store.put(again)
    manifest = (tmp_path / "scenes" / f"{again.id}.json").stat().st_size
    assert events == ["sync folder blobs", f"sync {manifest} bytes", *whole[1:]]
    # However many blobs are there already, their folder is synced once.
    weight = one.input[None]
    store.put(make_scene(Conv2d(), one.input + 1, weight, None, LIMITS))
    events.clear()
    store.put(make_scene(Conv2d(padding=Padding(1, 1, 1, 1)), one.input + 1, weight, None, LIMITS))
    assert events.count("sync folder blobs") == 1


FAULTS = {
    "write": (Path, "open"),
    "sync": (os, "fsync"),
    "rename": (Path, "replace"),
}


@pytest.mark.parametrize("side", [8, 40])
@pytest.mark.parametrize("where", FAULTS)
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EIO, StoreUnavailable),
        (errno.EROFS, StoreUnavailable),
    ],
)
def test_a_disk_that_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    error: int,
    raised: type[Exception],
    side: int,
) -> None:
    """Whether it is in the manifest or has a blob of its own."""
    store = local_store(tmp_path)
    store.put(scene(1))

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as broken:
        broken.setattr(*FAULTS[where], fail)
        with pytest.raises(raised):
            store.put(scene(2, side))
    assert store.get(scene(1).id).id == scene(1).id
    with pytest.raises(SceneNotFound):
        store.get(scene(2, side).id)
    assert list((tmp_path / ".staging").iterdir()) == []
    assert store.put(scene(2, side))
    assert store.get(scene(2, side).id).id == scene(2, side).id


@pytest.mark.slow
def test_a_full_disk_is_507_and_loses_nothing(tmp_path: Path) -> None:
    # A limit on the size of files is as good as a small disk: writing ends with an error in the middle.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        server = start_server(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    try:
        server.wait_until("/healthz")
        with server.client() as client:
            small, large = scene(1), scene(2, side=100)
            assert client.post("/api/v1/scenes", json=body(small)).status_code == 201
            full = client.post("/api/v1/scenes", json=body(large))
            assert full.status_code == 507
            assert full.headers["content-type"] == "application/problem+json"
            assert client.get(f"/api/v1/scenes/{large.id}").status_code == 404
            assert client.get(f"/api/v1/scenes/{small.id}/file").content == encode(small)
            assert client.post("/api/v1/trace", json=body(scene(3))).status_code == 200
            assert list((tmp_path / "scenes" / ".staging").iterdir()) == []
    finally:
        server.stop(signal.SIGKILL)


def test_what_a_killed_server_left_behind_is_swept(tmp_path: Path) -> None:
    staging = tmp_path / ".staging"
    staging.mkdir()
    for name, age in (("old", 7200), ("new", 10)):
        (staging / name).write_bytes(b"half")
        os.utime(staging / name, (time.time() - age,) * 2)
    LocalByteStore(tmp_path)
    assert [path.name for path in staging.iterdir()] == ["new"]


@pytest.mark.safety(30)
@pytest.mark.exclusive
@pytest.mark.slow
def test_a_stop_finishes_what_is_under_way(tmp_path: Path) -> None:
    server = start_server(tmp_path, grace_seconds=8).wait_until("/healthz")
    layer = {
        "input": {"random": {"shape": [3, 64, 64]}},
        "weight": {"random": {"shape": [8, 3, 3, 3]}},
        "operation": {"kind": "conv2d", "padding": 1},
    }
    large = layer | {"input": {"random": {"shape": [3, 1024, 1024]}}}
    try:
        with server.client() as client:
            short, long = (
                client.post("/api/v1/scenes", json=one).json()["links"]["steps"] for one in (layer, large)
            )
            lines = {"Accept": "application/jsonl"}
            with (
                client.stream("GET", short, headers=lines) as soon_done,
                client.stream("GET", long, headers=lines) as endless,
            ):
                ending, all_steps = endless.iter_lines(), soon_done.iter_lines()
                first = [json.loads(next(ending)), json.loads(next(all_steps))]
                assert [step["index"] for step in first] == [0, 0]
                server.process.send_signal(signal.SIGTERM)
                indices = [0] + [json.loads(line)["index"] for line in all_steps]
                assert indices == list(range(64 * 64))
                # Whoever keeps what may be kept can tell that this is not the whole.
                assert "immutable" in endless.headers["cache-control"]
                taken = first[:1]
                with pytest.raises(httpx2.RemoteProtocolError, match="incomplete"):
                    taken.extend(map(json.loads, ending))
        before, last = taken[-2:]
        assert last["status"] == 503
        assert f"start={before['index'] + 1}&" in last["next"]
        assert server.process.wait(20) == 0
    finally:
        server.stop(signal.SIGKILL)


@pytest.mark.exclusive
@pytest.mark.slow
def test_an_idle_server_stops_at_once(tmp_path: Path) -> None:
    server = start_server(tmp_path).wait_until("/healthz")
    with server.client() as client:
        client.get("/healthz")
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 3
