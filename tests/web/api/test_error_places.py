"""Errors name the true cause at its true place, and advise what works: each kind as a table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from math import prod
from typing import Any, get_args

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.scenes.presets import PRESETS
from app.scenes.scene_file import encode
from app.services.requests.model_fields import fields_at, models_in
from app.services.requests.models import CodeBody, EditsBody, OperationBody, SceneBody
from tests.support.bad_requests import safetensors
from tests.support.scenes import Form

SCENES = "/api/v1/scenes"
OPERATION = {"kind": "conv2d"}
LAYOUTS = {"input": 3, "weight": 4, "bias": 1}


def url(preset: str) -> str:
    return f"{SCENES}/{PRESETS[preset].scene.id}"


def problem(answer: Any, status: int = 422) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("name", ["input", "weight", "bias", "output", "channel_sums"])
@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_said_of_a_picture_works(client: TestClient, preset: str, name: str) -> None:
    """`add ?channel=` where a channel is a plane, another format where none is."""
    path = f"{url(preset)}/tensors/{name}"
    if client.get(path).status_code == 404:
        return
    whole = client.get(path, params={"format": "png"})
    one = client.get(path, params={"format": "png", "channel": 0})
    if one.status_code != 200:
        assert problem(one)["code"] == "picture_needs_plane"
        assert one.json()["errors"][0]["at"] == "/format"
        assert client.get(path, params={"format": "npy", "channel": 0}).status_code == 200
    if whole.status_code != 200:
        expected = "picture_needs_one_channel" if one.status_code == 200 else "picture_needs_plane"
        assert problem(whole)["code"] == expected


def test_a_form_that_is_cut_anywhere_is_said_to_be_cut(client: TestClient) -> None:
    scene = json.dumps({"input": {"data": [[[1]]]}, "weight": {"data": [[[[1]]]]}, "operation": OPERATION})
    head = b'--B\r\nContent-Disposition: form-data; name="scene"\r\n\r\n'
    form = head + scene.encode() + b"\r\n--B--"
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    assert client.post(SCENES, content=form, headers=headers).status_code in (200, 201)
    for length in range(0, len(form), 7):
        answer = client.post(SCENES, content=form[:length], headers=headers)
        assert problem(answer, 400)["code"] == "form_unfinished", form[:length]


@pytest.mark.parametrize("sent", ["text/plain", "text/csv", "application/xml", "application/octet-stream"])
def test_415_names_every_form_that_a_call_takes(client: TestClient, sent: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    calls = {path: call["post"] for path, call in paths.items() if "requestBody" in call.get("post", {})}
    assert len(calls) >= 4
    body = {"code": "nn.Sequential(nn.ReLU())", "input": json.dumps({"data": [[[1]]]})}
    network = client.post("/api/v1/networks", files=body).json()["id"]
    for path, call in calls.items():
        own = network if path.startswith("/api/v1/networks") else PRESETS["two-channels"].scene.id
        where = path.replace("{id}", own).replace("{kind}", "cell")
        said = problem(client.post(where, content=b"1", headers={"Content-Type": sent}), 415)["detail"]
        assert all(each in said for each in call["requestBody"]["content"]), said
        assert ("multipart" in said) == ("multipart/form-data" in call["requestBody"]["content"])


RANGES = [
    ({"start": 9999}, "/start"),
    ({"start": 9999, "stop": 99999}, "/start"),
    ({"start": 5, "stop": 5}, "/start"),
    ({"start": 3, "stop": 2}, "/stop"),
    ({"stop": 9999}, "/stop"),
    ({"start": 4, "stop": 5}, "/stop"),
]


@pytest.mark.parametrize(("query", "at"), RANGES)
@pytest.mark.parametrize("path", [f"{url('two-channels')}/steps", f"{url('transposed')}/stamps"])
def test_the_end_of_a_range_that_is_wrong(client: TestClient, path: str, query: Any, at: str) -> None:
    said = problem(client.get(path, params=query))
    assert said["errors"][0]["at"] == at
    assert all(str(value) in said["detail"] for value in (*query.values(), 4))


def nested(depth: int) -> Any:
    return 1 if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize("depth", range(1, 7))
@pytest.mark.parametrize("name", LAYOUTS)
def test_lists_of_the_wrong_rank_are_told_as_arrays_are(client: TestClient, name: str, depth: int) -> None:
    scene = {each: {"data": nested(rank)} for each, rank in LAYOUTS.items()} | {"operation": OPERATION}
    answer = client.post("/api/v1/trace", json=scene | {name: {"data": nested(depth)}})
    if depth == LAYOUTS[name]:
        assert answer.status_code == 200
        return
    said = problem(answer)["errors"][0]
    assert (said["at"], said["code"]) == (f"/{name}/data", "dimensions_mismatch")
    if (name, depth) == ("input", 4):  # As a file this is a batch.
        return
    file = io.BytesIO()
    np.save(file, np.ones((1,) * depth))
    del scene[name]
    parts: Form = {"scene": (None, json.dumps(scene)), name: file.getvalue()}
    of_array = problem(client.post(SCENES, files=parts))["errors"][0]
    assert of_array["code"] == said["code"]
    assert said["message"].startswith(of_array["message"].rstrip(")"))


@pytest.mark.parametrize("data", [None, "x", {}, [None], ["x"], [[[None]]], [[["x"]]], [[[{}]]], [[[1], 2]]])
def test_other_faults_of_lists_keep_their_place(client: TestClient, data: Any) -> None:
    scene = {"input": {"data": data}, "weight": {"data": nested(4)}, "operation": OPERATION}
    said = problem(client.post("/api/v1/trace", json=scene))
    assert said["code"] != "dimensions_mismatch"


@pytest.mark.parametrize("operation", [{}, {"kind": "conv3d"}, {"kind": 5}, {"kind": None}, {"stride": 2}])
def test_a_kind_that_is_wrong_or_missing(client: TestClient, operation: Any) -> None:
    scene = {"input": {"data": nested(3)}, "weight": {"data": nested(4)}, "operation": operation}
    said = problem(client.post("/api/v1/trace", json=scene))
    assert said["errors"][0]["at"] == "/operation/kind"
    assert "'conv2d', 'conv_transpose2d', 'max_pool2d', 'avg_pool2d'" in said["detail"]
    assert "discriminator" not in said["detail"] + said["errors"][0]["message"]


def places(model: type[BaseModel], path: tuple[Any, ...] = ()) -> Iterator[tuple[type[BaseModel], Any]]:
    """Every model in a model, and a place where it stands, with the kind that pydantic adds."""
    yield model, path
    for name, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            kind = get_args(inner.model_fields["kind"].annotation) if "kind" in inner.model_fields else ()
            index = (0,) if name == "cells" else ()
            yield from places(inner, (*path, name, *index, *kind))


FIELDS = {
    f"{model.__name__}{path}/{name}": (model, path, name)
    for model in (SceneBody, EditsBody, CodeBody, OperationBody)
    for inner, path in places(model)
    for name in inner.model_fields
}


@pytest.mark.parametrize("case", FIELDS)
def test_every_field_is_known_at_its_place(case: str) -> None:
    model, path, name = FIELDS[case]
    assert name in fields_at(model, path)


MISSPELT: list[tuple[str, Any, str, str]] = [
    ("/api/v1/trace", {"inputs": {"data": nested(3)}}, "/inputs", "input"),
    ("/api/v1/trace", {"weights": 1}, "/weights", "weight"),
    ("/api/v1/trace", {"input": {"data": nested(3), "dat": 1}}, "/input/dat", "data"),
    ("/api/v1/trace", {"input": {"random": {"shape": [1], "seeds": 1}}}, "/input/random/seeds", "seed"),
    ("/api/v1/trace", {"weight": {"kernel": ["box"]}}, "/weight/kernel", "kernels"),
    ("/api/v1/trace", {"operation": OPERATION | {"strides": 2}}, "/operation/strides", "stride"),
    ("/api/v1/trace", {"operation": OPERATION | {"dilations": 2}}, "/operation/dilations", "dilation"),
    ("/api/v1/trace", {"operation": OPERATION | {"Padding": 2}}, "/operation/Padding", "padding"),
    ("/api/v1/trace", {"operation": {"kind": "max_pool2d", "kernel": 2}}, "/operation/kernel", "kernel_size"),
    ("/api/v1/trace", {"operation": OPERATION | {"padding": {"tops": 1}}}, "/operation/padding/tops", "top"),
    (f"{url('two-channels')}/edits", {"operations": {}}, "/operations", "operation"),
    (f"{url('two-channels')}/edits", {"operation": {"strides": 2}}, "/operation/strides", "stride"),
    (
        f"{url('two-channels')}/edits",
        {"cells": [{"tensor": "input", "index": [0, 0, 0], "values": 2}]},
        "/cells/0/values",
        "value",
    ),
    ("/api/v1/parse", {"code": "x", "layer": 1}, "/layer", "layer_index"),
]


@pytest.mark.parametrize(("path", "body", "at", "close"), MISSPELT)
def test_a_misspelt_field_gets_the_nearest_one(
    client: TestClient, path: str, body: Any, at: str, close: str
) -> None:
    answer = client.post(path, json=body)
    told = {error["at"]: error["message"] for error in problem(answer)["errors"]}
    assert told[at].endswith(f"did you mean {close}?"), told
    wrong = json.loads(json.dumps(body).replace(f'"{at.rpartition("/")[2]}"', '"zzz"'))
    told = {error["at"]: error["message"] for error in problem(client.post(path, json=wrong))["errors"]}
    assert close in told[at.rpartition("/")[0] + "/zzz"]


F32 = {"dtype": "F32", "shape": [1, 1, 1], "data_offsets": [0, 4]}
POOLING = {
    "kind": "max_pool2d",
    "kernel_size": [1, 1],
    "stride": [1, 1],
    "padding": {"top": 0, "bottom": 0, "left": 0, "right": 0},
    "dilation": [1, 1],
    "ceil_mode": False,
}
SCENE_FILES: dict[str, tuple[Any, str]] = {
    "a list for metadata": ({"__metadata__": [1], "input": F32}, "no operation in its metadata"),
    "no metadata": ({"input": F32}, "no operation in its metadata"),
    "other metadata": ({"__metadata__": {"format": "pt"}, "input": F32}, "no operation in its metadata"),
    "no input": ({"__metadata__": {"operation": "{}"}}, "no tensor input"),
    "a number for the operation": ({"__metadata__": {"operation": 5}, "input": F32}, "none that is known"),
    "no JSON": ({"__metadata__": {"operation": "{"}, "input": F32}, "none that is known"),
    "a list for the operation": ({"__metadata__": {"operation": "[]"}, "input": F32}, "none that is known"),
    "a number in JSON": ({"__metadata__": {"operation": "5"}, "input": F32}, "none that is known"),
    "no kind": ({"__metadata__": {"operation": "{}"}, "input": F32}, "none that is known"),
    "another kind": ({"__metadata__": {"operation": '{"kind": "x"}'}, "input": F32}, "none that is known"),
    "half an operation": (
        {"__metadata__": {"operation": '{"kind": "max_pool2d"}'}, "input": F32},
        "lacks fields",
    ),
    "a padding of other sides": (
        {"__metadata__": {"operation": json.dumps(POOLING | {"padding": {"x": 1}})}, "input": F32},
        "lacks fields",
    ),
    "stride 0": (
        {"__metadata__": {"operation": json.dumps(POOLING | {"stride": [0, 1]})}, "input": F32},
        "stride must be from 1",
    ),
    "a list for the tensor": (
        {"__metadata__": {"operation": json.dumps(POOLING)}, "input": []},
        "header does not fit its bytes",
    ),
    "another tensor": ({"__metadata__": {"operation": "{}"}, "input": F32, "x": F32}, "beside input"),
}


@pytest.mark.parametrize("case", SCENE_FILES)
def test_a_scene_file_is_not_told_in_pythons_words(client: TestClient, case: str) -> None:
    header, says = SCENE_FILES[case]
    said = problem(client.post(SCENES, files={"input": safetensors(header, b"\0" * 4)}))["detail"]
    assert says in said
    for word in ("indices", "object", "attribute", "argument", "expected str", "Error", "None", "'"):
        assert word not in said, said
    assert client.post(SCENES, files={"input": encode(PRESETS["two-channels"].scene)}).status_code in (
        200,
        201,
    )


@pytest.mark.parametrize("query", ["", "?input_key=x"])
def test_a_file_without_tensors(client: TestClient, query: str) -> None:
    scene = json.dumps({"weight": {"data": nested(4)}, "operation": OPERATION})
    parts: Form = {"scene": (None, scene), "input": safetensors({})}
    assert problem(client.post(SCENES + query, files=parts))["detail"] == "the file holds no tensors"


@pytest.mark.parametrize("shape", [[2**31 - 1] * 4, [2**31 - 1] * 3, [2**21] * 3, [2**24 + 1]])
def test_what_was_asked_is_said_in_full(client: TestClient, shape: list[int]) -> None:
    scene = {"input": {"random": {"shape": shape}}, "weight": {"data": nested(4)}, "operation": OPERATION}
    said = problem(client.post("/api/v1/trace", json=scene), 413)
    assert f" {prod(shape):,} asked" in said["detail"]
    assert said["asked"] == pytest.approx(prod(shape), rel=1e-15)
    assert prod(shape) >= 2**63 or said["asked"] == prod(shape)
