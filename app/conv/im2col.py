"""im2col: the input padded, or unrolled into one column per window, for torch's operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch.nn.functional as F
from torch import Tensor, constant_pad_nd

from app.conv.operation import Plan
from app.conv.taps import taps

Block = tuple[slice, slice, Tensor]
ReadWindows = Callable[[slice, int, int], Tensor]

# Numbers unrolled at once: 2 MB of float32 stay in the processor's caches.
BLOCK = 2**19

# Up to so many columns F.unfold is faster than copying them row by row.
SMALL = 2**8


def pads_well(plan: Plan) -> bool:
    """Whether the padded input is hardly larger than its columns; huge padding makes it immense."""
    if plan.is_transposed:
        return False
    _, height, width = plan.input_shape
    left, right, top, bottom = plan.margins
    columns = plan.windows * prod(plan.kernel_size)
    return (height + top + bottom) * (width + left + right) <= height * width + columns


def padded(plan: Plan, x: Tensor, fill: float = 0) -> Tensor:
    """x (C, H, W) with the padding that windows read made explicit."""
    if not any(plan.margins):
        return x
    if plan.padding_mode == "zeros":
        return constant_pad_nd(x, plan.margins, fill)
    return F.pad(x, plan.margins, mode=plan.padding_mode)


def column_blocks(plan: Plan, x: Tensor, fill: float = 0) -> Iterator[Block]:
    """
    x (C, H, W) unrolled: (channels, windows, columns), columns (len(channels), kH·kW, len(windows)). A column
    is what one window reads, in the order of the kernel's cells, `fill` where that is nothing. A block holds
    up to BLOCK numbers, or one row of windows of one channel.
    """
    _, height, width = plan.output_shape
    rows = max(1, BLOCK // (prod(plan.kernel_size) * width))
    channels = max(1, rows // height)
    read = _read_padded(plan, x, fill) if pads_well(plan) else _read_taps(plan, x, fill)
    for channel in range(0, x.shape[0], channels):
        chosen = slice(channel, channel + channels)
        for row in range(0, height, rows):
            stop = min(row + rows, height)
            windows = slice(row * width, stop * width)
            block = read(chosen, row, stop)
            yield chosen, windows, block.reshape(len(block), -1, (stop - row) * width)


def unfold_small(plan: Plan, x: Tensor) -> Tensor | None:
    """All columns of x at once, or None where they are many or F.unfold cannot make them."""
    if not (plan.is_plain and len(x) * plan.windows <= SMALL and x.is_floating_point()):
        return None
    operation, padding = plan.operation, (plan.padding.top, plan.padding.left)
    columns = F.unfold(x, plan.kernel_size, operation.dilation, padding, operation.stride)
    return columns.view(len(x), -1, plan.windows)


def _read_padded(plan: Plan, x: Tensor, fill: float) -> ReadWindows:
    """Windows as a strided view of the padded input, so that whole rows are copied."""
    (down, across), (along, aside) = plan.operation.stride, plan.operation.dilation
    grown = padded(plan, x, fill)
    _, row, cell = grown.stride()
    steps = (along * row, aside * cell, down * row, across * cell)
    sizes, width = plan.kernel_size, plan.output_shape[2]

    def read(channels: slice, start: int, stop: int) -> Tensor:
        part = grown[channels]
        first = part.storage_offset() + start * down * row
        block = part.as_strided((len(part), *sizes, stop - start, width), (part.stride(0), *steps), first)
        return block.flip(1, 2) if plan.flip else block

    return read


def _read_taps(plan: Plan, x: Tensor, fill: float) -> ReadWindows:
    table = taps(plan)

    def read(channels: slice, start: int, stop: int) -> Tensor:
        rows, cols = table.rows[start:stop].T[:, None, :, None], table.cols.T[:, None, :]
        return x[channels][:, rows, cols].masked_fill_((rows | cols) < 0, fill)

    return read


def by_channel(plan: Plan, weight: Tensor) -> Tensor:
    """The weight as (C_in, C_out/groups, kH·kW), to multiply each input channel's columns."""
    if plan.is_transposed:
        return weight.flatten(2)
    if plan.groups == 1:
        return weight.flatten(2).transpose(0, 1)
    return weight.reshape(plan.groups, -1, *weight.shape[1:]).flatten(3).transpose(1, 2).flatten(0, 1)
