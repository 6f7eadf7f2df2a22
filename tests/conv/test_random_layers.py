"""Random layers: tap tables, ledgers and whole tensors against plain Python and torch."""

from __future__ import annotations

from itertools import accumulate, combinations, islice
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from app.conv.correlate import channel_sums, output
from app.conv.errors import ConvError
from app.conv.ledger import Ledger, ledger
from app.conv.operation import Plan
from app.conv.taps import taps
from tests.support.random_layers import OPERATIONS, Layer, fitting_layers, layers, seeded_layers
from tests.support.reference import Table, counts, kernel_of, nothing, pooled_length, tap_table, torch_output

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.int32: 0.0}


# Half of them fit.
COUNT = 1500
LARGEST_DILATION = 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPERATIONS)
def test_random_layers(kind: str) -> None:
    for number, layer in enumerate(islice(seeded_layers(kind), COUNT)):
        try:
            check(layer)
        except Exception as error:
            error.add_note(f"layer {number}: {layer}")
            raise


@settings(max_examples=100)
@given(layers())
def test_layers_as_simple_as_can_be(layer: Layer) -> None:
    check(layer)


@pytest.mark.parametrize("kind", OPERATIONS)
def test_each_pair_of_parameters_is_among_them(kind: str) -> None:
    shown: set[tuple[Any, ...]] = set()
    for layer, _ in fitting_layers(islice(seeded_layers(kind), COUNT)):
        shown.update(combinations(sorted(parameters_of(layer).items(), key=repr), 2))
    values = sorted({each for pair in shown for each in pair}, key=repr)
    missing = {pair for pair in combinations(values, 2) if can_be(kind, dict(pair))} - shown
    assert missing == set()


def parameters_of(layer: Layer) -> dict[str, Any]:
    """Each value by itself, as stride0 and stride1."""
    parameters = {**layer.parameters, "dtype": layer.x.dtype, "bias": layer.bias is not None}
    parameters |= {"kernel_size": kernel_of(layer), "same": parameters["padding"] == "same"}
    if parameters["same"]:
        del parameters["padding"]
    return {
        f"{name}{index}": value
        for name, values in parameters.items()
        for index, value in enumerate(values if isinstance(values, tuple) else [values])
    }


def can_be(kind: str, pair: dict[str, Any]) -> bool:
    """Whether a layer may have both values, which are of two parameters or of one."""
    names = sorted(pair)
    if len(names) == 1:
        return False
    one, other = (pair[name] for name in names)
    match names:
        case ["padding0" | "padding1" | "padding2" | "padding3", "same0"]:
            return not other
        case ["same0", "stride0" | "stride1"]:
            return not one or other == 1
        case ["output_padding0", "stride0"] | ["output_padding1", "stride1"]:
            return bool(one < max(other, LARGEST_DILATION))
        case ["kernel_size0", "padding0" | "padding1"] | ["kernel_size1", "padding2" | "padding3"]:
            return "pool" not in kind or other <= one // 2
    return True


def check(layer: Layer) -> None:
    try:
        planned = layer.plan()
    except ConvError as error:
        check_torch_refuses(layer, error)
    else:
        check_layer(layer, planned)


def check_torch_refuses(layer: Layer, error: ConvError) -> None:
    assert error.at.startswith("/")
    try:
        expected = torch_output(layer)
    except (RuntimeError, ValueError):
        return
    if expected is not None:  # torch answers "minus infinity" for a maximum over nothing
        assert expected.min() == nothing(expected.dtype)
        return
    lengths = [pooled_length(layer, axis) for axis in (0, 1)]
    tables = [tap_table(layer, axis, length) for axis, length in enumerate(lengths)]
    assert min(lengths) < 1 or any(set(row) == {-1} for table in tables for row in table)


