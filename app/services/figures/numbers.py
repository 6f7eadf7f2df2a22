"""Numbers in figures: rounded for reading, with the exact value beside them."""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson
from torch import Tensor

from app.conv.ledger import Ledger
from convscope.printed_cell import MAX_DECIMALS, cell_text, number_text
from convscope.printed_ledger import PrintedLedger, decimals_for, print_ledger

# Significant digits that the largest of the numbers shown together has.
_DIGITS: Final = 3
# Characters that every cell has room for, and as many as the longest number of its grid has.
_ROOM: Final = 7


class Number(NamedTuple):
    """text: as it is read. value: all digits of its dtype, as JSON has them."""

    text: str
    value: str


class NumberFormat:
    """Writes numbers that are shown together with the same decimals: 0.00 beside 1.25, but 0.004, not 0."""

    def __init__(self, *tensors: Tensor, decimals: int | None = None) -> None:
        values = [value for tensor in tensors for value in tensor.flatten().tolist()]
        self.decimals = decimals_for(values, _DIGITS, MAX_DECIMALS) if decimals is None else decimals
        self._room = max(_ROOM, *(len(number_text(value, self.decimals)) for value in values))

    def tensor(self, tensor: Tensor) -> list[list[Number]]:
        """The numbers of a plane (rows, columns)."""
        return [[self(value) for value in row] for row in tensor]

    def __call__(self, value: Tensor) -> Number:
        """value: a tensor of one number."""
        return exact_number(cell_text(value.item(), self.decimals, self._room), value)


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
