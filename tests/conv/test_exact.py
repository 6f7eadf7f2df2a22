"""int32: bit for bit what Python's integers give, or a refusal exactly where one of them does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conv.correlate import channel_sums, corr2d_multi_in_out_1x1, output
from app.conv.errors import ConvError
from app.conv.ledger import ledger
from app.conv.operation import Conv2d, ConvTranspose2d, Padding, Plan, plan
from app.conv.taps import taps
from tests.support.refusals import refuses

SMALLEST, LARGEST = -(2**31), 2**31 - 1
INT8 = st.integers(-128, 127)
SMALL = st.sampled_from([0, 0, 1, -1, 2])
WIDE = st.sampled_from([SMALLEST, LARGEST, -46341, 46340, 46341, 2**30, -(2**16), 2**15, 2, 1, 0, -1])


@dataclass(frozen=True)
class Exact:
    """One output channel in Python's integers, window by window."""

    products: list[list[list[list[int]]]]
    channel_sums: list[list[int]]
    running_sums: list[list[int]]
    outputs: list[int]

    @property
    def sums_fit(self) -> bool:
        cells = [cell for window in self.products for grid in window for row in grid for cell in row]
        return fit([*cells, *chain(*self.channel_sums)])

    @property
    def fits(self) -> bool:
        return self.sums_fit and fit([*chain(*self.running_sums), *self.outputs])


def fit(numbers: list[int]) -> bool:
    return all(SMALLEST <= number <= LARGEST for number in numbers)


@dataclass(frozen=True)
class Integers:
    plan: Plan
    x: torch.Tensor
    weight: torch.Tensor
    bias: torch.Tensor | None

    def exact(self, out_channel: int) -> Exact:
        table, x = taps(self.plan), self.x.tolist()
        inputs = self.plan.in_channels(out_channel)
        if self.plan.is_transposed:
            slices = self.weight[inputs.start : inputs.stop, out_channel % self.weight.shape[1]].tolist()
        else:
            slices = self.weight[out_channel].tolist()
        bias = 0 if self.bias is None else int(self.bias[out_channel])
        products = [
            [
                [[x[c][i][j] * slices[n][u][v] if min(i, j) >= 0 else 0 for v, j in enumerate(cols)]
                 for u, i in enumerate(rows)]
                for n, c in enumerate(inputs)
            ]
            for rows in table.rows.tolist() for cols in table.cols.tolist()
        ]  # fmt: skip
        sums = [[sum(map(sum, grid)) for grid in window] for window in products]
        running = [list(accumulate(window)) for window in sums]
        return Exact(products, sums, running, [window[-1] + bias for window in running])


