"""The ledger: products, channel sums, running sums and outputs of a range of windows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.columns import grouped
from app.conv.errors import ConvError
from app.conv.numbers import check_range, check_tensors
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import NONE, TapTable


@dataclass(frozen=True, slots=True)
class Ledger:
    """
    Windows start … stop−1 of one output channel, in raster order (index = row·W_out + col).

    n windows, C = len(in_channels). input_rows (n, kH) and input_cols (n, kW): int32, -1 for none.
    patches, products: (n, C, kH, kW), 0 where there is no input; an average's products are its terms,
    a maximum's are its patches. channel_sums, running_sums: (n, C). outputs: (n,). selected: (n, 2)
    int32, the kernel cell [u, v] that won, the first in raster order as in torch; None except for max.
    """

    out_channel: int
    in_channels: range
    start: int
    stop: int
    total: int
    input_rows: Tensor
    input_cols: Tensor
    patches: Tensor
    products: Tensor
    channel_sums: Tensor
    running_sums: Tensor
    bias: float | int
    outputs: Tensor
    selected: Tensor | None


def ledger(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    out_channel: int,
    start: int = 0,
    stop: int | None = None,
) -> Ledger:
    """
    The ledger of windows start … stop−1 (None: to the last); time and memory are O(stop − start).

    x: (C_in, H, W); weight as in `plan`; bias: (C_out,). Raises ConvError where a product or sum leaves
    the range of the dtype, or a range or channel is not there.
    """
    check_tensors(plan, x, weight=weight, bias=bias)
    stop = plan.windows if stop is None else stop
    _check_asked(plan, out_channel, start, stop)
    in_channels, width = plan.in_channels(out_channel), plan.output_shape[2]
    windows = torch.arange(start, stop)
    out_rows, out_cols = windows.div(width, rounding_mode="floor"), windows % width
    rows, cols = taps.rows[out_rows], taps.cols[out_cols]
    patches, missing = _patches(x[in_channels.start : in_channels.stop], rows, cols)
    selected, products = None, patches
    if weight is not None:
        products = _weighted(plan, patches, weight, out_channel)
    elif (divisors := taps.divisors(out_rows, out_cols)) is not None:
        products = patches / divisors[:, None, None, None]
    if isinstance(plan.operation, MaxPool2d):
        selected, sums = _winners(patches, missing)
    else:
        sums = check_range(products.sum((2, 3)), x.dtype, "channel sum")
    running = check_range(sums.cumsum(1), x.dtype, "running sum")
    offset = bias[out_channel].item() if bias is not None else 0
    outputs = check_range(running[:, -1] + offset, x.dtype, "output")
    return Ledger(
        out_channel, in_channels, start, stop, plan.windows,
        rows.int(), cols.int(), patches, products.to(x.dtype), sums.to(x.dtype), running.to(x.dtype),
        offset, outputs.to(x.dtype), selected,
    )  # fmt: skip


def _check_asked(plan: Plan, out_channel: int, start: int, stop: int) -> None:
    channels = plan.output_shape[0]
    if not 0 <= out_channel < channels:
        raise ConvError(f"out_channel is {out_channel}, output has {channels} channels", "/out_channel")
    if not 0 <= start <= stop <= plan.windows:
        raise ConvError(f"windows {start} to {stop} are asked for, there are {plan.windows}", "/start")


def _patches(channels: Tensor, rows: Tensor, cols: Tensor) -> tuple[Tensor, Tensor]:
    """channels (C, H, W) -> patches (n, C, kH, kW), 0 where missing (n, 1, kH, kW)."""
    rows, cols = rows[:, :, None], cols[:, None, :]
    missing = ((rows == NONE) | (cols == NONE)).unsqueeze(1)
    patches = channels[:, rows, cols].transpose(0, 1)  # NONE reads the last row or column, then goes
    return patches.masked_fill(missing, 0).contiguous(), missing


def _weighted(plan: Plan, patches: Tensor, weight: Tensor, out_channel: int) -> Tensor:
    group, member = divmod(out_channel, plan.output_shape[0] // plan.groups)
    slices = grouped(plan, weight)[group, member]
    if patches.dtype == torch.int32:
        return check_range(patches.long() * slices.long(), torch.int32, "product")
    return patches * slices


def _winners(patches: Tensor, missing: Tensor) -> tuple[Tensor, Tensor]:
    """The winning kernel cells (n, 2) and the values (n, 1) there."""
    values = patches.double().masked_fill(missing, float("-inf")).flatten(1)
    best = values.argmax(1, keepdim=True)
    width = patches.shape[3]
    cells = torch.cat((best.div(width, rounding_mode="floor"), best % width), 1)
    return cells.int(), patches.flatten(1).gather(1, best)
