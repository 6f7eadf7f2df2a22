"""Random layers: gradients and their ledgers against torch.autograd and plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, islice
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.conv.correlate import output
from app.conv.errors import ConvError
from app.conv.gradients import Gradients, by_taps, gradients
from app.conv.input_gradients import InputGradients, input_gradients
from app.conv.inverse_taps import inverse_taps
from app.conv.operation import Plan
from app.conv.taps import taps
from app.conv.weight_gradients import weight_gradients
from tests.support.gradient_reference import Reference, by_autograd, by_loops, magnitudes
from tests.support.random_layers import OPERATIONS, Layer, fitting_layers, layers, seeded_layers, tensor
from tests.support.reference import kernel_of, tap_table
from tests.support.refusals import refuses

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.int32: 0.0}
WEIGHTED = ("conv2d", "conv_transpose2d", "conv1d", "conv_transpose1d")


def upstream_of(plan: Plan, layer: Layer, seed: int) -> Tensor:
    return tensor(plan.output_shape, layer.x.dtype, seed)


def found(plan: Plan, layer: Layer, upstream: Tensor) -> Gradients:
    return gradients(plan, taps(plan), layer.x, layer.weight, upstream)


# Layers of each kind whose gradients are checked, and of how many of them one has its ledgers checked too.
COUNT, LEDGERS_EVERY = 2000, 8


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPERATIONS)
def test_random_layers(kind: str) -> None:
    for number, (layer, made) in enumerate(islice(fitting_layers(seeded_layers(kind)), COUNT)):
        upstream = upstream_of(made, layer, number)
        try:
            whole, sizes = check_gradients(layer, made, upstream)
            if number % LEDGERS_EVERY == 0:
                check_ledgers(layer, made, upstream, whole, sizes)
        except Exception as error:
            error.add_note(f"layer {number}: {layer}")
            raise


@settings(max_examples=50, deadline=None)
@given(layers(), st.integers(0, 99))
def test_gradients_and_their_ledgers(layer: Layer, number: int) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    check_layer(layer, made, upstream_of(made, layer, number))


def check_layer(layer: Layer, made: Plan, upstream: Tensor) -> None:
    check_ledgers(layer, made, upstream, *check_gradients(layer, made, upstream))


def check_gradients(layer: Layer, made: Plan, upstream: Tensor) -> tuple[Gradients, Reference]:
    """Returns the gradients, and what their rounding is measured by."""
    whole = found(made, layer, upstream)
    references = [by_autograd(layer, upstream)]
    if references[0] is None or layer.x.dtype == torch.int32:
        references.append(by_loops(layer, upstream))
    # Integers are not rounded.
    sizes = references[-1] if layer.x.dtype == torch.int32 else magnitudes(layer, upstream)
    assert sizes is not None
    for reference in references:
        if reference is not None:
            check_near(whole, reference, sizes, layer.x.dtype)
    return whole, sizes


def check_ledgers(layer: Layer, made: Plan, upstream: Tensor, whole: Gradients, sizes: Reference) -> None:
    assert whole.input is not None
    for in_channel, plane in enumerate(whole.input):
        check_input_ledger(layer, made, upstream, in_channel, plane, sizes.input[in_channel])
    if whole.weight is not None and sizes.weight is not None:
        check_weight_ledgers(layer, made, upstream, whole.weight, sizes.weight)


def check_near(whole: Gradients, expected: Reference, sizes: Reference, dtype: torch.dtype) -> None:
    for own, other, size in zip(whole, expected, sizes, strict=True):
        assert (own is None) == (other is None)
        if own is not None and other is not None:
            assert own.dtype == dtype
            assert own.shape == other.shape
            assert near(own, other, size, dtype)


def near(own: Tensor, other: Tensor, size: Tensor | None, dtype: torch.dtype) -> bool:
    assert size is not None
    return bool(((own.double() - other).abs() <= TOLERANCE[dtype] * size).all())


def check_input_ledger(
    layer: Layer, made: Plan, upstream: Tensor, in_channel: int, plane: Tensor, sizes: Tensor
) -> None:
    """Each cell's readers are those of the tap table, and its terms, summed in plain Python, its gradient."""
    table = taps(made)
    found = input_gradients(made, table, inverse_taps(table), layer.x, layer.weight, upstream, in_channel)
    height, width = made.input_shape[1:]
    for axis, lists, size in ((0, found.output_rows, height), (1, found.output_cols, width)):
        expected = read_through(layer, axis, made.output_shape[1 + axis], size)
        steps = [divmod(n, width)[axis] for n in range(height * width)]
        assert [[[o for o in one if o >= 0] for one in cell] for cell in lists.tolist()] == [
            expected[step] for step in steps
        ]
    check_terms(layer, found, upstream)
    flat, slack = plane.flatten().tolist(), (TOLERANCE[layer.x.dtype] * sizes).flatten().tolist()
    products, channel, running, own = (
        each.tolist() for each in (found.products, found.channel_sums, found.running_sums, found.gradients)
    )
    for n, terms in enumerate(products):
        sums = [sum(map(sum, grid)) for grid in terms]
        assert close(sums, channel[n], slack[n])
        assert close(list(accumulate(sums)), running[n], slack[n])
        assert close([sum(sums)] * 2, [own[n], flat[n]], slack[n])


