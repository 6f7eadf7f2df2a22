"""The numbers of a sum as printed: with one number of decimals, and so that they add up."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Final

from convscope.printed_ledger import apportion, to_units

_DIGITS: Final = 6
# Of a total that is much smaller than its terms.
_LEAST_DIGITS: Final = 3
_MOST_DECIMALS: Final = 12


def round_sum(terms: Sequence[float], total: float) -> tuple[list[float], float, int]:
    """Terms and total rounded, each term by less than one unit of the last decimal, and the decimals."""
    values = [*terms, total]
    if all(value.is_integer() for value in values):
        return list(terms), total, 0
    decimals = max(_decimals(max(map(abs, values)), _DIGITS), _decimals(abs(total), _LEAST_DIGITS))
    units = to_units(total, decimals)
    rounded = [each / 10**decimals for each in apportion(terms, units, decimals)]
    return rounded, units / 10**decimals, decimals


def _decimals(size: float, digits: int) -> int:
    if size == 0:
        return 0
    return min(max(digits - 1 - floor(log10(size)), 0), _MOST_DECIMALS)
