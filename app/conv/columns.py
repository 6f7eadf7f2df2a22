"""The input laid out for torch's operators: padded, or unrolled into one column a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch.nn.functional as F
from torch import Tensor, constant_pad_nd

from app.conv.operation import Plan
from app.conv.taps import taps

Reader = Callable[[int, int], Tensor]

# Up to so many windows, F.unfold costs less than setting out to copy row by row; beyond, many times more.
FEW = 2**8

# Numbers unrolled at once where the output is smaller than that: 4 MB of float32.
BLOCK = 2**20


def pads_well(plan: Plan) -> bool:
    """Whether the padded input is hardly larger than its columns; padding can make it immense."""
    if plan.is_transposed:
        return False
    _, height, width = plan.input_shape
    left, right, top, bottom = plan.margins
    columns = plan.windows * prod(plan.kernel_size)
    return (height + top + bottom) * (width + left + right) <= height * width + columns


def padded(plan: Plan, x: Tensor, fill: float = 0) -> Tensor:
    """x (C, H, W) with as much of its padding made explicit as its windows read."""
    if not any(plan.margins):
        return x
    if plan.padding_mode == "zeros":
        return constant_pad_nd(x, plan.margins, fill)
    return F.pad(x, plan.margins, mode=plan.padding_mode)


def column_blocks(plan: Plan, x: Tensor, fill: float = 0) -> Iterator[Tensor]:
    """
    x (C, H, W) unrolled, some rows of windows at a time: (C, kH·kW, windows). A column is what one window
    reads, in the order of the kernel's cells, `fill` where that is nothing. A block holds no more numbers
    than the channel sums of x do, or BLOCK, or one row of windows.
    """
    channels, (out_channels, height, width) = x.shape[0], plan.output_shape
    if plan.is_plain and channels * plan.windows <= FEW and x.is_floating_point():
        sizes, padding = plan.kernel_size, (plan.padding.top, plan.padding.left)
        unrolled = F.unfold(x, sizes, plan.operation.dilation, padding, plan.operation.stride)
        yield unrolled.view(channels, -1, plan.windows)
        return
    per_row = channels * prod(plan.kernel_size) * width
    rows_at_once = max(1, max(BLOCK, channels * out_channels // plan.groups * plan.windows) // per_row)
    read = _padded_reader(plan, x, fill) if pads_well(plan) else _tap_reader(plan, x, fill)
    for row in range(0, height, rows_at_once):
        stop = min(row + rows_at_once, height)
        yield read(row, stop).reshape(channels, -1, (stop - row) * width)


def _padded_reader(plan: Plan, x: Tensor, fill: float) -> Reader:
    """Windows as a strided view of the padded input: what is copied is copied by whole rows."""
    (down, across), (along, aside) = plan.operation.stride, plan.operation.dilation
    grown = padded(plan, x, fill)
    channel, row, cell = grown.stride()
    steps = (channel, along * row, aside * cell, down * row, across * cell)
    sizes, width = (x.shape[0], *plan.kernel_size), plan.output_shape[2]

    def read(start: int, stop: int) -> Tensor:
        first = grown.storage_offset() + start * down * row
        block = grown.as_strided((*sizes, stop - start, width), steps, first)
        return block.flip(1, 2) if plan.flip else block

    return read


def _tap_reader(plan: Plan, x: Tensor, fill: float) -> Reader:
    table = taps(plan)

    def read(start: int, stop: int) -> Tensor:
        rows, cols = table.rows[start:stop].T[:, None, :, None], table.cols.T[:, None, :]
        return x[:, rows, cols].masked_fill_((rows | cols) < 0, fill)

    return read


def by_channel(plan: Plan, weight: Tensor) -> Tensor:
    """The weight as (C_in, C_out/groups, kH·kW), to multiply each input channel's columns."""
    if plan.is_transposed:
        return weight.flatten(2)
    if plan.groups == 1:
        return weight.flatten(2).transpose(0, 1)
    return weight.reshape(plan.groups, -1, *weight.shape[1:]).flatten(3).transpose(1, 2).flatten(0, 1)


def by_group(plan: Plan, weight: Tensor) -> Tensor:
    """The weight as (groups, C_out/groups, C_in/groups·kH·kW), to multiply each group's columns."""
    if plan.is_transposed:
        return weight.reshape(plan.groups, -1, *weight.shape[1:]).transpose(1, 2).flatten(2)
    return weight.reshape(plan.groups, -1, plan.terms)
