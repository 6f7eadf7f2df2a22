"""The scatter reading of the gradient to the input: each output cell adds to the window that it read."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.channel_checks import check_in_channel
from app.conv.dtypes import check_range, check_tensors
from app.conv.errors import item_range
from app.conv.input_gradients import input_slices
from app.conv.max_selection import selected_taps
from app.conv.operation import MaxPool2d, Plan
from app.conv.scatter import land_stamps
from app.conv.taps import TapTable


@dataclass(frozen=True, slots=True)
class GradientStamps:
    """
    What the upstream cells start … stop−1 add to one input channel (index = row·W_out + col).

    n cells, O = len(out_channels). input_rows (n, kH) and input_cols (n, kW): int32, where each kernel cell
    lands, -1 on padding; padding that borrows lands where it borrowed, so that several may land on one cell.
    values (n, O): the upstream cell in each output channel. products (n, O, kH, kW): values times the kernel
    slices, or as pooling passes them on; sums (n, kH, kW): added up over the channels. before (H, W): the
    gradient before the first of these stamps. gradients (n, kH, kW): the cells under a stamp once it is
    added, 0 on padding.
    """

    in_channel: int
    out_channels: range
    start: int
    stop: int
    input_rows: Tensor
    input_cols: Tensor
    values: Tensor
    products: Tensor
    sums: Tensor
    before: Tensor
    gradients: Tensor


def gradient_stamps(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor | None,
    upstream: Tensor,
    in_channel: int,
    start: int = 0,
    stop: int | None = None,
) -> GradientStamps:
    """
    The stamps of upstream cells start … stop−1 (None: to the last); time O(stop), memory O(stop + the input).

    x: (C_in, H, W); weight as in `plan`; upstream: (C_out, H_out, W_out). Raises ConvError for a range or
    channel that is not there, and where a number leaves the range of the dtype.
    """
    check_tensors(plan, x, weight=weight, upstream=upstream)
    stop = plan.windows if stop is None else stop
    check_in_channel(plan, in_channel)
    item_range(start, stop, plan.windows, "no_such_gradients")
    out_channels, (_, height, width) = plan.out_channels(in_channel), plan.input_shape
    exact = torch.int64 if x.dtype == torch.int32 else torch.float64
    cells = torch.arange(stop)
    rows, cols = taps.rows[cells // plan.output_shape[2]], taps.cols[cells % plan.output_shape[2]]
    own = upstream[out_channels.start : out_channels.stop].flatten(1)[:, :stop].T.to(exact)
    if weight is None:
        # A pooled channel reads itself alone: its stamp is what it passes on.
        sums = _passed(plan, taps, x[in_channel], own[:, 0], rows, cols)
        products = sums[start:, None]
    else:
        slices = input_slices(plan, weight, in_channel).to(exact)
        sums = (own @ slices.flatten(1)).view(-1, *plan.kernel_size)
        products = own[start:, :, None, None] * slices
    places = _places(rows, cols, height * width, width)
    before, gradients = land_stamps(sums, places, start, height * width)
    numbers = {
        "term.product": products,
        "term.channel_sum": sums[start:],
        "term.gradient": gradients,
        "term.sum": before,
    }
    products, sums, gradients, before = (
        check_range(number, x.dtype, name, "/upstream").to(x.dtype) for name, number in numbers.items()
    )
    return GradientStamps(
        in_channel, out_channels, start, stop, rows[start:].int(), cols[start:].int(),
        own[start:].to(x.dtype), products, sums, before.view(height, width), gradients,
    )  # fmt: skip


def _places(rows: Tensor, cols: Tensor, outside: int, width: int) -> Tensor:
    """(n, kH, kW): the input cells by their index, and `outside` for padding."""
    down, across = rows.unsqueeze(2), cols.unsqueeze(1)
    return (down * width + across).masked_fill((down | across) < 0, outside)


def _passed(plan: Plan, taps: TapTable, plane: Tensor, values: Tensor, rows: Tensor, cols: Tensor) -> Tensor:
    """
    What pooling passes on of values (n), (n, kH, kW): of a maximum all to the cell that won, of an average
    the same share to each cell of the window.
    """
    cells, width = torch.arange(len(values)), plan.output_shape[2]
    if isinstance(plan.operation, MaxPool2d):
        out_rows = torch.arange(-(-len(values) // width))
        selected = selected_taps(taps, plane[None], out_rows, torch.arange(width)).flatten()[: len(values)]
        kernel = torch.arange(rows.shape[1] * cols.shape[1]).view(1, rows.shape[1], cols.shape[1])
        return values[:, None, None] * (selected[:, None, None] == kernel)
    divisors = taps.divisors(cells // width, cells % width)
    assert divisors is not None  # an average has them
    absent = (rows < 0)[:, :, None] | (cols < 0)[:, None, :]
    return (values / divisors)[:, None, None].expand(absent.shape).masked_fill(absent, 0)
