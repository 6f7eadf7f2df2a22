"""Large JSON answers and lines are compressed where gzip is accepted, each with an ETag of its own."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.scenes import CHAPTER, Body, make_scene

LARGE: Body = {
    "input": {"random": {"shape": [3, 40, 40], "seed": 1}},
    "weight": {"random": {"shape": [3, 3, 3, 3], "seed": 2}},
    "operation": {"kind": "conv2d"},
}
TRANSPOSED: Body = LARGE | {"operation": {"kind": "conv_transpose2d"}}
TEXTS = ["/steps", "/steps?out_channel=all&stop=2000", "/steps?format=jsonl", "/tensors/output", "/stamps"]
BINARY = ["/steps?format=safetensors", "/steps?format=zip", "/tensors/output?format=npy", "/file",
          "/tensors/output?format=png&channel=0", "/steps?format=zip&whole=true"]  # fmt: skip


@pytest.fixture(scope="module")
def scene(client: TestClient) -> str:
    return make_scene(client, TRANSPOSED)


def raw(client: TestClient, method: str, url: str, accepted: str, **options: Any) -> tuple[Any, bytes]:
    """The answer, and its body as it was sent."""
    headers = {"Accept-Encoding": accepted, **options.pop("headers", {})}
    with client.stream(method, url, headers=headers, **options) as answer:
        assert answer.status_code in (200, 304), answer.read()
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("below", TEXTS)
@pytest.mark.parametrize("accepted", ["gzip", "br;q=1, gzip;q=0.2", "GZIP", "deflate, gzip, zstd"])
def test_large_texts(client: TestClient, scene: str, below: str, accepted: str) -> None:
    plain, whole = raw(client, "GET", scene + below, "identity")
    answer, content = raw(client, "GET", scene + below, accepted)
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(content) == whole
    assert len(content) < 0.6 * len(whole)
    for headers in (answer.headers, plain.headers):
        assert "Accept-Encoding" in headers["vary"].split(", ")
        assert headers["etag"].startswith('"')
    assert answer.headers["etag"] != plain.headers["etag"]
    assert raw(client, "GET", scene + below, accepted)[1] == content  # from the cache, or made again


@pytest.mark.parametrize("below", TEXTS)
@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_head_and_conditions(client: TestClient, scene: str, below: str, accepted: str) -> None:
    answer, _ = raw(client, "GET", scene + below, accepted)
    head, nothing = raw(client, "HEAD", scene + below, accepted)
    assert nothing == b""
    for name in ("content-encoding", "content-length", "content-type", "etag", "vary", "cache-control"):
        assert head.headers.get(name) == answer.headers.get(name), name
    known = {"If-None-Match": answer.headers["etag"]}
    again, nothing = raw(client, "GET", scene + below, accepted, headers=known)
    assert (again.status_code, nothing) == (304, b"")
    assert again.headers["vary"] == answer.headers["vary"]
    other = "identity" if accepted == "gzip" else "gzip"
    assert raw(client, "GET", scene + below, other, headers=known)[0].status_code == 200


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "*;q=0", "x-nothing"])
def test_only_where_it_is_accepted(client: TestClient, scene: str, accepted: str) -> None:
    answer, content = raw(client, "GET", f"{scene}/steps", accepted)
    assert "content-encoding" not in answer.headers
    assert content.startswith(b"{")


@pytest.mark.parametrize("below", BINARY)
def test_binary_answers_are_sent_as_they_are(client: TestClient, scene: str, below: str) -> None:
    answer, _ = raw(client, "GET", scene + below, "gzip")
    assert "content-encoding" not in answer.headers
    assert "Accept-Encoding" not in answer.headers.get("vary", "")


@pytest.mark.parametrize("below", ["", "/steps", "/taps", "/tensors/output", "/steps?format=jsonl"])
def test_small_texts_are_sent_as_they_are(client: TestClient, below: str) -> None:
    answer, _ = raw(client, "GET", make_scene(client, CHAPTER) + below, "gzip")
    assert "content-encoding" not in answer.headers
    assert "Accept-Encoding" not in answer.headers.get("vary", "")


def test_a_trace(client: TestClient) -> None:
    _, whole = raw(client, "POST", "/api/v1/trace", "identity", json=LARGE)
    answer, content = raw(client, "POST", "/api/v1/trace", "gzip", json=LARGE)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(content) == whole


def test_taps(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [1, 1500, 900]}},
        "operation": {"kind": "max_pool2d", "kernel_size": 3, "stride": 1},
    }
    url = f"{make_scene(client, body)}/taps"
    answer, content = raw(client, "GET", url, "gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(content) == raw(client, "GET", url, "identity")[1]


def test_each_piece_of_a_stream_can_be_read_as_it_comes(client: TestClient, scene: str) -> None:
    url = f"{scene}/steps?format=jsonl"
    with client.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
        first = next(answer.iter_raw())
    decompressor = zlib.decompressobj(wbits=31)
    line = decompressor.decompress(first)
    assert line.endswith(b"}\n")
    assert not decompressor.eof


def test_errors_are_sent_as_they_are(client: TestClient, scene: str) -> None:
    answer = client.get(f"{scene}/steps?stop=-1", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 422
    assert "content-encoding" not in answer.headers