def check_terms(layer: Layer, found: InputGradients, upstream: Tensor) -> None:
    """The upstream of a step is the sum over its readers, and its products that times the kernel."""
    above = upstream.double()
    for n in range(0, len(found.gradients), 1 + len(found.gradients) // 5):
        rows, cols = found.output_rows[n].tolist(), found.output_cols[n].tolist()
        for k, o in enumerate(found.out_channels):
            for u, some in enumerate(rows):
                for v, others in enumerate(cols):
                    own = sum(above[o, i, j].item() for i in some for j in others if min(i, j) >= 0)
                    seen = found.upstream[n, k, u, v].item()
                    assert abs(own - seen) <= 1e-5 * (1 + abs(own))
                    if layer.weight is not None:
                        factor = factor_of(layer, found.in_channel, o, u, v)
                        product = found.products[n, k, u, v].item()
                        assert abs(seen * factor - product) <= 1e-6 * abs(product)


def factor_of(layer: Layer, c: int, o: int, u: int, v: int) -> float:
    assert layer.weight is not None
    if layer.family == "conv_transpose":
        return layer.weight[c, o % layer.weight.shape[1], u, v].item()
    return layer.weight[o, c % layer.weight.shape[1], u, v].item()


def read_through(layer: Layer, axis: int, length: int, size: int) -> list[list[list[int]]]:
    """For each input row and kernel row the output rows that read the one through the other."""
    table = tap_table(layer, axis, length)
    kernel = kernel_of(layer)[axis]
    return [[[i for i in range(length) if table[i][u] == r] for u in range(kernel)] for r in range(size)]


def check_weight_ledgers(layer: Layer, made: Plan, upstream: Tensor, whole: Tensor, sizes: Tensor) -> None:
    for o in {0, made.output_shape[0] // 2, made.output_shape[0] - 1}:
        for c in made.in_channels(o):
            place = (c, o % whole.shape[1]) if made.is_transposed else (o, c % whole.shape[1])
            own = weight_gradients(made, taps(made), layer.x, upstream, o, c, planes=True)
            slack = (TOLERANCE[layer.x.dtype] * sizes[place]).flatten().tolist()
            assert own.products is not None
            assert own.patches is not None
            difference = own.patches.double() * own.upstream.double() - own.products
            assert bool((difference.abs() <= 1e-6 * own.products.abs()).all())
            for n, plane in enumerate(own.products.tolist()):
                rows = [sum(row) for row in plane]
                assert close(rows, own.row_sums[n].tolist(), slack[n])
                assert close(
                    [sum(rows)] * 2, [own.gradients[n].item(), whole[place].flatten()[n].item()], slack[n]
                )


def close(own: Sequence[float], other: Sequence[float], slack: float) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(own, other, strict=True))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(layers(), st.integers(0, 99), st.data())
def test_a_range_is_a_part_of_the_whole(layer: Layer, seed: int, data: st.DataObject) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    upstream, table = upstream_of(made, layer, seed), taps(made)
    arguments = (made, table, inverse_taps(table), layer.x, layer.weight, upstream, 0)
    total = layer.x[0].numel()
    start = data.draw(st.integers(0, total))
    stop = data.draw(st.integers(start, total))
    whole, part = input_gradients(*arguments), input_gradients(*arguments, start, stop)
    names = (
        "output_rows",
        "output_cols",
        "upstream",
        "products",
        "channel_sums",
        "running_sums",
        "gradients",
    )
    for name in names:
        assert torch.equal(getattr(part, name), getattr(whole, name)[start:stop]), name


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(layers(WEIGHTED), st.integers(0, 99))
def test_torchs_operators_and_the_taps_agree(layer: Layer, seed: int) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    upstream = upstream_of(made, layer, seed)
    sizes = magnitudes(layer, upstream)
    assert layer.weight is not None
    whole = found(made, layer, upstream)
    to_input, to_weight = by_taps(made, taps(made), layer.x, layer.weight, upstream)
    assert whole.input is not None and to_input is not None
    assert near(whole.input, to_input.double(), 2 * sizes.input, layer.x.dtype)
    assert whole.weight is not None and to_weight is not None
    assert sizes.weight is not None
    assert near(whole.weight, to_weight.double(), 2 * sizes.weight, layer.x.dtype)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(layers(), st.integers(0, 99), st.sets(st.sampled_from(Gradients._fields)))
def test_only_what_is_wanted_is_there(layer: Layer, seed: int, wanted: set[str]) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    upstream = upstream_of(made, layer, seed)
    whole, sizes = found(made, layer, upstream), magnitudes(layer, upstream)
    some = gradients(made, taps(made), layer.x, layer.weight, upstream, wanted)
    for name, own, other, size in zip(Gradients._fields, some, whole, sizes, strict=True):
        assert (own is None) == (other is None or name not in wanted)
        if own is not None and other is not None:
            assert size is not None
            assert near(own, other.double(), 2 * size, layer.x.dtype)


@settings(max_examples=60, deadline=None)
@given(layers(WEIGHTED), st.integers(0, 99), st.data())
def test_finite_differences(layer: Layer, seed: int, data: st.DataObject) -> None:
    """The layer is linear in each of its tensors: a change by 1 changes the loss by the gradient."""
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    weight, bias = (None if each is None else each.double() for each in (layer.weight, layer.bias))
    layer = replace(layer, x=layer.x.double(), weight=weight, bias=bias)
    upstream = upstream_of(made, layer, seed)
    whole = found(made, layer, upstream)
    for name, gradient in zip(("x", "weight", "bias"), whole, strict=True):
        if gradient is None:
            continue
        cell = data.draw(st.integers(0, gradient.numel() - 1))
        losses = []
        for change in (1, -1):
            moved = replace(layer, **{name: getattr(layer, name).clone()})
            getattr(moved, name).view(-1)[cell] += change
            losses.append((output(made, moved.x, moved.weight, moved.bias) * upstream).sum().item())
        slope = (losses[0] - losses[1]) / 2
        assert abs(slope - gradient.flatten()[cell].item()) <= 1e-9 * (1 + sum(map(abs, losses)))


def layer_of(kind: str, x: tuple[int, ...], weight: tuple[int, ...] | None, **parameters: Any) -> Layer:
    defaults: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "padding": (0, 0, 0, 0)}
    by_kind: dict[str, dict[str, Any]] = {
        "conv2d": {"padding_mode": "zeros", "groups": 1, "flip": False},
        "conv_transpose2d": {"output_padding": (0, 0), "groups": 1},
        "max_pool2d": {"ceil_mode": False},
        "avg_pool2d": {"ceil_mode": False, "count_include_pad": True},
    }
    own = None if weight is None else tensor(weight, torch.int32, 4)
    dtype = torch.float64 if kind == "avg_pool2d" else torch.int32
    return Layer(kind, {**defaults, **by_kind[kind], **parameters}, tensor(x, dtype, 3), own, None)


