"""The ledger of the gradient to the input: what each input cell gets from the outputs that read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from app.conv.channel_checks import check_in_channel
from app.conv.dtypes import check_numbers, check_tensors
from app.conv.errors import item_range
from app.conv.im2col import BLOCK
from app.conv.inverse_taps import InverseTaps
from app.conv.max_selection import selected_taps
from app.conv.operation import AvgPool2d, MaxPool2d, Plan
from app.conv.taps import TapTable


@dataclass(frozen=True, slots=True)
class InputGradients:
    """
    The gradient to input cells start … stop−1 of one input channel, in raster order (index = row·W + col).

    n cells, O = len(out_channels): those of the input channel's group. output_rows (n, kH, …) and output_cols
    (n, kW, …): int32, the output rows and columns that read the cell through each kernel row and column, then
    -1. upstream, products: (n, O, kH, kW), the sum of the upstream over these outputs, and that times the
    kernel; of an average over its divisor, of a maximum 0 where another cell won. channel_sums and
    running_sums: (n, O). gradients: (n,).
    """

    in_channel: int
    out_channels: range
    start: int
    stop: int
    output_rows: Tensor
    output_cols: Tensor
    upstream: Tensor
    products: Tensor
    channel_sums: Tensor
    running_sums: Tensor
    gradients: Tensor


def input_gradients(
    plan: Plan,
    taps: TapTable,
    inverse: InverseTaps,
    x: Tensor,
    weight: Tensor | None,
    upstream: Tensor,
    in_channel: int,
    start: int = 0,
    stop: int | None = None,
) -> InputGradients:
    """
    The ledger of input cells start … stop−1 (None: to the last), in time and memory O(stop − start), and of
    the outputs that read them where padding borrows.

    x: (C_in, H, W); weight as in `plan`; upstream: (C_out, H_out, W_out). Raises ConvError where a product or
    sum leaves the range of the dtype, or a range or channel is not there.
    """
    check_tensors(plan, x, weight=weight, upstream=upstream)
    total = plan.input_shape[1] * plan.input_shape[2]
    stop = total if stop is None else stop
    check_in_channel(plan, in_channel)
    item_range(start, stop, total, "no_such_gradients")
    out_channels, dtype = plan.out_channels(in_channel), x.dtype
    wide = torch.int64 if dtype == torch.int32 else dtype
    own = upstream[out_channels.start : out_channels.stop]
    parts = [
        _part(plan, taps, inverse, x[in_channel], own, wide, cells)
        for cells in _rectangles(start, stop, plan.input_shape[2])
    ] or [_part(plan, taps, inverse, x[in_channel], own, wide, _Rectangle(range(0), range(0)))]
    rows, cols, sums, products = (torch.cat(part) for part in zip(*parts, strict=True))
    if weight is not None:
        products = sums * input_slices(plan, weight, in_channel).to(wide)
    channel_sums = products.sum((2, 3))
    running = channel_sums.cumsum(1)
    sums, products, channel_sums, running = check_numbers(
        dtype,
        "/upstream",
        {
            "term.upstream_sum": sums,
            "term.product": products,
            "term.channel_sum": channel_sums,
            "term.running_sum": running,
        },
    )
    return InputGradients(
        in_channel, out_channels, start, stop, rows.int(), cols.int(),
        sums, products, channel_sums, running, running[:, -1],
    )  # fmt: skip


def input_slices(plan: Plan, weight: Tensor, in_channel: int) -> Tensor:
    """The (C_out/groups, kH, kW) slices of the weight that one input channel is multiplied by."""
    if plan.is_transposed:
        return weight[in_channel]
    out_channels = plan.out_channels(in_channel)
    return weight[out_channels.start : out_channels.stop, in_channel % plan.channels_per_step]


class _Rectangle(NamedTuple):
    """Some rows and columns of a plane."""

    rows: range
    cols: range


def _rectangles(start: int, stop: int, width: int) -> Iterator[_Rectangle]:
    """The cells start … stop−1, in raster order, as three rectangles at most: rows begun, whole and ended."""
    while start < stop:
        row, col = divmod(start, width)
        rows = 1 if col else max(1, (stop - start) // width)
        cols = range(col, min(width, col + stop - start))
        yield _Rectangle(range(row, row + rows), cols)
        start += rows * len(cols)


def _part(
    plan: Plan,
    taps: TapTable,
    inverse: InverseTaps,
    plane: Tensor,
    upstream: Tensor,
    wide: torch.dtype,
    cells: _Rectangle,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Of a rectangle of n input cells the output rows (n, kH, …) and columns (n, kW, …), the sums of the
    upstream (n, O, kH, kW), and these as pooling passes them on.
    """
    rows, cols = inverse.rows.lists(cells.rows), inverse.cols.lists(cells.cols)
    sums = _upstream_sums(inverse, upstream, wide, cells)
    passed = sums
    if isinstance(plan.operation, MaxPool2d):
        passed = sums * _won(taps, plane, rows[..., 0], cols[..., 0]).unsqueeze(2)
    elif isinstance(plan.operation, AvgPool2d):
        # Nothing is read through the taps that no window reads: any divisor will do.
        divisors = taps.divisors(rows.clamp(min=0)[:, None, :, :], cols.clamp(min=0)[None, :, None, :, 0])
        assert divisors is not None  # an average has them
        passed = sums / divisors.unsqueeze(2)
    down, across = len(cells.rows), len(cells.cols)
    return (
        rows[:, None].expand(-1, across, -1, -1).flatten(0, 1),
        cols[None].expand(down, -1, -1, -1).flatten(0, 1),
        sums.flatten(0, 1),
        passed.flatten(0, 1),
    )


