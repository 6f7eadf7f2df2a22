"""/scenes: making, finding, and everything below an id."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import safetensors.numpy
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient

from tests.support.scenes import Body, make_scene


def test_creating_answers_201_then_200(client: TestClient, chapter: Body) -> None:
    chapter["bias"] = {"data": [0.25]}
    created = client.post("/api/v1/scenes", json=chapter)
    again = client.post("/api/v1/scenes", json=chapter)
    assert (created.status_code, again.status_code) == (201, 200)
    assert created.json() == again.json()
    summary = created.json()
    assert re.fullmatch("[0-9a-f]{40}", summary["id"])
    path = f"/api/v1/scenes/{summary['id']}"
    assert created.headers["location"] == path
    assert summary["counts"] == {"windows": 4, "multiply_adds": 32, "parameters": 9}
    assert summary["shapes"] == {"input": [2, 3, 3], "weight": [1, 2, 2, 2], "bias": [1], "output": [1, 2, 2]}
    assert summary["links"] == {
        "self": path,
        "steps": f"{path}/steps",
        "taps": f"{path}/taps",
        "file": f"{path}/file",
        "page": f"/s/{summary['id']}",
    }
    assert client.get(path).json() == summary


def spellings() -> list[str]:
    """The chapter's example, spelled differently."""
    x = "[[[0,1,2],[3,4,5],[6,7,8]],[[1,2,3],[4,5,6],[7,8,9]]]"
    k = "[[[[0,1],[2,3]],[[1,2],[3,4]]]]"
    plain = f'{{"input":{{"data":{x}}},"weight":{{"data":{k}}},"operation":{{"kind":"conv2d"}}}}'
    return [
        plain,
        f'{{ "dtype": "float32", "operation": {{"kind": "conv2d"}}, "weight": {{"data": {k}}},'
        f' "input": {{"data": {x}}} }}',
        plain.replace("[0,1,2]", "[-0.0,1.0,2e0]"),
        plain.replace('"conv2d"', '"conv2d","stride":[1,1],"padding":"valid","groups":1,"flip":false'),
        plain.replace('"conv2d"', '"conv2d","padding":{"top":0},"dilation":1,"padding_mode":"zeros"'),
        plain.replace('"dtype"', '"dtype"').replace('"weight"', '"bias":null,"weight"'),
    ]


@pytest.mark.safety(19)
@pytest.mark.parametrize("text", spellings())
def test_equal_scenes_have_equal_ids(client: TestClient, text: str) -> None:
    ids = {
        client.post("/api/v1/scenes", content=body, headers={"Content-Type": "application/json"}).json()["id"]
        for body in (spellings()[0], text)
    }
    assert len(ids) == 1


def test_same_padding_is_its_four_numbers(client: TestClient, chapter: Body) -> None:
    chapter["operation"]["padding"] = "same"
    named = make_scene(client, chapter)
    chapter["operation"]["padding"] = {"bottom": 1, "right": 1}
    assert make_scene(client, chapter) == named


def different() -> list[Body]:
    data = [[[1, 2, 3], [4, 5, 6]]]
    base: Body = {"input": {"data": data}, "weight": {"data": [[[[1]]]]}, "operation": {"kind": "conv2d"}}
    return [
        base,
        base | {"dtype": "float64"},
        base | {"dtype": "int32"},
        base | {"input": {"data": [[[1, 2], [3, 4], [5, 6]]]}},
        base | {"input": {"data": [[[1, 2, 3], [4, 5, 7]]]}},
        base | {"bias": {"data": [0]}},
        base | {"operation": {"kind": "conv2d", "stride": [1, 2]}},
        base | {"operation": {"kind": "conv2d", "stride": [2, 1]}},
        base | {"operation": {"kind": "conv2d", "flip": True}},
        base | {"operation": {"kind": "conv_transpose2d"}},
    ]


@pytest.mark.safety(19)
def test_different_scenes_have_different_ids(client: TestClient) -> None:
    paths = {make_scene(client, body) for body in different()}
    assert len(paths) == len(different())


def test_taps(client: TestClient, chapter: Body) -> None:
    chapter["operation"] |= {"padding": 1, "stride": 2}
    path = make_scene(client, chapter)
    assert client.get(f"{path}/taps").json() == {"rows": [[-1, 0], [1, 2]], "cols": [[-1, 0], [1, 2]]}


