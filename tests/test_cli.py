"""`convscope trace`: the answers of the API without a server."""

from __future__ import annotations

import io
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
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner, Result

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
    steps = f"{make_scene(client, GROUPED)}/steps?format=jsonl&out_channel="
    assert good(layer_file) == client.get(f"{steps}all").content
    assert good(layer_file, "--out-channel", 4) == client.get(f"{steps}4").content


@pytest.mark.parametrize("query", [{}, {"out_channel": 2}])
def test_json_is_the_answer_of_the_api(client: TestClient, layer_file: Path, query: dict[str, int]) -> None:
    options = [part for name, value in query.items() for part in (f"--{name.replace('_', '-')}", value)]
    expected = client.post("/api/v1/trace", json=GROUPED, params=query).json()
    assert json.loads(good(layer_file, "--format", "json", *options)) == expected


def test_columns_are_those_of_the_api(client: TestClient, layer_file: Path) -> None:
    """Of one output channel, and of all in one file."""
    steps = f"{make_scene(client, GROUPED)}/steps?whole=true&format="
    for form in ("safetensors", "zip"):
        one = client.get(f"{steps}{form}&out_channel=5").content
        assert good(layer_file, "--out-channel", 5, "--format", form) == one
        whole = client.get(f"{steps}{form}&out_channel=all").content
        assert good(layer_file, "--format", form) == whole
    columns = np.load(io.BytesIO(whole))
    sums = columns["products"].sum((2, 3))
    np.testing.assert_allclose(sums, columns["channel_sums"], rtol=1e-4, atol=1e-5)


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
    assert layer.bias is not None
    np.save(tmp_path / "bias.npy", layer.bias.detach().numpy())
    given = ["--input", tmp_path / "photo.png", "--weight", tmp_path / "net.safetensors"]
    steps = lines(good("--layer", "nn.Conv2d(3, 4, 3, padding=1)", *given, "--bias", tmp_path / "bias.npy"))
    x = torch.from_numpy((pixels / np.float32(255)).transpose(2, 0, 1))
    expected = layer(x).detach()
    found = torch.tensor([step["output"] for step in steps]).reshape(4, 6, 7)
    torch.testing.assert_close(found, expected)
    small = run("--layer", "nn.Conv2d(3, 4, 3, padding=1)", *given, "--size", 3, 2)
    assert len(lines(small.stdout_bytes)) == 4 * 3 * 2
    assert small.stderr == "convscope: note: the picture of size (6, 7) is scaled to (3, 2)\n"


def test_files_beside_a_scene(tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text('{"operation": {"kind": "conv2d"}}')
    x, k = np.arange(9.0).reshape(1, 3, 3), np.ones((1, 1, 2, 2))
    np.save(tmp_path / "x.npy", x)
    safetensors.numpy.save_file({"a": k, "b": 2 * k}, tmp_path / "k.safetensors")
    given = ["--input", tmp_path / "x.npy", "--weight", tmp_path / "k.safetensors", "--weight-key", "b"]
    outputs = [step["output"] for step in lines(good(tmp_path / "scene.json", *given))]
    assert outputs == F.conv2d(torch.from_numpy(x), torch.from_numpy(2 * k)).flatten().tolist()


@pytest.mark.slow
@pytest.mark.exclusive
@pytest.mark.parametrize("form", ["jsonl", "json", "safetensors", "zip"])
def test_a_file_takes_the_memory_of_a_piece(tmp_path: Path, form: str) -> None:
    """Four times the windows, and as many more bytes, take as much memory."""
    peaks, sizes = [], []
    for side in (48, 96):
        target = tmp_path / f"{side}"
        layer = ["--layer", "nn.Conv2d(8, 8, 3, padding=1)", "--size", side, side]
        command = [COMMAND, "trace", *map(str, layer), "--format", form, "-o", str(target)]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0
        peaks.append(usage.ru_maxrss * 1024)
        sizes.append(target.stat().st_size)
    assert sizes[1] - sizes[0] > 30 * 2**20
    assert peaks[1] - peaks[0] < 25 * 2**20


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
    "no weight": (["--layer", "F.conv2d(x, w)"], "needs a weight"),
    "average of integers": (
        ["--layer", "nn.AvgPool2d(2)", "--dtype", "int32"],
        "average pooling has no int32",
    ),
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


NET = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.Conv2d(3, 2, 1, bias=False))
TENSORS_OF_NET = {f"net.{name}": value for name, value in NET.state_dict().items()}
X = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network's state_dict and an input, in every form."""
    folder = tmp_path_factory.mktemp("net")
    arrays = {name: value.numpy() for name, value in TENSORS_OF_NET.items()}
    safetensors.torch.save_file(TENSORS_OF_NET, folder / "net.safetensors")
    np.savez(folder / "net.npz", **arrays)
    np.save(folder / "weight.npy", arrays["net.0.weight"])
    np.save(folder / "bias.npy", arrays["net.0.bias"])
    np.save(folder / "x.npy", X.numpy())
    np.savez_compressed(folder / "x.npz", X.numpy()[None])
    (folder / "scene.json").write_text(json.dumps({"operation": {"kind": "conv2d"}}))
    return folder


