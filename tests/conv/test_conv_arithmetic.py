"""
The figures of "A guide to convolution arithmetic for deep learning" (Dumoulin and Visin, arXiv:1603.07285),
as drawn in vdumoulin/conv_arithmetic: input, kernel, padding, stride (and dilation) -> output.
"""

from __future__ import annotations

import pytest
import torch

from app.conv.correlate import channel_sums, output
from app.conv.operation import Conv2d, ConvTranspose2d, Padding, plan
from app.conv.taps import taps

# input, kernel, padding, stride, dilation, output
CONVOLUTIONS = {
    "no_padding_no_strides": (4, 3, 0, 1, 1, 2),
    "arbitrary_padding_no_strides": (5, 4, 2, 1, 1, 6),
    "same_padding_no_strides": (5, 3, 1, 1, 1, 5),
    "full_padding_no_strides": (5, 3, 2, 1, 1, 7),
    "no_padding_strides": (5, 3, 0, 2, 1, 2),
    "padding_strides": (5, 3, 1, 2, 1, 3),
    "padding_strides_odd": (6, 3, 1, 2, 1, 3),
    "dilation": (7, 3, 0, 1, 2, 3),
}

# input, kernel, padding of the convolution it is the transpose of, stride, output_padding, output
TRANSPOSED = {
    "no_padding_no_strides_transposed": (2, 3, 0, 1, 0, 4),
    "arbitrary_padding_no_strides_transposed": (6, 4, 2, 1, 0, 5),
    "same_padding_no_strides_transposed": (5, 3, 1, 1, 0, 5),
    "full_padding_no_strides_transposed": (7, 3, 2, 1, 0, 5),
    "no_padding_strides_transposed": (2, 3, 0, 2, 0, 5),
    "padding_strides_transposed": (3, 3, 1, 2, 0, 5),
    "padding_strides_odd_transposed": (3, 3, 1, 2, 1, 6),
}


@pytest.mark.parametrize(("n", "k", "p", "s", "d", "out"), CONVOLUTIONS.values(), ids=CONVOLUTIONS)
def test_convolutions(n: int, k: int, p: int, s: int, d: int, out: int) -> None:
    layer = plan(Conv2d((s, s), Padding(p, p, p, p), dilation=(d, d)), (1, n, n), (1, 1, k, k))
    assert layer.output_shape == (1, out, out)
    assert layer.formulas == (f"floor(({n} + 2·{p} − {d}·({k}−1) − 1)/{s} + 1) = {out}",) * 2
    assert taps(layer).rows.shape == (out, k)


@pytest.mark.parametrize(("n", "k", "p", "s", "extra", "out"), TRANSPOSED.values(), ids=TRANSPOSED)
def test_transposed(n: int, k: int, p: int, s: int, extra: int, out: int) -> None:
    layer = plan(ConvTranspose2d((s, s), Padding(p, p, p, p), (extra, extra)), (1, n, n), (1, 1, k, k))
    assert layer.output_shape == (1, out, out)
    assert layer.formulas == (f"({n}−1)·{s} − 2·{p} + 1·({k}−1) + {extra} + 1 = {out}",) * 2


@pytest.mark.parametrize(("n", "k", "p", "s", "extra", "out"), TRANSPOSED.values(), ids=TRANSPOSED)
def test_a_transposed_layer_is_the_gradient(n: int, k: int, p: int, s: int, extra: int, out: int) -> None:
    """What makes it "transposed": it carries y back as the derivative of the convolution does."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(1, 1, k, k, generator=generator, dtype=torch.float64)
    x = torch.zeros(1, out, out, dtype=torch.float64, requires_grad=True)
    y = torch.randn(1, n, n, generator=generator, dtype=torch.float64)
    torch.nn.functional.conv2d(x, weight, stride=s, padding=p).backward(y)
    layer = plan(ConvTranspose2d((s, s), Padding(p, p, p, p), (extra, extra)), (1, n, n), (1, 1, k, k))
    assert x.grad is not None
    assert torch.allclose(output(layer, y, weight, None), x.grad)
    assert torch.allclose(channel_sums(layer, y, weight)[:, 0], x.grad)


def test_same_puts_the_odd_cell_at_the_end() -> None:
    layer = plan(Conv2d(padding="same", dilation=(3, 1)), (1, 5, 6), (1, 1, 2, 4))
    assert layer.operation == Conv2d(padding=Padding(top=1, bottom=2, left=1, right=2), dilation=(3, 1))
    assert layer.output_shape == (1, 5, 6)


def test_one_dimension_is_a_height_of_one() -> None:
    x, weight = torch.arange(5.0).view(1, 1, 5), torch.tensor([[[[1.0, 2.0]]]])
    layer = plan(Conv2d(), (1, 1, 5), (1, 1, 1, 2))
    assert output(layer, x, weight, None).tolist() == [[[2, 5, 8, 11]]]
