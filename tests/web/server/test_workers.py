"""Worker processes: counted together, replaced when they die, restarted for new settings, stopped."""

from __future__ import annotations

import json
import os
import re
import select
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.metrics import samples
from tests.support.polling import wait_until
from tests.support.server_process import ServerProcess, running_server
from tests.support.sockets import Answer, connected, read_all

# A worker starts in two seconds; on a machine that has much else to do, in thirty.
pytestmark = pytest.mark.timeout(400)
PATIENCE = 150.0


def wait_for_workers(
    server: ServerProcess, count: int, other_than: frozenset[int] = frozenset()
) -> frozenset[int]:
    """The process ids of `count` workers that live, once they are not all the same as before."""

    def workers() -> frozenset[int]:
        ids = processes(server)
        return ids if len(ids) == count and ids != other_than else frozenset()

    return wait_until(workers, PATIENCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def settings_file(folder: Path) -> Path:
    path = folder / "settings"
    path.write_text("CONVSCOPE_WORKERS=2\nCONVSCOPE_GRACE_SECONDS=5\n")
    return path


@pytest.fixture(scope="module")
def workers(folder: Path, settings_file: Path) -> Iterator[ServerProcess]:
    """Two workers on one socket."""
    with running_server(folder, settings=settings_file) as server:
        wait_for_workers(server, 2)
        yield server


def processes(server: ServerProcess) -> frozenset[int]:
    """The process ids of the workers that have started and live."""
    started = re.findall(r"Started server process \[(\d+)\]", server.log.read_text())
    return frozenset(id for id in map(int, started) if Path(f"/proc/{id}").exists())


def logged(server: ServerProcess) -> list[dict[str, Any]]:
    """Every line that the server wrote; each is JSON."""
    return [json.loads(line) for line in server.log.read_text().splitlines()]


@pytest.mark.slow
def test_workers_are_counted_together(workers: ServerProcess) -> None:
    def counted() -> float:
        with workers.client() as client:
            found = samples(client.get("/metrics").text)
        return found.get("convscope_requests_total{method=GET}{route=/api/v1/presets}{status=200}", 0)

    before = counted()
    for _ in range(40):
        with workers.client() as client:  # a new connection each, for whichever worker takes it
            client.get("/api/v1/presets")
    assert {counted() for _ in range(10)} == {before + 40}


@pytest.mark.slow
@pytest.mark.safety(30)
def test_a_worker_that_dies_is_replaced(workers: ServerProcess) -> None:
    old = wait_for_workers(workers, 2)
    os.kill(min(old), signal.SIGKILL)
    wait_for_workers(workers, 2, other_than=old)
    with workers.client() as client:
        assert all(client.get("/healthz").status_code == 200 for _ in range(20))


@pytest.mark.slow
def test_settings_are_read_anew_on_sighup(workers: ServerProcess, settings_file: Path) -> None:
    old = wait_for_workers(workers, 2)
    usual = settings_file.read_text()
    settings_file.write_text(usual + "CONVSCOPE_FRAME_ANCESTORS=https://course.example.org\n")
    workers.process.send_signal(signal.SIGHUP)
    answered: set[int] = set()

    def all_new() -> bool:
        with workers.client() as client:
            answer = client.get("/")
        answered.add(answer.status_code)
        return "https://course.example.org" in answer.headers["content-security-policy"] and not (
            processes(workers) & old
        )

    wait_until(all_new, PATIENCE)
    assert answered == {200}


@pytest.mark.slow
@pytest.mark.safety(30)
def test_no_request_is_lost_while_workers_are_replaced(workers: ServerProcess) -> None:
    """Also none whose connection was accepted by a worker that is told to stop before the request is sent."""
    old = wait_for_workers(workers, 2)
    workers.process.send_signal(signal.SIGHUP)
    answered: set[tuple[int, ...]] = set()

    def all_new() -> bool:
        with ExitStack() as stack:
            senders = [stack.enter_context(connected(workers.port)) for _ in range(8)]
            closed, _, _ = select.select(senders, [], [], 0.1)
            assert not closed
            for sender in senders:
                sender.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answered.update(tuple(Answer(read_all(sender)).statuses) for sender in senders)
        return not processes(workers) & old

    wait_until(all_new, PATIENCE)
    assert answered == {(200,)}


@pytest.mark.slow
def test_wrong_settings_change_nothing(workers: ServerProcess, settings_file: Path) -> None:
    old = wait_for_workers(workers, 2)
    usual = settings_file.read_text()
    settings_file.write_text("CONVSCOPE_RATE_LIMIT=often\n")
    workers.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "aborting the restart" in workers.log.read_text(), PATIENCE)
    settings_file.write_text(usual)
    assert processes(workers) == old
    assert "rate_limit" in workers.log.read_text()
    with workers.client() as client:
        assert client.get("/").status_code == 200


@pytest.mark.slow
def test_every_line_is_json_and_no_client_begins_another(workers: ServerProcess) -> None:
    with workers.client() as client:
        client.get("/no%0a%7B%22event%22:1%7D%0d%0awhere?token=secret", headers={"X-Request-ID": "mine-1"})
        client.get("/" + "a" * 5000, headers={"Authorization": "Bearer secret", "X-Request-ID": "mine-2"})
    found = wait_until(
        lambda: [line for line in logged(workers) if str(line.get("request")).startswith("mine-")][1:]
    )
    first = next(line for line in logged(workers) if line.get("request") == "mine-1")
    assert first["path"] == '/no\n{"event":1}\r\nwhere'
    assert (first["method"], first["status"], first["client"], first["level"]) == (
        "GET",
        404,
        "127.0.0.1",
        "info",
    )
    assert first["milliseconds"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", first["time"])
    assert len(found[0]["path"]) == 200
    assert "secret" not in workers.log.read_text()


@pytest.mark.slow
@pytest.mark.safety(30)
def test_a_stop_ends_all_workers(workers: ServerProcess) -> None:
    assert workers.stop() == 0
    assert processes(workers) == set()
    assert all("Traceback" not in str(line) for line in logged(workers))
