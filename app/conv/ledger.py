"""The ledger: products, channel sums, running sums and outputs of a range of windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.dtypes import check_range, check_tensors
from app.conv.errors import item_range
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import TapTable
from app.conv.window_taps import WindowTaps, window_taps


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


@dataclass(frozen=True, slots=True)
class LayerLedger:
    """
    The ledgers of O output channels, of one group or all those of several, computed together: as Ledger has
    them, with one dimension more in front.

    patches: (groups, n, C, kH, kW), of the groups of these channels. products: (O, n, C, kH, kW).
    channel_sums, running_sums: (O, n, C). outputs: (O, n). selected: (O, n, 2) or None.
    """

    plan: Plan
    out_channels: range
    start: int
    stop: int
    window_taps: WindowTaps
    patches: Tensor
    products: Tensor
    channel_sums: Tensor
    running_sums: Tensor
    bias: list[float | int] | None
    outputs: Tensor
    selected: Tensor | None

    def part(self, out_channels: range) -> LayerLedger:
        """The ledgers of all of these channels, or that of one as a range; the tensors are views."""
        if out_channels == self.out_channels:
            return self
        first = out_channels.start - self.out_channels.start
        own, group = slice(first, first + 1), first * len(self.patches) // len(self.products)
        return replace(
            self,
            out_channels=out_channels,
            patches=self.patches[group : group + 1],
            products=self.products[own],
            channel_sums=self.channel_sums[own],
            running_sums=self.running_sums[own],
            bias=self.bias and self.bias[own],
            outputs=self.outputs[own],
            selected=None if self.selected is None else self.selected[own],
        )

    def channel(self, out_channel: int) -> Ledger:
        """The ledger of one output channel; its tensors are views."""
        own = self.part(range(out_channel, out_channel + 1))
        return Ledger(
            out_channel,
            self.plan.in_channels(out_channel),
            self.start,
            self.stop,
            self.plan.windows,
            self.window_taps.rows,
            self.window_taps.cols,
            own.patches[0],
            own.products[0],
            own.channel_sums[0],
            own.running_sums[0],
            0 if own.bias is None else own.bias[0],
            own.outputs[0],
            None if own.selected is None else own.selected[0],
        )


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
    some of them are computed there, so that the ledger's own share their memory. Raises ConvError where a
    product or sum leaves the range of the dtype, or a range or channel is not there.
    """
    channels = range(out_channel, out_channel + 1)
    places = {} if out is None else {name: each[None] for name, each in out.items()}
    return layer_ledger(plan, taps, x, weight, bias, channels, start, stop, places).channel(out_channel)


def layer_ledger(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    out_channels: range | None = None,
    start: int = 0,
    stop: int | None = None,
    out: Mapping[str, Tensor] | None = None,
) -> LayerLedger:
    """The ledgers of all output channels (None), or of some: those of groups, or a part of one group."""
    check_tensors(plan, x, weight=weight, bias=bias)
    stop = plan.windows if stop is None else stop
    out_channels = range(plan.output_shape[0]) if out_channels is None else out_channels
    check_out_channel(plan, out_channels.start)
    item_range(start, stop, plan.windows, "no_such_steps")
    # Exact products and sums are wider than int32 until they are checked.
    places = {} if out is None or x.dtype == torch.int32 else out
    read = window_taps(plan, taps, start, stop)
    patches = _patches(plan, x, out_channels, read, places.get("patches"))
    products, selected = _products(plan, patches, weight, out_channels, read, places.get("products")), None
    if isinstance(plan.operation, MaxPool2d):
        selected, sums = _selected(patches, read.missing)
    else:
        sums = torch.sum(products, (-2, -1), out=places.get("channel_sums"))
    running = torch.cumsum(sums, 2, out=places.get("running_sums"))
    outputs, offsets = running[..., -1], None
    if bias is not None:
        offset = bias[out_channels.start : out_channels.stop]
        outputs, offsets = outputs + offset[:, None], offset.tolist()
    products, sums, running, outputs = _checked(x.dtype, products, sums, running, outputs)
    return LayerLedger(
        plan, out_channels, start, stop, read, patches, products, sums, running, offsets, outputs, selected
    )


def ledger_tensor(
    name: str,
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    out_channels: range,
    start: int,
    stop: int,
) -> Tensor:
    """One tensor of a LayerLedger by its name, made with no more work than that one takes."""
    if name not in ("patches", "products"):
        tensor: Tensor = getattr(layer_ledger(plan, taps, x, weight, bias, out_channels, start, stop), name)
        return tensor
    read = window_taps(plan, taps, start, stop)
    patches = _patches(plan, x, out_channels, read, None)
    if name == "patches":
        return patches
    products = _products(plan, patches, weight, out_channels, read, None)
    return check_range(products, x.dtype, "term.product").int() if x.dtype == torch.int32 else products


