"""The code of the gradients, run as it stands, gives the gradients of the scene."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.conv.errors import ConvError
from app.limits import Limits
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene, make_scene
from app.scenes.scene_file import encode
from app.scenes.tensors import scene_gradients
from app.torch_code.writer import write_code
from tests.support.random_layers import Layer, layers, tensor


def run(scene: Scene) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(write_code(scene, backward=True), names)
    return names


def check(scene: Scene) -> None:
    found, expected = run(scene), scene_gradients(scene)
    for name, gradient in expected._asdict().items():
        if gradient is None:
            assert f"grad_{name}" not in found
            continue
        own, gradient = found[f"grad_{name}"], scene.own(gradient)
        assert own.dtype == gradient.dtype
        if scene.dtype == "int32":
            assert torch.equal(own, gradient)
        torch.testing.assert_close(own, gradient, rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(layers(), st.booleans())
def test_the_code_gives_the_gradients(layer: Layer, has_upstream: bool) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    upstream = tensor(made.own_shape(made.output_shape), layer.x.dtype, 5) if has_upstream else None
    # Larger tensors are loaded from the scene file.
    x, weight, bias = layer.tensors
    assume(all(each is None or each.numel() <= 256 for each in (x, weight, bias, upstream)))
    check(make_scene(layer.operation(), x, weight, bias, Limits(), upstream))


def test_a_large_upstream_is_loaded(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(1)
    x, weight = torch.randn(1, 20, 20, generator=generator), torch.randn(1, 1, 3, 3, generator=generator)
    upstream = torch.randn(1, 18, 18, generator=generator)
    scene = make_scene(PRESETS["two-channels"].scene.plan.operation, x, weight, None, Limits(), upstream)
    (tmp_path / f"{scene.id}.safetensors").write_bytes(encode(scene))
    monkeypatch.chdir(tmp_path)
    check(scene)


def test_code_of_the_output_has_no_upstream() -> None:
    plain = PRESETS["two-channels"].scene
    ones = torch.ones(plain.plan.output_shape)
    made = make_scene(plain.plan.operation, plain.input, plain.weight, plain.bias, Limits(), ones)
    assert write_code(made) == write_code(plain)
    assert write_code(plain, backward=True).endswith(
        "y.backward(torch.ones_like(y))\n"
        "grad_input = x.grad\n"
        "grad_weight = weight.grad\n"
        'print(grad_input, grad_weight, sep="\\n")\n'
    )