WITH, WITHOUT = "nn.Conv2d(2, 3, 2)", "nn.Conv2d(2, 3, 2, bias=False)"
FUNCTION, FUNCTION_WITHOUT = "F.conv2d(x, w, b)", "F.conv2d(x, w)"
FIRST = ["--weight", "net.safetensors", "--weight-key", "net.0.weight"]
FIRST_NPZ = ["--weight", "net.npz", "--weight-key", "net.0.weight"]
SECOND = ["--weight", "net.npz", "--weight-key", "net.1.weight"]
ALONE = ["--weight", "weight.npy"]
BIAS = ["--bias", "net.safetensors", "--bias-key", "net.0.bias"]
BIAS_ALONE = ["--bias", "bias.npy"]
# What is given, and whether the layer's own bias is in the golden values.
GOLDENS: dict[str, tuple[str, list[str], bool]] = {
    "the bias beside the weight": (WITH, FIRST, True),
    "the bias beside the weight, in npz": (WITH, FIRST_NPZ, True),
    "a bias from the same file": (WITH, [*FIRST, *BIAS], True),
    "a bias from another file": (WITH, [*ALONE, *BIAS_ALONE], True),
    "no bias, though there is one": (WITHOUT, FIRST, False),
    "no bias anywhere": (WITHOUT, ALONE, False),
    "a function with a bias": (FUNCTION, FIRST, True),
    "a function with another file's bias": (FUNCTION, [*ALONE, *BIAS], True),
    "a function without": (FUNCTION_WITHOUT, FIRST_NPZ, False),
}


@pytest.mark.parametrize("input", ["x.npy", "x.npz"])
@pytest.mark.parametrize("case", GOLDENS)
def test_golden_values_are_those_of_the_module(
    net: Path, monkeypatch: pytest.MonkeyPatch, case: str, input: str
) -> None:
    monkeypatch.chdir(net)
    layer, given, has_bias = GOLDENS[case]
    module = torch.nn.Conv2d(2, 3, 2, bias=has_bias)
    module.load_state_dict(
        {name: TENSORS_OF_NET[f"net.0.{name}"] for name in ("weight", "bias")[: 1 + has_bias]}
    )
    result = run("--layer", layer, "--input", input, *given)
    assert result.exit_code == 0, result.stderr
    assert ("batch axis" in result.stderr) == (input == "x.npz")
    found = torch.tensor([step["output"] for step in lines(result.stdout_bytes)])
    torch.testing.assert_close(found.reshape(3, 3, 4), module(X).detach())


