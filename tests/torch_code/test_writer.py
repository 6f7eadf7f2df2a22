"""The code that reproduces a scene, run by a Python of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
import torch
from hypothesis import assume, event, given
from hypothesis import strategies as st
from torch import Tensor

from app.conv.dtypes import DTYPES
from app.conv.errors import ConvError
from app.conv.operation import (
    PADDING_MODES,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    Operation,
    Padding,
)
from app.limits import Limits
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.scenes.tensors import tensor
from app.torch_code.parser import parse
from app.torch_code.writer import LITERAL, write_code
from tests.support.random_layers import OPERATIONS, Layer, layers

Runner = Callable[[Scene], Tensor]

# Runs one script after the other, so that torch is imported once.
RUN = """
import contextlib, io, json, sys, torch, traceback
torch.set_num_threads(1)
for line in sys.stdin:
    names, printed = {}, io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(json.loads(line), "scene", "exec"), names)
        y = names["y"]
        assert printed.getvalue() == f"{y}\\n"
        answer = [str(y.dtype), y.tolist()]
    except Exception:
        answer = [traceback.format_exc(), None]
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    folder = tmp_path_factory.mktemp("scenes")
    command = [sys.executable, "-W", "error", "-c", RUN]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=folder, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None and stdout is not None

        def run(scene: Scene) -> Tensor:
            written = write_code(scene)
            if "load_file" in written:
                (folder / f"{scene.id}.safetensors").write_bytes(encode(scene))
            print(json.dumps(written), file=stdin, flush=True)
            dtype, values = json.loads(stdout.readline())
            assert dtype == f"torch.{scene.dtype}", written
            return torch.tensor(values, dtype=DTYPES[scene.dtype])

        yield run
        stdin.close()
        assert process.wait(10) == 0


def scene_of(layer: Layer) -> Scene:
    x, weight, bias = layer.tensors
    return make_scene(layer.operation(), x, weight, bias, Limits())


def check(scene: Scene, run: Runner) -> None:
    expected, found = tensor(scene, "output"), run(scene)
    assert found.shape == expected.shape
    if scene.dtype == "int32":
        assert torch.equal(found, expected)
    else:
        # Sums in another order; what cancels leaves rounding of the size of its terms.
        size = max(1.0, *(tensor.abs().max().item() for tensor in scene.tensors.values())) ** 2
        small = (1e-5 if scene.dtype == "float32" else 1e-12) * size
        torch.testing.assert_close(found, expected, rtol=small, atol=small * scene.plan.terms)


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPERATIONS)
def test_random_scenes(kind: str, run: Runner) -> None:
    @given(layers((kind,)))
    def holds(layer: Layer) -> None:
        try:
            scene = scene_of(layer)
        except ConvError:
            assume(False)
        event("four-sided" if not scene.plan.padding.is_symmetric else "as torch has it")
        check(scene, run)

    holds()


X = torch.arange(2 * 7 * 6).reshape(2, 7, 6) % 11 - 5
LOPSIDED = Padding(1, 0, 2, 1)
CASES: list[Operation] = [
    Conv2d((2, 1), LOPSIDED, "zeros", (1, 2), 2),
    *(Conv2d((1, 1), LOPSIDED, mode, (1, 1), 1, True) for mode in PADDING_MODES),
    Conv2d(padding=Padding(1, 1, 2, 2), padding_mode="reflect"),
    Conv2d(padding="same", dilation=(1, 3)),
    ConvTranspose2d((2, 3), Padding(1, 1, 2, 2), (1, 2), (1, 2), 2),
    ConvTranspose2d((2, 3), LOPSIDED, (1, 2), (3, 1), 1),
    ConvTranspose2d((1, 1), Padding(0, 3, 0, 0)),
    MaxPool2d((3, 2), (2, 2), Padding(1, 1, 1, 1), (2, 1), True),
    MaxPool2d((3, 2), (2, 2), Padding(0, 1, 1, 0), (1, 1), True),
    MaxPool2d((3, 3), (3, 3), Padding(0, 1, 1, 0)),
    AvgPool2d((2, 3), (2, 1), Padding(1, 1, 0, 0), ceil_mode=True),
    AvgPool2d((2, 2), (3, 3), Padding(1, 1, 1, 1), (1, 1), True, False),
    *(AvgPool2d((3, 3), (2, 3), Padding(0, 1, 1, 0), (1, 1), ceil, count)
      for ceil in (False, True) for count in (False, True)),
    *(AvgPool2d((3, 2), (2, 3), Padding(1, 1, 1, 1), (2, 2), ceil, count)
      for ceil in (False, True) for count in (False, True)),
]  # fmt: skip


