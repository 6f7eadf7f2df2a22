"""nginx, configured as in deploy/nginx, in front of real servers."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.support.nginx import CONFIGURATION, Proxy, running_proxy
from tests.support.polling import wait_until
from tests.support.scenes import CHAPTER
from tests.support.server_process import ServerProcess, free_port, running_server
from tests.support.sockets import can_connect

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server"), body_seconds=8) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """In front of a server and of a port where there is none."""
    with running_proxy(tmp_path_factory.mktemp("proxy"), server.port, free_port()) as proxy:
        proxy.wait_until("/healthz")
        yield proxy


# Not among the scenes that come with the program, which every server knows.
OWN = CHAPTER | {"bias": {"data": [7]}}
FORMS = [
    ("", "application/json"),
    ("/taps", "application/json"),
    ("/steps?out_channel=0", "application/json"),
    ("/steps?out_channel=0", "application/vnd.safetensors"),
    ("/tensors/output", "application/json"),
    ("/tensors/output?format=npy", "*/*"),
    ("/tensors/output?format=png", "*/*"),
    ("/file", "*/*"),
]


def test_a_second_server_never_sees_what_the_cache_can_answer(server: ServerProcess, tmp_path: Path) -> None:
    """The second server does not know the scene: it could only answer 404."""
    two = server
    with ExitStack() as stack:
        one = stack.enter_context(running_server(tmp_path))
        proxy = stack.enter_context(running_proxy(tmp_path / "proxy", one.port))
        client = stack.enter_context(proxy.wait_until("/healthz").client())
        scene = client.post("/api/v1/scenes", json=OWN).json()["links"]["self"]
        page = client.get("/").text
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        asked = [(scene + path, accept) for path, accept in FORMS] + [(style, "*/*")]
        first = [client.get(path, headers={"Accept": accept}) for path, accept in asked]
        assert {answer.status_code for answer in first} == {200}
        assert {answer.headers["X-Cache"] for answer in first} == {"MISS"}

        upstream = tmp_path / "proxy/nginx/upstream.conf"
        upstream.write_text(upstream.read_text().replace(f":{one.port}", f":{two.port}"))
        proxy.process.send_signal(signal.SIGHUP)
        assert one.stop() == 0
        wait_until(lambda: client.get(f"{scene}/tensors/weight").status_code == 404)

        again = [client.get(path, headers={"Accept": accept}) for path, accept in asked]
        for before, after in zip(first, again, strict=True):
            assert after.status_code == 200
            assert after.content == before.content
            assert after.headers["Content-Type"] == before.headers["Content-Type"]
            assert after.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert after.headers["X-Cache"] == "HIT"
            assert after.headers["X-Request-ID"] != before.headers["X-Request-ID"]
        known = client.get(scene, headers={"If-None-Match": first[0].headers["ETag"]})
        assert known.status_code == 304
        assert client.head(scene).status_code == 200
        # A form that nobody asked for before is not in the cache.
        assert client.get(f"{scene}/tensors/output?format=safetensors").status_code == 404
        wait_until_logged(proxy, client.get("/healthz"))
        seen = {line["uri"] for line in proxy.requests("/api/") if line["server"].endswith(f":{two.port}")}
        assert seen == {f"{scene}/tensors/weight", f"{scene}/tensors/output?format=safetensors"}


def wait_until_logged(proxy: Proxy, answer: httpx2.Response) -> None:
    """nginx writes its line after the answer; on one connection, all earlier ones are written before it."""
    id = answer.headers["X-Request-ID"]
    wait_until(lambda: any(line["request_id"] == id for line in proxy.requests()))


def test_what_may_change_is_asked_for_each_time(proxy: Proxy) -> None:
    with proxy.client() as client:
        scene = client.post("/api/v1/scenes", json=CHAPTER).json()["links"]["self"]
        lines = {"Accept": "application/jsonl"}
        streams = [f"{scene}/steps?format=jsonl", f"{scene}/steps?whole=true&format=zip"]
        paths = ["/", "/readyz", "/s/unknown", *streams]
        for path, headers in [(f"{scene}/steps", lines), *((path, {}) for path in paths)]:
            answers = [client.get(path, headers=headers) for _ in range(2)]
            assert {answer.headers.get("X-Cache", "") for answer in answers} <= {"", "MISS"}, path
        unknown = "/api/v1/scenes/" + 40 * "0"
        for _ in range(2):
            assert client.get(unknown).headers.get("X-Cache", "MISS") == "MISS"
        wait_until_logged(proxy, client.get("/healthz"))
        assert len(proxy.requests(unknown)) == 2
        assert client.get("/metrics").status_code == 404


def test_media_types_are_cached_apart(proxy: Proxy) -> None:
    with proxy.client() as client:
        steps = client.post("/api/v1/scenes", json=CHAPTER).json()["links"]["steps"]
        for _ in range(2):
            for form in ("application/json", "application/vnd.safetensors", "application/jsonl"):
                answer = client.get(steps, headers={"Accept": form})
                assert answer.headers["Content-Type"].startswith(form)
            plain = client.get(steps, headers={"Accept-Encoding": "identity"})
            assert "Content-Encoding" not in plain.headers
            assert plain.json() == client.get(steps, headers={"Accept-Encoding": "gzip"}).json()


def test_a_server_that_is_gone_is_passed_over(proxy: Proxy) -> None:
    with proxy.client() as client:
        for _ in range(10):
            assert client.get("/").status_code == 200
            assert client.post("/api/v1/trace", json=CHAPTER).status_code == 200


def test_without_any_server_it_says_try_again(tmp_path: Path) -> None:
    with running_proxy(tmp_path, free_port()) as proxy, proxy.wait_until("/").client() as client:
        for answer in (client.get("/"), client.post("/api/v1/trace", json=CHAPTER)):
            assert answer.status_code == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Retry-After"]
            assert answer.json()["status"] == 503


@pytest.mark.parametrize(
    ("path", "size"), [("/api/v1/scenes", 65 << 20), ("/api/v1/trace", 65 << 20), ("/", 65 << 10)]
)
def test_large_bodies_are_refused_before_they_are_sent(proxy: Proxy, path: str, size: int) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as one:
        one.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode())
        head, _, body = read_all(one).partition(b"\r\n\r\n")
    assert head.split()[1] == b"413"
    assert b"application/problem+json" in head
    assert json.loads(body.split(b"\r\n")[-1] if b"chunked" in head else body)["status"] == 413


def read_all(one: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            data = one.recv(65536)
        except ConnectionResetError:
            return received
        if not data:
            return received
        received += data
        head, found, body = received.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        if found and length and len(body) >= int(length[0].split(b":")[1]):
            return received


class Mirror(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    def do_GET(self) -> None:
        content = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[int]:
    """The port of a server that answers with what it was sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_server_is_told_who_asks_and_not_who_claims_to(mirror: int, tmp_path: Path) -> None:
    forged = {
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=192.0.2.7",
        "X-Request-ID": "mine",
    }
    with running_proxy(tmp_path, mirror) as proxy, proxy.wait_until("/").client() as client:
        told = client.get("/", headers=forged | {"Host": "school.example"})
        assert told.headers["X-Request-ID"] == "mine"
        seen = told.json()
        assert seen["x-forwarded-for"] == "127.0.0.1"
        assert seen["x-forwarded-proto"] == "http"
        assert "forwarded" not in seen
        assert seen["host"] == "school.example"
        assert seen["x-request-id"] == "mine"
        harmful = client.get("/", headers={"X-Request-ID": '"><script>'})
        assert harmful.headers["X-Request-ID"] == harmful.json()["x-request-id"] != '"><script>'