TRAPS = {
    "groups with stride": layer_of("conv2d", (6, 7, 8), (4, 3, 3, 3), groups=2, stride=(2, 3)),
    "transposed groups with stride": layer_of(
        "conv_transpose2d", (6, 4, 3), (6, 2, 3, 3), groups=3, stride=(2, 3)
    ),
    "dilation with padding": layer_of(
        "conv2d", (2, 6, 7), (2, 2, 3, 3), dilation=(2, 3), padding=(2, 2, 3, 3)
    ),
    "reflect padding": layer_of(
        "conv2d", (2, 4, 5), (3, 2, 3, 3), padding=(3, 3, 4, 4), padding_mode="reflect"
    ),
    "circular padding": layer_of(
        "conv2d", (2, 4, 5), (3, 2, 3, 3), padding=(4, 4, 5, 5), padding_mode="circular"
    ),
    "replicate padding": layer_of(
        "conv2d", (2, 2, 2), (3, 2, 3, 3), padding=(5, 1, 0, 7), padding_mode="replicate"
    ),
    "borrowed padding with stride": layer_of(
        "conv2d", (2, 5, 5), (3, 2, 3, 3), padding=(4, 2, 3, 1), padding_mode="reflect", stride=(2, 2)
    ),
    "output_padding": layer_of(
        "conv_transpose2d",
        (2, 3, 3),
        (2, 3, 3, 3),
        stride=(3, 3),
        output_padding=(2, 1),
        padding=(1, 1, 1, 1),
    ),
    "output_padding by dilation": layer_of(
        "conv_transpose2d", (2, 3, 3), (2, 3, 2, 2), dilation=(3, 3), output_padding=(2, 2)
    ),
    "uneven cropping": layer_of(
        "conv_transpose2d", (2, 4, 4), (2, 3, 3, 3), stride=(2, 2), padding=(0, 2, 1, 3)
    ),
    "a kernel larger than the input": layer_of("conv2d", (2, 2, 3), (3, 2, 5, 6), padding=(2, 2, 2, 2)),
    "same": layer_of("conv2d", (2, 5, 5), (3, 2, 4, 2), padding="same"),
    "same, circular": layer_of("conv2d", (2, 5, 5), (3, 2, 4, 2), padding="same", padding_mode="circular"),
    "flip": layer_of("conv2d", (2, 5, 5), (3, 2, 3, 2), flip=True, stride=(2, 1), padding=(1, 0, 2, 0)),
    "cells no window visits": layer_of("conv2d", (2, 7, 7), (3, 2, 2, 2), stride=(4, 4)),
    "windows that read nothing": layer_of(
        "conv2d", (1, 1, 1), (1, 1, 1, 1), stride=(2, 2), padding=(1, 1, 1, 1)
    ),
    "overlapping maxima": layer_of("max_pool2d", (2, 7, 7), None, kernel_size=(3, 3), stride=(1, 2)),
    "ceil_mode of a maximum": layer_of(
        "max_pool2d", (2, 6, 7), None, kernel_size=(3, 3), stride=(2, 2), ceil_mode=True, padding=(1, 1, 1, 1)
    ),
    "dilated maximum": layer_of(
        "max_pool2d", (2, 7, 7), None, kernel_size=(2, 3), dilation=(3, 2), stride=(1, 1)
    ),
    "average without padding counted": layer_of(
        "avg_pool2d",
        (2, 5, 5),
        None,
        kernel_size=(3, 3),
        padding=(1, 1, 1, 1),
        stride=(2, 2),
        count_include_pad=False,
        ceil_mode=True,
    ),
    "dilated average": layer_of(
        "avg_pool2d",
        (2, 7, 7),
        None,
        kernel_size=(3, 2),
        dilation=(2, 3),
        padding=(1, 0, 0, 1),
        stride=(1, 2),
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_known_traps(trap: str) -> None:
    layer = TRAPS[trap]
    made = layer.plan()
    check_layer(layer, made, upstream_of(made, layer, 5))


def test_cells_that_no_window_visits_get_nothing() -> None:
    layer = TRAPS["cells no window visits"]
    made = layer.plan()
    whole = found(made, layer, torch.ones(made.output_shape, dtype=torch.int32))
    assert whole.input is not None
    assert whole.input[:, 2:4].abs().sum() == whole.input[:, :, 6].abs().sum() == 0
    table = taps(made)
    upstream = torch.ones(made.output_shape).int()
    step = input_gradients(made, table, inverse_taps(table), layer.x, layer.weight, upstream, 0, 16, 17)
    assert (step.output_rows == -1).all()
    assert step.gradients.tolist() == [0]


def test_ties_of_a_maximum_go_to_the_first() -> None:
    """All cells are equal: each window gives its upstream to its upper left cell, as torch does."""
    for padding, first in (((0, 0, 0, 0), [[1, 0, 2, 0], [0, 0, 0, 0]]), ((1, 1, 1, 1), None)):
        layer = layer_of("max_pool2d", (1, 2, 4), None, kernel_size=(2, 2), stride=(2, 2), padding=padding)
        layer = Layer(layer.kind, layer.parameters, torch.full((1, 2, 4), -(2**31)).int(), None, None)
        made = layer.plan()
        upstream = torch.arange(1, made.windows + 1).int().view(made.output_shape)
        whole = found(made, layer, upstream)
        expected = by_autograd(layer, upstream)
        assert whole.input is not None and expected is not None
        assert torch.equal(whole.input.double(), expected.input)
        assert first is None or whole.input[0].tolist() == first


def test_reflected_rows_are_read_several_times_through_one_kernel_row() -> None:
    """Padding 2 of rows 0 1 2 3 reads 2 1 0 1 2 3 2 1: a kernel of one row reads row 1 three times."""
    layer = layer_of("conv2d", (1, 4, 1), (1, 1, 1, 1), padding=(2, 2, 0, 0), padding_mode="reflect")
    made, table = layer.plan(), taps(layer.plan())
    upstream = torch.tensor([1, 10, 100, 1000, 10**4, 10**5, 10**6, 10**7]).int().view(1, 8, 1)
    weight = torch.ones(1, 1, 1, 1).int()
    steps = input_gradients(made, table, inverse_taps(table), layer.x, weight, upstream, 0)
    assert steps.output_rows[:, 0].tolist() == [[2, -1, -1], [1, 3, 7], [0, 4, 6], [5, -1, -1]]
    assert steps.upstream.flatten().tolist() == [100, 10001010, 1010001, 100000]


@pytest.mark.parametrize(
    ("x", "weight", "upstream", "what"),
    [
        (1, 2**16, 2**15, "term.product"),
        (2**16, 1, 2**15, "term.product"),
        (1, 2**15, 2**15, "term.channel_sum"),
        (2**14, 1, 2**15, "term.row_sum"),
        (1, 1, 2**30, "term.upstream_sum"),
    ],
)  # fmt: skip
def test_sums_that_leave_int32_are_refused(x: int, weight: int, upstream: int, what: str) -> None:
    """2×2 windows of a 3×3 input, and a bias; the whole is refused as the ledgers are."""
    layer = layer_of("conv2d", (1, 3, 5), (1, 1, 2, 2))
    layer = replace(
        layer,
        x=torch.full((1, 3, 5), x).int(),
        weight=torch.full((1, 1, 2, 2), weight).int(),
        bias=torch.zeros(1).int(),
    )
    made = layer.plan()
    with pytest.raises(ConvError) as refused:
        found(made, layer, torch.full(made.output_shape, upstream).int())
    assert refused.value.message.code == "int32_overflow"
    assert refused.value.at == "/upstream"
    assert str(refused.value.message.params["what"]) == what


def test_sums_that_just_fit_int32_are_exact() -> None:
    """Their bound is over the range, the sums are not: 2^31 - 1 and its negative."""
    layer = layer_of("conv2d", (2, 3, 3), (1, 2, 2, 2))
    x, weight = torch.zeros(2, 3, 3).int(), torch.zeros(1, 2, 2, 2).int()
    weight[0, 0, 0, 0], weight[0, 1, 1, 1] = 2**31 - 1, -(2**31)
    x[0, 0, 0], x[1, 1, 1] = 2**31 - 1, -(2**31)
    layer = Layer(layer.kind, layer.parameters, x, weight, None)
    made = layer.plan()
    upstream = torch.tensor([[[1, 0], [0, 0]]]).int()
    whole = found(made, layer, upstream)
    assert whole.input is not None
    assert whole.input[0].tolist() == [[2**31 - 1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert whole.input[1].tolist() == [[0, 0, 0], [0, -(2**31), 0], [0, 0, 0]]
    assert whole.weight is not None
    assert whole.weight[0].tolist() == [[[2**31 - 1, 0], [0, 0]], [[0, 0], [0, -(2**31)]]]


@pytest.mark.parametrize(
    ("wanted", "x", "weight"), [("input", 1e30, 1.0), ("weight", 1.0, 1e30), ("bias", 1e30, 1e30)]
)
def test_what_is_not_wanted_may_leave_the_range(wanted: str, x: float, weight: float) -> None:
    layer = layer_of("conv2d", (1, 3, 3), (1, 1, 2, 2))
    filled = torch.full((1, 3, 3), x), torch.full((1, 1, 2, 2), weight), torch.zeros(1)
    layer = Layer(layer.kind, layer.parameters, *filled)
    made = layer.plan()
    upstream = torch.full(made.output_shape, 1e20)
    gradients(made, taps(made), layer.x, layer.weight, upstream, (wanted,))
    with refuses(ConvError, "overflow"):
        found(made, layer, upstream)


def test_floats_that_overflow_are_refused() -> None:
    layer = layer_of("conv2d", (1, 3, 3), (1, 1, 2, 2))
    layer = Layer(layer.kind, layer.parameters, torch.ones(1, 3, 3), torch.full((1, 1, 2, 2), 3e38), None)
    made = layer.plan()
    with refuses(ConvError, "overflow"):
        found(made, layer, torch.full(made.output_shape, 2.0))


def test_what_is_not_there_is_refused() -> None:
    layer = layer_of("conv2d", (4, 3, 3), (4, 2, 2, 2), groups=2)
    made, table = layer.plan(), taps(layer.plan())
    upstream = torch.ones(made.output_shape).int()
    with refuses(ConvError, "in_channel is 4"):
        input_gradients(made, table, inverse_taps(table), layer.x, layer.weight, upstream, 4)
    for start, stop in ((0, 10), (5, 4), (-1, 2)):
        with refuses(ConvError, "are asked for"):
            input_gradients(made, table, inverse_taps(table), layer.x, layer.weight, upstream, 0, start, stop)
    with refuses(ConvError, "reads input channels 0 to 1"):
        weight_gradients(made, table, layer.x, upstream, 0, 2)
    with refuses(ConvError, "out_channel is 4"):
        weight_gradients(made, table, layer.x, upstream, 4, 0)
    pooled = TRAPS["overlapping maxima"]
    with refuses(ConvError, "max_pool2d has no weight"):
        weight_gradients(pooled.plan(), taps(pooled.plan()), pooled.x, torch.ones(2, 5, 3).int(), 0, 0)
    with refuses(ConvError, "upstream"):
        gradients(made, table, layer.x, layer.weight, torch.ones(4, 2, 3).int())
