"""Who is let in, and how often."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.limits import Rate
from app.main import create_app
from app.settings import Settings
from app.web.middleware.rate_limit import SlidingWindowLimiter
from tests.support.polling import wait_until
from tests.support.scenes import CHAPTER
from tests.support.server_process import running_server
from tests.support.sockets import connected, exchange

PROXY = "10.0.0.7"


def new_client(tmp_path: Path, address: str = "192.0.2.1", **settings: Any) -> TestClient:
    """Of a server of its own, client from this address."""
    app = create_app(Settings(store=tmp_path.as_uri(), **settings))
    return TestClient(app, client=(address, 1))


def statuses(client: TestClient, times: int, **headers: str) -> list[int]:
    return [client.get("/api/v1/presets", headers=headers).status_code for _ in range(times)]


def test_too_many_requests_are_429_with_a_time(tmp_path: Path) -> None:
    client = new_client(tmp_path, rate_limit="3/minute")
    assert statuses(client, 5) == [200, 200, 200, 429, 429]
    answer = client.get("/api/v1/presets")
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert "3 requests in 60 s" in answer.json()["detail"]
    chinese = client.get("/api/v1/presets", headers={"Accept-Language": "zh"}).json()["detail"]
    assert "60 秒" in chinese
    other = TestClient(client.app, client=("192.0.2.2", 1))
    assert statuses(other, 1) == [200]


def test_static_files_and_health_are_not_counted(tmp_path: Path) -> None:
    client = new_client(tmp_path, rate_limit="1/minute")
    for path in ("/healthz", "/readyz", "/metrics", "/static/x/icon.svg"):
        assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]


def test_storing_has_a_limit_of_its_own(tmp_path: Path) -> None:
    client = new_client(tmp_path, write_limit="2/minute")
    stored = [client.post("/api/v1/scenes", json=CHAPTER).status_code for _ in range(3)]
    assert stored == [201, 200, 429]
    assert client.post("/api/v1/trace", json=CHAPTER).status_code == 200


def test_an_ipv6_client_cannot_choose_among_its_addresses(tmp_path: Path) -> None:
    client = new_client(tmp_path, "2001:db8::1", rate_limit="2/minute")
    neighbour = TestClient(client.app, client=("2001:db8::ffff:1", 1))
    stranger = TestClient(client.app, client=("2001:db8:0:1::1", 1))
    assert statuses(client, 1) + statuses(neighbour, 2) == [200, 200, 429]
    assert statuses(stranger, 1) == [200]


def test_forged_forwarded_headers_are_ignored(tmp_path: Path) -> None:
    client = new_client(tmp_path, rate_limit="2/minute")
    forged = [
        client.get(
            "/api/v1/presets",
            headers=dict.fromkeys(("X-Forwarded-For", "Forwarded", "X-Real-IP"), f"203.0.113.{i}"),
        ).status_code
        for i in range(4)
    ]
    assert forged == [200, 200, 429, 429]


def test_a_trusted_proxy_tells_its_clients_apart(tmp_path: Path) -> None:
    proxied = new_client(tmp_path, PROXY, rate_limit="2/minute", trusted_proxies=["10.0.0.0/8"])
    assert statuses(proxied, 3, **{"X-Forwarded-For": "203.0.113.1"}) == [200, 200, 429]
    assert statuses(proxied, 1, **{"X-Forwarded-For": "203.0.113.2"}) == [200]
    # What a client puts before the address that the proxy adds makes no difference.
    forged = {"X-Forwarded-For": "198.51.100.9, 203.0.113.1"}
    assert statuses(proxied, 1, **forged) == [429]
    stranger = TestClient(proxied.app, client=("192.0.2.1", 1))
    assert statuses(stranger, 3, **{"X-Forwarded-For": "203.0.113.3"}) == [200, 200, 429]


@pytest.mark.parametrize("sent", ["", ",", "x" * 5000, "::1::", "1.2.3.4:x", "\\r\\nA: b", "é"])
def test_strange_forwarded_headers_are_harmless(tmp_path: Path, sent: str) -> None:
    proxied = new_client(tmp_path, PROXY, trusted_proxies=[PROXY])
    answer = proxied.get("/api/v1/presets", headers={b"X-Forwarded-For": sent.encode()})
    assert answer.status_code == 200


@pytest.mark.safety(22)
def test_unknown_hosts_are_refused(tmp_path: Path) -> None:
    client = new_client(tmp_path, hosts=["scope.example", "*.school.example"])

    def status(host: str, path: str = "/") -> int:
        return client.get(path, headers={"Host": host}).status_code

    assert [status(host) for host in ("scope.example", "SCOPE.example:8000", "a.school.example")] == [200] * 3
    evil = ("evil.example", "scope.example.evil", "school.example", "xschool.example", "", "scope.example:x")
    assert [status(host) for host in evil] == [421] * len(evil)
    # A probe asks an address.
    assert status("10.0.0.1:8000", "/healthz") == 200


@pytest.mark.safety(22)
def test_no_response_contains_the_host(tmp_path: Path) -> None:
    client = new_client(tmp_path)
    for path in ("/", "/nowhere", "/api/v1/presets", "/openapi.json"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert "evil" not in answer.text + str(answer.headers)
    made = client.post("/api/v1/scenes", json=CHAPTER, headers={"Host": "evil.example"})
    assert "evil" not in made.text + str(made.headers)


@pytest.mark.safety(22)
@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%2f%2fevil.example", "/\\evil.example", "/healthz/", "//"]
)
def test_nothing_is_redirected(tmp_path: Path, path: str) -> None:
    answer = new_client(tmp_path).get(f"http://scope.example{path}", follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_rate_windows_slide() -> None:
    now = 1000.0 * 60
    limiter = SlidingWindowLimiter(Rate(10, 60), lambda: now, max_clients=100)
    assert [limiter.seconds_to_wait("a") for _ in range(11)] == [0] * 10 + [60]
    now += 60 + 30  # half of the last minute still counts
    assert [limiter.seconds_to_wait("a") for _ in range(6)] == [0] * 5 + [30]
    now += 120
    assert limiter.seconds_to_wait("a") == 0
    for k in range(1000):
        limiter.seconds_to_wait(str(k))
    assert [limiter.seconds_to_wait("a") for _ in range(11)] == [0] * 10 + [30]  # forgotten


def test_a_clock_that_jumps_changes_no_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = new_client(tmp_path, rate_limit="2/minute")
    real = time.time
    assert statuses(client, 3) == [200, 200, 429]
    for jump in (86_400.0, -86_400.0):
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda jump=jump: real() + jump)
            assert statuses(client, 1) == [429]
            assert 1 <= int(client.get("/api/v1/presets").headers["retry-after"]) <= 60


SLOW = {
    "input": {"random": {"shape": [16, 512, 512]}},
    "weight": {"random": {"shape": [32, 16, 3, 3]}},
    "operation": {"kind": "conv2d"},
}


@pytest.mark.slow
@pytest.mark.safety(9)
def test_one_client_cannot_take_all_places(tmp_path: Path) -> None:
    """Requests of one client beyond its share are 429, while others' are answered."""
    with (
        running_server(tmp_path, max_requests_per_client=4, max_wait_seconds=60) as server,
        server.client() as client,
    ):
        output = (
            client.post("/api/v1/scenes", json=SLOW).json()["links"]["self"] + "/tensors/output?format=npy"
        )
        asked: list[int] = []

        def ask(address: str, path: str) -> int:
            with closing(HTTPConnection("127.0.0.1", server.port, 60, (address, 0))) as connection:
                connection.request("GET", path)
                return connection.getresponse().status

        threads = [
            threading.Thread(target=lambda k=k: asked.append(ask("127.0.0.2", f"{output}&channel={k}")))
            for k in range(32)
        ]
        for thread in threads:
            thread.start()
        assert ask("127.0.0.3", "/") == 200
        for thread in threads:
            thread.join()
        assert set(asked) == {200, 429}


@pytest.mark.slow
@pytest.mark.safety(9)
def test_a_full_server_sends_retry_after(tmp_path: Path) -> None:
    """Beyond max_requests: 503 and Retry-After after a second; whether it lives is told all the same."""
    head = b"POST /api/v1/trace HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    page = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with running_server(tmp_path, max_requests=8) as server:
        with ExitStack() as stack:
            for _ in range(8):
                stack.enter_context(connected(server.port)).sendall(head)
            wait_until(lambda: exchange(server.port, page).statuses == [503])
            with server.client() as client:
                full = client.get("/api/v1/presets")
                assert full.status_code == 503
                assert 1 <= int(full.headers["retry-after"]) <= 60
                assert full.headers["content-type"] == "application/problem+json"
                assert client.get("/healthz").status_code == 200
                assert 'convscope_refused_total{reason="busy"}' in client.get("/metrics").text
        with server.client() as client:
            wait_until(lambda: client.get("/api/v1/presets").status_code == 200)
