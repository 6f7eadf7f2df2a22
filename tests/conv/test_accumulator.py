"""The sum after each product, and where few bits overflow, held against plain Python."""

from __future__ import annotations

from itertools import accumulate
from math import fsum

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.conv.accumulator import first_overflows, tap_running_sums

INT32 = st.integers(-(2**31), 2**31 - 1)


@st.composite
def windows(draw: st.DrawFn) -> torch.Tensor:
    """Products of one or two channels, (n, C, kH, kW)."""
    shape = tuple(draw(st.integers(1, 3)) for _ in range(4))
    count = torch.Size(shape).numel()
    numbers = draw(st.lists(st.one_of(INT32, st.integers(-9, 9)), min_size=count, max_size=count))
    return torch.tensor(numbers, dtype=torch.int32).view(shape)


@given(windows())
def test_sums_of_integers_are_exact_beyond_int32(products: torch.Tensor) -> None:
    sums = tap_running_sums(products)
    assert (sums.dtype, sums.shape) == (torch.int64, products.shape)
    for window, expected in zip(sums.flatten(1).tolist(), products.flatten(1).tolist(), strict=True):
        assert window == list(accumulate(expected))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sums_of_floats_are_rounded_once(dtype: torch.dtype) -> None:
    products = torch.randn(50, 3, 2, 2, dtype=dtype)
    for window, terms in zip(tap_running_sums(products).flatten(1), products.flatten(1), strict=True):
        for n, found in enumerate(window.tolist()):
            exact = fsum(terms[: n + 1].tolist())
            most = fsum(map(abs, terms[: n + 1].tolist()))
            # Of float32 one rounding to float32; of float64 one for each addition.
            slack = torch.finfo(dtype).eps * (abs(exact) if dtype == torch.float32 else (n + 1) * most)
            assert abs(found - exact) <= slack + 1e-15


@given(windows(), st.integers(2, 64), INT32)
def test_the_first_overflow(products: torch.Tensor, bits: int, bias: int) -> None:
    sums = tap_running_sums(products)
    outputs = sums.flatten(1)[:, -1] + bias
    taps, values = first_overflows(sums, outputs, bits)
    for n, terms in enumerate(products.flatten(1).tolist()):
        chain = [*accumulate(terms), sum(terms) + bias]
        # Two's complement of so many bits: what does not survive the round trip overflows.
        wrapped = [(total + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1) for total in chain]
        places = [k for k, total in enumerate(chain) if total != wrapped[k]]
        assert taps[n] == (places[0] if places else -1)
        assert values[n] == (chain[places[0]] if places else 0)


@pytest.mark.parametrize(("bits", "low", "high"), [(2, -2, 1), (8, -128, 127), (33, -(2**32), 2**32 - 1)])
def test_the_bounds_of_an_accumulator(bits: int, low: int, high: int) -> None:
    sums = torch.tensor([low, high, low - 1, high + 1]).view(4, 1, 1, 1)
    taps, values = first_overflows(sums, sums.flatten(), bits)
    assert taps.tolist() == [-1, -1, 0, 0]
    assert values.tolist() == [0, 0, low - 1, high + 1]
