"""What work costs, counted in the numbers that torch's operators make rather than in seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from app.conv.correlate import channel_sums, output
from app.conv.ledger import ledger
from app.conv.operation import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    Operation,
    Padding,
    PaddingMode,
    plan,
)
from app.conv.taps import taps


class Counter(TorchDispatchMode):
    """The numbers in everything that operators make anew; views cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.made, self.largest = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        tensors = result if isinstance(result, tuple | list) else (result,)
        given = {a.untyped_storage().data_ptr() for a in args if isinstance(a, torch.Tensor)}
        for tensor in tensors:
            if isinstance(tensor, torch.Tensor) and tensor.untyped_storage().data_ptr() not in given:
                self.made += tensor.numel()
                self.largest = max(self.largest, tensor.numel())
        return result


def count(call: Callable[[], object]) -> Counter:
    with Counter() as counter:
        call()
    return counter


PAD_1 = Padding(1, 1, 1, 1)
OPERATIONS: list[Operation] = [
    Conv2d(padding=PAD_1),
    Conv2d(padding=PAD_1, padding_mode="reflect", flip=True),
    ConvTranspose2d(stride=(2, 2)),
    MaxPool2d((3, 3), padding=PAD_1),
    AvgPool2d((3, 3), padding=PAD_1),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.kind)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int32])
def test_a_range_costs_the_same_in_any_picture(operation: Operation, dtype: torch.dtype) -> None:
    if isinstance(operation, AvgPool2d):
        dtype = torch.float64  # integers have no average
    costs = []
    for side in (16, 512):
        x = torch.ones(3, side, side, dtype=dtype)
        weight = None if isinstance(operation, MaxPool2d | AvgPool2d) else torch.ones(3, 3, 3, 3, dtype=dtype)
        layer = plan(operation, (3, side, side), None if weight is None else (3, 3, 3, 3))
        table, middle = taps(layer), layer.windows // 2
        costs.append(count(lambda: ledger(layer, table, x, weight, None, 1, middle, middle + 10)).made)  # noqa: B023
    # Windows in a row share what they read: in the small picture they are spread over more rows.
    assert costs[1] <= costs[0] < 10 * 27 * 20


def test_taps_cost_the_sides_not_the_area() -> None:
    layer = plan(Conv2d(padding=PAD_1), (1, 4096, 4096), (1, 1, 3, 3))
    assert count(lambda: taps(layer)).made < 20 * 2 * 4096 * 3


@pytest.mark.parametrize("shape", [(3, 64, 64, 16), (64, 28, 28, 64), (64, 14, 14, 1), (1, 256, 256, 1)])
@pytest.mark.parametrize("kernel", [1, 3, 7])
def test_channel_sums_hold_little_beside_the_result(shape: tuple[int, int, int, int], kernel: int) -> None:
    channels, height, width, out_channels = shape
    x, weight = torch.ones(channels, height, width), torch.ones(out_channels, channels, kernel, kernel)
    layer = plan(Conv2d(padding="same"), tuple(x.shape), tuple(weight.shape))
    result = out_channels * channels * height * width
    assert count(lambda: channel_sums(layer, x, weight)).largest <= max(result, 2**19)


def test_one_output_channel_costs_its_share() -> None:
    x, weight = torch.ones(8, 32, 32), torch.ones(64, 8, 3, 3)
    layer = plan(Conv2d(padding="same"), (8, 32, 32), (64, 8, 3, 3))
    one = count(lambda: channel_sums(layer, x, weight, range(5, 6))).made
    assert one < count(lambda: channel_sums(layer, x, weight)).made / 4


def pad(cells: int) -> Padding:
    return Padding(cells, cells, cells, cells)


@pytest.mark.parametrize("mode", ["zeros", "replicate"])
@pytest.mark.parametrize("uneven", [0, 1])
def test_wide_padding_is_never_laid_out(mode: PaddingMode, uneven: int) -> None:
    """A million cells of padding with a stride as long: nine windows, not 10^12 cells."""
    side = 10**6
    operation = Conv2d((side, side), Padding(side, side + uneven, side, side), mode)
    layer = plan(operation, (1, 1, 1), (1, 1, 1, 1))
    x, weight = torch.full((1, 1, 1), 2.0), torch.full((1, 1, 1, 1), 3.0)
    whole = output(layer, x, weight, None)
    assert torch.equal(whole[0, 1:2, 1:2], torch.full((1, 1), 6.0))
    assert whole.sum().item() == (6 if mode == "zeros" else 54)
    assert torch.equal(channel_sums(layer, x, weight)[0], whole)


@pytest.mark.parametrize(
    ("operation", "n", "k"),
    [
        (Conv2d(padding=pad(10**9), dilation=(2 * 10**9, 2 * 10**9)), 3, 2),
        (ConvTranspose2d((10**6, 10**6), Padding(0, 2 * 10**6, 0, 2 * 10**6)), 3, 1),
        (ConvTranspose2d(padding=pad(5 * 10**8), dilation=(10**9, 10**9)), 3, 2),
        (ConvTranspose2d(padding=pad(199)), 200, 200),
        (MaxPool2d((2, 2), (2**31 - 1, 2**31 - 1), PAD_1, (3, 3), ceil_mode=True), 3, None),
        (AvgPool2d((2, 2), (2**31 - 1, 2**31 - 1), PAD_1, (3, 3), ceil_mode=True), 3, None),
    ],
    ids=lambda value: getattr(value, "kind", str(value)),
)
def test_few_windows_are_cheap_whatever_the_numbers(operation: Operation, n: int, k: int | None) -> None:
    x, weight = torch.ones(1, n, n), None if k is None else torch.ones(1, 1, k, k)
    layer = plan(operation, (1, n, n), None if k is None else (1, 1, k, k))
    table = taps(layer)
    results = [torch.empty(0)]

    def work() -> None:
        results[0] = output(layer, x, weight, None)

    assert count(work).largest <= max(layer.terms * layer.windows, n * n)
    assert torch.equal(ledger(layer, table, x, weight, None, 0).outputs, results[0].flatten())
