"""The forms of answers: JSON, JSON Lines, safetensors, npy, PNG; HEAD; CORS."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import safetensors.torch
import torch
from fastapi.testclient import TestClient
from PIL import Image

from tests.support.scenes import CHAPTER, Body, make_scene

JSONL, SAFETENSORS = "application/jsonl", "application/vnd.safetensors"

LAYERS: dict[str, Body] = {
    "convolution": {
        "input": {"random": {"shape": [4, 9, 8], "seed": 1}},
        "weight": {"random": {"shape": [6, 2, 3, 2], "seed": 2}},
        "bias": {"random": {"shape": [6], "seed": 3}},
        "operation": {"kind": "conv2d", "groups": 2, "padding": 1, "stride": 2},
    },
    "transposed": {
        "input": {"random": {"shape": [2, 4, 4], "seed": 1}},
        "weight": {"random": {"shape": [2, 3, 3, 3], "seed": 2}},
        "operation": {"kind": "conv_transpose2d", "stride": 2},
        "dtype": "float64",
    },
    "integers": {
        "input": {"random": {"shape": [2, 5, 5], "distribution": "integers"}},
        "weight": {"random": {"shape": [2, 2, 2, 2], "distribution": "integers"}},
        "operation": {"kind": "conv2d"},
        "dtype": "int32",
    },
    "maximum": {
        "input": {"random": {"shape": [2, 5, 5]}},
        "operation": {"kind": "max_pool2d", "kernel_size": 3, "stride": 2, "padding": 1},
    },
    "average": {
        "input": {"random": {"shape": [2, 5, 5]}},
        "operation": {"kind": "avg_pool2d", "kernel_size": 2},
    },
}


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest, client: TestClient) -> str:
    return make_scene(client, LAYERS[request.param])


def get(client: TestClient, url: str, accept: str, **query: Any) -> Any:
    answer = client.get(url, headers={"Accept": accept}, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("query", [{}, {"out_channel": 1}, {"start": 1, "stop": 3}, {"include": "products"}])
def test_lines_are_the_steps(client: TestClient, layer: str, query: dict[str, Any]) -> None:
    page = client.get(f"{layer}/steps", params=query).json()
    answer = get(client, f"{layer}/steps", JSONL, **query)
    assert answer.headers["content-type"].startswith(JSONL)
    lines = answer.text.splitlines()
    of_channel = {name: page[name] for name in ("out_channel", "bias")}
    assert [json.loads(line) for line in lines] == [step | of_channel for step in page["steps"]]
    assert answer.headers["convscope-steps"] == str(len(lines))
    assert answer.text.endswith("\n")


def test_lines_have_no_pages(client_with: Any, chapter: Body) -> None:
    client = client_with(max_answer_numbers=40)
    path = make_scene(client, chapter)
    assert client.get(f"{path}/steps").json()["next"]
    lines = get(client, f"{path}/steps", JSONL).text.splitlines()
    assert [json.loads(line)["output"] for line in lines] == [56, 72, 104, 120]


@pytest.mark.parametrize("out_channel", [0, 1])
def test_columns_are_the_steps(client: TestClient, layer: str, out_channel: int) -> None:
    page = client.get(f"{layer}/steps", params={"out_channel": out_channel}).json()
    answer = get(client, f"{layer}/steps", SAFETENSORS, out_channel=out_channel)
    assert answer.headers["content-type"] == SAFETENSORS
    columns = safetensors.torch.load(answer.content)
    steps = page.pop("steps")

    def column(name: str) -> list[Any]:
        return [step[name] for step in steps]

    def same(found: torch.Tensor, expected: list[Any]) -> None:
        assert torch.equal(found, torch.tensor(expected, dtype=found.dtype))

    same(columns["outputs"], column("output"))
    same(columns["channel_sums"], column("channel_sums"))
    same(columns["running_sums"], column("running_sums"))
    same(columns["patches"], column("patch"))
    same(columns["products"], column("products"))
    for name in ("input_rows", "input_cols"):
        assert columns[name].dtype == torch.int32
        same(columns[name], [[-1 if tap is None else tap for tap in row] for row in column(name)])
    assert ("selected" in columns) == ("selected" in steps[0])
    if "selected" in columns:
        same(columns["selected"], column("selected"))
    assert json.loads(metadata(answer.content)["page"]) == page


def metadata(content: bytes) -> dict[str, str]:
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    found: dict[str, str] = header["__metadata__"]
    return found


def test_columns_follow_include_and_pages(client_with: Any, chapter: Body) -> None:
    client = client_with(max_answer_numbers=40)
    path = make_scene(client, chapter)
    url, outputs = f"{path}/steps?include=patch", []
    while url:
        answer = get(client, url, SAFETENSORS)
        columns = safetensors.numpy.load(answer.content)
        assert "patches" in columns
        assert "products" not in columns
        outputs += columns["outputs"].tolist()
        url = answer.links.get("next", {}).get("url")
        assert url == json.loads(metadata(answer.content)["page"])["next"]
    assert outputs == [56, 72, 104, 120]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
        (f"{JSONL};q=0.5, application/json;q=0.9", "application/json"),
        (f"application/json;q=0.2, {JSONL}", JSONL),
        (f"application/json;q=0, {SAFETENSORS};q=0.1", SAFETENSORS),
        (f"application/*;q=0.3, {SAFETENSORS}", SAFETENSORS),
        (SAFETENSORS.upper(), SAFETENSORS),
    ],
)
def test_accept_chooses_the_media_type(client: TestClient, chapter: Body, accept: str, form: str) -> None:
    answer = get(client, f"{make_scene(client, chapter)}/steps", accept)
    assert answer.headers["content-type"].partition(";")[0] == form
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "image/*", "x", "application/json;q=x"]
)
@pytest.mark.parametrize("below", ["/steps", "/tensors/bias"])
def test_unknown_media_types_are_refused(client: TestClient, chapter: Body, accept: str, below: str) -> None:
    if (accept, below) == ("image/*", "/tensors/bias"):
        accept = "image/webp"
    chapter["bias"] = {"data": [0]}
    answer = client.get(make_scene(client, chapter) + below, headers={"Accept": accept})
    assert answer.status_code == 406
    assert "application/json" in answer.json()["detail"]


def test_each_media_type_has_its_own_etag(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    tags = {get(client, f"{path}/steps", form).headers["etag"] for form in ("*/*", JSONL, SAFETENSORS)}
    assert len(tags) == 3
    for form in (JSONL, SAFETENSORS):
        tag = get(client, f"{path}/steps", form).headers["etag"]
        again = client.get(f"{path}/steps", headers={"Accept": form, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["input", "weight", "bias", "output", "channel_sums"])
@pytest.mark.parametrize("channel", [None, 1])
def test_tensors_in_every_media_type(client: TestClient, name: str, channel: int | None) -> None:
    body = LAYERS["convolution"] | {"dtype": "float64"}
    url = f"{make_scene(client, body)}/tensors/{name}"
    query = {} if channel is None else {"channel": channel}
    expected = np.array(client.get(url, params=query).json()["data"])

    npy = client.get(url, params=query | {"format": "npy"})
    assert npy.headers["content-type"] == "application/x-npy"
    found = np.load(io.BytesIO(npy.content))
    assert (found.dtype, found.shape) == (np.float64, expected.shape)
    np.testing.assert_array_equal(found, expected)

    tensors = safetensors.numpy.load(client.get(url, params=query | {"format": "safetensors"}).content)
    assert list(tensors) == [name]
    np.testing.assert_array_equal(tensors[name], expected)
    assert get(client, url, "application/x-npy", **query).content == npy.content
    assert client.get(url, params=query | {"format": "json"}).json()["data"] == expected.tolist()


def test_a_picture_of_a_channel(client: TestClient) -> None:
    body = {
        "input": {"data": [[[-2, 0], [1, 2]]]},
        "weight": {"data": [[[[1]]]]},
        "operation": {"kind": "conv2d"},
    }
    url = f"{make_scene(client, body)}/tensors/output"
    answer = get(client, f"{url}?channel=0", "image/png")
    picture = Image.open(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "image/png"
    assert np.asarray(picture).tolist() == [[0, 128], [191, 255]]
    assert client.get(f"{url}?format=png").content == answer.content


def test_a_picture_of_more_than_a_channel_is_refused(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    answer = client.get(f"{path}/tensors/input?format=png")
    assert answer.status_code == 422
    assert "add ?channel=" in answer.json()["detail"]
    assert client.get(f"{path}/tensors/input?format=bmp").status_code == 422


def test_a_picture_of_equal_numbers(client: TestClient) -> None:
    body = {"input": {"data": [[[7, 7]]]}, "operation": {"kind": "max_pool2d", "kernel_size": 1}}
    answer = client.get(f"{make_scene(client, body)}/tensors/input?format=png")
    assert np.asarray(Image.open(io.BytesIO(answer.content))).tolist() == [[0, 0]]


@pytest.mark.parametrize("name", LAYERS)
def test_the_scene_file(client: TestClient, name: str) -> None:
    path = make_scene(client, LAYERS[name])
    answer = client.get(f"{path}/file")
    assert answer.headers["content-type"] == SAFETENSORS
    assert answer.headers["content-disposition"].startswith("attachment")
    tensors = safetensors.torch.load(answer.content)
    operation = json.loads(metadata(answer.content)["operation"])
    assert operation == client.get(path).json()["operation"]
    for tensor, values in tensors.items():
        expected = client.get(f"{path}/tensors/{tensor}").json()["data"]
        assert torch.equal(values, torch.tensor(expected, dtype=values.dtype))
    again = client.post("/api/v1/scenes", files={"scene": answer.content})
    assert (again.status_code, again.json()["id"]) == (200, path.rpartition("/")[2])


@pytest.mark.parametrize("below", ["", "/taps", "/steps", "/tensors/output", "/file"])
def test_head_is_get_without_the_body(client: TestClient, chapter: Body, below: str) -> None:
    path = make_scene(client, chapter) + below
    head, whole = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == whole.headers[name]
    assert client.head(path, headers={"If-None-Match": head.headers["etag"]}).status_code == 304


def test_head_elsewhere(client: TestClient, chapter: Body) -> None:
    assert client.head("/healthz").status_code == 200
    assert client.head("/api/v1/presets").status_code == 200
    assert client.head("/api/v1/scenes/" + "0" * 40).status_code == 404
    stream = client.head(f"{make_scene(client, chapter)}/steps", headers={"Accept": JSONL})
    assert (stream.status_code, stream.content) == (200, b"")
    assert stream.headers["convscope-steps"] == "4"
    assert "content-length" not in stream.headers  # the stream has none either


@pytest.mark.safety(23)
@pytest.mark.parametrize(
    ("allowed", "origin", "answered"),
    [
        ([], "https://a.example", None),
        (["https://a.example"], "https://a.example", "https://a.example"),
        (["https://a.example"], "https://a.example.evil", None),
        (["https://a.example"], "null", None),
        (["https://a.example", "https://b.example"], "https://b.example", "https://b.example"),
        (["*"], "https://a.example", "*"),
    ],
)
def test_cors_is_for_reading(client_with: Any, allowed: list[str], origin: str, answered: str | None) -> None:
    client = client_with(cors_origins=allowed)
    answer = client.get("/api/v1/presets", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == answered
    assert "access-control-allow-credentials" not in answer.headers
    for method, status in (("GET", 200), ("POST", 400), ("DELETE", 400)):
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        preflight = client.options("/api/v1/presets", headers=asked)
        allowed_methods = preflight.headers.get("access-control-allow-methods", "")
        assert "POST" not in allowed_methods
        if answered:
            assert preflight.status_code == status


def test_origins_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.settings import Settings

    monkeypatch.setenv("CONVSCOPE_CORS_ORIGINS", "https://a.example, https://b.example")
    assert Settings().cors_origins == ["https://a.example", "https://b.example"]
    monkeypatch.setenv("CONVSCOPE_CORS_ORIGINS", "")
    assert Settings().cors_origins == []


def test_chapter_as_lines(client: TestClient) -> None:
    text = get(client, f"{make_scene(client, CHAPTER)}/steps", JSONL).text
    assert [json.loads(line)["running_sums"] for line in text.splitlines()] == [
        [19, 56],
        [25, 72],
        [37, 104],
        [43, 120],
    ]


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "x-gzip, br", "GZIP"])
@pytest.mark.parametrize("path", ["trace", "scenes"])
def test_compressed_bodies_are_not_read(client: TestClient, path: str, coding: str) -> None:
    """Whether they are compressed or only say so."""
    url = f"/api/v1/{path}"
    for content in (gzip.compress(json.dumps(CHAPTER).encode()), json.dumps(CHAPTER).encode()):
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}
        answer = client.post(url, content=content, headers=headers)
        assert answer.status_code == 415
        assert answer.json()["code"] == "content_encoding_unknown"
    form = client.post(
        url, files={"scene": (None, json.dumps(CHAPTER))}, headers={"Content-Encoding": coding}
    )
    assert form.status_code == 415
    plain = client.post(url, json=CHAPTER, headers={"Content-Encoding": "identity"})
    assert plain.is_success


def test_allow_names_head_wherever_get_is_answered(client: TestClient) -> None:
    for path in ("/api/v1/presets", "/healthz", make_scene(client, CHAPTER) + "/steps"):
        answer = client.put(path)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"
        assert client.head(path).status_code == 200
    assert client.get("/api/v1/trace").headers["Allow"] == "POST"