INCONSISTENT: dict[str, tuple[str, list[str], str]] = {
    "no bias in the weight's file": (WITH, ALONE, "give --bias FILE"),
    "no bias beside the weight": ("nn.Conv2d(3, 2, 1)", SECOND, "write bias=False in the layer"),
    "no bias for a function": (FUNCTION, ALONE, "give --bias FILE"),
    "a bias for a layer without": (WITHOUT, [*FIRST, *BIAS], "the layer has no bias, but --bias gives one"),
    "a bias for a function without": (FUNCTION_WITHOUT, [*FIRST, *BIAS], "the layer has no bias"),
    "a bias for a random layer without": (WITHOUT, BIAS_ALONE, "the layer has no bias"),
    "another kernel size": (
        "nn.Conv2d(2, 3, 3)", FIRST, "weight has shape (3, 2, 2, 2), the layer in --layer has (3, 2, 3, 3)",
    ),
    "another count of outputs": ("nn.Conv2d(2, 16, 2)", FIRST, "has (16, 2, 2, 2)"),
    "another count of inputs": ("nn.Conv2d(3, 3, 2)", FIRST, "has (3, 3, 2, 2)"),
    "other groups": ("nn.Conv2d(2, 4, 2, groups=2)", FIRST, "has (4, 1, 2, 2)"),
    "a transposed layer": ("nn.ConvTranspose2d(2, 3, 2)", FIRST, "has (2, 3, 2, 2)"),
    "an input of other channels": ("nn.Conv2d(3, 4, 2)", [], "input has 2 channels, weight expects 3"),
    "a bias of another length": (WITH, [*FIRST, "--bias", "net.npz", "--bias-key", "net.1.weight"], "bias"),
    "a weight for pooling": ("nn.MaxPool2d(2)", FIRST, "weight"),
    "a bias without its weight": (WITH, ["--bias", "net.npz", "--bias-key", "net.0.bias"], "--weight too"),
    "a seed of nothing": (WITHOUT, [*FIRST, "--seed", "5"], "the files give all of them"),
    "several layers": (f"nn.Sequential({WITHOUT}, nn.ReLU(), {WITH})", FIRST, "layer_index"),
    "a layer that is not there": (WITH, [*FIRST, "--layer-index", "1"], "1"),
    "no such key": (WITH, ["--weight", "net.npz", "--weight-key", "conv1.weight"], "weight_key may be"),
}  # fmt: skip


