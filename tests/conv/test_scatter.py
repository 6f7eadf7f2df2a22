"""Stamps, beside torch: what stands after some of them is the layer of an input that is zero elsewhere."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.conv.operation import Conv2d, ConvError, ConvTranspose2d, plan
from app.conv.scatter import Stamps, stamps
from app.conv.taps import taps
from tests.support.random_layers import Layer, layers
from tests.support.refusals import refuses

_SQUARE = torch.arange(4.0).reshape(1, 2, 2)


def _stamps(layer: Layer, *range_: int) -> Stamps:
    made = layer.plan()
    assert layer.weight is not None
    return stamps(made, taps(made), layer.x, layer.weight, layer.bias, *range_)


def _transposed(layer: Layer, x: Tensor) -> Tensor:
    """By torch, in float64: of the whole output what four-sided cropping leaves."""
    assert layer.weight is not None
    bias = None if layer.bias is None else layer.bias.double()
    p = layer.p
    whole = F.conv_transpose2d(
        x[None].double(), layer.weight.double(), bias, p.stride, groups=p.groups, dilation=p.dilation
    )[0]
    shape = layer.plan().output_shape
    grown = torch.zeros(shape[0], 64, 64, dtype=torch.float64) + (0 if bias is None else bias[:, None, None])
    grown[:, : whole.shape[1], : whole.shape[2]] = whole
    top, _, left, _ = p.padding
    return grown[:, top : top + shape[1], left : left + shape[2]]


@settings(max_examples=40, deadline=None)
@given(layers(("conv_transpose2d", "conv_transpose1d")), st.data())
def test_each_stamp_adds_what_torch_adds(layer: Layer, data: st.DataObject) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    total = layer.x.shape[1] * layer.x.shape[2]
    out_channel = data.draw(st.integers(0, made.output_shape[0] - 1))
    start = data.draw(st.integers(0, total))
    stop = data.draw(st.integers(start, total))
    found = _stamps(layer, out_channel, start, stop)
    plane = found.before.double()
    for k in range(start, stop + 1):
        rest = layer.x.flatten(1).clone()
        rest[:, k:] = 0
        expected = _transposed(layer, rest.view_as(layer.x))[out_channel]
        torch.testing.assert_close(plane, expected, rtol=1e-4, atol=1e-4)
        if k < stop:
            stamp = found.outputs[k - start]
            for u, row in enumerate(found.output_rows[k - start].tolist()):
                for v, col in enumerate(found.output_cols[k - start].tolist()):
                    if row >= 0 and col >= 0:
                        plane[row, col] = stamp[u, v]
    torch.testing.assert_close(found.sums, found.products.sum(1).to(found.sums.dtype), rtol=1e-4, atol=1e-4)


def test_the_chapters_stamps() -> None:
    """Stride 1: the last three stamps of X = K = [[0, 1], [2, 3]] overlap in the middle."""
    made = plan(ConvTranspose2d(), (1, 2, 2), (1, 1, 2, 2))
    found = stamps(made, taps(made), _SQUARE, _SQUARE[None], None, 0)
    assert found.sums.tolist() == [[[0, 0], [0, 0]], [[0, 1], [2, 3]], [[0, 2], [4, 6]], [[0, 3], [6, 9]]]
    assert found.outputs.tolist()[-1] == [[4, 6], [12, 9]]
    assert found.output_rows.tolist() == [[0, 1], [0, 1], [1, 2], [1, 2]]
    assert found.values.tolist() == [[0], [1], [2], [3]]


def test_what_is_not_there_is_refused() -> None:
    made = plan(ConvTranspose2d(), (1, 2, 2), (1, 1, 2, 2))
    for out_channel, start, stop in ((1, 0, 1), (0, 0, 5), (0, 3, 2), (0, -1, 2)):
        with refuses(ConvError, r"are asked for|out_channel is"):
            stamps(made, taps(made), _SQUARE, _SQUARE[None], None, out_channel, start, stop)
    conv = plan(Conv2d(), (1, 2, 2), (1, 1, 2, 2))
    with refuses(ConvError, "stamps are those of a transposed convolution, this is conv2d"):
        stamps(conv, taps(conv), _SQUARE, _SQUARE[None], None, 0)
    large = torch.full((1, 2, 2), 2**30, dtype=torch.int32)
    with refuses(ConvError, "overflow: a product"):
        stamps(made, taps(made), large, large[None], None, 0)
