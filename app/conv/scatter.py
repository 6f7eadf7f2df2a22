"""The scatter reading of a transposed convolution: each input cell adds a scaled kernel to the output."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.dtypes import check_range, check_tensors
from app.conv.errors import ConvError, item_range
from app.conv.inverse_taps import inverse_taps
from app.conv.ledger import kernel_slices
from app.conv.operation import Plan
from app.conv.taps import TapTable


@dataclass(frozen=True, slots=True)
class Stamps:
    """
    The stamps of input cells start … stop−1, in raster order (index = row·W + col), on one output channel.

    n cells, C = len(in_channels). output_rows (n, kH) and output_cols (n, kW): int32, where each kernel cell
    lands, -1 where that is cropped. values (n, C): the input cell in each channel. products (n, C, kH, kW):
    values times the kernel slices; sums (n, kH, kW): added up over the channels. before (H_out, W_out): the
    output channel, its bias included, before the first of these stamps. outputs (n, kH, kW): the output cells
    under a stamp once it is added, 0 where cropped.
    """

    out_channel: int
    in_channels: range
    start: int
    stop: int
    total: int
    output_rows: Tensor
    output_cols: Tensor
    values: Tensor
    products: Tensor
    sums: Tensor
    before: Tensor
    outputs: Tensor
    bias: float | int


def stamps(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    out_channel: int,
    start: int = 0,
    stop: int | None = None,
) -> Stamps:
    """
    The stamps of input cells start … stop−1 (None: to the last); time O(stop), memory O(stop + the output).

    x: (C_in, H, W); weight: (C_in, C_out/groups, kH, kW); bias: (C_out,). Raises ConvError for a layer that
    is not transposed, a range or channel that is not there, and where a number leaves the range of the dtype.
    """
    check_tensors(plan, x, weight=weight, bias=bias)
    total, width = plan.input_shape[1] * plan.input_shape[2], plan.input_shape[2]
    stop = total if stop is None else stop
    check_stamps(plan, out_channel, start, stop)
    in_channels = plan.in_channels(out_channel)
    offset = bias[out_channel].item() if bias is not None else 0
    exact = torch.int64 if x.dtype == torch.int32 else torch.float64
    slices = kernel_slices(plan, weight, out_channel).to(exact)
    cells = torch.arange(stop)
    inverse = inverse_taps(taps)
    rows = inverse.rows.lists(range(plan.input_shape[1]))[cells // width, :, 0]
    cols = inverse.cols.lists(range(width))[cells % width, :, 0]
    places = _places(plan, rows, cols)
    values = x[in_channels.start : in_channels.stop].flatten(1)[:, :stop].T.to(exact)
    sums = (values @ slices.flatten(1)).view(-1, *plan.kernel_size)
    before, outputs = land_stamps(sums, places, start, plan.windows, offset)
    values = values[start:]
    products = values[:, :, None, None] * slices
    numbers = {
        "term.product": products,
        "term.channel_sum": sums[start:],
        "term.output": outputs,
        "term.sum": before,
    }
    products, sums, outputs, before = (
        check_range(number, x.dtype, name).to(x.dtype) for name, number in numbers.items()
    )
    return Stamps(
        out_channel, in_channels, start, stop, total,
        rows[start:].int(), cols[start:].int(), values.to(x.dtype),
        products, sums, before.view(plan.output_shape[1:]), outputs, offset,
    )  # fmt: skip


def land_stamps(
    sums: Tensor, places: Tensor, start: int, cells: int, offset: float | int = 0
) -> tuple[Tensor, Tensor]:
    """
    A plane of `cells` numbers before stamp `start`, and what stands under each stamp from it on, once it is
    added: (cells,) and (n - start, kH, kW). sums, places: (n, kH, kW); a place that is `cells` is outside,
    and 0 stands there. The plane begins with the offset. A stamp may come to a cell more than once.
    """
    # One cell more: what falls outside is added there.
    plane = torch.full((cells + 1,), offset, dtype=sums.dtype)
    plane.index_add_(0, places[:start].flatten(), sums[:start].flatten())
    before, landed = plane[:-1].clone(), torch.zeros_like(sums[start:])
    for stamp, place, under in zip(sums[start:], places[start:], landed, strict=True):
        plane.index_add_(0, place.flatten(), stamp.flatten())
        under.copy_(plane[place].masked_fill(place == cells, 0))
    return before, landed


def check_stamps(plan: Plan, out_channel: int, start: int, stop: int, at: str = "/operation/kind") -> None:
    """Raise ConvError unless the layer has these stamps. `at`: the place of what asks for stamps."""
    if not plan.is_transposed:
        raise ConvError("stamps_need_transposed", at, kind=plan.operation.kind)
    check_out_channel(plan, out_channel)
    total = plan.input_shape[1] * plan.input_shape[2]
    item_range(start, stop, total, "no_such_stamps")


def _places(plan: Plan, rows: Tensor, cols: Tensor) -> Tensor:
    """(n, kH, kW): the output cells by their index, and plan.windows for what is cropped."""
    down, across = rows.unsqueeze(2), cols.unsqueeze(1)
    return (down * plan.output_shape[2] + across).masked_fill((down | across) < 0, plan.windows)
