"""nn.Sequential: every module's output is torch's own, from code and from print."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import safetensors.torch
import torch
from fastapi.testclient import TestClient
from torch import nn

from app.networks.sequential_code import OTHER_MODULES
from tests.support.scenes import Form

API = "/api/v1/networks"
CODES = [
    "nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))",
    "nn.Sequential(nn.Conv2d(2, 3, 3, 2), nn.Sequential(nn.LeakyReLU(0.2), nn.Dropout()), nn.Identity())",
    "nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(32, 5, bias=False), nn.Softmax(dim=1))",
    "nn.Sequential(nn.ConvTranspose2d(2, 3, 2, stride=2), nn.GELU(), nn.Conv2d(3, 3, 3, groups=3))",
    "nn.Sequential(nn.AdaptiveAvgPool2d((4, None)), nn.AdaptiveMaxPool2d(3), nn.AdaptiveAvgPool2d((1, 1)))",
    "nn.Sequential(nn.Flatten(2), nn.AdaptiveMaxPool1d(16), nn.AdaptiveAvgPool1d(5))",
    "nn.Sequential(nn.Conv2d(2, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(4, 2))",
    "nn.Sequential(nn.Conv2d(2, 2 * 4, 3, padding=3 // 2), nn.Flatten(), nn.Linear(8*(4 + 4)*8, 21 // 2))",
    "nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(2, 2, 1), nn.LeakyReLU(0.5, True), nn.Hardswish(True))",
]


def model_of(code: str) -> nn.Sequential:
    torch.manual_seed(1)
    model: nn.Sequential = eval(code, {"nn": nn})
    return model.eval()


def outputs(
    module: nn.Sequential, x: torch.Tensor, prefix: str = ""
) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    found: dict[str, torch.Tensor] = {}
    for name, each in module.named_children():
        if isinstance(each, nn.Sequential):
            inner, x = outputs(each, x, f"{prefix}{name}.")
            found |= inner
        else:
            # What works in place would change what came before it.
            x = each(x.clone())
            found[prefix + name] = x
    return found, x


@pytest.mark.parametrize("is_printed", [False, True])
@pytest.mark.parametrize("code", CODES)
def test_every_output_is_torchs(client: TestClient, code: str, is_printed: bool) -> None:
    model, x = model_of(code), torch.randn(2, 2, 8, 8)
    file = io.BytesIO()
    np.save(file, x.numpy())
    weights = safetensors.torch.save(model.state_dict() or {"none": torch.zeros(1)})
    body: Form = {"code": repr(model) if is_printed else code, "weights": weights, "input": file.getvalue()}
    answer = client.post(API, files=body)
    assert answer.status_code in (200, 201), answer.text
    expected, last = outputs(model, x)
    network = answer.json()
    assert [node["name"] for node in network["nodes"]] == list(expected)
    assert sum(node["parameters"] for node in network["nodes"]) == sum(
        each.numel() for each in model.parameters()
    )
    for name, values in expected.items():
        found = client.get(f"{network['links']['self']}/tensors/{quote(name)}?format=npy").content
        np.testing.assert_allclose(np.load(io.BytesIO(found)), values.detach().numpy(), rtol=1e-4, atol=1e-5)
    assert list(last.shape) == network["nodes"][-1]["outputs"][0]["shape"]


@pytest.mark.parametrize(
    ("size", "is_scene"), [("1", True), ("(2, 4)", True), ("(None, 1)", True), ("3", False)]
)
@pytest.mark.parametrize("op", ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"])
def test_a_pooling_with_equal_windows_has_a_stage(
    client: TestClient, op: str, size: str, is_scene: bool
) -> None:
    given = {"code": f"nn.Sequential(nn.{op}({size}))", "input": '{"random": {"shape": [2, 8, 4]}}'}
    network = client.post(API, files=given).json()
    scene = network["nodes"][0]["scene"]
    assert (scene is not None) == is_scene
    if is_scene:
        shown = client.get(scene).json()
        assert shown["shapes"]["output"] == network["nodes"][0]["outputs"][0]["shape"][1:]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no code": ({"code": "print(1)"}, ""),
    "unknown module": ({"code": "nn.Sequential(nn.LSTM(1, 1))"}, "network_code_module_unknown"),
    "misfit": ({"code": "nn.Sequential(nn.Conv2d(1, 2, 2), nn.Linear(7, 2))"}, "network_module_misfit"),
    "huge": ({"code": "nn.Sequential(nn.Flatten(), nn.Linear(9, 1000000 * 1000000))"}, "limit_exceeded"),
    "a power": ({"code": "nn.Sequential(nn.Flatten(), nn.Linear(9, 2**3))"}, "code.calculation_unread"),
    "by zero": ({"code": "nn.Sequential(nn.Flatten(), nn.Linear(9, 2 // 0))"}, "code.division_by_zero"),
    "a name": ({"code": "nn.Sequential(nn.Flatten(), nn.Linear(n, 2))"}, "code.value_not_written_out"),
    "options": ({"code": "nn.Sequential(nn.Tanh(**options))"}, "code.value_not_written_out"),
    "too many": ({"code": "nn.Sequential(nn.Tanh(1, 2, 3))"}, "network_code_arguments"),
    **{
        f"{form}, {way}": ({"code": f"nn.Sequential(nn.Linear(9, {way}{value}))"}, "code.nested_too_deeply")
        for form, value in {
            "a long product": "9*" * 900 + "9",
            "many signs": "-" * 900 + "9",
            "nested lists": "-" * 450 + "[" * 90 + "9" + "]" * 90,
        }.items()
        for way in ("", "out_features=")
    },
    "too large": ({"code": "nn.Sequential(nn.Flatten(), nn.Linear(9, 1000000000))"}, "limit_exceeded"),
    "seed": ({"code": "nn.Sequential(nn.ReLU())", "seed": "x"}, "network_seed_unreadable"),
    "both": ({"code": "nn.Sequential(nn.ReLU())", "model": "x"}, "network_model_or_code"),
    "missing weight": (
        {
            "code": "nn.Sequential(nn.Conv2d(1, 1, 2))",
            "weights": safetensors.torch.save({"a": torch.ones(1)}),
        },
        "network_weight_missing",
    ),
    "code that runs": (
        {"code": "nn.Sequential(nn.ReLU(__import__('os').system('true')))"},
        "code.value_not_written_out",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(client: TestClient, name: str) -> None:
    body, code = REFUSED[name]
    answer = client.post(API, files=body | {"input": json.dumps({"data": np.ones((1, 3, 3)).tolist()})})
    assert answer.status_code in (413, 422), answer.text
    assert not code or answer.json()["code"] == code


def test_the_modules_that_are_there_are_classes(client: TestClient) -> None:
    answer = client.post(API, files={"code": "nn.Sequential(nn.Foo(3))", "input": "{}"})
    _, names = answer.json()["errors"][0]["message"].split("; there are ")
    assert "Conv2d" in names
    assert all(name[0].isupper() for name in names.split(", "))


SIZES = ["1", "2", "3", "8", "0", "-1", "None", "(2, None)", "(1, 2, 3)", "1.5", "10**9", "1, True"]
# Beside no arguments at all.
ARGUMENTS = {
    "BatchNorm1d": ["3", "7", "0"],
    "BatchNorm2d": ["3", "7", "3, affine=False"],
    "Linear": ["4, 2", "7, 2", "-1, 2", "4, 10**6"],
    "Flatten": ["0", "2", "-1", "3, 1", "9"],
    "Softmax": ["0", "1", "9"],
    "LogSoftmax": ["9"],
    "LeakyReLU": ["1e400"],
    "Softplus": ["0", "1e400"],
    "Hardtanh": ["1, -1", "-1e400, 1e400"],
    "GELU": ["'tanh'", "'x'"],
    "Dropout": ["1.5"],
    **{op: SIZES for op in OTHER_MODULES if op.startswith("Adaptive")},
}
SHAPES = [(3, 4, 4), (1, 3, 4, 4), (2, 3, 4, 4), (3, 4), (1, 3, 4), (4,), (1, 4), (0, 3, 4, 4), (1, 0, 4, 4)]


@pytest.mark.parametrize("op", OTHER_MODULES)
def test_every_module_runs_or_is_refused(client: TestClient, op: str) -> None:
    """Whatever its arguments and the input's shape are."""
    for arguments in ["", *ARGUMENTS.get(op, [])]:
        for shape in SHAPES:
            given = json.dumps({"data": np.full(shape, -1.5).tolist()})
            sent = {"code": f"nn.Sequential(nn.{op}({arguments}))", "input": given}
            answer = client.post(API, files=sent)
            assert answer.status_code in (200, 201, 413, 422), (arguments, shape, answer.text)


def test_random_weights_are_said_and_others_are_not(client: TestClient) -> None:
    x = b'{"random": {"shape": [1, 4, 4]}}'
    parts = {"code": b"nn.Sequential(nn.Conv2d(1, 1, 3))", "input": x}
    random = client.post(API, files=parts | {"seed": b"5"}).json()
    assert random["weights"] == {"code": "network_weights_random", "message": "random weights, seed 5"}
    assert client.get(random["links"]["self"]).json() == random
    weights = safetensors.torch.save({"0.weight": torch.ones(1, 1, 3, 3), "0.bias": torch.zeros(1)})
    assert client.post(API, files=parts | {"weights": weights}).json()["weights"] is None