def test_steps_of_one_channel(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    page = client.get(f"{path}/steps").json()
    steps = page.pop("steps")
    assert page == {
        "scene": path.rpartition("/")[2],
        "out_channel": 0,
        "in_channels": [0, 1],
        "bias": 0,
        "start": 0,
        "stop": 4,
        "total": 4,
        "next": None,
    }
    assert [step["output"] for step in steps] == [56, 72, 104, 120]
    assert [(step["row"], step["col"]) for step in steps] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert client.get(f"{path}/steps", params={"start": 1, "stop": 3}).json()["steps"] == steps[1:3]


@pytest.mark.parametrize("query", [{"stop": 0}, {"start": 4}, {"start": 2, "stop": 2}])
def test_no_steps(client: TestClient, chapter: Body, query: dict[str, int]) -> None:
    path = f"{make_scene(client, chapter)}/steps"
    page = client.get(path, params=query).json()
    assert (page["steps"], page["start"], page["next"]) == ([], page["stop"], None)
    assert client.get(path, params=query, headers={"Accept": "application/jsonl"}).content == b""
    columns = client.get(path, params=query, headers={"Accept": "application/vnd.safetensors"})
    assert safetensors.numpy.load(columns.content)["products"].shape == (0, 2, 2, 2)


@pytest.mark.parametrize(
    ("include", "present"),
    [("patch", {"patch"}), ("products", {"products"}), ("", set()), (None, {"patch", "products"})],
)
def test_include_chooses_the_parts(
    client: TestClient, chapter: Body, include: str | None, present: set[str]
) -> None:
    path = make_scene(client, chapter)
    step = client.get(f"{path}/steps", params={} if include is None else {"include": include}).json()[
        "steps"
    ][0]
    assert {"patch", "products"} & step.keys() == present
    assert step["running_sums"] == [19, 56]


def test_in_channels_are_those_of_the_group(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [4, 3, 3]}},
        "weight": {"random": {"shape": [4, 2, 1, 1]}},
        "bias": {"data": [0, 0, 0.5, 0]},
        "operation": {"kind": "conv2d", "groups": 2},
    }
    page = client.get(f"{make_scene(client, body)}/steps", params={"out_channel": 2}).json()
    assert (page["in_channels"], page["bias"]) == ([2, 3], 0.5)


def test_pages_follow_each_other_to_the_end(client_with: Any, chapter: Body) -> None:
    client = client_with(max_answer_numbers=40)
    path = make_scene(client, chapter)
    url, seen, pages = f"{path}/steps?stop=3&include=products", [], 0
    while url:
        page = client.get(url).json()
        seen += page["steps"]
        url, pages = page["next"], pages + 1
        if url:
            query = parse_qs(urlsplit(url).query)
            assert query["include"] == ["products"]
            assert query["start"] == [str(page["stop"])]
    assert [step["index"] for step in seen] == [0, 1, 2]
    assert pages == 2
    assert all("patch" not in step for step in seen)


def test_tensors(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [4, 5, 6], "seed": 1}},
        "weight": {"random": {"shape": [6, 2, 3, 3], "seed": 2}},
        "bias": {"random": {"shape": [6], "seed": 3}},
        "operation": {"kind": "conv2d", "groups": 2, "stride": 2, "padding": 1},
        "dtype": "float64",
    }
    path = make_scene(client, body)

    def tensor(name: str, channel: int | None = None) -> torch.Tensor:
        query = {} if channel is None else {"channel": channel}
        answer = client.get(f"{path}/tensors/{name}", params=query).json()
        data = torch.tensor(answer["data"], dtype=torch.float64)
        assert answer["shape"] == list(data.shape)
        assert (answer["name"], answer["channel"], answer["dtype"]) == (name, channel, "float64")
        return data

    x, weight, bias = tensor("input"), tensor("weight"), tensor("bias")
    expected = F.conv2d(x, weight, bias, stride=2, padding=1, groups=2)
    torch.testing.assert_close(tensor("output"), expected)
    torch.testing.assert_close(tensor("channel_sums").sum(1) + bias[:, None, None], expected)
    assert torch.equal(tensor("input", 3), x[3])
    assert torch.equal(tensor("weight", 4), weight[4])
    assert torch.equal(tensor("bias", 5), bias[5])
    assert torch.equal(tensor("output", 2), tensor("output")[2])
    torch.testing.assert_close(tensor("channel_sums", 5), tensor("channel_sums")[5])