def test_the_lines_for_a_certificate_work(mirror: int, tmp_path: Path) -> None:
    written = (CONFIGURATION / "listen.conf").read_text()
    lines = "\n".join(line[4:] for line in written.splitlines() if line.startswith("#   "))
    assert "8443 ssl" in lines
    certificate = tmp_path / "nginx/tls"
    certificate.mkdir(parents=True)
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += (
        " -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout privkey.pem -out fullchain.pem"
    )
    subprocess.run(command.split(), cwd=certificate, check=True, capture_output=True)
    trusted = ssl.create_default_context(cafile=str(certificate / "fullchain.pem"))
    with running_proxy(tmp_path, mirror, listen=lines.replace("8443", "127.0.0.1:{port}")) as proxy:
        wait_until(lambda: can_connect(proxy.port))
        seen = httpx2.get(f"https://127.0.0.1:{proxy.port}/", verify=trusted).json()
    assert seen["x-forwarded-proto"] == "https"


SLOW = {
    "says nothing": (b"", b""),
    "a header, byte by byte": (b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"a"),
    "a body, byte by byte": (
        b"POST /api/v1/trace HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 5000\r\n\r\n",
        b" ",
    ),
    "chunks, one by one": (
        b"POST /api/v1/scenes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\n \r\n",
    ),
    "a body that stops": (b"POST /api/v1/scenes HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n{", b""),
}


@pytest.mark.timeout(120)
def test_slow_senders_are_closed_and_others_served(proxy: Proxy) -> None:
    """200 connections that take their time; each ends within 30 s, and a visitor meanwhile is served."""
    with ExitStack() as stack:
        slow: dict[socket.socket, str] = {}
        for number in range(200):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", proxy.port), timeout=30))
            slow[one] = kind = list(SLOW)[number % len(SLOW)]
            one.sendall(SLOW[kind][0])
            one.setblocking(False)
        started = time.monotonic()
        visitor = stack.enter_context(proxy.client())
        ended: dict[str, float] = {}

        def all_closed() -> bool:
            assert visitor.get("/healthz").status_code == 200
            for one, kind in list(slow.items()):
                if is_closed(one, SLOW[kind][1]):
                    ended[kind] = time.monotonic() - started
                    del slow[one]
            return not slow

        wait_until(all_closed, seconds=60, every=0.5)
        assert max(ended.values()) < 30


def is_closed(one: socket.socket, more: bytes) -> bool:
    """Whether the other side has closed; if not, send a little more."""
    try:
        if one.recv(65536) == b"":
            return True
    except BlockingIOError:
        pass
    except ConnectionError:
        return True
    try:
        one.send(more)
    except ConnectionError:
        return True
    return False
