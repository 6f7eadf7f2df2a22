"""No query parameter is ignored: what a call does not know, or gets twice, is refused."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.scenes.presets import PRESETS
from tests.support.scenes import Form

SCENE = f"/api/v1/scenes/{PRESETS['three-filters'].scene.id}"
BODY = {"input": {"data": [[[1]]]}, "weight": {"data": [[[[1]]]]}, "operation": {"kind": "conv2d"}}
CALLS = [
    ("GET", SCENE, None),
    ("GET", f"{SCENE}/taps", None),
    ("GET", f"{SCENE}/steps", None),
    ("GET", f"{SCENE}/tensors/output", None),
    ("GET", f"{SCENE}/file", None),
    ("GET", f"{SCENE}/code", None),
    ("GET", "/api/v1/presets", None),
    ("POST", "/api/v1/trace", BODY),
    ("POST", "/api/v1/scenes", BODY),
    ("POST", f"{SCENE}/edits", {}),
    ("POST", "/api/v1/parse", {"code": "nn.Conv2d(1, 1, 1)"}),
]


def refusal(client: TestClient, method: str, url: str, body: Any) -> dict[str, Any]:
    answer = client.request(method, url, json=body)
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def documented(client: TestClient, method: str, path: str) -> list[str]:
    template = path.replace(PRESETS["three-filters"].scene.id, "{id}").replace(
        "tensors/output", "tensors/{name}"
    )
    call = client.get("/openapi.json").json()["paths"][template][method.lower()]
    return [each["name"] for each in call.get("parameters", ()) if each["in"] == "query"]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_unknown_parameters_are_refused_by_every_call(
    client: TestClient, method: str, path: str, body: Any
) -> None:
    known = documented(client, method, path)
    problem = refusal(client, method, f"{path}?zzzzz=1", body)
    assert problem["errors"][0]["at"] == "/zzzzz"
    assert all(name in problem["detail"] for name in known)
    assert known or "takes none" in problem["detail"]
    for name in known:
        misspelt = refusal(client, method, f"{path}?{name}s=1", body)
        assert f"did you mean {name}?" in misspelt["detail"]
        repeated = refusal(client, method, f"{path}?{name}=1&{name}=1", body)
        assert "twice" in repeated["detail"]
        assert repeated["errors"][0]["at"] == f"/{name}"


def test_pages_ignore_what_they_do_not_know(client: TestClient) -> None:
    assert client.get("/?utm_source=course&lang=en&lang=en").status_code == 200


def test_channel_and_out_channel_are_one_parameter(client: TestClient) -> None:
    for path, names in (
        (f"{SCENE}/steps", ("channel", "out_channel")),
        (f"{SCENE}/tensors/output", ("out_channel", "channel")),
    ):
        one, other = (client.get(path, params={name: 2}).json() for name in names)
        assert one == other
        assert client.get(path, params={"channel": 2, "out_channel": 2}).json() == one
        assert (
            refusal(client, "GET", f"{path}?channel=1&out_channel=2", None)["errors"][0]["at"] == "/channel"
        )
    assert client.get(f"{SCENE}/steps?channel=2").json()["out_channel"] == 2
    assert (
        refusal(client, "GET", f"{SCENE}/tensors/input?out_channel=0", None)["errors"][0]["at"]
        == "/out_channel"
    )


@pytest.mark.parametrize(
    "path", [f"{SCENE}/steps", f"{SCENE}/tensors/output", f"{SCENE}/tensors/channel_sums"]
)
@pytest.mark.parametrize("name", ["channel", "out_channel"])
def test_a_wrong_channel_is_reported_where_it_was_sent(client: TestClient, path: str, name: str) -> None:
    answer = client.get(f"{path}?{name}=33")
    assert answer.status_code in (404, 422)
    if answer.status_code == 422:
        assert answer.json()["errors"][0]["at"] == f"/{name}"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [("GET", SCENE, name) for name in ("out_channel", "start", "reading")]
    + [("POST", "/api/v1/scenes", name) for name in ("out_channel", "start", "reading")]
    + [("POST", f"{SCENE}/edits", "start")]
    + [
        ("POST", "/api/v1/scenes", name)
        for name in ("size", "input_index", "input_key", "weight_key", "bias_key", "upstream_key")
    ],
)
def test_a_known_parameter_that_says_nothing_is_refused(
    client: TestClient, method: str, path: str, name: str
) -> None:
    value = {"reading": "scatter", "size": "2,2"}.get(name, "1")
    body = None if method == "GET" else {} if path.endswith("edits") else BODY
    assert refusal(client, method, f"{path}?{name}={value}", body)["errors"][0]["at"] == f"/{name}"


def test_a_parameter_about_a_file_needs_it(client: TestClient) -> None:
    form: Form = {"scene": (None, json.dumps(BODY)), "weight": ("w.npy", b"")}
    for name, value in {"input_key": "x", "bias_key": "x", "size": "2,2", "input_index": "0"}.items():
        answer = client.post(f"/api/v1/scenes?{name}={value}", files=form)
        assert answer.json()["errors"][0]["at"] == f"/{name}"
        assert "send a form with the part" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["maybe", "", "2", "null"])
@pytest.mark.parametrize(("path", "name"), [(f"{SCENE}/steps", "whole"), (f"{SCENE}/code", "backward")])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_flag_that_is_none(client: TestClient, path: str, name: str, value: str, language: str) -> None:
    answer = client.get(f"{path}?{name}={value}", headers={"Accept-Language": language})
    assert answer.status_code == 422
    assert "true" in answer.json()["detail"] and "parsing" not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "told"), [(None, "null"), (True, "true"), (3, "3"), ([], "[]"), ("x", "'x'")]
)
def test_a_kind_is_told_as_json_has_it(client: TestClient, kind: Any, told: str) -> None:
    problem = refusal(client, "POST", "/api/v1/trace", BODY | {"operation": {"kind": kind}})
    assert problem["detail"].endswith(f"it is {told}")


def test_format_goes_before_accept(client: TestClient) -> None:
    steps, accept = f"{SCENE}/steps", {"Accept": "application/vnd.safetensors"}
    whole = client.get(steps).json()
    assert client.get(f"{steps}?format=json", headers=accept).json() == whole
    lines = client.get(f"{steps}?format=jsonl", headers=accept)
    assert lines.headers["content-type"] == "application/jsonl"
    assert len(lines.text.splitlines()) == 4
    columns = client.get(steps, headers=accept).content
    assert client.get(f"{steps}?format=safetensors").content == columns
    archive = client.get(f"{steps}?format=zip")
    assert archive.headers["content-type"] == "application/zip"
    arrays = np.load(io.BytesIO(archive.content), allow_pickle=False)
    assert arrays["outputs"].tolist() == [step["output"] for step in whole["steps"]]
    assert arrays["products"].tolist() == [step["products"] for step in whole["steps"]]
    assert arrays["input_rows"].dtype == np.int32
    assert refusal(client, "GET", f"{steps}?format=csv", None)["errors"][0]["at"] == "/format"
