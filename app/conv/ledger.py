"""The ledger: products, channel sums, running sums and outputs of a range of windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor

from app.conv.dtypes import check_range, check_tensors
from app.conv.errors import ConvError
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import TapTable

# Up to so many taps, what windows read is remembered: of a small layer that is most of the work.
SMALL: Final = 2**14


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
    out: Mapping[str, Tensor] | None = None,
) -> Ledger:
    """
    The ledger of windows start … stop−1 (None: to the last); time and memory are O(stop − start).

    x: (C_in, H, W); weight as in `plan`; bias: (C_out,). `out`: contiguous tensors, named as the ledger's;
    some of them are computed there and become the ledger's own. Raises ConvError where a product or sum
    leaves the range of the dtype, or a range or channel is not there.
    """
    check_tensors(plan, x, weight=weight, bias=bias)
    stop = plan.windows if stop is None else stop
    _check_range(plan, out_channel, start, stop)
    in_channels = plan.in_channels(out_channel)
    reads = _reads_of(plan, taps, start, stop)
    # Exact products and sums are wider than int32 until they are checked.
    out = {} if out is None or x.dtype == torch.int32 else out
    patches = products = _patches(x[in_channels.start : in_channels.stop], reads, out.get("patches"))
    selected = None
    if weight is not None:
        products = _weighted(patches, kernel_slices(plan, weight, out_channel), out.get("products"))
    elif reads.divisors is not None:
        products = torch.div(patches, reads.divisors[:, None, None, None], out=out.get("products"))
    if isinstance(plan.operation, MaxPool2d):
        selected, sums = _winners(patches, reads.missing)
    else:
        sums = torch.sum(products, (-2, -1), out=out.get("channel_sums"))
    running = torch.cumsum(sums, 1, out=out.get("running_sums"))
    offset = bias[out_channel].item() if bias is not None else 0
    outputs = running[:, -1] + offset if offset else running[:, -1]
    products, sums, running, outputs = _checked(x.dtype, products, sums, running, outputs)
    return Ledger(
        out_channel, in_channels, start, stop, plan.windows,
        reads.rows, reads.cols, patches, products, sums, running, offset, outputs, selected,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerLedger:
    """
    The ledgers of all O output channels, computed together: n windows, C input channels each.

    patches: (groups, n, C, kH, kW); products: (O, n, C, kH, kW); channel_sums, running_sums: (O, n, C);
    outputs: (O, n); selected: (O, n, 2) or None. Everything else as in Ledger.
    """

    plan: Plan
    input_rows: Tensor
    input_cols: Tensor
    patches: Tensor
    products: Tensor
    channel_sums: Tensor
    running_sums: Tensor
    bias: list[float | int] | None
    outputs: Tensor
    selected: Tensor | None

    def channel(self, o: int) -> Ledger:
        """The ledger of one output channel; its tensors are views."""
        plan, windows = self.plan, self.plan.windows
        group = o // (plan.output_shape[0] // plan.groups)
        return Ledger(
            o, plan.in_channels(o), 0, windows, windows,
            self.input_rows, self.input_cols, self.patches[group], self.products[o],
            self.channel_sums[o], self.running_sums[o], 0 if self.bias is None else self.bias[o],
            self.outputs[o], None if self.selected is None else self.selected[o],
        )  # fmt: skip


def layer_ledger(
    plan: Plan, taps: TapTable, x: Tensor, weight: Tensor | None, bias: Tensor | None
) -> LayerLedger:
    """
    The ledgers of all windows of all output channels; memory is that of all products.

    Arguments and ConvError as for `ledger`.
    """
    check_tensors(plan, x, weight=weight, bias=bias)
    reads = _reads_of(plan, taps, 0, plan.windows)
    patches = _grouped_patches(plan, x, reads)
    products, selected = patches, None
    if weight is not None:
        factors = _grouped_slices(plan, weight).unsqueeze(2)
        products = _weighted(patches.unsqueeze(1), factors, None).flatten(0, 1)
    elif reads.divisors is not None:
        products = patches / reads.divisors[:, None, None, None]
    if isinstance(plan.operation, MaxPool2d):
        winners = [_winners(channel, reads.missing) for channel in patches]
        selected = torch.stack([cells for cells, _ in winners])
        sums = torch.stack([values for _, values in winners])
    else:
        sums = products.sum((-2, -1))
    running = sums.cumsum(2)
    outputs = running[..., -1] if bias is None else running[..., -1] + bias[:, None]
    products, sums, running, outputs = _checked(x.dtype, products, sums, running, outputs)
    return LayerLedger(
        plan, reads.rows, reads.cols, patches, products, sums, running,
        None if bias is None else bias.tolist(), outputs, selected,
    )  # fmt: skip


def _grouped_patches(plan: Plan, x: Tensor, reads: Reads) -> Tensor:
    """x (C_in, H, W) -> (groups, n, C_in/groups, kH, kW)."""
    patches = _patches(x, reads, None)
    if plan.groups == 1:
        return patches.unsqueeze(0)
    by_group: Tensor = patches.unflatten(1, (plan.groups, plan.channels_per_step))
    return by_group.transpose(0, 1).contiguous()


def _grouped_slices(plan: Plan, weight: Tensor) -> Tensor:
    """The weight as (groups, C_out/groups, C_in/groups, kH, kW)."""
    grouped: Tensor = weight.unflatten(0, (plan.groups, -1))
    return grouped.transpose(1, 2).contiguous() if plan.is_transposed else grouped


def _check_range(plan: Plan, out_channel: int, start: int, stop: int) -> None:
    channels = plan.output_shape[0]
    if not 0 <= out_channel < channels:
        raise ConvError(f"out_channel is {out_channel}, output has {channels} channels", "/out_channel")
    if not 0 <= start <= stop <= plan.windows:
        raise ConvError(f"windows {start} to {stop} are asked for, there are {plan.windows}", "/start")


@dataclass(frozen=True, slots=True)
class Reads:
    """
    What n windows read: rows (n, kH) and cols (n, kW) int32, as the ledger has them; cells (n, kH, kW),
    places in a flattened channel; missing (n, kH, kW), where there is no input, None if no window of the
    layer can miss any, and absent, where these are among all n·kH·kW; divisors (n,) of an average.
    """

    rows: Tensor
    cols: Tensor
    cells: Tensor
    missing: Tensor | None
    absent: Tensor | None
    divisors: Tensor | None


def _reads_of(plan: Plan, taps: TapTable, start: int, stop: int) -> Reads:
    is_small = (stop - start) * plan.kernel_size[0] * plan.kernel_size[1] <= SMALL
    return (_cached_reads if is_small else _reads)(plan, taps, start, stop)


def _reads(plan: Plan, taps: TapTable, start: int, stop: int) -> Reads:
    width = plan.output_shape[2]
    windows = torch.arange(start, stop)
    out_rows, out_cols = windows // width, windows % width
    rows, cols = taps.rows[out_rows], taps.cols[out_cols]
    cells = rows.unsqueeze(2) * plan.input_shape[2] + cols.unsqueeze(1)
    missing = absent = None
    if not plan.is_complete:
        missing = (rows.unsqueeze(2) | cols.unsqueeze(1)) < 0  # the sign bit is NONE's
        absent = missing.flatten().nonzero().flatten()
        cells.masked_fill_(missing, 0)
    return Reads(rows.int(), cols.int(), cells, missing, absent, taps.divisors(out_rows, out_cols))


_cached_reads = lru_cache(maxsize=64)(_reads)


def _patches(channels: Tensor, reads: Reads, out: Tensor | None) -> Tensor:
    """channels (C, H, W) -> (n, C, kH, kW), 0 where missing."""
    patches = channels.flatten(1).index_select(1, reads.cells.flatten())
    if reads.absent is not None:
        # Most often few are missing: their places take a tenth of the time of a mask over all.
        patches.index_fill_(1, reads.absent, 0)
    by_window = patches.view(len(channels), *reads.cells.shape).transpose(0, 1)
    return by_window.contiguous() if out is None else out.copy_(by_window)


def kernel_slices(plan: Plan, weight: Tensor, out_channel: int) -> Tensor:
    """The (C_in/groups, kH, kW) slices of the weight that make one output channel."""
    if not plan.is_transposed:
        return weight[out_channel]
    channels = plan.in_channels(out_channel)
    return weight[channels.start : channels.stop, out_channel % weight.shape[1]]


def _weighted(patches: Tensor, slices: Tensor, out: Tensor | None) -> Tensor:
    if patches.dtype == torch.int32:
        return patches.long() * slices.long()
    return torch.mul(patches, slices, out=out)


def _winners(patches: Tensor, missing: Tensor | None) -> tuple[Tensor, Tensor]:
    """The winning kernel cells (n, 2) and the values (n, 1) there."""
    values = patches.double()
    if missing is not None:
        values = values.masked_fill(missing.unsqueeze(1), float("-inf"))
    best = values.flatten(1).argmax(1, keepdim=True)
    width = patches.shape[3]
    return torch.cat((best // width, best % width), 1).int(), patches.flatten(1).gather(1, best)


def _checked(dtype: torch.dtype, *numbers: Tensor) -> tuple[Tensor, ...]:
    """Products, channel sums, running sums, outputs in the dtype; ConvError where one is out of range."""
    if dtype == torch.int32:
        names = ("a product", "a channel sum", "a running sum", "an output")
        return tuple(check_range(n, dtype, name).int() for n, name in zip(numbers, names, strict=True))
    check_range(numbers[-1], dtype, "a sum")  # what has overflowed stays infinite, or becomes NaN, to the end
    return numbers
