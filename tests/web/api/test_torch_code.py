"""PyTorch code over HTTP, in both directions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch
from fastapi.testclient import TestClient

from app.scenes.presets import PRESETS
from app.torch_code.source_text import LONGEST
from tests.support.scenes import Body, make_scene

PARSE = "/api/v1/parse"


def parsed(client: TestClient, text: str) -> Any:
    answer = client.post(PARSE, json={"code": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_layer_with_a_weight(client: TestClient) -> None:
    assert parsed(client, "conv = nn.Conv2d(4, 6, (3, 5), 2, (1, 0), groups=2, bias=False)") == {
        "operation": {
            "kind": "conv2d",
            "stride": [2, 2],
            "padding": {"top": 1, "bottom": 1, "left": 0, "right": 0},
            "padding_mode": "zeros",
            "dilation": [1, 1],
            "groups": 2,
            "flip": False,
        },
        "in_channels": 4,
        "out_channels": 6,
        "weight_shape": [6, 2, 3, 5],
        "bias": False,
    }


def test_a_layer_without(client: TestClient) -> None:
    assert parsed(client, "nn.MaxPool2d(2)") == {
        "operation": {
            "kind": "max_pool2d",
            "kernel_size": [2, 2],
            "stride": [2, 2],
            "padding": {"top": 0, "bottom": 0, "left": 0, "right": 0},
            "dilation": [1, 1],
            "ceil_mode": False,
        },
        "in_channels": None,
        "out_channels": None,
        "weight_shape": None,
        "bias": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        "nn.Conv2d(2, 3, 2, padding='same', padding_mode='reflect')",
        "nn.ConvTranspose2d(2, 3, 3, 2, 1, 1)",
        "nn.MaxPool2d(2, ceil_mode=True)",
        "F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)",
    ],
)
def test_what_is_parsed_makes_a_scene(client: TestClient, text: str) -> None:
    layer = parsed(client, text)
    random = {"input": [2, 5, 5], "weight": layer["weight_shape"], "bias": layer["bias"] and [3]}
    tensors = {name: {"random": {"shape": shape}} for name, shape in random.items() if shape}
    path = make_scene(client, {**tensors, "operation": layer["operation"]})
    described = client.get(path).json()["operation"]
    if layer["operation"]["padding"] == "same":
        layer["operation"]["padding"] = {"top": 0, "bottom": 1, "left": 0, "right": 1}
    assert described == layer["operation"]


def test_a_problem_points_at_the_place(client: TestClient) -> None:
    answer = client.post(PARSE, json={"code": "self.pool = nn.AvgPool2d(\n    2, strid=2)"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    message = "nn.AvgPool2d has no argument 'strid'; did you mean stride?"
    problem = answer.json()
    assert problem["detail"] == f"line 2, column 8: {message}"
    assert problem["errors"] == [
        {
            "at": "/code",
            "message": message,
            "code": "code.argument_unknown",
            "line": 2,
            "column": 8,
            "end_column": 13,
        },
    ]


@pytest.mark.parametrize(
    ("body", "status", "at"),
    [
        (b"", 400, None),
        (b"nn.Conv2d(3, 16, 3)", 400, None),
        (b"{}", 422, "/code"),
        (b'{"code": null}', 422, "/code"),
        (b'{"code": ["nn.Conv2d(3, 16, 3)"]}', 422, "/code"),
        (b'{"code": "nn.Conv2d(3, 16, 3)", "run": true}', 422, "/run"),
        (b'{"code": "\\ud800"}', 400, None),
        (b'{"code": "\\u0000"}', 422, "/code"),
        (b'{"code": "' + b"(" * LONGEST + b'"}', 422, "/code"),
        (b'{"code": "' + b"-" * (LONGEST - 1) + b'1"}', 422, "/code"),
        (b'{"code": "' + b"x" * 1_000_000 + b'"}', 422, "/code"),
    ],
)
def test_bad_bodies(client: TestClient, body: bytes, status: int, at: str | None) -> None:
    answer = client.post(PARSE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 4000
    if at is not None:
        assert answer.json()["errors"][0]["at"] == at


def test_other_bodies_are_refused(client: TestClient) -> None:
    answer = client.post(PARSE, content=b"nn.Conv2d(3, 16, 3)", headers={"Content-Type": "text/x-python"})
    assert answer.status_code == 415


CONV = {"kind": "conv2d", "padding": {"top": 1, "bottom": 0, "left": 2, "right": 1}, "flip": True}
SCENES: dict[str, tuple[list[int], list[int] | None, Body]] = {
    "conv2d": ([2, 5, 5], [3, 2, 3, 2], CONV | {"padding_mode": "reflect", "stride": [1, 2]}),
    "conv2d from its file": ([2, 20, 20], [3, 2, 3, 3], CONV),
    "conv_transpose2d": ([2, 4, 4], [2, 3, 3, 3], {"kind": "conv_transpose2d", "stride": 2,
                                                   "padding": {"top": 1, "left": 2}, "output_padding": 1}),
    "max_pool2d": ([2, 7, 7], None, {"kind": "max_pool2d", "kernel_size": 3, "padding": {"left": 1},
                                     "ceil_mode": True}),
    "avg_pool2d": ([2, 9, 9], None, {"kind": "avg_pool2d", "kernel_size": 2, "dilation": 3, "padding": 1}),
}  # fmt: skip


# Prints what each of the scripts prints, and then its result.
RUN = """
import json, runpy, sys
for script in sys.argv[1:]:
    print(json.dumps(runpy.run_path(script)["y"].tolist()))