def _upstream_sums(inverse: InverseTaps, upstream: Tensor, wide: torch.dtype, cells: _Rectangle) -> Tensor:
    """
    upstream (O, H_out, W_out) -> (rows, cols, O, kH, kW): for each cell of the rectangle and each kernel cell
    the sum over the outputs that read the one through the other; first over their rows, then their columns.
    """
    out_rows, row_places = inverse.rows.taps(cells.rows)
    out_cols, col_places = inverse.cols.taps(cells.cols)
    needed, where = torch.unique(out_cols, return_inverse=True)
    channels, kernel = len(upstream), (inverse.rows.kernel, inverse.cols.kernel)
    by_row = torch.zeros(channels, len(cells.rows) * kernel[0], len(needed), dtype=wide)
    step = max(1, BLOCK // max(1, channels * len(needed)))
    for some, places in zip(out_rows.split(step), row_places.split(step), strict=True):
        by_row.index_add_(1, places, upstream[:, some[:, None], needed].to(wide))
    sums = torch.zeros(channels, by_row.shape[1], len(cells.cols) * kernel[1], dtype=wide)
    step = max(1, BLOCK // max(1, channels * by_row.shape[1]))
    for some, places in zip(where.split(step), col_places.split(step), strict=True):
        sums.index_add_(2, places, by_row[:, :, some])
    planes = sums.view(channels, len(cells.rows), kernel[0], len(cells.cols), kernel[1])
    return planes.permute(1, 3, 0, 2, 4)


def _won(taps: TapTable, plane: Tensor, rows: Tensor, cols: Tensor) -> Tensor:
    """
    (rows, cols, kH, kW): whether the window at output row rows[r, u] and column cols[c, v] selects its kernel
    cell (u, v); False for -1. rows: (R, kH), cols: (C, kW).
    """
    absent = (rows < 0)[:, None, :, None] | (cols < 0)[None, :, None, :]
    out_rows, down = torch.unique(rows.clamp(min=0), return_inverse=True)
    out_cols, across = torch.unique(cols.clamp(min=0), return_inverse=True)
    selected = selected_taps(taps, plane[None], out_rows, out_cols)[0]
    kernel = torch.arange(rows.shape[1] * cols.shape[1]).view(rows.shape[1], cols.shape[1])
    return (selected[down[:, None, :, None], across[None, :, None, :]] == kernel) & ~absent
