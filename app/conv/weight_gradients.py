"""The ledger of the gradient to the weight: what each kernel cell gets from all windows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.channel_checks import check_in_channel, check_out_channel
from app.conv.dtypes import check_numbers, check_range, check_tensors
from app.conv.errors import ConvError, item_range
from app.conv.operation import Plan
from app.conv.taps import TapTable


@dataclass(frozen=True, slots=True)
class WeightGradients:
    """
    The gradient to kernel cells start … stop−1 (index = u·kW + v) of one output and one input channel.

    n kernel cells. row_sums: (n, H_out), the products of each output row added up; gradients: (n,).
    patches, products: (n, H_out, W_out), the input as the output cells read it through that kernel cell, and
    times the upstream (H_out, W_out); None unless asked for.
    """

    out_channel: int
    in_channel: int
    start: int
    stop: int
    row_sums: Tensor
    gradients: Tensor
    upstream: Tensor
    patches: Tensor | None
    products: Tensor | None


def weight_gradients(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    upstream: Tensor,
    out_channel: int,
    in_channel: int,
    start: int = 0,
    stop: int | None = None,
    *,
    planes: bool = False,
) -> WeightGradients:
    """
    The ledger of kernel cells start … stop−1 (None: to the last), with its planes or without; time
    O((stop − start) · windows), memory that of one plane unless they are asked for.

    Raises ConvError where a product or sum leaves the range of the dtype, or a range or channel is not there.
    """
    check_tensors(plan, x, upstream=upstream)
    height, width = plan.kernel_size
    stop = height * width if stop is None else stop
    check_pair(plan, out_channel, in_channel)
    item_range(start, stop, height * width, "no_such_gradients")
    wide = torch.int64 if x.dtype == torch.int32 else x.dtype
    plane, factors = x[in_channel].to(wide), upstream[out_channel].to(wide)
    patches, products, row_sums = list[Tensor](), list[Tensor](), list[Tensor]()
    for index in range(start, stop):
        patch = _plane(taps, plane, *divmod(index, width))
        product = patch * factors
        row_sums.append(product.sum(1))
        if x.dtype == torch.int32:
            check_range(product, x.dtype, "term.product", "/upstream")
        if planes:
            patches.append(patch)
            products.append(product)
    sums = torch.stack(row_sums) if row_sums else factors.new_zeros(0, len(factors))
    sums, gradients = check_numbers(
        x.dtype, "/upstream", {"term.row_sum": sums, "term.gradient": sums.sum(1)}
    )
    return WeightGradients(
        out_channel, in_channel, start, stop, sums, gradients, upstream[out_channel],
        _stacked(patches, upstream) if planes else None, _stacked(products, upstream) if planes else None,
    )  # fmt: skip


def check_pair(plan: Plan, out_channel: int, in_channel: int) -> None:
    """Raise ConvError unless the layer has a weight, and this output channel reads this input channel."""
    if plan.weight_shape is None:
        raise ConvError("operation_without_weight", "/operation/kind", kind=plan.operation.kind)
    check_out_channel(plan, out_channel)
    check_in_channel(plan, in_channel)
    read = plan.in_channels(out_channel)
    if in_channel not in read:
        params = {"in_channel": in_channel, "out_channel": out_channel, "first": read[0], "last": read[-1]}
        raise ConvError("in_channel_not_read", "/in_channel", **params)


def _plane(taps: TapTable, plane: Tensor, u: int, v: int) -> Tensor:
    """(H_out, W_out): what the output cells read through kernel cell (u, v), 0 where that is nothing."""
    rows, cols = taps.rows[:, u], taps.cols[:, v]
    read = plane.index_select(0, rows.clamp(min=0)).index_select(1, cols.clamp(min=0))
    return read.masked_fill_((rows < 0)[:, None] | (cols < 0), 0)


def _stacked(planes: list[Tensor], like: Tensor) -> Tensor:
    return torch.stack(planes).to(like.dtype) if planes else like.new_zeros(0, *like.shape[1:])