def _patches(plan: Plan, x: Tensor, out_channels: range, read: WindowTaps, out: Tensor | None) -> Tensor:
    """x (C_in, H, W) -> (groups, n, C_in/groups, kH, kW) of the groups of these channels, 0 where missing."""
    first, last = plan.in_channels(out_channels[0]), plan.in_channels(out_channels[-1])
    channels = x[first.start : last.stop]
    patches = channels.flatten(1).index_select(1, read.cells.flatten())
    if read.absent is not None:
        # Most often few are missing: their places take a tenth of the time of a mask over all.
        patches.index_fill_(1, read.absent, 0)
    per_group = plan.channels_per_step
    by_window = patches.view(len(channels) // per_group, per_group, *read.cells.shape).transpose(1, 2)
    # Where several channels read the patches of one group, each has its own place there.
    has_place = out is not None and len(out) == len(by_window)
    return out.copy_(by_window) if out is not None and has_place else by_window.contiguous()


def _products(
    plan: Plan, patches: Tensor, weight: Tensor | None, channels: range, read: WindowTaps, out: Tensor | None
) -> Tensor:
    """patches (groups, n, C, kH, kW) -> (O, n, C, kH, kW); integers are wider than int32."""
    if weight is not None:
        return _weighted(patches, _slices(plan, weight, channels), out)
    if read.divisors is not None:
        return torch.div(patches, read.divisors[:, None, None, None], out=out)
    return patches


def _slices(plan: Plan, weight: Tensor, out_channels: range) -> Tensor:
    """The kernel slices of these channels, (groups, O/groups, C_in/groups, kH, kW), of these groups."""
    if len(out_channels) == 1:
        return kernel_slices(plan, weight, out_channels.start)[None, None]
    first, last = plan.in_channels(out_channels[0]), plan.in_channels(out_channels[-1])
    groups = (last.stop - first.start) // plan.channels_per_step
    own = (
        slice(first.start, last.stop) if plan.is_transposed else slice(out_channels.start, out_channels.stop)
    )
    grouped: Tensor = weight[own].unflatten(0, (groups, -1))
    if not plan.is_transposed:
        return grouped
    start = out_channels.start % weight.shape[1]
    return grouped[:, :, start : start + len(out_channels) // groups].transpose(1, 2).contiguous()


def kernel_slices(plan: Plan, weight: Tensor, out_channel: int) -> Tensor:
    """The (C_in/groups, kH, kW) slices of the weight that make one output channel."""
    if not plan.is_transposed:
        return weight[out_channel]
    channels = plan.in_channels(out_channel)
    return weight[channels.start : channels.stop, out_channel % weight.shape[1]]


def _weighted(patches: Tensor, factors: Tensor, out: Tensor | None) -> Tensor:
    """patches (groups, n, C, kH, kW), factors (groups, O/groups, C, kH, kW) -> (O, n, C, kH, kW)."""
    if patches.dtype == torch.int32:
        patches, factors = patches.long(), factors.long()
    place = None if out is None else out.unflatten(0, (len(factors), -1))
    return torch.mul(patches[:, None], factors[:, :, None], out=place).flatten(0, 1)


def _selected(patches: Tensor, missing: Tensor | None) -> tuple[Tensor, Tensor]:
    """The winning kernel cells (O, n, 2) and the values (O, n, 1) there, of patches (O, n, 1, kH, kW)."""
    values = patches.double()
    if missing is not None:
        values = values.masked_fill(missing[:, None], float("-inf"))
    best = values.flatten(2).argmax(2, keepdim=True)
    width = patches.shape[4]
    return torch.cat((best // width, best % width), 2).int(), patches.flatten(2).gather(2, best)


def _checked(dtype: torch.dtype, *numbers: Tensor) -> tuple[Tensor, ...]:
    """Products, channel sums, running sums, outputs in the dtype; ConvError where one is out of range."""
    if dtype == torch.int32:
        names = ("term.product", "term.channel_sum", "term.running_sum", "term.output")
        return tuple(check_range(n, dtype, name).int() for n, name in zip(numbers, names, strict=True))
    # What has overflowed stays infinite, or becomes NaN, to the end.
    check_range(numbers[-1], dtype, "term.sum")
    return numbers