def check_layer(layer: Layer, planned: Plan) -> None:
    height, width = planned.output_shape[1:]
    rows, cols = tap_table(layer, 0, height), tap_table(layer, 1, width)
    table = taps(planned)
    assert table.rows.tolist() == rows
    assert table.cols.tolist() == cols
    whole = output(planned, layer.x, layer.weight, layer.bias)
    assert (tuple(whole.shape), whole.dtype) == (planned.output_shape, layer.x.dtype)
    expected = torch_output(layer)
    assert expected is None or expected.shape == whole.shape
    sums = channel_sums(planned, layer.x, layer.weight)
    for out_channel in range(planned.output_shape[0]):
        steps = ledger(planned, table, layer.x, layer.weight, layer.bias, out_channel)
        check_patches(layer, steps, rows, cols)
        check_products(layer, steps)
        results = [whole[out_channel], sums[out_channel].sum(0) + steps.bias]
        if expected is not None:
            results.append(expected[out_channel])
        check_sums(layer, steps, sums[out_channel], results)


def check_patches(layer: Layer, steps: Ledger, rows: Table, cols: Table) -> None:
    """Each patch is what the index maps point at, 0 for -1."""
    x = layer.x.tolist()
    windows = [(r, c) for r in rows for c in cols][steps.start : steps.stop]
    assert steps.input_rows.tolist() == [list(r) for r, _ in windows]
    assert steps.input_cols.tolist() == [list(c) for _, c in windows]
    assert steps.patches.tolist() == [
        [[[x[k][i][j] if min(i, j) >= 0 else 0 for j in c] for i in r] for k in steps.in_channels]
        for r, c in windows
    ]


def check_products(layer: Layer, steps: Ledger) -> None:
    """Each product is patch times weight, or patch over divisor, in one rounding."""
    o, patches = steps.out_channel, steps.patches.double()
    if layer.family == "max_pool":
        factors: Any = 1
    elif layer.family == "avg_pool":
        height, width = pooled_length(layer, 0), pooled_length(layer, 1)
        divisors = [r * c for r in counts(layer, 0, height) for c in counts(layer, 1, width)]
        factors = 1 / torch.tensor(divisors).double().view(-1, 1, 1, 1)
    elif layer.family == "conv":
        assert layer.weight is not None
        factors = layer.weight[o].double()
    else:
        assert layer.weight is not None
        first, last = steps.in_channels[0], steps.in_channels[-1]
        factors = layer.weight[first : last + 1, o % layer.weight.shape[1]].double()
    products = patches * factors
    assert bool(((steps.products - products).abs() <= products.abs() * TOLERANCE[layer.x.dtype]).all())


def check_sums(layer: Layer, steps: Ledger, sums: Tensor, results: list[Tensor]) -> None:
    """The products, summed in plain Python, are the channel sums, running sums and outputs everywhere."""
    flat = [result.flatten().tolist() for result in results]
    by_channel = sums.flatten(1).T.tolist()
    ledgers = [t.tolist() for t in (steps.products, steps.channel_sums, steps.running_sums, steps.outputs)]
    for n, (products, channel, running, result) in enumerate(zip(*ledgers, strict=True)):
        terms = [[cell for row in grid for cell in row] for grid in products]
        slack = TOLERANCE[layer.x.dtype] * (sum(abs(t) for ts in terms for t in ts) + abs(steps.bias))
        if layer.family == "max_pool":
            assert steps.selected is not None
            u, v = steps.selected[n].tolist()
            own = [winner(steps.patches[n, 0].tolist(), steps.input_rows[n], steps.input_cols[n], [u, v])]
        else:
            own = [sum(ts) for ts in terms]
        assert near(own, channel, slack)
        assert near(own, by_channel[n], slack)
        assert near(list(accumulate(own)), running, slack)
        assert near([sum(own) + steps.bias] * (1 + len(flat)), [result, *(f[n] for f in flat)], slack)


def winner(patch: list[list[float]], rows: Tensor, cols: Tensor, selected: list[int]) -> float:
    """The largest value that is there; `selected` must be the first cell that holds it."""
    there = [
        (u, v) for u, r in enumerate(rows.tolist()) for v, c in enumerate(cols.tolist()) if min(r, c) >= 0
    ]
    best = max(there, key=lambda cell: patch[cell[0]][cell[1]])
    assert selected == list(best)
    return patch[best[0]][best[1]]


def near(own: list[float], found: list[float], slack: float) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(own, found, strict=True))
