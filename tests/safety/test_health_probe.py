"""A probe every ten milliseconds, beside bodies that are wide in structure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter

import pytest

from app.services.requests.models import CodeBody, EditsBody, SceneBody
from tests.support.scenes import CHAPTER
from tests.support.server_process import ServerProcess, running_server
from tests.support.wide_bodies import WIDE, largest_valid

EVERY = 0.01  # seconds


def post(server: ServerProcess, path: str, body: bytes) -> int:
    with closing(HTTPConnection("127.0.0.1", server.port, 60)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def longest_wait(server: ServerProcess, work: Callable[[], object]) -> float:
    """Seconds that a probe waits while the work is done."""
    stop, waits = threading.Event(), list[float]()

    def probe() -> None:
        with closing(HTTPConnection("127.0.0.1", server.port, 60)) as connection:
            while not stop.wait(EVERY):
                started = perf_counter()
                connection.request("GET", "/healthz")
                assert connection.getresponse().read()
                waits.append(perf_counter() - started)

    prober = threading.Thread(target=probe)
    prober.start()
    try:
        work()
    finally:
        stop.set()
        prober.join()
    return max(waits, default=0.0)


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(31)
def test_health_waits_no_longer_beside_wide_bodies_than_beside_the_largest_valid_one(tmp_path: Path) -> None:
    """What else runs on the machine can only make a wait longer: the shortest of a few rounds counts."""
    valid = largest_valid()
    with running_server(tmp_path) as server:
        with server.client() as client:
            scene = client.post("/api/v1/scenes", json=CHAPTER).json()["links"]["self"]
        paths = {SceneBody: "/api/v1/trace", EditsBody: f"{scene}/edits", CodeBody: "/api/v1/parse"}

        def store() -> None:
            assert post(server, "/api/v1/scenes", valid) in (200, 201)

        usual = max(longest_wait(server, store) for _ in range(3))
        for name, (model, make, _) in WIDE.items():
            body = make().encode()

            def refuse(path: str = paths[model], body: bytes = body) -> None:
                assert 400 <= post(server, path, body) < 500

            waits = list[float]()
            while min(waits, default=float("inf")) > 1.5 * usual and len(waits) < 3:
                waits.append(longest_wait(server, refuse))
            assert min(waits) <= 1.5 * usual, (name, waits, usual)
