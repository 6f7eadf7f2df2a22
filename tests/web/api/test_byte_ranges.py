"""Range requests: one range of bytes of files, binary tensors and columns."""

from __future__ import annotations

import gc
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.scenes import make_scene
from tests.web.api.test_media_types import LAYERS

WHOLE = "/steps?out_channel=all&format=safetensors&whole=true"
BINARY = [
    "/file", "/tensors/output?format=npy", "/tensors/input?format=safetensors",
    "/tensors/input?format=png&channel=0", "/steps?format=safetensors", "/steps?format=zip",
    "/steps?out_channel=all&format=safetensors&start=3", WHOLE, f"{WHOLE}&start=5&stop=90",
    "/gradients/input/steps?in_channel=all&format=safetensors&whole=true",
    "/gradients/weight/steps?out_channel=all&format=safetensors&whole=true",
]  # fmt: skip
TEXT = ["", "/steps", "/steps?format=jsonl", "/tensors/output", "/taps", "/code", f"{WHOLE}&format=zip"]


@pytest.fixture(scope="module")
def scene(client: TestClient) -> str:
    return make_scene(client, LAYERS["convolution"])


def ask(client: TestClient, url: str, value: str, **headers: str) -> Any:
    return client.get(url, headers={"Range": value, **headers})


@pytest.mark.parametrize("below", BINARY)
def test_one_range(client: TestClient, scene: str, below: str) -> None:
    whole = client.get(scene + below)
    content, length = whole.content, len(whole.content)
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
    for value, first, stop in (
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, length),
        ("Bytes= 9-20 ", 9, 21),
        (f"bytes=5-{length + 9}", 5, length),
        (f"bytes=5-{10**17}", 5, length),
        ("bytes=-7", length - 7, length),
        (f"bytes=-{length + 9}", 0, length),
        (f"bytes={length - 1}-", length - 1, length),
    ):
        answer = ask(client, scene + below, value)
        assert answer.status_code == 206, value
        assert answer.content == content[first:stop]
        assert answer.headers["content-range"] == f"bytes {first}-{stop - 1}/{length}"
        assert answer.headers["content-length"] == str(stop - first)
        for name in ("etag", "cache-control", "content-type", "vary", "content-disposition"):
            assert answer.headers.get(name) == whole.headers.get(name)


@pytest.mark.parametrize("below", BINARY)
def test_no_such_bytes(client: TestClient, scene: str, below: str) -> None:
    length = len(client.get(scene + below).content)
    for value in (f"bytes={length}-", f"bytes={length}-{length + 5}", "bytes=-0", f"bytes={10**17}-"):
        answer = ask(client, scene + below, value)
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{length}"
        assert answer.json()["code"] == "range_not_satisfiable"
        assert "cache-control" not in answer.headers or "no-store" in answer.headers["cache-control"]


# What is no range, or several: an answer may always be whole (RFC 9110, 14.2).
IGNORED = [
    "", "bytes", "bytes=", "bytes=-", "bytes=5-1", "bytes=a-b", "bytes=1-2,4-5", "bytes=0-0,", "lines=0-1",
    "bytes=+1-2", "bytes=1 - 2", "bytes=0x1-", "bytes=--1", f"bytes={'9' * 40}-", "bytes=٣-٤",
]  # fmt: skip


@pytest.mark.parametrize("below", BINARY)
@pytest.mark.parametrize("value", IGNORED)
def test_what_is_no_one_range_is_answered_whole(
    client: TestClient, scene: str, below: str, value: str
) -> None:
    whole = client.get(scene + below)
    answer = client.get(scene + below, headers={b"Range": value.encode()})
    assert (answer.status_code, answer.content) == (200, whole.content)
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("below", TEXT)
def test_texts_and_archives_of_unknown_length_have_no_ranges(
    client: TestClient, scene: str, below: str
) -> None:
    url = (scene + below).replace("format=safetensors&whole=true&format=zip", "format=zip&whole=true")
    answer, whole = ask(client, url, "bytes=0-1"), client.get(url)
    assert (answer.status_code, answer.content) == (200, whole.content)
    assert "accept-ranges" not in answer.headers


@pytest.mark.parametrize("below", ["/file", WHOLE])
def test_conditions(client: TestClient, scene: str, below: str) -> None:
    """If-None-Match goes first, If-Range compares strongly, and a date never matches."""
    tag = client.get(scene + below).headers["etag"]
    for condition, status in (
        (tag, 206),
        (f"W/{tag}", 200),
        ('"other"', 200),
        ("Thu, 26 Nov 2026 12:00:00 GMT", 200),
        ("", 200),
    ):
        assert ask(client, scene + below, "bytes=1-2", **{"If-Range": condition}).status_code == status
    # A range that is not there, of a file that is another now: all of it.
    assert ask(client, scene + below, f"bytes={10**9}-", **{"If-Range": '"other"'}).status_code == 200
    assert ask(client, scene + below, "bytes=1-2", **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("below", BINARY)
def test_head_knows_no_ranges(client: TestClient, scene: str, below: str) -> None:
    whole = client.get(scene + below)
    head = client.head(scene + below, headers={"Range": "bytes=1-2"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "accept-ranges", "etag"):
        assert head.headers[name] == whole.headers[name]
    assert "content-range" not in head.headers


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(list(LAYERS)), data=st.data())
def test_any_range_of_a_file_that_is_made_as_it_goes(
    client: TestClient, name: str, data: st.DataObject
) -> None:
    url = make_scene(client, LAYERS[name]) + WHOLE + "&include=patch,products"
    content = client.get(url).content
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, len(content) - 1))
    answer = ask(client, url, f"bytes={first}-{last}")
    assert (answer.status_code, answer.content) == (206, content[first : last + 1])


@pytest.mark.safety(28)
@pytest.mark.parametrize("below", ["/file", WHOLE])
def test_ten_thousand_ranges_cost_nothing(client: TestClient, scene: str, below: str) -> None:
    """Of any shape; ten times the ranges take at most about ten times as long."""
    whole = client.get(scene + below).content
    for shape in ("{0}-{0}", "0-", "-1", "0-0", "{0}-", " ", "9" * 18):
        few, many = ("bytes=" + ",".join(shape.format(k) for k in range(n)) for n in (1000, 10_000))
        times = {value: fastest(client, scene + below, value, whole) for value in (few, many)}
        assert times[many] < 30 * times[few] + 0.01


def fastest(client: TestClient, url: str, value: str, whole: bytes) -> float:
    best = float("inf")
    gc.collect()
    for _ in range(3):
        started = time.process_time()
        answer = ask(client, url, value)
        best = min(best, time.process_time() - started)
        assert (answer.status_code, answer.content) == (200, whole)
    return best
