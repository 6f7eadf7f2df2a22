"""Numbers in figures: rounded for reading, with the exact value beside them."""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson
from torch import Tensor

from app.conv.ledger import Ledger
from convscope.printed_ledger import MINUS, PrintedLedger, decimals_for, print_ledger

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
        self.decimals = decimals_for(values, _DIGITS, _MAX_DECIMALS)

    def tensor(self, tensor: Tensor) -> list[list[Number]]:
        """The numbers of a plane (rows, columns)."""
        return [[self(value) for value in row] for row in tensor]

    def __call__(self, value: Tensor) -> Number:
        """value: a tensor of one number."""
        return exact_number(self._rounded(value.item()), value)

    def _rounded(self, value: float) -> str:
        size = abs(value)
        text = f"{size:.2e}" if size >= _MAX_FIXED else f"{size:.{self.decimals}f}"
        return MINUS + text if value < 0 and float(text) != 0 else text


def exact_number(text: str, value: Tensor) -> Number:
    """value: a tensor of one number, which the text says rounded."""
    return Number(text, orjson.dumps(value.numpy()[()], option=orjson.OPT_SERIALIZE_NUMPY).decode())


def print_window(ledger: Ledger, bias: Tensor | None) -> PrintedLedger:
    """The sums of a ledger of one window. bias: a tensor of one number."""
    return print_ledger(
        ledger.products[0].flatten().tolist(),
        ledger.channel_sums[0].tolist(),
        ledger.running_sums[0].tolist(),
        0 if bias is None else bias.item(),
        ledger.outputs[0].item(),
    )