"""


def test_the_code_gives_the_numbers_of_the_api(client: TestClient, tmp_path: Path) -> None:
    expected, scripts = [], []
    for number, (x, weight, operation) in enumerate(SCENES.values()):
        body: Body = {"input": {"random": {"shape": x}}, "operation": operation}
        if weight is not None:
            body |= {"weight": {"random": {"shape": weight, "seed": 1}}, "bias": {"data": [1, 2, 3]}}
        path = make_scene(client, body)
        answer = client.get(f"{path}/code", headers={"Accept": "text/x-python"})
        assert answer.headers["content-type"] == "text/x-python; charset=utf-8"
        scripts.append(tmp_path / f"{number}.py")
        scripts[-1].write_bytes(answer.content)
        if ".safetensors" in answer.text:
            scene_file = client.get(f"{path}/file")
            named = scene_file.headers["content-disposition"].split('"')[1]
            (tmp_path / named).write_bytes(scene_file.content)
        expected.append(client.get(f"{path}/tensors/output?format=json").json()["data"])
    command = [sys.executable, "-W", "error", "-c", RUN, *map(str, scripts)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    results = [line for line in run.stdout.splitlines() if line.startswith(b"[[[")]
    for name, line, numbers in zip(SCENES, results, expected, strict=True):
        found = torch.tensor(json.loads(line))
        torch.testing.assert_close(found, torch.tensor(numbers), rtol=1e-5, atol=1e-5, msg=name)


@pytest.mark.parametrize("name", SCENES)
def test_the_archive_runs_where_it_is_unpacked(client: TestClient, tmp_path: Path, name: str) -> None:
    x, weight, operation = SCENES[name]
    body: Body = {"input": {"random": {"shape": x}}, "operation": operation}
    if weight is not None:
        body |= {"weight": {"random": {"shape": weight, "seed": 1}}, "bias": {"data": [1, 2, 3]}}
    path = make_scene(client, body)
    answer = client.get(f"{path}/code?format=zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == client.get(f"{path}/code", headers={"Accept": "application/zip"}).content
    named = answer.headers["content-disposition"].split('"')[1]
    assert named.endswith(".zip")
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        script, _ = archive.namelist()
        archive.extractall(tmp_path)
    command = [sys.executable, "-W", "error", "-c", RUN, script]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    found = torch.tensor(json.loads(run.stdout.splitlines()[-1]))
    numbers = torch.tensor(client.get(f"{path}/tensors/output?format=json").json()["data"])
    torch.testing.assert_close(found, numbers, rtol=1e-5, atol=1e-5)
    assert client.post("/api/v1/scenes", json=body).json()["links"]["self"] == path
    assert client.get(f"{path}/code?format=zip").content == answer.content


def test_code_never_changes_and_has_two_forms(client: TestClient, chapter: Body) -> None:
    path = make_scene(client, chapter) + "/code"
    tags = set()
    for accept in ("application/json", "text/x-python"):
        answer = client.get(path, headers={"Accept": accept})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "Accept" in answer.headers["vary"]
        tags.add(answer.headers["etag"])
        again = client.get(path, headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert len(tags) == 2
    assert client.get(path).json() == {"code": client.get(path, headers={"Accept": "text/*"}).text}
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/api/v1/scenes/" + "0" * 40 + "/code").status_code == 404


def test_the_documented_examples_are_true(client: TestClient, chapter: Body) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    documented = paths[PARSE]["post"]
    body = documented["requestBody"]["content"]["application/json"]["example"]
    assert client.post(PARSE, json=body).json() == example(documented, "200", "application/json")
    wrong = {"code": "nn.Conv2d(3, 16, 3, strides=2)"}
    assert client.post(PARSE, json=wrong).json() == example(documented, "422", "application/problem+json")
    documented = paths["/api/v1/scenes/{id}/code"]["get"]
    found = client.get(make_scene(client, chapter) + "/code").json()
    assert found == example(documented, "200", "application/json")


def example(documented: Any, status: str, media_type: str) -> Any:
    return documented["responses"][status]["content"][media_type]["example"]


def test_code_of_the_gradients(client: TestClient) -> None:
    scene = PRESETS["two-channels"].scene
    url = f"/api/v1/scenes/{scene.id}/code?backward=true"
    code = client.get(url).json()["code"]
    assert "y.backward(torch.ones_like(y))" in code
    assert client.get(url, headers={"Accept": "text/x-python"}).text == code
    archive = ZipFile(io.BytesIO(client.get(f"{url}&format=zip").content))
    assert archive.read(f"{scene.id}.py").decode() == code
