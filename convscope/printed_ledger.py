"""
A step's numbers as text that adds up as printed, as the page has them (`frontend/model/ledger.ts`): what
rounding leaves over is shared out, to each number less than a unit of its last decimal. The bias is rounded
by itself, so that it is the same in every cell of a channel: what is missing then the last sum has. Small
numbers have no exponent here, since they would not add up with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, isfinite, log10
from typing import Final, NamedTuple

MINUS: Final = "\u2212"
# Significant digits of the largest number in a ledger.
_DIGITS: Final = 4
# Decimals that a small bias may add.
_MOST_FOR_BIAS: Final = 3
_MAX_DECIMALS: Final = 12
# What a float32 does not hold of a number, as a share of it.
_FLOAT_ERROR: Final = 1e-6
# Magnitudes from which on a number is written with an exponent.
_MAX_FIXED: Final = 1e12


class PrintedLedger(NamedTuple):
    """Of each channel the sum and the running sum; then the bias and the output."""

    decimals: int
    sums: list[str]
    running: list[str]
    bias: str
    output: str
    # The sums in units of the last decimal.
    units: list[float]

    def products(self, channel: int, values: Sequence[float]) -> list[str]:
        """Those of a channel; they add up to its sum."""
        return [_text(each, self.decimals) for each in apportion(values, self.units[channel], self.decimals)]

    def rest(self, start: int) -> str:
        """The sum of the channels from `start` on."""
        return _text(sum(self.units[start:]), self.decimals)

    def number(self, value: float) -> str:
        return _text(to_units(value, self.decimals), self.decimals)


def print_ledger(
    products: Iterable[float], sums: Iterable[float], running: Sequence[float], bias: float, output: float
) -> PrintedLedger:
    """products: of all channels, one after the other."""
    least = decimals_for([output, bias, *sums, *products], _DIGITS, _MAX_DECIMALS)
    decimals = _decimals_of_bias(bias, least)
    # Running sums are rounded, and a channel's sum is the difference of two: so no error gathers.
    total, added = to_units(output, decimals), to_units(bias, decimals)
    after = [*(to_units(each, decimals) for each in running[:-1]), total - added]
    own = [each - before for each, before in zip(after, [0, *after], strict=False)]
    return PrintedLedger(
        decimals,
        [_text(each, decimals) for each in own],
        [_text(each, decimals) for each in after],
        "\u22480" if bias and not added else _text(added, decimals),
        _text(total, decimals),
        own,
    )


def decimals_for(values: Iterable[float], digits: int, most: int) -> int:
    """
    Decimals that leave `digits` significant ones to the largest of the values, or fewer that write every
    value as it is; 0 when all are whole.
    """
    known = [value for value in values if isfinite(value)]
    largest = max(map(abs, known), default=0)
    if largest == 0 or all(float(value).is_integer() for value in known):
        return 0
    decimals = min(max(digits - 1 - floor(log10(largest)), 0), most)
    exact = (each for each in range(1, decimals) if _are_exact(known, each, largest))
    return next(exact, decimals)


def _are_exact(values: Sequence[float], decimals: int, largest: float) -> bool:
    scaled = [value * 10**decimals for value in values]
    return all(abs(each - round(each)) <= _FLOAT_ERROR * largest * 10**decimals for each in scaled)


def _decimals_of_bias(bias: float, least: int) -> int:
    """The decimals with which a bias is not rounded to 0, if a few more than `least` are enough."""
    needed = ceil(-log10(abs(bias))) if bias and isfinite(bias) else 0
    return least if needed > least + _MOST_FOR_BIAS else max(needed, least)


def apportion(values: Sequence[float], total: float, decimals: int) -> list[float]:
    """Values in units of the last decimal that sum to `total` (Hamilton's method of largest remainders)."""
    is_finite = all(map(isfinite, [total, *values]))
    if not is_finite or (decimals == 0 and all(float(each).is_integer() for each in values)):
        return [to_units(each, decimals) for each in values]
    scaled = [each * 10**decimals for each in values]
    units = [floor(each) for each in scaled]
    missing = int(total) - sum(units)
    order = sorted(range(len(values)), key=lambda i: units[i] - scaled[i])
    if missing < 0:
        order.reverse()
    sign = 1 if missing > 0 else -1
    shared = order[: abs(missing)]
    for i in shared:
        units[i] += sign
    # Sums of large numbers, which are rounded to their own dtype, miss more: the largest is off as far.
    sizes = [abs(each) for each in scaled]
    if sizes:
        units[sizes.index(max(sizes))] += missing - sign * len(shared)
    return list(units)


def to_units(value: float, decimals: int) -> float:
    """The nearest unit, as the page rounds: of two that are as near the one that is further from zero."""
    if not isfinite(value):
        return value
    return int(Decimal(value).scaleb(decimals).to_integral_value(ROUND_HALF_UP))


def _text(units: float, decimals: int) -> str:
    """Units of the last decimal as a number."""
    if not isfinite(units):
        return "\u2013"
    size = abs(units) / 10**decimals
    text = f"{size:.3e}" if size >= _MAX_FIXED else f"{size:.{decimals}f}"
    return MINUS + text if units < 0 else text
