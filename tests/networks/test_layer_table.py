"""Layers from code alone: as torch has them, autograd's supports, and a table worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from torch import nn
from typer.testing import CliRunner

from app.cli import main

URL = "/api/v1/networks/shapes"
CODES = {
    "vgg": (
        "nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), "
        "nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.AvgPool2d(2), nn.Flatten(), "
        "nn.Linear(256, 10))",
        [3, 16, 16],
    ),
    "strides and dilations": (
        "nn.Sequential(nn.Conv2d(2, 4, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 2)), nn.GELU(), "
        "nn.Conv2d(4, 4, 3, 2, groups=4, bias=False), nn.MaxPool2d(2, 1))",
        [2, 23, 25],
    ),
    "transposed": ("nn.Sequential(nn.Conv2d(1, 2, 2), nn.ConvTranspose2d(2, 3, 3, 2, 1))", [1, 9, 9]),
    "1d": ("nn.Sequential(nn.Conv1d(2, 4, 3, 2, 1), nn.BatchNorm1d(4), nn.MaxPool1d(3))", [2, 31]),
    "features": (
        "nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Sequential(nn.Linear(7, 2), nn.Softmax(1)))",
        [5],
    ),
}


def asked(client: TestClient, code: str, shape: list[int]) -> dict[str, Any]:
    answer = client.post(URL, json={"code": code, "input_shape": shape})
    assert answer.status_code == 200, answer.text
    table: dict[str, Any] = answer.json()
    return table


def modules(model: nn.Sequential) -> list[nn.Module]:
    return [each for each in model.modules() if not isinstance(each, nn.Sequential)]


@pytest.mark.parametrize("name", CODES)
def test_shapes_and_parameters_are_torchs(client: TestClient, name: str) -> None:
    code, shape = CODES[name]
    table = asked(client, code, shape)
    values = torch.zeros(1, *shape)
    model = modules(eval(code, {"nn": nn}).eval())
    assert len(model) == len(table["layers"])
    for layer, module in zip(table["layers"], model, strict=True):
        values = module(values)
        assert layer["output_shape"] == list(values.shape[1:])
        assert layer["parameters"] == sum(each.numel() for each in module.parameters())
        assert layer["op"] == type(module).__name__
    assert table["parameters"] == sum(layer["parameters"] for layer in table["layers"])


@pytest.mark.parametrize("name", ["vgg", "strides and dilations", "1d"])
def test_receptive_fields_are_the_supports_of_gradients(client: TestClient, name: str) -> None:
    """Of a cell in the middle, whose field is not cut off, on a large enough input."""
    code, shape = CODES[name]
    large = [shape[0], *[length + 40 for length in shape[1:]]]
    model = modules(eval(code, {"nn": nn}).eval())
    model = model[: next((i for i, each in enumerate(model) if isinstance(each, nn.Flatten)), len(model))]
    layers = asked(client, ", ".join(code.split(", nn.Flatten")[:1]).rstrip(")") + "))", large)["layers"]
    x = torch.rand(1, *large, requires_grad=True)
    values = x
    for module, layer in zip(model, layers, strict=True):
        values = as_sums(module)(values)
        cell = [length // 2 for length in values.shape[2:]]
        (gradient,) = torch.autograd.grad(values[0, :, *cell].sum(), x, retain_graph=True)
        reached = (gradient[0] != 0).any(0)
        for axis, (middle, size, jump, start) in enumerate(
            zip(cell, *(layer["receptive_field"][each] for each in ("size", "jump", "start")), strict=True)
        ):
            lines = reached.any(1 - axis) if reached.ndim > 1 else reached
            cells = lines.nonzero().flatten().tolist()
            assert (cells[0], cells[-1]) == (start + middle * jump, start + middle * jump + size - 1)


def as_sums(module: nn.Module) -> Any:
    """With positive weights, no activation, and averages for maxima."""
    if isinstance(module, nn.Conv1d | nn.Conv2d):
        with torch.no_grad():
            module.weight.abs_().add_(0.1)
        return module
    if isinstance(module, nn.MaxPool2d):
        return nn.AvgPool2d(module.kernel_size, module.stride)
    if isinstance(module, nn.MaxPool1d):
        return nn.AvgPool1d(module.kernel_size, module.stride)
    return module if isinstance(module, nn.AvgPool2d) else nn.Identity()


# VGG-16's first two blocks on 224×224, and ResNet's stem, worked out by hand.
VGG = (
    "nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), "
    "nn.MaxPool2d(2, 2), nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.Conv2d(128, 128, 3, padding=1), "
    "nn.ReLU(), nn.MaxPool2d(2, 2))"
)
BY_HAND: list[tuple[Any, ...]] = [
    ([64, 224, 224], 1_792, 86_704_128, 3, 1, -1),
    ([64, 224, 224], 0, 0, 3, 1, -1),
    ([64, 224, 224], 36_928, 1_849_688_064, 5, 1, -2),
    ([64, 224, 224], 0, 0, 5, 1, -2),
    ([64, 112, 112], 0, None, 6, 2, -2),
    ([128, 112, 112], 73_856, 924_844_032, 10, 2, -4),
    ([128, 112, 112], 0, 0, 10, 2, -4),
    ([128, 112, 112], 147_584, 1_849_688_064, 14, 2, -6),
    ([128, 112, 112], 0, 0, 14, 2, -6),
    ([128, 56, 56], 0, None, 16, 4, -6),
]


def test_vgg_by_hand(client: TestClient) -> None:
    layers = asked(client, VGG, [3, 224, 224])["layers"]
    for layer, (shape, parameters, multiply_adds, size, jump, start) in zip(layers, BY_HAND, strict=True):
        assert (layer["output_shape"], layer["parameters"]) == (shape, parameters)
        assert multiply_adds is None or layer["multiply_adds"] == multiply_adds
        field = {"size": [size] * 2, "jump": [jump] * 2, "start": [start] * 2}
        assert layer["receptive_field"] == field
    # 3·224 − 2 of 3·224 rows read lie inside, and columns alike.
    assert layers[0]["padding_share"] == pytest.approx(1 - (670 / 672) ** 2)


def test_a_transposed_convolution_multiplies_each_input_cell_by_each_kernel_cell(client: TestClient) -> None:
    code = "nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, stride=2))"
    transposed = asked(client, code, [3, 8, 8])["layers"][2]
    assert transposed["multiply_adds"] == 4 * 8 * 8 * 2 * 2 * 2


def test_resnet_stem_by_hand(client: TestClient) -> None:
    code = "nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.MaxPool2d(3, 2, 1))"
    conv, norm, pool = asked(client, code, [3, 224, 224])["layers"]
    assert (conv["output_shape"], conv["parameters"], conv["multiply_adds"]) == (
        [64, 112, 112],
        9_408,
        118_013_952,
    )
    assert norm["parameters"] == 128
    assert pool["output_shape"] == [64, 56, 56]
    assert pool["receptive_field"] == {"size": [11, 11], "jump": [4, 4], "start": [-5, -5]}


def test_layers_of_billions_of_numbers(client: TestClient) -> None:
    conv, linear = "nn.Conv2d(3, 4000, 3, padding=1)", "nn.Linear(4000000000, 1000)"
    code = f"nn.Sequential({conv}, nn.ReLU(), nn.Flatten(), {linear})"
    *_, flat, last = asked(client, code, [3, 1000, 1000])["layers"]
    assert flat["output_shape"] == [4_000_000_000]
    assert last["parameters"] == 4_000_000_001_000
    assert last["receptive_field"] == {"size": [1000, 1000], "jump": None, "start": [0, 0]}


REFUSED: dict[str, tuple[Any, int, str]] = {
    "counts": (
        {"code": "nn.Sequential(nn.ReLU())", "input_shape": [2**31 - 1] * 3}, 422, "network_counts_too_large"
    ),
    "misfit": ({"code": "nn.Sequential(nn.Linear(3, 2))", "input_shape": [4]}, 422, "network_module_misfit"),
    "channels": ({"code": "nn.Sequential(nn.Conv2d(3, 2, 1))", "input_shape": [4, 5, 5]}, 422, ""),
    "axes": ({"code": "nn.Sequential(nn.Conv2d(3, 2, 1))", "input_shape": [3, 5]}, 422, ""),
    "kernel": ({"code": "nn.Sequential(nn.Conv2d(3, 2, 9))", "input_shape": [3, 5, 5]}, 422, ""),
    "no Sequential": ({"code": "1", "input_shape": [3]}, 422, "network_code_without_sequential"),
    "zero": ({"code": "nn.Sequential(nn.ReLU())", "input_shape": [0]}, 422, "field.below_minimum"),
    "four axes": ({"code": "nn.Sequential(nn.ReLU())", "input_shape": [1] * 4}, 422, "field.too_many_items"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(client: TestClient, name: str) -> None:
    body, status, code = REFUSED[name]
    answer = client.post(URL, json=body)
    assert answer.status_code == status, answer.text
    assert not code or answer.json()["errors"][0]["code"] == code


def test_csv_and_markdown(client: TestClient) -> None:
    code, shape = CODES["vgg"]
    table = asked(client, code, shape)
    body = {"code": code, "input_shape": shape}
    answer = client.post(URL, json=body, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    for row, layer in zip(rows, table["layers"], strict=True):
        assert row["output"] == "x".join(map(str, layer["output_shape"]))
        assert int(row["multiply_adds"]) == layer["multiply_adds"]
        assert row["receptive_field"] == "x".join(map(str, layer["receptive_field"]["size"]))
    written = client.post(URL + "?format=md", json=body).text.splitlines()
    assert written[2] == "| 0 | Conv2d | 8×16×16 | 224 | 55,296 | 3×3 | 1×1 | -1×-1 | 0.0816 |".replace(
        "0.0816", f"{table['layers'][0]['padding_share']:.6g}"
    )
    assert f"{table['multiply_adds']:,}" in written[-1]
    assert client.post(URL, json=body, headers={"Accept": "image/png"}).status_code == 406


def test_from_the_command_line(client: TestClient) -> None:
    code, shape = CODES["vgg"]
    command = ["network", "--code", code, "--shape", "3, 16,16"]
    for form in ("csv", "md"):
        told = CliRunner().invoke(main, [*command, "--format", form])
        assert told.exit_code == 0, told.output
        assert (
            told.output == client.post(f"{URL}?format={form}", json={"code": code, "input_shape": shape}).text
        )
    for wrong in (["--code", code], ["--code", code, "--shape", "3,x"], ["--shape", "3"], []):
        assert CliRunner().invoke(main, ["network", *wrong]).exit_code == 2
    refused = CliRunner().invoke(main, ["network", "--code", "nn.Sequential(nn.Conv2d(1))", "--shape", "3"])
    assert refused.exit_code == 1
    assert "--code, line 1" in refused.output


def test_the_body_is_json(client: TestClient) -> None:
    assert client.post(URL, content=json.dumps({"code": "x"})).status_code in (415, 422)
