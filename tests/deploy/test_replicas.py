"""Three servers on one S3 store behind nginx: one is killed under load, the store goes away for a while."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import torch

from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import Scene
from app.scenes.scene import make_scene as scene_of
from app.scenes.scene_file import encode
from tests.support.nginx import Proxy, running_proxy
from tests.support.polling import wait_until
from tests.support.s3 import administrator, credentials, start_s3
from tests.support.scenes import CHAPTER
from tests.support.server_process import ServerProcess, start_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BUCKET = "scenes"
WRITERS = 6
# How long the store is away; `STORE_AWAY=30` for the real thing.
AWAY = float(os.environ.get("STORE_AWAY", "1"))


class Site:
    """All that is between a visitor and a stored scene."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.s3 = start_s3(folder)
        stack.callback(lambda: self.s3.stop(signal.SIGKILL))
        self.s3.wait_until("/moto-api/")
        self.make_bucket()
        self.replicas = [self.start_replica() for _ in range(3)]
        stack.callback(lambda: [one.stop(signal.SIGKILL) for one in self.replicas])
        for one in self.replicas:
            one.wait_until("/healthz")
        ports = [one.port for one in self.replicas]
        self.proxy: Proxy = stack.enter_context(running_proxy(folder / "proxy", *ports))
        self.proxy.wait_until("/healthz")

    def make_bucket(self) -> None:
        with administrator(self.s3) as admin:
            admin.create_bucket(Bucket=BUCKET)

    def start_replica(self, port: int = 0) -> ServerProcess:
        environment = credentials(self.s3)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return start_server(
                self.folder, port, store=f"s3://{BUCKET}", trusted_proxies="127.0.0.1", max_seconds=5
            )

    def restart_s3(self) -> None:
        self.s3 = start_s3(self.folder, self.s3.port).wait_until("/moto-api/")
        self.make_bucket()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(tmp_path_factory.mktemp("site"), stack)


def scene(number: int) -> Scene:
    x = torch.tensor([[[float(number), 1.0], [2.0, 3.0]]])
    return scene_of(Conv2d(), x, torch.ones(1, 1, 1, 1), None, Limits())


def body(number: int) -> dict[str, Any]:
    one = scene(number)
    assert one.weight is not None
    return {
        "input": {"data": one.input.tolist()},
        "weight": {"data": one.weight.tolist()},
        "operation": {"kind": "conv2d"},
    }


class Load:
    """Writers that store a scene, read it, and store the next, until they are told to end."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._numbers = itertools.count(1)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]
        self.stored: list[int] = []
        self.failed: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        with self._proxy.client() as client:
            while not self._over.is_set():
                number = next(self._numbers)
                self._ask(number, partial(client.post, "/api/v1/scenes", json=body(number)))
                self._ask(0, partial(client.get, f"/api/v1/scenes/{scene(number).id}/taps"))

    def _ask(self, stores: int, ask: Callable[[], httpx2.Response]) -> None:
        try:
            answer = ask()
        except httpx2.TransportError as error:
            self.failed.append(repr(error))
            return
        # A scene whose storing failed may not be there.
        if answer.status_code in (200, 201) and stores:
            self.stored.append(stores)
        elif answer.status_code not in (200, 201) and (stores or answer.status_code != 404):
            self.failed.append(f"{answer.status_code} {answer.text}")

    def wait_for(self, more: int) -> None:
        """Until as many more scenes are stored."""
        wanted = len(self.stored) + more
        wait_until(lambda: len(self.stored) >= wanted, seconds=60)


def test_a_killed_replica_loses_nothing_but_what_is_in_flight(site: Site) -> None:
    victim = site.replicas[1]
    with Load(site.proxy) as load:
        load.wait_for(30)
        assert load.failed == []
        assert victim.stop(signal.SIGKILL) == -signal.SIGKILL
        load.wait_for(60)
    assert len(load.failed) <= WRITERS
    with site.proxy.client() as client:
        for number in load.stored:
            kept = client.get(f"/api/v1/scenes/{scene(number).id}/file")
            assert kept.status_code == 200
            assert kept.content == encode(scene(number))
        # When it is back it gets its share again, without anybody telling the proxy.
        site.replicas[1] = site.start_replica(victim.port).wait_until("/healthz")
        before = len(site.proxy.requests())

        def answered_by_it() -> bool:
            assert client.get("/").status_code == 200
            seen = {line["server"] for line in site.proxy.requests()[before:]}
            return f"127.0.0.1:{victim.port}" in seen

        wait_until(answered_by_it, seconds=60)


@pytest.mark.parametrize("how", ["hangs", "is gone"])
def test_a_store_that_goes_away_is_503_and_comes_back_by_itself(site: Site, how: str) -> None:
    numbers = itertools.count(1_000_000 if how == "hangs" else 2_000_000)
    with site.proxy.client() as client:

        def store() -> httpx2.Response:
            return client.post("/api/v1/scenes", json=body(next(numbers)))

        made = store()
        assert made.status_code == 201
        if how == "hangs":
            site.s3.process.send_signal(signal.SIGSTOP)
        else:
            site.s3.stop(signal.SIGKILL)
        since = time.monotonic()
        refused = [store()]
        while time.monotonic() < since + AWAY:
            refused.append(store())
        for answer in refused:
            assert answer.status_code == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Retry-After"]
        wait_until(lambda: client.get("/readyz").status_code == 503, seconds=60)
        # What needs no store goes on.
        assert client.get("/healthz").status_code == 200
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
        assert client.post("/api/v1/trace", json=CHAPTER).status_code == 200

        if how == "hangs":
            site.s3.process.send_signal(signal.SIGCONT)
        else:
            site.restart_s3()
        wait_until(lambda: store().status_code == 201, seconds=60)
        wait_until(lambda: client.get("/readyz").status_code == 200, seconds=60)
        if how == "hangs":
            assert client.get(f"{made.json()['links']['self']}/taps").status_code == 200
        assert [store().status_code for _ in range(10)] == 10 * [201]
