"""Gradients as stamps, for random layers of every kind, beside torch given a part of the upstream."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.conv.errors import ConvError
from app.conv.gradient_stamps import GradientStamps, gradient_stamps
from app.conv.operation import MaxPool2d, Plan, plan
from app.conv.taps import taps
from tests.support.gradient_reference import by_autograd, by_loops
from tests.support.random_layers import OPERATIONS, Layer, layers, tensor
from tests.support.refusals import refuses


def stamps_of(layer: Layer, made: Plan, upstream: Tensor, *range_: int) -> GradientStamps:
    return gradient_stamps(made, taps(made), layer.x, layer.weight, upstream, *range_)


def plane_after(layer: Layer, upstream: Tensor, count: int, in_channel: int) -> Tensor:
    """The gradient of the first upstream cells alone, in float64."""
    first = upstream.flatten(1).clone()
    first[:, count:] = 0
    rest = first.view_as(upstream)
    return (by_autograd(layer, rest) or by_loops(layer, rest)).input[in_channel]


@pytest.mark.parametrize("kind", OPERATIONS)
def test_each_stamp_adds_what_torch_adds(kind: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(layers((kind,)), st.integers(0, 99), st.data())
    def check(layer: Layer, number: int, data: st.DataObject) -> None:
        try:
            made = layer.plan()
        except ConvError:
            assume(False)
        upstream = tensor(made.output_shape, layer.x.dtype, number)
        in_channel = data.draw(st.integers(0, made.input_shape[0] - 1))
        start = data.draw(st.integers(0, made.windows))
        stop = data.draw(st.integers(start, min(made.windows, start + 5)))
        found = stamps_of(layer, made, upstream, in_channel, start, stop)
        plane = found.before.double()
        for k in range(start, stop + 1):
            expected = plane_after(layer, upstream, k, in_channel)
            torch.testing.assert_close(plane, expected, rtol=1e-4, atol=1e-4)
            if k < stop:
                put(plane, found, k - start)

    check()


def put(plane: Tensor, found: GradientStamps, k: int) -> None:
    """Put the cells under a stamp in their places."""
    for u, row in enumerate(found.input_rows[k].tolist()):
        for v, col in enumerate(found.input_cols[k].tolist()):
            if row >= 0 and col >= 0:
                plane[row, col] = found.gradients[k, u, v].double()


@settings(max_examples=60, deadline=None)
@given(layers(tuple(OPERATIONS)), st.integers(0, 99))
def test_products_are_of_the_values_and_sum_to_the_stamp(layer: Layer, number: int) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    upstream = tensor(made.output_shape, layer.x.dtype, number)
    found = stamps_of(layer, made, upstream, 0)
    outputs = upstream[found.out_channels.start : found.out_channels.stop]
    assert torch.equal(found.values, outputs.flatten(1).T)
    sums = found.products.sum(1).to(found.sums.dtype)
    torch.testing.assert_close(sums, found.sums, rtol=1e-4, atol=1e-4)


ROW = torch.tensor([[[0.0, 3.0, 3.0, 1.0]]])
POOLED = plan(MaxPool2d((1, 2), (1, 1)), (1, 1, 4))


def test_all_of_a_maximum_goes_to_the_cell_that_won() -> None:
    """Windows (0, 3), (3, 3), (3, 1): of equals torch takes the first."""
    upstream = torch.tensor([[[5.0, 7.0, 9.0]]])
    found = gradient_stamps(POOLED, taps(POOLED), ROW, None, upstream, 0)
    assert found.sums.tolist() == [[[0, 5]], [[7, 0]], [[9, 0]]]
    assert found.gradients.tolist() == [[[0, 5]], [[12, 0]], [[9, 0]]]


def test_what_is_not_there_is_refused() -> None:
    with refuses(ConvError, "4"):
        gradient_stamps(POOLED, taps(POOLED), ROW, None, torch.ones(1, 1, 3), 0, 2, 4)
