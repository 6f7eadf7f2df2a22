"""Any range of a layer's windows, counted over all channels, as blocks: each a ledger of several channels."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from app.conv.errors import ConvError
from app.conv.ledger import layer_ledger, ledger, ledger_tensor
from app.conv.operation import Plan
from app.conv.taps import taps
from app.conv.window_blocks import WindowBlock, window_blocks
from tests.support.random_layers import Layer, layers


def planned(layer: Layer) -> Plan:
    try:
        return layer.plan()
    except ConvError:
        assume(False)
        raise


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Layer, Plan, int, int]:
    """A layer that can be, and some of its windows."""
    layer = draw(layers())
    plan = planned(layer)
    total = plan.windows * plan.output_shape[0]
    start = draw(st.integers(0, total))
    return layer, plan, start, draw(st.integers(start, total))


@given(ranges())
def test_blocks_are_few_and_hold_each_window_once(given: tuple[Layer, Plan, int, int]) -> None:
    _, plan, start, stop = given
    found = list(window_blocks(plan, start, stop))
    assert len(found) <= 5
    windows = [
        channel * plan.windows + window
        for block in found
        for channel in block.out_channels
        for window in range(block.start, block.stop)
    ]
    assert windows == list(range(start, stop))
    assert sum(block.steps for block in found) == stop - start
    for block in found:
        group = [channel // (plan.output_shape[0] // plan.groups) for channel in block.out_channels]
        sizes = {group.count(each) for each in group}
        assert len(sizes) == 1  # so that all of a block is computed at once


@given(ranges())
def test_a_block_is_the_ledgers_of_its_channels(given: tuple[Layer, Plan, int, int]) -> None:
    layer, plan, start, stop = given
    table, tensors = taps(plan), (layer.x, layer.weight, layer.bias)
    for block in window_blocks(plan, start, stop):
        together = layer_ledger(plan, table, *tensors, block.out_channels, block.start, block.stop)
        for channel in block.out_channels:
            alone = ledger(plan, table, *tensors, channel, block.start, block.stop)
            one = together.channel(channel)
            assert (one.in_channels, one.bias) == (alone.in_channels, alone.bias)
            for name in ("patches", "products", "channel_sums", "running_sums", "outputs", "selected"):
                same(getattr(one, name), getattr(alone, name))


@given(ranges())
def test_one_tensor_alone_is_that_of_the_ledger(given: tuple[Layer, Plan, int, int]) -> None:
    layer, plan, start, stop = given
    whole = (plan, taps(plan), layer.x, layer.weight, layer.bias)
    for block in window_blocks(plan, start, stop):
        together = layer_ledger(*whole, block.out_channels, block.start, block.stop)
        for name in ("patches", "products", "channel_sums", "outputs"):
            alone = ledger_tensor(name, *whole, block.out_channels, block.start, block.stop)
            same(alone, getattr(together, name))


def test_a_ledger_computes_in_place_for_several_channels() -> None:
    x, weight = torch.randn(4, 5, 5), torch.randn(6, 2, 2, 2)
    plan = Layer("conv2d", {"stride": (1, 1), "padding": (0, 0, 0, 0), "dilation": (1, 1), "groups": 2,
                            "padding_mode": "zeros", "flip": False}, x, weight, None).plan()  # fmt: skip
    block = WindowBlock(range(6), 0, plan.windows)
    expected = layer_ledger(plan, taps(plan), x, weight, None, *block)
    shapes = {name: getattr(expected, name).shape for name in ("products", "channel_sums", "running_sums")}
    places = {name: torch.empty(shape) for name, shape in shapes.items()}
    # Patches are shared by the channels of a group, and so cannot be made in place for each.
    places["patches"] = torch.empty(6, *expected.patches.shape[1:])
    found = layer_ledger(plan, taps(plan), x, weight, None, *block, places)
    for name in shapes:
        assert getattr(found, name).data_ptr() == places[name].data_ptr()
        same(places[name], getattr(expected, name))
    same(found.patches, expected.patches)


def test_the_blocks_of_a_grouped_layer() -> None:
    """Three groups of two channels of four windows; the last window of channel 1 to the first of 4."""
    layer = Layer("conv2d", {"stride": (1, 1), "padding": (0, 0, 0, 0), "dilation": (1, 1), "groups": 3,
                             "padding_mode": "zeros", "flip": False},
                  torch.zeros(3, 3, 3), torch.zeros(6, 1, 2, 2), None)  # fmt: skip
    ends = list(accumulate([4] * 6))
    found = [tuple(block) for block in window_blocks(layer.plan(), ends[1] - 1, ends[3] + 1)]
    assert found == [(range(1, 2), 3, 4), (range(2, 4), 0, 4), (range(4, 5), 0, 1)]


def same(found: Any, expected: Any) -> None:
    assert (found is None) == (expected is None)
    assert found is None or (found.dtype == expected.dtype and torch.equal(found, expected))
