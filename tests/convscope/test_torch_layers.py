"""Layers and inputs as Python has them: what the server makes of them is what torch does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from convscope import Client
from convscope.torch_layers import input_from, layer_from
from tests.support.server_process import ServerProcess

GENERATOR = torch.Generator().manual_seed(15)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=GENERATOR)


class Own(nn.Conv2d):
    """Somebody's subclass."""


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2)), (3, 9, 8)),
        (nn.Conv2d(4, 4, 3, groups=4, bias=False, padding="same"), (4, 5, 6)),
        (nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect").double(), (2, 5, 5)),
        (Own(1, 1, 2), (1, 3, 3)),
        (nn.Conv1d(2, 3, 3, stride=2, padding=1), (2, 11)),
        (nn.ConvTranspose2d(2, 3, 3, stride=2, output_padding=(1, 0)), (2, 4, 3)),
        (nn.ConvTranspose1d(2, 3, 3, stride=2), (2, 4)),
        (nn.MaxPool2d(2, ceil_mode=True), (3, 5, 5)),
        (nn.MaxPool1d(3, stride=1, padding=1), (2, 7)),
        (nn.AvgPool2d((2, 3), padding=1, count_include_pad=False), (2, 6, 6)),
        (nn.AvgPool1d(2), (2, 8)),
    ],
    ids=str,
)
def test_a_module_of_torch_is_shown_as_it_computes(
    server: ServerProcess, layer: nn.Module, shape: tuple[int, ...]
) -> None:
    dtype = next((one.dtype for one in layer.parameters()), torch.float32)
    x = numbers(1, *shape).to(dtype).requires_grad_()
    operation, weight, bias = layer_from(layer)
    with Client(server.url) as client:
        given = input_from(x, operation["kind"])
        scene = client.create_scene(operation, input=given, weight=weight, bias=bias)
        np.testing.assert_allclose(scene.output, layer(x)[0].detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "layer", [nn.Linear(2, 2), nn.Conv3d(1, 1, 1), nn.Sequential(), "conv2d", None], ids=str
)
def test_what_is_no_such_layer_is_refused_with_those_that_are(layer: object) -> None:
    with pytest.raises(TypeError, match="ConvTranspose2d"):
        layer_from(layer)


def test_an_average_over_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="divisor_override"):
        layer_from(nn.AvgPool2d(2, divisor_override=3))


def test_a_batch_of_one_loses_its_axis_and_of_a_larger_one_a_sample_is_chosen() -> None:
    batch = numbers(3, 2, 4, 5)
    assert np.array_equal(input_from(batch[:1], "conv2d"), batch[0])
    assert np.array_equal(input_from(batch, "conv2d", 2), batch[2])
    assert np.array_equal(input_from(batch[0].tolist(), "conv2d"), batch[0])
    with pytest.raises(ValueError, match="3 samples: choose one with input_index=0 … 2"):
        input_from(batch, "conv2d")
    with pytest.raises(IndexError, match="input_index is 3"):
        input_from(batch, "conv2d", 3)
    with pytest.raises(ValueError, match=r"shape \(2, 4, 5\)"):
        input_from(batch[0], "conv2d", 0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_types_that_numpy_has_not_are_widened(dtype: torch.dtype) -> None:
    x = numbers(2, 3, 3).to(dtype)
    given = input_from(x, "conv2d")
    assert isinstance(given, np.ndarray)
    assert given.dtype == np.float32 and np.array_equal(given, x.float())


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1), ("CMYK", 3)])
def test_a_picture_is_read_as_an_uploaded_one(server: ServerProcess, mode: str, channels: int) -> None:
    picture = Image.new("RGB", (4, 3), (255, 51, 0)).convert(mode)
    with Client(server.url) as client:
        given = input_from(picture, "max_pool2d")
        scene = client.create_scene({"kind": "max_pool2d", "kernel_size": 1}, input=given)
        assert scene.shapes["input"] == (channels, 3, 4)
        if mode == "RGB":
            np.testing.assert_allclose(scene.output[:, 0, 0], [1, 0.2, 0], atol=1e-6)
