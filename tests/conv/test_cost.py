"""What work costs, counted in the numbers that torch's operators make rather than in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from app.conv.correlate import channel_sums, output
from app.conv.gradients import gradients
from app.conv.input_gradients import input_gradients
from app.conv.inverse_taps import inverse_taps
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
from app.conv.weight_gradients import weight_gradients


class Counter(TorchDispatchMode):
    """The numbers in everything that operators make anew; views cost nothing."""

    def __init__(self) -> None:
        # By its class's name, not super(): mypy lets torch's untyped functions pass by their names.
        TorchDispatchMode.__init__(self)
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
    counter = Counter()
    with counter:
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


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.kind)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int32])
def test_a_range_of_gradients_costs_the_same_in_any_picture(operation: Operation, dtype: torch.dtype) -> None:
    dtype = torch.float64 if isinstance(operation, AvgPool2d) else dtype
    costs = []
    for side in (16, 520):  # whose middle cells lie alike in their windows
        x, upstream, weight = backward_of(operation, side, dtype)
        layer = plan(operation, (3, side, side), None if weight is None else (3, 3, 3, 3))
        table, middle = taps(layer), side * side // 2 + side // 2
        inverse = inverse_taps(table)
        ledger_of = (layer, table, inverse, x, weight, upstream, 1, middle, middle + 5)
        costs.append(count(lambda: input_gradients(*ledger_of)).made)  # noqa: B023
    assert costs[1] <= costs[0] < 5 * 27 * 40


def backward_of(operation: Operation, side: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor | None]:
    """Input, upstream and weight of 3 channels, all ones; a padded layer keeps its size."""
    is_pooling = isinstance(operation, MaxPool2d | AvgPool2d)
    weight = None if is_pooling else torch.ones(3, 3, 3, 3, dtype=dtype)
    layer = plan(operation, (3, side, side), None if is_pooling else (3, 3, 3, 3))
    return torch.ones(3, side, side, dtype=dtype), torch.ones(layer.output_shape, dtype=dtype), weight


@pytest.mark.parametrize("operation", OPERATIONS[:3], ids=lambda operation: operation.kind)
def test_gradients_to_the_weight_cost_their_windows(operation: Operation) -> None:
    costs = []
    for cells in (1, 2, 4):
        x, upstream, _ = backward_of(operation, 64, torch.float32)
        layer = plan(operation, (3, 64, 64), (3, 3, 3, 3))
        table = taps(layer)
        counter = count(lambda: weight_gradients(layer, table, x, upstream, 1, 1, 2, 2 + cells))  # noqa: B023
        costs.append(counter.made)
        assert counter.largest <= max(layer.windows, x[0].numel())
    assert costs[2] - costs[1] <= 1.1 * 2 * (costs[1] - costs[0])


def test_wide_padding_has_gradients() -> None:
    """A million cells of padding: by the taps, where no operator of torch could lay it out."""
    side = 10**6
    sums: dict[PaddingMode, int] = {"zeros": 1, "replicate": 9}
    for mode, expected in sums.items():
        operation = Conv2d((side, side), Padding(side, side, side, side), mode)
        layer = plan(operation, (1, 1, 1), (1, 1, 1, 1))
        x, weight = torch.full((1, 1, 1), 2.0), torch.full((1, 1, 1, 1), 3.0)
        whole = gradients(layer, taps(layer), x, weight, torch.ones(1, 3, 3))
        assert whole.input is not None and whole.weight is not None
        assert (whole.input.item(), whole.weight.item()) == (3 * expected, 2 * expected)


@pytest.mark.exclusive
def test_a_step_takes_no_longer_in_a_large_picture() -> None:
    """Gradient to one cell of 3×2048² against one of 3×32², the quickest of many, in turns."""
    times: dict[int, list[float]] = {32: [], 2048: []}
    steps = {}
    for side in times:
        x, upstream, weight = backward_of(Conv2d(padding=PAD_1), side, torch.float32)
        layer = plan(Conv2d(padding=PAD_1), (3, side, side), (3, 3, 3, 3))
        table, middle = taps(layer), side * side // 2 + side // 2
        steps[side] = (layer, table, inverse_taps(table), x, weight, upstream, 1, middle, middle + 1)
    for _ in range(300):
        for side, arguments in steps.items():
            start = perf_counter()
            input_gradients(*arguments)
            times[side].append(perf_counter() - start)
    assert min(times[2048]) <= 1.3 * min(times[32])


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As the server computes; others on the machine disturb two threads more than one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.exclusive
@pytest.mark.usefixtures("one_thread")
def test_whole_gradients_are_as_fast_as_torchs() -> None:
    """64×56² → 64, against torch's own backward pass, the quickest of many, in turns."""
    layer = plan(Conv2d(padding=PAD_1), (64, 56, 56), (64, 64, 3, 3))
    x, weight, upstream = torch.randn(64, 56, 56), torch.randn(64, 64, 3, 3), torch.randn(64, 56, 56)
    table, leaves = taps(layer), (x.clone().requires_grad_(), weight.clone().requires_grad_())
    y = torch.nn.functional.conv2d(leaves[0][None], leaves[1], padding=1)[0]
    ways: list[Callable[[], object]] = [
        lambda: gradients(layer, table, x, weight, upstream),
        lambda: torch.autograd.grad(y, leaves, upstream, retain_graph=True),
    ]
    times: list[list[float]] = [[], []]
    for _ in range(40):
        for taken, way in zip(times, ways, strict=True):
            start = perf_counter()
            way()
            taken.append(perf_counter() - start)
    assert min(times[0]) <= 1.5 * min(times[1])


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
