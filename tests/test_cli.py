"""`convscope trace`: the answers of the API without a server."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
import torch.nn.functional as F
from click.testing import Result
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner

from app.cli import main
from tests.support.scenes import CHAPTER, Body, make_scene

COMMAND = str(Path(sys.executable).parent / "convscope")
LAYER = "nn.Conv2d(2, 3, 2, padding=1, bias=True)"


@pytest.fixture(autouse=True)
def _keep_the_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def run(*arguments: object) -> Result:
    result: Result = CliRunner().invoke(main, ["trace", *map(str, arguments)])
    return result


def good(*arguments: object) -> bytes:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout_bytes


@pytest.fixture
def chapter_file(tmp_path: Path) -> Path:
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(CHAPTER))
    return path


@pytest.fixture
def layer_file(tmp_path: Path) -> Path:
    path = tmp_path / "layer.json"
    path.write_text(json.dumps(GROUPED))
    return path


GROUPED: Body = {
    "input": {"random": {"shape": [4, 6, 5], "seed": 1}},
    "weight": {"random": {"shape": [6, 2, 3, 2], "seed": 2}},
    "bias": {"random": {"shape": [6], "seed": 3}},
    "operation": {"kind": "conv2d", "groups": 2, "padding": 1},
}


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def test_lines_are_the_steps_of_the_api(client: TestClient, layer_file: Path) -> None:
    expected = client.post("/api/v1/trace", json=GROUPED).json()["steps"]
    assert lines(good(layer_file)) == expected
    one = [step for step in expected if step["out_channel"] == 4]
    assert lines(good(layer_file, "--out-channel", 4)) == one


@pytest.mark.parametrize("query", [{}, {"out_channel": 2}])
def test_json_is_the_answer_of_the_api(client: TestClient, layer_file: Path, query: dict[str, int]) -> None:
    options = [part for name, value in query.items() for part in (f"--{name.replace('_', '-')}", value)]
    expected = client.post("/api/v1/trace", json=GROUPED, params=query).json()
    assert json.loads(good(layer_file, "--format", "json", *options)) == expected


def test_columns_are_those_of_the_api(client: TestClient, layer_file: Path) -> None:
    url = f"{make_scene(client, GROUPED)}/steps?out_channel=5"
    expected = client.get(url, headers={"Accept": "application/vnd.safetensors"}).content
    found = good(layer_file, "--out-channel", 5, "--format", "safetensors")
    assert safetensors.numpy.load(found).keys() == safetensors.numpy.load(expected).keys()
    for name, column in safetensors.numpy.load(expected).items():
        np.testing.assert_array_equal(safetensors.numpy.load(found)[name], column)


def test_the_chapters_numbers(chapter_file: Path) -> None:
    steps = lines(good(chapter_file))
    assert [step["output"] for step in steps] == [56, 72, 104, 120]
    assert steps[0]["channel_sums"] == [19, 37]


def test_a_saved_scene(client: TestClient, tmp_path: Path) -> None:
    saved = tmp_path / "scene.safetensors"
    saved.write_bytes(client.get(f"{make_scene(client, CHAPTER)}/file").content)
    assert [step["output"] for step in lines(good(saved))] == [56, 72, 104, 120]


def test_a_layer_in_code_with_random_numbers() -> None:
    steps = lines(good("--layer", LAYER))
    assert len(steps) == 3 * 9 * 9
    assert steps == lines(good("--layer", LAYER, "--seed", 0))
    assert steps != lines(good("--layer", LAYER, "--seed", 1))
    assert all(isinstance(step["output"], int) for step in lines(good("--layer", LAYER, "--dtype", "int32")))
    assert len(lines(good("--layer", "nn.MaxPool2d(2)", "--size", 6, 4))) == 6


def test_a_layer_of_a_network_on_a_picture(tmp_path: Path) -> None:
    layer = torch.nn.Conv2d(3, 4, 3, padding=1)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    safetensors.torch.save_file(layer.state_dict(), tmp_path / "net.safetensors")
    np.save(tmp_path / "bias.npy", layer.bias.detach().numpy())  # type: ignore[union-attr]
    given = ["--input", tmp_path / "photo.png", "--weight", tmp_path / "net.safetensors"]
    steps = lines(good("--layer", "nn.Conv2d(3, 4, 3, padding=1)", *given, "--bias", tmp_path / "bias.npy"))
    x = torch.from_numpy((pixels / np.float32(255)).transpose(2, 0, 1))
    expected = layer(x).detach()
    found = torch.tensor([step["output"] for step in steps]).reshape(4, 6, 7)
    torch.testing.assert_close(found, expected)
    small = good("--layer", "nn.Conv2d(3, 4, 3, padding=1)", *given, "--size", 3, 2)
    assert len(lines(small)) == 4 * 3 * 2


def test_files_beside_a_scene(tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text('{"operation": {"kind": "conv2d"}}')
    x, k = np.arange(9.0).reshape(1, 3, 3), np.ones((1, 1, 2, 2))
    np.save(tmp_path / "x.npy", x)
    safetensors.numpy.save_file({"a": k, "b": 2 * k}, tmp_path / "k.safetensors")
    given = ["--input", tmp_path / "x.npy", "--weight", tmp_path / "k.safetensors", "--weight-key", "b"]
    outputs = [step["output"] for step in lines(good(tmp_path / "scene.json", *given))]
    assert outputs == F.conv2d(torch.from_numpy(x), torch.from_numpy(2 * k)).flatten().tolist()


def test_a_file_is_written_whole(tmp_path: Path, chapter_file: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert good(chapter_file, "-o", target) == b""
    assert len(lines(target.read_bytes())) == 4
    target.write_text("kept")
    overflow = CHAPTER | {"input": {"data": [[[3e38] * 3] * 3] * 2}}
    chapter_file.write_text(json.dumps(overflow))
    assert run(chapter_file, "-o", target).exit_code == 1
    assert target.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "scene.json"]


REFUSED: dict[str, tuple[list[object], str]] = {
    "no such file": (["nowhere.json"], "nowhere.json: No such file"),
    "stride 0": (["--layer", "nn.Conv2d(1, 1, 3, stride=0)"], "stride must be from 1"),
    "unknown argument": (["--layer", "nn.Conv2d(1, 1, 3, strides=2)"], "did you mean stride?"),
    "code": (["--layer", "__import__('os').abort()"], "--layer, line 1"),
    "kernel too large": (["--layer", "nn.Conv2d(1, 1, 9)"], "smaller than 1"),
    "no such channel": (
        ["--layer", LAYER, "--out-channel", 3],
        "out_channel is 3, the output has 3 channels",
    ),
    "several channels": (["--layer", LAYER, "--format", "safetensors"], "choose --out-channel"),
    "no weight": (["--layer", "F.conv2d(x, w)"], "needs a weight"),
    "average of integers": (["--layer", "nn.AvgPool2d(2)", "--dtype", "int32"], "avg_pool2d has no int32"),
    "folder": (["."], "Is a directory"),
    "output folder": (["--layer", LAYER, "-o", "/nowhere/x"], "No such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_clear_line(case: str) -> None:
    arguments, says = REFUSED[case]
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout_bytes == b""
    assert result.stderr.startswith("convscope: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr


@pytest.mark.parametrize("content", ["", "{", "[]", '{"operation": {"kind": "x"}}', "\0", "PK\3\4"])
def test_bad_scenes_are_one_clear_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "scene.json"
    path.write_text(content)
    result = run(path)
    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    assert result.stderr.count("\n") == 1


def test_bad_files_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"PK\x03\x04")
    result = run("--layer", LAYER, "--input", tmp_path / "x.pt")
    assert result.exit_code == 1
    assert "never are" in result.stderr
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run("--layer", LAYER, "--input", tmp_path / "x.png").exit_code == 1


def test_usage() -> None:
    assert run().exit_code == 2
    assert run("scene.json", "--layer", LAYER).exit_code == 2
    assert run("--layer", LAYER, "--format", "xml").exit_code == 2


@pytest.mark.slow
def test_a_reader_that_leaves_ends_the_command() -> None:
    big = "nn.Conv2d(16, 16, 3, padding=1)"
    with subprocess.Popen(
        [COMMAND, "trace", "--layer", big, "--size", "200", "200"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["index"] == 0
        process.stdout.close()
        assert process.wait(20) == -signal.SIGPIPE
        assert process.stderr.read() == b""


@pytest.mark.slow
def test_a_progress_bar_on_a_terminal_only(tmp_path: Path) -> None:
    terminal, other_end = pty.openpty()
    command = [COMMAND, "trace", "--layer", LAYER, "--size", "64", "64", "-o", str(tmp_path / "out")]
    subprocess.run(command, stderr=other_end, check=True, env={**os.environ, "TERM": "xterm"})
    os.close(other_end)
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        while chunk := read(screen):
            shown += chunk
    assert b"windows" in shown
    silent = subprocess.run(command, capture_output=True, check=True)
    assert silent.stderr == b""


def read(screen: Any) -> bytes:
    """What is left on a terminal whose other end is closed."""
    try:
        found: bytes = screen.read(4096)
    except OSError:
        return b""
    return found


@pytest.mark.slow
def test_serve_refuses_bad_settings_in_one_clear_line() -> None:
    for settings in ({"CONVSCOPE_STORE": "ftp://x"}, {"CONVSCOPE_MAX_WAIT_SECONDS": "-1"}):
        process = subprocess.run(
            [COMMAND, "serve"], capture_output=True, env={**os.environ, **settings}, check=False
        )
        assert process.returncode == 1
        assert process.stderr.startswith(b"convscope: ")
        assert process.stderr.count(b"\n") == 1