@pytest.mark.parametrize("case", INCONSISTENT)
def test_files_that_contradict_the_layer(net: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(net)
    layer, given, says = INCONSISTENT[case]
    result = run("--layer", layer, "--input", "x.npy", *given)
    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr


IGNORED: dict[str, list[str]] = {
    "--dtype needs --layer": ["scene.json", "--dtype", "float64"],
    "--layer-index needs --layer": ["scene.json", "--layer-index", "0"],
    "--seed needs --layer": ["scene.json", "--seed", "1"],
    "--size needs --input or --layer": ["scene.json", "--size", "4", "4"],
    "--input-key needs --input": ["scene.json", "--input-key", "x"],
    "--input-index needs --input": ["--layer", WITH, "--input-index", "0"],
    "--weight-key needs --weight": ["--layer", WITH, "--weight-key", "x"],
    "--bias-key needs --bias": ["--layer", WITH, *FIRST, "--bias-key", "net.0.bias"],
    "standard input can be read once": ["--layer", WITH, "--input", "-", "--weight", "-"],
}


@pytest.mark.parametrize("says", IGNORED)
def test_no_option_is_ignored(net: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    monkeypatch.chdir(net)
    monkeypatch.setenv("COLUMNS", "200")
    result = run(*IGNORED[says])
    assert result.exit_code == 2
    assert says in result.stderr


def test_one_of_several_layers(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(net)
    code = f"nn.Sequential(nn.MaxPool2d(2), {WITHOUT})"
    result = run("--layer", code, "--layer-index", "1", "--input", "x.npy", *FIRST)
    assert result.exit_code == 0
    assert result.stdout_bytes == run("--layer", WITHOUT, "--input", "x.npy", *FIRST).stdout_bytes


def test_random_numbers_beside_a_file_are_told(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(net)
    result = run("--layer", WITH, "--input", "x.npy", "--seed", "3")
    assert result.exit_code == 0
    assert result.stderr == "convscope: note: no file gives weight, bias: random numbers of seed 3\n"
    assert not run("--layer", WITH, "--seed", "3").stderr


def test_a_scene_says_what_it_does_not_use(net: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(net)
    result = run("scene.json", "--input", "x.npy", *FIRST)
    assert result.exit_code == 0
    assert result.stderr.startswith("convscope: note: the weight's file holds a bias too, 'net.0.bias'")
    found = torch.tensor([step["output"] for step in lines(result.stdout_bytes)]).reshape(3, 3, 4)
    torch.testing.assert_close(found, F.conv2d(X, TENSORS_OF_NET["net.0.weight"]))


def test_one_sample_of_a_batch(tmp_path: Path) -> None:
    batch = torch.stack([X, 2 * X, 3 * X])
    np.save(tmp_path / "batch.npy", batch.numpy())
    given = ["--layer", "nn.MaxPool2d(2)", "--input", tmp_path / "batch.npy"]
    for index in range(3):
        found = torch.tensor([step["output"] for step in lines(good(*given, "--input-index", index))])
        torch.testing.assert_close(found.reshape(2, 2, 2), F.max_pool2d(batch[index], 2))
    assert "a batch of 3: input_index picks one" in run(*given).stderr


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "net.safetensors"])
def test_tensors_without_a_layer_say_what_is_missing(net: Path, name: str) -> None:
    for result in (run(net / name), run_with((net / name).read_bytes(), "-")):
        assert (result.exit_code, result.stdout_bytes) == (1, b"")
        assert result.stderr.count("\n") == 1
        assert "and no layer: add --layer" in result.stderr


def run_with(content: bytes, *arguments: object) -> Result:
    result: Result = CliRunner().invoke(main, ["trace", *map(str, arguments)], input=content)
    return result


def test_a_pickled_checkpoint_is_no_tensor_file(tmp_path: Path) -> None:
    torch.save(TENSORS_OF_NET, tmp_path / "net.pt")
    result = run(tmp_path / "net.pt")
    assert result.exit_code == 1 and "pickles (.pt, .pth, .pkl) run code" in result.stderr


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.safetensors"])
def test_tensors_from_standard_input(net: Path, name: str) -> None:
    content = safetensors.torch.save({"x": X}) if name.endswith("s") else (net / name).read_bytes()
    result = run_with(content, "--layer", "nn.MaxPool2d(2)", "--input", "-")
    found = torch.tensor([step["output"] for step in lines(result.stdout_bytes)])
    torch.testing.assert_close(found.reshape(2, 2, 2), F.max_pool2d(X, 2))


def test_scenes_from_standard_input(client: TestClient, chapter_file: Path) -> None:
    saved = client.get(f"{make_scene(client, CHAPTER)}/file").content
    for content in (chapter_file.read_bytes(), saved):
        result = run_with(content, "-", "-o", "-")
        assert [step["output"] for step in lines(result.stdout_bytes)] == [56, 72, 104, 120]


@pytest.mark.parametrize("target", ["nowhere/x", ".", "scene.json/x"])
def test_a_bad_output_is_named(chapter_file: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(chapter_file.parent)
    result = run(chapter_file, "-o", target)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"convscope: {target}: ")
    assert [path.name for path in chapter_file.parent.iterdir()] == ["scene.json"]


def test_a_device_is_written_to_as_it_is(chapter_file: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        assert good(chapter_file, "-o", pipe) == b""
        assert len(lines(reader.communicate()[0])) == 4
    assert good(chapter_file, "-o", "/dev/null") == b""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"operation": {"kind": "x"}}', "\0", "PK\3\4"])
def test_bad_scenes_are_one_clear_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "scene.json"
    path.write_text(content)
    result = run(path)
    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    assert result.stderr.count("\n") == 1


def test_bad_files_are_one_clear_line(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(3)}, tmp_path / "x.pt")
    result = run("--layer", LAYER, "--input", tmp_path / "x.pt")
    assert result.exit_code == 1
    assert "never are" in result.stderr
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run("--layer", LAYER, "--input", tmp_path / "x.png").exit_code == 1


def test_usage() -> None:
    assert run().exit_code == 2
    assert run("scene.json", "--layer", LAYER).exit_code == 2
    assert run("--layer", LAYER, "--format", "xml").exit_code == 2


# What a call needs to import, of what takes long.
HEAVY = {"torch", "numpy", "PIL", "fastapi", "starlette", "uvicorn", "jinja2", "pydantic_settings", "httpx2"}
TENSORS = {"torch", "numpy", "PIL", "pydantic_settings"}
IMPORTS: dict[str, tuple[list[str], set[str]]] = {
    "help": (["--help"], set()),
    "help of a command": (["trace", "--help"], set()),
    "help of the server": (["serve", "--help"], set()),
    "an unknown command": (["plot"], set()),
    "an unknown option": (["trace", "--pixels"], set()),
    "nothing to trace": (["trace"], set()),
    "help of the store": (["store", "--help"], set()),
    "settings": (["settings"], {"pydantic_settings"}),
    "a layer": (["trace", "--layer", "nn.MaxPool2d(2)", "--size", "2", "2"], TENSORS),
}
LIST_MODULES = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from convscope.__main__ import main
main()
"""


@pytest.mark.parametrize("case", IMPORTS)
def test_a_call_imports_only_what_it_uses(case: str) -> None:
    arguments, uses = IMPORTS[case]
    process = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *arguments], capture_output=True, text=True, check=False
    )
    assert set(process.stderr.split()) & HEAVY <= uses


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


def test_gradients_are_those_of_the_api(client: TestClient, layer_file: Path, tmp_path: Path) -> None:
    expected = client.post("/api/v1/gradients", json=GROUPED).json()
    assert json.loads(good(layer_file, "--backward", "--format", "json")) == expected
    for form, load in (
        ("safetensors", safetensors.numpy.load_file),
        ("zip", lambda path: np.load(io.BytesIO(path.read_bytes()))),
    ):
        path = tmp_path / f"gradients.{form}"
        good(layer_file, "--backward", "--format", form, "-o", path)
        found = load(path)
        for name in ("input", "weight", "bias"):
            assert np.allclose(found[f"grad_{name}"], expected[name], rtol=1e-5, atol=1e-5)


def test_lines_of_gradients_are_steps_of_the_api(client: TestClient, layer_file: Path) -> None:
    scene = client.post("/api/v1/scenes", json=GROUPED).json()["links"]["self"]
    steps = lines(good(layer_file, "--backward"))
    assert len(steps) == 4 * 30 + 6 * 2 * 6 + 1
    for url in ("input/steps?in_channel=2", "weight/steps?out_channel=4&in_channel=3"):
        kind, found = url.partition("/")[0], client.get(f"{scene}/gradients/{url}&format=jsonl").content
        expected = [{"gradient_of": kind, **step} for step in lines(found)]
        assert [step for step in expected if step not in steps] == []
    assert steps[-1] == {"gradient_of": "bias", **client.get(f"{scene}/gradients/bias").json()}


def test_an_upstream_from_a_file(chapter_file: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "u.npy", np.array([[[1, 0], [0, -2]]]))
    asked = (chapter_file, "--backward", "--format", "json", "--upstream", tmp_path / "u.npy")
    assert json.loads(good(*asked))["input"][0] == [[0, 1, 0], [2, 3, -2], [0, -4, -6]]
    layer = ("--layer", "nn.Conv2d(1, 1, 2)", "--size", 3, 3, "--dtype", "int32")
    random = json.loads(good(*layer, *asked[1:]))
    assert random["upstream"] == [[[1, 0], [0, -2]]]
    for options in (("--upstream", tmp_path / "u.npy"), ("--backward", "--out-channel", 0)):
        assert run(chapter_file, *options).exit_code == 2