def test_a_part_of_a_tensor(client: TestClient) -> None:
    """Only every n-th row and column; a bias has none."""
    body = {
        "input": {"random": {"shape": [4, 5, 7], "seed": 1}},
        "weight": {"random": {"shape": [6, 4, 3, 3], "seed": 2}},
        "bias": {"random": {"shape": [6], "seed": 3}},
        "operation": {"kind": "conv2d"},
    }
    path = make_scene(client, body)

    def part(query: str) -> np.ndarray:
        array: np.ndarray = np.load(BytesIO(client.get(f"{path}/tensors/{query}format=npy").content))
        return array

    assert np.array_equal(part("input?every=3&"), part("input?")[:, ::3, ::3])
    assert np.array_equal(part("output?channel=2&every=2&"), part("output?")[2, ::2, ::2])
    assert np.array_equal(part("weight?every=2&"), part("weight?")[:, :, ::2, ::2])
    assert np.array_equal(part("bias?every=2&"), part("bias?"))
    assert client.get(f"{path}/tensors/input?every=9").json()["shape"] == [4, 1, 1]
    assert part(f"output?every={2**31 - 1}&").shape == (6, 1, 1)
    for wrong in (0, -1, 2**31, 2**63 - 1, 2**63, 10**30):
        for format in ("json", "npy", "safetensors", "png"):
            refused = client.get(f"{path}/tensors/input?channel=0&every={wrong}&format={format}")
            assert refused.status_code == 422, (wrong, format)
            assert refused.json()["errors"][0]["at"] == "/every"


def test_weight_of_one_output_channel_of_a_transposed_layer(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [4, 2, 2]}},
        "weight": {"random": {"shape": [4, 3, 2, 2], "seed": 5}},
        "operation": {"kind": "conv_transpose2d", "groups": 2},
    }
    path = make_scene(client, body)
    whole = client.get(f"{path}/tensors/weight").json()["data"]
    assert client.get(f"{path}/tensors/weight?channel=4").json()["data"] == [whole[2][1], whole[3][1]]


