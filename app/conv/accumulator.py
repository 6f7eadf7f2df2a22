"""The accumulator of a window: its sum after each product, and where one of few bits would overflow."""

from __future__ import annotations

import torch
from torch import Tensor


def tap_running_sums(products: Tensor) -> Tensor:
    """
    (…, C, kH, kW) -> the same shape: the sum after each product, in the order of the kernel's cells, channel
    by channel. int64 for int32, which such a sum may leave where the sum of the channel does not.
    """
    return products.flatten(-3).cumsum(-1).view(products.shape)


def first_overflows(sums: Tensor, outputs: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """
    Where a two's complement accumulator of `bits` bits first overflows, and the exact value there.

    sums: (…, C, kH, kW) int64, outputs: (…), the bias added. Taps (…) int32: the number of the product in
    the order of the sums, C·kH·kW for the bias, −1 for none. Values (…) int64, 0 for none.
    """
    chain = torch.cat((sums.flatten(-3), outputs.long().unsqueeze(-1)), -1)
    bound = 1 << (bits - 1)
    overflows = (chain < -bound) | (chain > bound - 1)
    first = overflows.byte().argmax(-1, keepdim=True)  # the first of several, as torch promises
    there = overflows.gather(-1, first)
    taps = torch.where(there, first, -1).int()
    return taps.squeeze(-1), torch.where(there, chain.gather(-1, first), 0).squeeze(-1)