@st.composite
def integer_layers(
    draw: st.DrawFn, numbers: st.SearchStrategy[int], weights: st.SearchStrategy[int]
) -> Integers:
    groups, kernel = draw(st.integers(1, 2)), (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    height, width = kernel[0] + draw(st.integers(0, 2)), kernel[1] + draw(st.integers(0, 2))
    padding = Padding(*(draw(st.integers(0, 2)) for _ in range(4)))
    stride = (draw(st.integers(1, 2)), draw(st.integers(1, 2)))
    if draw(st.booleans()):
        weight_shape = (groups * draw(st.integers(1, 2)), draw(st.integers(1, 2)), *kernel)
        shape = (groups * weight_shape[1], height, width)
        layer = plan(Conv2d(stride, padding, groups=groups), shape, weight_shape, weight_shape[:1])
    else:
        weight_shape = (groups * draw(st.integers(1, 2)), draw(st.integers(1, 2)), *kernel)
        shape = (weight_shape[0], height + 4, width + 4)
        out_channels = (groups * weight_shape[1],)
        layer = plan(ConvTranspose2d(stride, padding, groups=groups), shape, weight_shape, out_channels)

    def tensor(shape: tuple[int, ...], numbers: st.SearchStrategy[int] = numbers) -> torch.Tensor:
        cells = torch.Size(shape).numel()
        chosen = draw(st.lists(numbers, min_size=1, max_size=6))
        order = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
        picks = torch.randint(len(chosen), (cells,), generator=order).tolist()
        return torch.tensor([chosen[pick] for pick in picks], dtype=torch.int32).view(shape)

    return Integers(layer, tensor(shape), tensor(weight_shape, weights), tensor((layer.output_shape[0],)))


def check(layer: Integers) -> None:
    """Every number, where all fit; a refusal, exactly where one does not."""
    expected = [layer.exact(out_channel) for out_channel in range(layer.plan.output_shape[0])]
    tensors = (layer.x, layer.weight, layer.bias)
    for out_channel, exact in enumerate(expected):
        if not exact.fits:
            with refuses(ConvError, r"overflow: an? .* is -?\d+, int32 holds -2147483648 to"):
                ledger(layer.plan, taps(layer.plan), *tensors, out_channel)
            continue
        steps = ledger(layer.plan, taps(layer.plan), *tensors, out_channel)
        assert steps.products.tolist() == exact.products
        assert steps.channel_sums.tolist() == exact.channel_sums
        assert steps.running_sums.tolist() == exact.running_sums
        assert steps.outputs.tolist() == exact.outputs
        assert {t.dtype for t in (steps.products, steps.channel_sums, steps.outputs)} == {torch.int32}
    if all(exact.fits for exact in expected):
        whole = output(layer.plan, *tensors)
        assert whole.dtype == torch.int32
        assert whole.flatten(1).tolist() == [exact.outputs for exact in expected]
    else:
        with refuses(ConvError, "overflow"):
            output(layer.plan, *tensors)
    if all(exact.sums_fit for exact in expected):
        sums = channel_sums(layer.plan, layer.x, layer.weight)
        assert sums.dtype == torch.int32
        assert [by.flatten(1).T.tolist() for by in sums] == [exact.channel_sums for exact in expected]
    else:
        with refuses(ConvError, "overflow"):
            channel_sums(layer.plan, layer.x, layer.weight)


@pytest.mark.slow
@settings(max_examples=400)
@given(integer_layers(INT8, INT8))
def test_int8_range(layer: Integers) -> None:
    check(layer)


@pytest.mark.slow
@settings(max_examples=1000)
@given(integer_layers(WIDE, SMALL) | integer_layers(WIDE, WIDE))
def test_near_overflow(layer: Integers) -> None:
    check(layer)


def test_products_that_cancel_are_refused_where_one_does_not_fit() -> None:
    x = torch.tensor([[[2**30, 2**30]]], dtype=torch.int32)
    weight = torch.tensor([[[[4, -4]]]], dtype=torch.int32)
    layer = plan(Conv2d(), (1, 1, 2), (1, 1, 1, 2))
    with refuses(ConvError, r"a product is -?4294967296"):
        output(layer, x, weight, None)


def test_a_product_that_no_window_makes_is_not_refused() -> None:
    """The largest input and the largest weight never meet: the bound says "perhaps", the products decide."""
    x = torch.tensor([[[2**30, 1]]], dtype=torch.int32)
    weight = torch.tensor([[[[1, 2**30 - 1]]]], dtype=torch.int32)
    layer = plan(Conv2d(), (1, 1, 2), (1, 1, 1, 2))
    assert output(layer, x, weight, None).tolist() == [[[LARGEST]]]
    assert channel_sums(layer, x, weight).tolist() == [[[[LARGEST]]]]


@pytest.mark.slow
def test_more_terms_than_float64_is_exact_for() -> None:
    """2^22 and more products of almost 2^31 that cancel but for one, beyond 2^53 on the way."""
    side = 2**11 + 2
    x = torch.full((1, side, side), 46340, dtype=torch.int32)
    weight = x.clone().unsqueeze(0)
    weight[..., side // 2 :, :] *= -1
    weight[0, 0, 0, 0] = 46339
    layer = plan(Conv2d(), (1, side, side), (1, 1, side, side))
    assert layer.terms > 2**22
    assert output(layer, x, weight, None).tolist() == [[[-46340]]]
    assert channel_sums(layer, x, weight).tolist() == [[[[-46340]]]]


def test_the_1x1_matrix_product() -> None:
    x, weight = torch.tensor([[[46341]]], dtype=torch.int32), torch.tensor([[[[46340]]]], dtype=torch.int32)
    assert corr2d_multi_in_out_1x1(x, weight).tolist() == [[[46341 * 46340]]]
    with refuses(ConvError, "a product is 2147488281"):
        corr2d_multi_in_out_1x1(x, weight + 1)
