"""The upstream as a fourth tensor of a scene: sent, edited, uploaded, kept, dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.support.scenes import Form

LAYER: dict[str, Any] = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "bias": {"data": [0]},
    "operation": {"kind": "conv2d"},
}
UPSTREAM = [[[1, 0], [0, -2]]]
WITH = {**LAYER, "upstream": {"data": UPSTREAM}}
# By hand: the first window gets the kernel, the last -2 times the kernel.
GRAD_INPUT = [[[0, 1, 0], [2, 3, -2], [0, -4, -6]], [[1, 2, 0], [3, 2, -4], [0, -6, -8]]]
GRAD_WEIGHT = [[[[0 - 8, 1 - 10], [3 - 14, 4 - 16]], [[1 - 10, 2 - 12], [4 - 16, 5 - 18]]]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path_factory.mktemp("store").as_uri()))) as client:
        yield client


def make(client: TestClient, body: dict[str, Any]) -> str:
    answer = client.post("/api/v1/scenes", json=body)
    assert answer.status_code in (200, 201), answer.text
    return f"/api/v1/scenes/{answer.json()['id']}"


def tensor(client: TestClient, scene: str, name: str, query: str = "") -> Any:
    answer = client.get(f"{scene}/tensors/{name}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_ids_of_scenes_without_an_upstream_stay(client: TestClient) -> None:
    """The id of the first preset, as it was before there were upstreams."""
    body = {**LAYER, "dtype": "float32"}
    body.pop("bias")
    assert make(client, body) == f"/api/v1/scenes/{client.get('/api/v1/presets').json()[0]['id']}"
    assert make(client, body).endswith("d2f1c425ff3202ba1ac5ec70bf6de415dbde85c5")
    assert make(client, WITH) != make(client, LAYER)
    zeros = {**LAYER, "upstream": {"data": [[[0, 0], [0, 0]]]}}
    assert len({make(client, each) for each in (LAYER, WITH, zeros)}) == 3


def test_a_scene_keeps_its_upstream(client: TestClient) -> None:
    scene = make(client, WITH)
    assert client.get(scene).json()["shapes"]["upstream"] == [1, 2, 2]
    assert "upstream" not in client.get(make(client, LAYER)).json()["shapes"]
    assert tensor(client, scene, "upstream") == UPSTREAM
    assert tensor(client, scene, "upstream", "?channel=0") == UPSTREAM[0]
    file = client.get(f"{scene}/file").content
    assert safetensors.torch.load(file)["upstream"].tolist() == UPSTREAM
    again = client.post("/api/v1/scenes", files={"scene": file})
    assert again.status_code == 200
    assert again.json()["links"]["self"] == scene
    assert tensor(client, scene, "output") == [[[56, 72], [104, 120]]]


def test_a_store_reads_it_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = tmp_path_factory.mktemp("store").as_uri()
    large = {**LAYER, "upstream": {"random": {"shape": [1, 64, 64]}}, "bias": None}
    large["input"] = {"random": {"shape": [2, 65, 65]}}
    with TestClient(create_app(Settings(store=store))) as client:
        scenes = make(client, WITH), make(client, large)
        expected = [tensor(client, scene, "upstream") for scene in scenes]
    with TestClient(create_app(Settings(store=store))) as client:
        assert [tensor(client, scene, "upstream") for scene in scenes] == expected


def test_gradients_are_tensors_of_the_scene(client: TestClient) -> None:
    scene = make(client, WITH)
    assert tensor(client, scene, "grad_input") == GRAD_INPUT
    assert tensor(client, scene, "grad_input", "?channel=1") == GRAD_INPUT[1]
    assert tensor(client, scene, "grad_weight") == GRAD_WEIGHT
    assert tensor(client, scene, "grad_weight", "?out_channel=0") == GRAD_WEIGHT[0]
    assert tensor(client, scene, "grad_bias") == [-1]
    array = np.load(BytesIO(client.get(f"{scene}/tensors/grad_input?format=npy").content))
    assert array.tolist() == GRAD_INPUT
    assert client.get(f"{scene}/tensors/grad_input?out_channel=0").status_code == 422
    assert client.get(f"{scene}/tensors/grad_input?channel=2").status_code == 422


def test_without_an_upstream_it_is_ones(client: TestClient) -> None:
    plain = make(client, LAYER)
    ones = make(client, {**LAYER, "upstream": {"data": [[[1, 1], [1, 1]]]}})
    for name in ("grad_input", "grad_weight", "grad_bias"):
        assert tensor(client, plain, name) == tensor(client, ones, name)
    assert client.get(f"{plain}/tensors/upstream").status_code == 404


def test_what_a_scene_has_not_is_not_found(client: TestClient) -> None:
    pooling = make(
        client, {"input": LAYER["input"], "operation": {"kind": "max_pool2d", "kernel_size": 2, "stride": 1}}
    )
    assert tensor(client, pooling, "grad_input")[0] == [[0, 0, 0], [0, 1, 1], [0, 1, 1]]
    for name in ("grad_weight", "grad_bias", "upstream"):
        answer = client.get(f"{pooling}/tensors/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "scene_has_no_tensor")


def test_transposed_gradients_have_channels(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [4, 3, 3], "distribution": "integers"}},
        "weight": {"random": {"shape": [4, 3, 2, 2], "seed": 1, "distribution": "integers"}},
        "operation": {"kind": "conv_transpose2d", "groups": 2},
        "dtype": "int32",
    }
    scene = make(client, body)
    whole = torch.tensor(tensor(client, scene, "grad_weight"))
    assert tensor(client, scene, "grad_weight", "?channel=4") == whole[2:4, 1].tolist()


def test_edits_take_an_upstream(client: TestClient) -> None:
    plain, scene = make(client, LAYER), make(client, WITH)
    edits = [
        (plain, {"upstream": {"data": UPSTREAM}}, scene),
        (scene, {"upstream": None}, plain),
        (scene, {"cells": [{"tensor": "upstream", "index": [0, 1, 1], "value": 5}]}, None),
    ]
    for start, edit, expected in edits:
        answer = client.post(f"{start}/edits?include=initial", json=edit)
        assert answer.status_code in (200, 201), answer.text
        summary = answer.json()
        assert summary["notes"] == []
        assert expected is None or summary["links"]["self"] == expected
        assert ("upstream" in summary["initial"]["tensors"]) == ("upstream" in summary["shapes"])
    assert tensor(client, summary["links"]["self"], "upstream") == [[[1, 0], [0, 5]]]
    missing = client.post(
        f"{plain}/edits", json={"cells": [{"tensor": "upstream", "index": [0, 0, 0], "value": 5}]}
    )
    assert (missing.status_code, missing.json()["code"]) == (422, "no_such_tensor_to_edit")


def test_another_output_drops_the_upstream_with_a_note(client: TestClient) -> None:
    scene = make(client, WITH)
    for language, start in (("en", "the upstream of shape (1, 2, 2)"), ("zh-CN", "输出的形状已变为")):
        answer = client.post(
            f"{scene}/edits", json={"operation": {"padding": 1}}, headers={"Accept-Language": language}
        )
        note = answer.json()["notes"][0]
        assert note["code"] == "upstream_dropped"
        assert note["message"].startswith(start)
        assert "upstream" not in answer.json()["shapes"]
    kept = client.post(f"{scene}/edits", json={"operation": {"flip": True}}).json()
    assert kept["notes"] == []
    assert kept["shapes"]["upstream"] == [1, 2, 2]
    fitting = {"operation": {"padding": 1}, "upstream": {"random": {"shape": [1, 4, 4]}}}
    assert client.post(f"{scene}/edits", json=fitting).json()["shapes"]["upstream"] == [1, 4, 4]


def test_an_upstream_is_uploaded(client: TestClient) -> None:
    arrays = {"other": torch.zeros(2), "mine": torch.tensor(UPSTREAM)}
    npy = BytesIO()
    np.save(npy, np.array(UPSTREAM))
    forms: list[tuple[str, bytes]] = [
        ("?upstream_key=mine", safetensors.torch.save(arrays)),
        ("", npy.getvalue()),
    ]
    for query, file in forms:
        files: Form = {"scene": (None, json.dumps(LAYER)), "upstream": ("u", file)}
        answer = client.post(f"/api/v1/scenes{query}", files=files)
        assert answer.json()["links"]["self"] == make(client, WITH)
    twice = client.post("/api/v1/scenes", files={"scene": (None, json.dumps(WITH)), "upstream": ("u", file)})
    assert twice.json()["code"] == "tensor_given_twice"


@pytest.mark.parametrize(
    ("upstream", "at", "code"),
    [
        ({"data": [[[1, 2]]]}, "/upstream", "upstream_mismatch"),
        ({"data": [[1, 2], [3, 4]]}, "/upstream/data", "dimensions_mismatch"),
        ({"data": [[[1, 2], [3]]]}, "/upstream/data/0/1", "lists_ragged"),
        ({"data": [[[1, 2], [3, 1e39]]]}, "/upstream/data/0/1/1", "number_out_of_range"),
        ({"random": {"shape": [1, 2, 3]}}, "/upstream", "upstream_mismatch"),
        ({"random": {"shape": [2**24, 2]}}, None, "limit_exceeded"),
        ({}, "/upstream", "field.one_source_expected"),
        ({"kernels": ["sobel_x"]}, "/upstream/kernels", "field.unknown"),
    ],
)
def test_what_is_no_upstream_is_refused(client: TestClient, upstream: Any, at: str | None, code: str) -> None:
    answer = client.post("/api/v1/scenes", json={**LAYER, "upstream": upstream})
    assert answer.status_code in (413, 422)
    assert answer.json()["code"] == code
    assert at is None or answer.json()["errors"][0]["at"] == at
