"""The numbers printed in "Dive into Deep Learning": channels, and transposed convolution."""

from __future__ import annotations

import pytest
import torch

from app.conv.correlate import (
    channel_sums,
    corr2d,
    corr2d_multi_in,
    corr2d_multi_in_out,
    corr2d_multi_in_out_1x1,
    output,
)
from app.conv.errors import ConvError
from app.conv.ledger import ledger
from app.conv.operation import Conv2d, ConvTranspose2d, plan
from app.conv.taps import taps
from tests.support.refusals import refuses

X = torch.stack((torch.arange(9.0).view(3, 3), torch.arange(1.0, 10.0).view(3, 3)))
K = torch.tensor([[[0.0, 1.0], [2.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]]])


def test_one_channel() -> None:
    assert corr2d(X[0], K[0]).tolist() == [[19, 25], [37, 43]]


def test_two_input_channels() -> None:
    assert corr2d_multi_in(X, K).tolist() == [[56, 72], [104, 120]]


def test_three_output_channels() -> None:
    assert corr2d_multi_in_out(X, torch.stack((K, K + 1, K + 2))).tolist() == [
        [[56, 72], [104, 120]],
        [[76, 100], [148, 172]],
        [[96, 128], [192, 224]],
    ]


def test_the_first_cell_is_19_plus_37() -> None:
    layer = plan(Conv2d(), (2, 3, 3), (1, 2, 2, 2))
    first = ledger(layer, taps(layer), X, K[None], None, out_channel=0, stop=1)
    assert first.products.tolist() == [[[[0, 1], [6, 12]], [[1, 4], [12, 20]]]]
    assert first.channel_sums.tolist() == [[19, 37]]
    assert first.running_sums.tolist() == [[19, 56]]
    assert (first.outputs.tolist(), first.bias) == ([56], 0)
    assert channel_sums(layer, X, K[None])[0, :, 0, 0].tolist() == [19, 37]


def test_the_1x1_layer_is_the_matrix_product() -> None:
    torch.manual_seed(0)
    inputs, weight = torch.randn(3, 3, 3), torch.randn(2, 3, 1, 1)
    product = corr2d_multi_in_out_1x1(inputs, weight)
    assert product.shape == (2, 3, 3)
    assert (product - corr2d_multi_in_out(inputs, weight)).abs().max() < 1e-6
    with refuses(ConvError, r"\(2, 2\).*\(1, 1\)"):
        corr2d_multi_in_out_1x1(X, K[None])


@pytest.mark.parametrize(
    ("stride", "printed"),
    [
        (1, [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (2, [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]),
    ],
)
def test_transposed(stride: int, printed: list[list[int]]) -> None:
    square = K[:1]
    layer = plan(ConvTranspose2d(stride=(stride, stride)), (1, 2, 2), (1, 1, 2, 2))
    assert output(layer, square, square[None], None)[0].tolist() == printed
    steps = ledger(layer, taps(layer), square, square[None], None, out_channel=0)
    assert steps.outputs.view(layer.output_shape[1:]).tolist() == printed