def test_what_is_not_there(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    assert client.get(f"{path}/tensors/bias").status_code == 404
    for url in (
        f"{path}/tensors/output?channel=1",
        f"{path}/tensors/nothing",
        f"{path}/steps?out_channel=1",
        f"{path}/steps?start=3&stop=2",
        f"{path}/steps?stop=5",
        f"{path}/steps?start=-1",
        f"{path}/steps?out_channel={'9' * 5000}",
        f"{path}/steps?include=everything",
    ):
        answer = client.get(url)
        assert answer.status_code == 422, url
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 4000


@pytest.mark.parametrize("below", ["", "/taps", "/steps", "/tensors/output"])
def test_below_an_id_nothing_ever_changes(client: TestClient, chapter: Body, below: str) -> None:
    path = make_scene(client, chapter) + below
    answer = client.get(path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    tag = answer.headers["etag"]
    assert re.fullmatch('"[^"]+"', tag)
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        second = client.get(path, headers={"If-None-Match": known})
        assert (second.status_code, second.content, second.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


# If-Match and If-None-Match, with TAG for the tag of what is asked, and the status (RFC 9110, 13.2.2).
PRECONDITIONS = [
    ("TAG", None, 200), ("*", None, 200), ('"other", TAG', None, 200), ("TAG,TAG", None, 200),
    ('"other"', None, 412), ("W/TAG", None, 412), ("", None, 412), ("TAGx", None, 412), ('W/"*"', None, 412),
    ("TAG", "TAG", 304), ("TAG", '"other"', 200), ("*", "*", 304),
    ('"other"', "TAG", 412), ('"other"', "*", 412), ("W/TAG", '"other"', 412),
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "below", ["", "?include=initial", "/taps", "/steps", "/tensors/output", "/file", "/code"]
)
def test_preconditions(client: TestClient, chapter: Body, below: str, method: str) -> None:
    path = make_scene(client, chapter) + below
    tag = client.get(path).headers["etag"]
    for if_match, if_none_match, status in PRECONDITIONS:
        sent = {"If-Match": if_match, "If-None-Match": if_none_match}
        headers = {name: value.replace("TAG", tag) for name, value in sent.items() if value is not None}
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == status, headers
        if status == 412 and method == "GET":
            assert answer.json()["code"] == "precondition_failed"
            assert tag in answer.json()["detail"]


def test_a_precondition_on_what_is_not_there_is_404(client: TestClient) -> None:
    assert client.get("/api/v1/scenes/" + "0" * 40, headers={"If-Match": "*"}).status_code == 404


def test_an_edit_with_the_tag_of_another_scene_is_412(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    tag = client.get(path).headers["etag"]
    edit = {"cells": [{"tensor": "input", "index": [0, 0, 0], "value": 123}]}
    for if_match, status in (('"other"', 412), (f"W/{tag}", 412), (tag, 201), ("*", 200)):
        assert client.post(f"{path}/edits", json=edit, headers={"If-Match": if_match}).status_code == status


def test_each_response_has_its_own_etag(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    urls = [
        "",
        "/taps",
        "/steps",
        "/steps?stop=2",
        "/tensors/output",
        "/tensors/input",
        "/tensors/input?channel=0",
    ]
    assert len({client.get(path + url).headers["etag"] for url in urls}) == len(urls)


@pytest.mark.safety(18)
@pytest.mark.parametrize(
    "id",
    [
        "0" * 40,
        "0" * 39,
        "0" * 41,
        "A" * 40,
        "g" * 40,
        "0" * 39 + "%0a",
        "..",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "%00" * 40,
        "٠" * 40,
        "x" * 5000,
    ],
)
@pytest.mark.parametrize("below", ["", "/steps", "/taps", "/tensors/input"])
def test_invalid_ids_are_404(client: TestClient, id: str, below: str) -> None:
    answer = client.get(f"/api/v1/scenes/{id}{below}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 1000


def test_scenes_outlive_the_server(client_with: Any, chapter: Body) -> None:
    path = make_scene(client_with(), chapter)
    assert client_with().get(f"{path}/tensors/output").json()["data"] == [[[56, 72], [104, 120]]]


def test_presets(client: TestClient) -> None:
    presets = client.get("/api/v1/presets").json()
    assert [preset["name"] for preset in presets][:5] == [
        "two-channels",
        "three-filters",
        "one-by-one",
        "strided-volume",
        "edges",
    ]
    outputs = {}
    for preset in presets:
        assert preset["title"]
        assert client.get(preset["links"]["self"]).json()["id"] == preset["id"]
        outputs[preset["name"]] = client.get(f"{preset['links']['self']}/tensors/output").json()
    assert outputs["two-channels"]["data"] == [[[56, 72], [104, 120]]]
    assert outputs["three-filters"]["data"][1:] == [[[76, 100], [148, 172]], [[96, 128], [192, 224]]]
    assert outputs["one-by-one"]["shape"] == [2, 3, 3]
    assert outputs["strided-volume"]["shape"] == [2, 4, 4]
    assert outputs["edges"]["shape"][1:] == [126, 126]


def test_preset_titles_follow_the_language(client: TestClient) -> None:
    def first(**request: Any) -> str:
        title: str = client.get("/api/v1/presets", **request).json()[0]["title"]
        return title

    english = first()
    chinese = first(params={"lang": "zh-CN"})
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)
    assert first(headers={"Accept-Language": "zh-TW, en;q=0.5"}) == chinese
    assert first(params={"lang": "fr"}) == english


def test_healthz(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for answer in (
        client.get("/healthz"),
        client.get("/api/v1/nowhere"),
        client.post("/api/v1/trace", content=b"{"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-request-id"]


def test_request_ids(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    strange = client.get("/healthz", headers={"X-Request-ID": "<script>"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", strange)


def test_answers_are_plain_json(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter)
    for below in ("", "/taps", "/steps", "/tensors/output"):
        answer = client.get(path + below)
        assert answer.headers["content-type"] == "application/json"
        json.loads(answer.content, parse_constant=lambda name: pytest.fail(name))
