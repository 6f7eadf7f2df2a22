"""The recipes of docs/api.md, run as they stand there against a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from tests.support.server_process import ServerProcess, running_server

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
SCENE = {
    "input": {"random": {"shape": [2, 6, 5], "seed": 1}},
    "weight": {"random": {"shape": [3, 2, 3, 3], "seed": 2}},
    "operation": {"kind": "conv2d", "padding": 1},
}


def recipe(title: str) -> str:
    """The first block of code under a heading."""
    (found,) = re.findall(rf"^## {title}\n.*?^```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("recipes")) as server:
        yield server


@pytest.fixture(scope="module")
def scene(server: ServerProcess) -> str:
    with server.client() as client:
        path: str = client.post("/api/v1/scenes", json=SCENE).json()["links"]["self"]
    return server.url + path


def python(code: str, folder: Path, **environment: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", code],
        cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip


def test_golden_values_of_a_layer(server: ServerProcess, tmp_path: Path) -> None:
    # The sizes and names of a ResNet's first layer.
    weight = torch.randn(64, 3, 7, 7, generator=torch.Generator().manual_seed(0))
    safetensors.torch.save_file(
        {"conv1.weight": weight, "fc.bias": torch.zeros(10)}, tmp_path / "net.safetensors"
    )
    code = recipe("Golden values for a layer of a real network")
    assert len([line for line in code.splitlines() if line]) == 10
    save = '\nsafetensors.numpy.save_file(golden, "golden.safetensors")\nprint(id)'
    *printed, id = python(code.replace("http://127.0.0.1:8000", server.url) + save, tmp_path)
    assert printed[1] == "channel_sums (1024, 3) float32"
    golden = safetensors.torch.load_file(tmp_path / "golden.safetensors")
    with server.client() as client:
        x = torch.tensor(client.get(f"/api/v1/scenes/{id}/tensors/input").json()["data"])
    expected = torch.nn.functional.conv2d(x, weight, stride=2, padding=3)[5].flatten()
    torch.testing.assert_close(golden["outputs"], expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(golden["products"].sum((2, 3)), golden["channel_sums"], rtol=1e-4, atol=1e-4)


def test_page_after_page(tmp_path: Path) -> None:
    with running_server(tmp_path, max_answer_numbers=300) as server, server.client() as client:
        path = client.post("/api/v1/scenes", json=SCENE).json()["links"]["self"]
        first = client.get(f"{path}/steps?out_channel=1")
        assert 0 < len(first.json()["steps"]) < 30
        (printed,) = python(recipe("Page after page"), tmp_path, SCENE=server.url + path)
    assert printed == "30 29"


def test_stream_to_a_file(scene: str, tmp_path: Path) -> None:
    code = recipe("Stream to a file with curl")
    told = subprocess.run(
        ["sh", "-eu", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "SCENE": scene},
        check=True,
        capture_output=True,
    ).stdout
    lines = [json.loads(line) for line in (tmp_path / "steps.jsonl").read_text().splitlines()]
    assert [line["index"] for line in lines] == list(range(30))
    assert json.loads(told) == lines[-1]
    assert all("products" in line and "patch" not in line for line in lines)


def test_a_whole_layer_in_one_file(scene: str, tmp_path: Path) -> None:
    told = subprocess.run(
        ["sh", "-eu", "-c", recipe("A whole layer in one file")],
        cwd=tmp_path,
        env={**os.environ, "SCENE": scene, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "'products': (90, 2, 3, 3)" in told
    assert "'out_channel': (90,)" in told


def test_load_in_numpy(scene: str, tmp_path: Path) -> None:
    (printed,) = python(recipe("Load in NumPy"), tmp_path, SCENE=scene)
    assert printed == "(2, 6, 5) (3, 2, 3, 3) (3, 6, 5) (2, 6, 5)"


def test_gradients(server: ServerProcess, tmp_path: Path) -> None:
    """The loss is (19 - 10)² + (25 - 15)² + (37 - 30)² + (43 - 30)²."""
    code = recipe("Gradients").replace("http://127.0.0.1:8000", server.url)
    to_input, to_weight, loss, trained = python(code, tmp_path)
    assert to_input == "grad_input [[[0, 1, 0], [2, 3, -2], [0, -4, -6]]]"
    assert to_weight == "grad_weight [[[[-8, -9], [-11, -12]]]]"
    assert loss == "399.0"
    last, diverged_at = trained.split()
    assert float(last) < 100
    assert diverged_at == "None"


def test_the_commands_without_a_server(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "scene.json").write_text(json.dumps(SCENE | {"weight": None}))
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "photo.png")
    np.save(tmp_path / "batch.npy", np.ones((3, 3, 8, 8)))
    first = {"conv1.weight": torch.ones(64, 3, 7, 7), "conv1.bias": torch.ones(64)}
    second = {"conv2.weight": torch.ones(6, 2, 3, 3), "fc.bias": torch.zeros(1)}
    safetensors.torch.save_file(first | second, tmp_path / "net.safetensors")
    commands = re.findall(r"^    convscope (trace .*?)(?:  +#.*)?$", PAGE, re.MULTILINE)
    assert len(commands) == 6
    convscope = Path(sys.executable).with_name("convscope")
    for command in commands[1:]:
        subprocess.run(f"{convscope} {command}", shell=True, cwd=tmp_path, check=True)
    assert len((tmp_path / "steps.jsonl").read_text().splitlines()) == 16 * 32 * 32
    assert len((tmp_path / "signal.jsonl").read_text().splitlines()) == 4 * 36
    assert safetensors.torch.load_file(tmp_path / "golden.safetensors")["outputs"].shape == (30,)
    with np.load(tmp_path / "layer.npz") as layer:
        assert layer["products"].shape == (6 * 30, 2, 3, 3)


def test_every_call_is_in_the_page() -> None:
    from app.main import create_app

    paths = create_app().openapi()["paths"]
    told = set(re.findall(r"^\| `(\w+ /api/\S+)` \|", PAGE, re.MULTILINE))
    calls = [(method, path) for path, methods in paths.items() for method in methods if "/api/" in path]
    assert told == {f"{method.upper()} {path}" for method, path in calls}