@pytest.mark.parametrize("operation", CASES)
@pytest.mark.parametrize("dtype", list(DTYPES.values()))
def test_every_extension(operation: Operation, dtype: torch.dtype, run: Runner) -> None:
    if isinstance(operation, AvgPool2d) and dtype == torch.int32:
        return
    weight = None
    if isinstance(operation, Conv2d | ConvTranspose2d):
        weight = (torch.arange(2 * 2 // operation.groups * 6).reshape(2, -1, 3, 2) % 7 - 3).to(dtype)
    bias = None if weight is None else torch.tensor([3, -4]).to(dtype)
    check(make_scene(operation, X.to(dtype), weight, bias, Limits()), run)


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str, run: Runner) -> None:
    check(PRESETS[name].scene, run)


def test_a_small_scene_stands_in_the_code() -> None:
    assert write_code(PRESETS["two-channels"].scene) == (
        "import torch\n"
        "import torch.nn.functional as F\n"
        "\n"
        "x = torch.tensor([\n"
        "    [[0, 1, 2], [3, 4, 5], [6, 7, 8]],\n"
        "    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],\n"
        "], dtype=torch.float32)  # (2, 3, 3)\n"
        "weight = torch.tensor([[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]], dtype=torch.float32)  # (1, 2, 2, 2)\n"
        "\n"
        "y = F.conv2d(x, weight)\n"
        "\n"
        "print(y)\n"
    )


@pytest.mark.parametrize("extra", [0, 1])
def test_the_threshold(extra: int) -> None:
    x = torch.ones(1, 1, LITERAL + extra)
    scene = make_scene(MaxPool2d((1, 1)), x, None, None, Limits())
    assert ("load_file" in write_code(scene)) == bool(extra)
    assert (f'load_file("{scene.id}.safetensors")' in write_code(scene)) == bool(extra)
    assert len(write_code(scene)) < 3000


@pytest.mark.parametrize("filters", [1, LITERAL // 9, 1 + LITERAL // 9])
def test_a_bias_comes_from_where_its_weight_comes_from(filters: int, run: Runner) -> None:
    x, weight, bias = torch.ones(1, 4, 4), torch.ones(filters, 1, 3, 3), torch.ones(filters)
    scene = make_scene(Conv2d(), x, weight, bias, Limits())
    code = write_code(scene)
    assert ('tensors["weight"]' in code) == ('tensors["bias"]' in code) == (weight.numel() > LITERAL)
    assert torch.equal(run(scene), torch.full((filters, 2, 2), 10.0))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@given(data=st.data())
def test_literals_are_exact(dtype: torch.dtype, data: st.DataObject) -> None:
    width: Literal[32, 64] = 32 if dtype == torch.float32 else 64
    values = data.draw(st.lists(st.floats(width=width, allow_nan=False, allow_infinity=False), min_size=1))
    x = torch.tensor(values[:LITERAL], dtype=dtype).view(1, 1, -1)
    scene = make_scene(MaxPool2d((1, 1)), x, None, None, Limits())
    names: dict[str, Any] = {}
    exec(write_code(scene).replace("print(y)", ""), names)
    assert torch.equal(names["x"], scene.input) and torch.equal(names["y"], scene.input)


@pytest.mark.slow
@given(layers())
def test_the_layer_is_read_back(layer: Layer) -> None:
    """Where torch has the very operation, parsing the line of the call leads back to it."""
    try:
        scene = scene_of(layer)
    except ConvError:
        assume(False)
    operation = scene.plan.operation
    line = next(line for line in write_code(scene).splitlines() if line.startswith("y = "))
    plain = scene.plan.padding.is_symmetric and getattr(operation, "padding_mode", "zeros") == "zeros"
    assume(plain and not line.startswith("y = (") and scene.dtype != "int32")
    if isinstance(operation, Conv2d):
        operation = replace(operation, flip=False)
    parsed = parse(line)
    assert parsed.operation == operation
    assert parsed.bias == (None if scene.weight is None else scene.bias is not None)
