"""Rows of the safety checklist that need a whole server, or all of its routes."""

from __future__ import annotations

import ast
import html
import io
import itertools
import json
import os
import pickle  # noqa: TID251  to see that none runs
import re
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.routing import Route

from app.main import create_app
from app.settings import Settings
from app.web.api.dependencies import services_of
from tests.support.scenes import CHAPTER, Form
from tests.support.server_process import ServerProcess, running_server
from tests.support.sockets import connected, read_all

APP = Path(__file__).resolve().parents[2] / "app"
HTML = {"Accept": "text/html"}
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("store")
    # A server answers 500 where a test client would raise.
    return TestClient(create_app(Settings(store=folder.as_uri())), raise_server_exceptions=False)


def upload(client: TestClient, name: str, data: bytes, **query: str) -> Response:
    scene = json.dumps({"operation": {"kind": "conv2d"}})
    files: Form = {"scene": (None, scene), name: ("x", data)}
    answer: Response = client.post("/api/v1/scenes", files=files, params=query)
    return answer


def most_memory(server: ServerProcess) -> int:
    """The most bytes that the server ever held."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(re.findall(r"VmHWM:\s+(\d+)", status)[0])


@pytest.mark.slow
@pytest.mark.safety(1)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_too_large_costs_less_than_50_mb(tmp_path: Path, chunked: bool) -> None:
    with running_server(tmp_path) as server:
        with server.client() as client:
            client.post("/api/v1/trace", json=CHAPTER)
        before = most_memory(server)
        length = "Transfer-Encoding: chunked" if chunked else "Content-Length: 200000000"
        head = f"POST /api/v1/trace HTTP/1.1\r\nHost: x\r\n{length}\r\nConnection: close\r\n\r\n"
        piece = b"[" + b" " * 99_999
        with connected(server.port) as sender:
            sender.sendall(head.encode())
            try:
                for _ in range(2000):
                    sender.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            except ConnectionError:
                pass
            answer = read_all(sender)
        assert not answer or answer.startswith(b"HTTP/1.1 413 ")
        assert most_memory(server) - before < 50_000_000
        with server.client() as client:
            too_large = client.post("/api/v1/trace", content=b" " * 40_000_000)
            assert too_large.status_code == 413
            assert too_large.json()["limit"] == "max_json_bytes"
            assert too_large.headers["content-type"] == "application/problem+json"


LARGEST = json.dumps(
    CHAPTER
    | {
        "input": {"data": np.random.default_rng(0).integers(0, 9, (1, 1000, 1000)).tolist()},
        "weight": {"random": {"shape": [8, 1, 3, 3]}},
    }
).encode()


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(8)
def test_small_requests_are_answered_while_large_ones_are_read(server: ServerProcess) -> None:
    """A million numbers, sent and stored again and again. The bounds leave room for a busy machine."""
    stop, waits = threading.Event(), list[float]()

    def ping() -> None:
        with server.client() as client:
            while not stop.is_set():
                waits.append(client.get("/healthz").elapsed.total_seconds())

    pinger = threading.Thread(target=ping)
    pinger.start()
    try:
        with server.client() as client:
            for _ in range(3):
                answer = client.post(
                    "/api/v1/scenes", content=LARGEST, headers={"Content-Type": "application/json"}
                )
                assert answer.status_code in (200, 201)
    finally:
        stop.set()
        pinger.join()
    assert len(waits) > 10
    assert float(np.percentile(waits, 90)) < 0.5
    assert max(waits) < 5


class Canary:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.safety(10)
def test_no_pickle_ever_runs(client: TestClient, tmp_path: Path) -> None:
    canary = Canary(tmp_path / "canary")
    saved = io.BytesIO()
    torch.save({"weight": canary}, saved)
    old = io.BytesIO()
    torch.save({"weight": canary}, old, _use_new_zipfile_serialization=False)
    array = io.BytesIO()
    np.save(array, np.array([canary], object), allow_pickle=True)
    arrays = io.BytesIO()
    np.savez(arrays, x=np.array([canary], object))
    files = [file.getvalue() for file in (saved, old, array, arrays)]
    for data in (pickle.dumps(canary), pickle.dumps(canary, 0), *files):
        for name in ("input", "weight", "bias"):
            answer = upload(client, name, data)
            assert answer.status_code in (415, 422), answer.text
    assert "run code when they are loaded" in upload(client, "input", saved.getvalue()).json()["detail"]
    assert not canary.path.exists()
    pickle.loads(pickle.dumps(canary))
    assert canary.path.exists()


def imports(path: Path) -> set[str]:
    """The modules that a file imports."""
    tree = ast.parse(path.read_text())
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def calls(path: Path) -> set[str]:
    found = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {ast.unparse(function) for function in found}


@pytest.mark.safety(10)
@pytest.mark.safety(20)
def test_the_program_has_no_means_to_do_it() -> None:
    """
    No pickles, no evaluation, no other programs; nothing that fetches but the object store. One module starts
    Python itself, which runs models for it.
    """
    fetching = {
        "urllib.request",
        "http.client",
        "httpx",
        "httpx2",
        "requests",
        "aiohttp",
        "urllib3",
        "ftplib",
    }
    running_others = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "subprocess", "code"}
    evaluating = {"eval", "exec", "compile", "__import__", "torch.load", "os.system", "os.popen", "np.load"}
    allowed = {APP / "networks" / "run_process.py": {"subprocess"}}
    for path in APP.rglob("*.py"):
        assert imports(path) & (fetching | running_others) == allowed.get(path, set()), path
        assert calls(path) & evaluating == set(), path


@pytest.mark.safety(20)
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//host/x", "s3://bucket/x", "data:,1"]
)
def test_no_address_is_ever_an_input(client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection")

    inputs: list[Any] = [url, *({field: url} for field in ("url", "data", "file", "sample", "random"))]
    places = [{"input": each} for each in inputs] + [
        {"weight": {"kernels": [url]}},
        {"$ref": url},
        {"dtype": url},
    ]
    with monkeypatch.context() as patched:
        patched.setattr("socket.socket.connect", no_network)
        patched.setattr("socket.getaddrinfo", no_network)
        for place in places:
            assert client.post("/api/v1/trace", json=CHAPTER | place).status_code == 422
        assert upload(client, "input", url.encode()).status_code == 415


@pytest.mark.safety(16)
def test_a_million_fields_of_a_form_are_not_read(client: TestClient) -> None:
    fields = b"&".join(b"a%d=1" % k for k in range(1_000_000))
    started = time.process_time()
    for path in ("/api/v1/trace", "/api/v1/scenes"):
        answer = client.post(
            path, content=fields, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 415
    assert time.process_time() - started < 1


@pytest.mark.safety(18)
@pytest.mark.parametrize(
    "path",
    [
        "/static/x/%2e%2e/%2e%2e/app/main.py", "/static/x/../../app/main.py", "/static/x//etc/passwd",
        "/static/x/..%5c..%5capp", "/static/x/js%00.js", "/static/x/%c0%ae%c0%ae/x", "/s/%2e%2e%2fx",
        "/s/..", "/api/v1/scenes/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/api/v1/scenes/..%00", "//etc/passwd",
        "/api/v1/scenes/.staging", "/api/v1/scenes/.staging%2fcheck/file", "/api/v1/scenes//etc/passwd/file",
    ],
)  # fmt: skip
def test_no_path_leads_out(server: ServerProcess, path: str) -> None:
    """As it is written: no client tidies it."""
    with connected(server.port) as sender:
        sender.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = read_all(sender)
    assert answer.startswith(b"HTTP/1.1 404 "), answer[:200]
    assert b"root:" not in answer


@pytest.mark.safety(21)
def test_markup_in_any_text_stays_text(client: TestClient) -> None:
    """In every field of a scene, every parameter and every header that a page might show."""
    fields = ("kind", "padding", "padding_mode", "stride", MARKUP)
    answers = [
        client.post("/api/v1/trace", json=CHAPTER | {"operation": {"kind": "conv2d", field: MARKUP}})
        for field in fields
    ]
    answers += [client.post("/api/v1/trace", json=CHAPTER | {field: MARKUP}) for field in ("dtype", MARKUP)]
    answers += [upload(client, "input", MARKUP.encode()), upload(client, MARKUP[:50], b"x")]
    answers += [client.post("/api/v1/parse", json={"code": MARKUP})]
    names = safetensors.numpy.save(
        {MARKUP: np.zeros((1, 1, 1, 1), np.float32), "b\r\nX: y": np.zeros(1, np.float32)}
    )
    answers += [upload(client, "weight", names)]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    for path in ("/", "/s/x", f"/{MARKUP}", f"/s/{MARKUP}", f"/learn/{MARKUP}"):
        page = client.get(path, params={"lang": MARKUP, "view": MARKUP, MARKUP: MARKUP}, headers=HTML | {
            "Accept-Language": html.escape(MARKUP), "Referer": MARKUP, "User-Agent": MARKUP,
        })  # fmt: skip
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert ">49<" not in page.text


@pytest.mark.safety(23)
@pytest.mark.parametrize("origins", [[], ["https://a.example"], ["*"]])
@pytest.mark.parametrize(
    "origin", ["https://a.example", "https://evil.example", "null", "https://a.example.evil"]
)
def test_no_origin_gets_credentials(tmp_path: Path, origins: list[str], origin: str) -> None:
    client = TestClient(create_app(Settings(store=tmp_path.as_uri(), cors_origins=origins)))
    for answer in (
        client.get("/api/v1/presets", headers={"Origin": origin, "Cookie": "a=b"}),
        client.options("/api/v1/scenes", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}),
    ):
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed in ((origin, "*") if origin in origins or "*" in origins else (None,))
        assert "access-control-allow-credentials" not in answer.headers
        assert "POST" not in answer.headers.get("access-control-allow-methods", "")


@pytest.mark.safety(24)
@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=y", "\u20ac", 'a"b', "a;b", "\u4e2d\u6587", "\x7f", "a" * 9000]
)
def test_no_name_reaches_a_header(server: ServerProcess, name: str) -> None:
    """Keys, file names and ids come back in the body at most, on a server that is strict about headers."""
    weight = safetensors.numpy.save({name: np.ones((1, 1, 1, 1), np.float32), "b": np.ones(1, np.float32)})
    with server.client() as client:
        files: Form = {"scene": (None, json.dumps(CHAPTER | {"weight": None})), "weight": (name, weight)}
        answers = [
            client.post("/api/v1/scenes", files=files, params={"weight_key": name[:50]}),
            client.post("/api/v1/scenes", files=files),
            client.get("/api/v1/scenes/" + "0" * 40, params={"lang": name[:50]}),
        ]
    for answer in answers:
        assert answer.status_code in (200, 201, 400, 404, 422), answer.text
        assert "set-cookie" not in answer.headers
        assert name not in str(answer.headers)


@pytest.mark.safety(28)
def test_texts_and_pages_have_no_ranges(client: TestClient) -> None:
    """An answer may always be whole (RFC 9110, 14.2); tests/web/api/test_byte_ranges.py has the others."""
    made = client.post("/api/v1/scenes", json=CHAPTER).json()["links"]
    many = "bytes=" + ",".join(f"{k}-{k}" for k in range(10_000))
    for path in (made["self"], made["steps"], "/", "/static/x/css/app.css"):
        whole = client.get(path)
        for ranges in ("bytes=0-1", "bytes=-1", "bytes=0-0,0-0", "bytes=5-1", many):
            started = time.process_time()
            answer = client.get(path, headers={"Range": ranges})
            assert time.process_time() - started < 1
            assert (answer.status_code, answer.content) == (200, whole.content)
            assert "content-range" not in answer.headers


@pytest.mark.safety(28)
def test_errors_show_no_path_and_no_trace(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    store = services_of(client.app).settings.store.removeprefix("file://")
    monkeypatch.setattr("app.store.local_store.LocalByteStore.get", lambda *_: 1 / 0)
    broken = client.get("/api/v1/scenes/" + "1" * 40)
    assert broken.status_code == 500
    for answer in (
        broken,
        client.get("/nowhere"),
        client.post("/api/v1/trace", content=b"{"),
        upload(client, "input", b"\x89PNG\r\n\x1a\nxx"),
        upload(client, "input", b"\x93NUMPY\x01\x00xx"),
        client.post("/api/v1/parse", json={"code": "(" * 3000}),
    ):
        shown = answer.text + str(answer.headers)
        for secret in (
            store,
            str(APP),
            "/site-packages/",
            "Traceback",
            'File "',
            ".py",
            "ZeroDivision",
            "0x7f",
        ):
            assert secret not in shown


READING = {"GET", "HEAD"}


@pytest.mark.safety(29)
def test_nothing_writes_but_post(client: TestClient) -> None:
    """Every route with every method: what it does not have is 405 with the list of what it has."""
    routes = documented(client)
    assert len(routes) > 12
    for (path, offered), method in itertools.product(
        routes.items(),
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"],
    ):
        answer = client.request(method, re.sub(r"\{.*?\}", "x", re.sub(r"\{\w+:int\}", "1", path)))
        assert answer.status_code != 500
        if method not in offered:
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].replace(" ", "").split(",")) <= offered | {"HEAD"}
    writing = {path for path, methods in routes.items() if not methods <= READING}
    assert all(routes[path] - READING == {"POST"} for path in writing)


def documented(client: TestClient) -> dict[str, set[str]]:
    """Path templates -> methods, of the API, as it describes itself, and of the pages."""
    schema = client.get("/openapi.json").json()
    found = {path: {method.upper() for method in methods} for path, methods in schema["paths"].items()}
    for methods in found.values():
        methods |= {"HEAD"} if "GET" in methods else set()
    assert isinstance(client.app, FastAPI)
    for route in client.app.routes:
        if isinstance(route, Route) and route.path not in found:
            found[route.path] = set(route.methods or ())
    return found
