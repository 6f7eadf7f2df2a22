"""Numbers in figures: rounded for reading, with the exact value beside them."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10
from typing import Final, NamedTuple

import orjson
from torch import Tensor

_MINUS: Final = "\u2212"
# Significant digits that the largest of the numbers shown together has.
_DIGITS: Final = 3
# Magnitudes from which on a number is written with an exponent.
_MAX_FIXED: Final = 1e9
_MAX_DECIMALS: Final = 9


class Number(NamedTuple):
    """text: as it is read. value: all digits of its dtype, as JSON has them."""

    text: str
    value: str


class NumberFormat:
    """Writes numbers that are shown together with the same decimals: 0.00 beside 1.25."""

    def __init__(self, *tensors: Tensor) -> None:
        values = [value for tensor in tensors for value in tensor.flatten().tolist()]
        self.decimals = _decimals_for(values)

    def tensor(self, tensor: Tensor) -> list[list[Number]]:
        """The numbers of a plane (rows, columns)."""
        return [[self(value) for value in row] for row in tensor]

    def __call__(self, value: Tensor) -> Number:
        """value: a tensor of one number."""
        exact = orjson.dumps(value.numpy()[()], option=orjson.OPT_SERIALIZE_NUMPY).decode()
        return Number(self._rounded(value.item()), exact)

    def _rounded(self, value: float) -> str:
        size = abs(value)
        text = f"{size:.2e}" if size >= _MAX_FIXED else f"{size:.{self.decimals}f}"
        return _MINUS + text if value < 0 and float(text) != 0 else text


def _decimals_for(values: Iterable[float]) -> int:
    largest = max((abs(value) for value in values), default=0)
    if largest == 0 or all(float(value).is_integer() for value in values):
        return 0
    return min(max(_DIGITS - 1 - floor(log10(largest)), 0), _MAX_DECIMALS)
