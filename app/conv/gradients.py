"""Whole gradients, by torch's own operators where these suit the layer, or tap by tap."""

from __future__ import annotations

from collections.abc import Collection
from math import prod
from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from app.conv.dtypes import ROUNDING, check_range, check_tensors, largest
from app.conv.im2col import BLOCK, padded, pads_well
from app.conv.input_gradients import input_gradients
from app.conv.inverse_taps import InverseTaps, inverse_taps
from app.conv.max_selection import selected_taps
from app.conv.operation import ConvTranspose2d, MaxPool2d, Plan
from app.conv.taps import TapTable, sources

# Numbers that torch's operators may unroll for one layer of float64.
_MAX_COLUMNS: Final = 2**26


class Gradients(NamedTuple):
    """input: (C_in, H, W); weight and bias as in `plan`; None where there is none, or none was wanted."""

    input: Tensor | None
    weight: Tensor | None
    bias: Tensor | None


class Asked(NamedTuple):
    """Which gradients of a layer with a weight are computed."""

    input: bool
    weight: bool


EACH: Final = Asked(True, True)


def gradients(
    plan: Plan,
    taps: TapTable,
    x: Tensor,
    weight: Tensor | None,
    upstream: Tensor,
    wanted: Collection[str] = Gradients._fields,
) -> Gradients:
    """
    The gradients of a loss whose gradient to the output is upstream (C_out, H_out, W_out), in its dtype.

    x: (C_in, H, W); weight as in `plan`. Raises ConvError where a product or sum that the ledgers of those
    wanted would show leaves the range of the dtype.
    """
    check_tensors(plan, x, weight=weight, upstream=upstream)
    bias = bias_gradient(upstream) if plan.bias_shape is not None and "bias" in wanted else None
    asked = Asked("input" in wanted, "weight" in wanted and weight is not None)
    if not any(asked):
        return Gradients(None, None, bias)
    if weight is None:
        return Gradients(_pooled(plan, taps, x, upstream), None, bias)
    inverse = inverse_taps(taps)
    if _all_fit(plan, inverse, x, weight, upstream, asked):
        wide = torch.float64 if x.dtype == torch.int32 else x.dtype
        both = _backward(plan, taps, x.to(wide), weight.to(wide), upstream.to(wide), asked)
        to_input, to_weight = (None if each is None else each.to(x.dtype) for each in both)
        return Gradients(to_input, to_weight, bias)
    to_input = _checked_input(plan, taps, inverse, x, weight, upstream) if asked.input else None
    return Gradients(to_input, _checked_weight(plan, taps, x, upstream) if asked.weight else None, bias)


def bias_gradient(upstream: Tensor) -> Tensor:
    """upstream (C_out, H_out, W_out) -> (C_out,). Raises ConvError where a sum leaves the dtype's range."""
    return check_range(upstream.sum((1, 2)), upstream.dtype, "term.upstream_sum", "/upstream").to(
        upstream.dtype
    )


def _backward(
    plan: Plan, taps: TapTable, x: Tensor, weight: Tensor, upstream: Tensor, asked: Asked
) -> tuple[Tensor | None, Tensor | None]:
    if not _suits_torch(plan, x.dtype):
        return by_taps(plan, taps, x, weight, upstream, asked)
    operation = plan.operation
    extra, sides = (0, 0), (plan.padding.top, plan.padding.left)
    grown, turned = x, weight.flip(2, 3) if plan.flip else weight
    if isinstance(operation, ConvTranspose2d):
        extra = operation.output_padding
        if not plan.padding.is_symmetric:
            (top, bottom), (left, right) = plan.padding.sides
            upstream, sides = F.pad(upstream, (left, right, top, bottom)), (0, 0)
    elif plan.padding_mode != "zeros" or not plan.padding.is_symmetric:
        grown, sides = padded(plan, x), (0, 0)
    to_grown, to_weight, _ = torch.ops.aten.convolution_backward(
        upstream[None], grown[None], turned, None, operation.stride, sides, operation.dilation,
        plan.is_transposed, extra, plan.groups, (*asked, False),
    )  # fmt: skip
    to_input = None
    if to_grown is not None:
        to_input = to_grown[0] if grown is x else _unpadded(plan, to_grown[0])
    return to_input, to_weight.flip(2, 3) if plan.flip and asked.weight else to_weight


def _suits_torch(plan: Plan, dtype: torch.dtype) -> bool:
    """Whether what torch's operators lay out is hardly larger than the layer itself."""
    columns = plan.windows * plan.terms
    if plan.is_transposed:
        (top, bottom), (left, right) = plan.padding.sides
        _, height, width = plan.output_shape
        columns = prod(plan.input_shape[1:]) * prod(plan.kernel_size) * plan.output_shape[0]
        uncropped = (height + top + bottom) * (width + left + right)
        if uncropped > plan.windows + prod(plan.input_shape[1:]) * prod(plan.kernel_size):
            return False
    elif not pads_well(plan):
        return False
    return dtype == torch.float32 or columns <= _MAX_COLUMNS


def _unpadded(plan: Plan, grown: Tensor) -> Tensor:
    """The gradient of the padded input -> that of the input: what borrowed a cell goes to that cell."""
    left, _, top, _ = plan.margins
    (_, height, width), (down, across) = plan.input_shape, plan.axes
    if plan.padding_mode == "zeros":
        return grown[:, top : top + height, left : left + width]
    rows = sources(plan, down, torch.arange(-top, grown.shape[1] - top))
    cols = sources(plan, across, torch.arange(-left, grown.shape[2] - left))
    by_row = grown.new_zeros(len(grown), height, grown.shape[2]).index_add_(1, rows, grown)
    return grown.new_zeros(plan.input_shape).index_add_(2, cols, by_row)


def by_taps(
    plan: Plan, taps: TapTable, x: Tensor, weight: Tensor, upstream: Tensor, asked: Asked = EACH
) -> tuple[Tensor | None, Tensor | None]:
    """
    The gradients to input and weight, a matrix product for each kernel cell: always possible, in memory of
    the input and output, and slower than torch's own operators.
    """
    groups, windows_of = plan.groups, upstream.unflatten(0, (plan.groups, -1))
    cells_of = x.unflatten(0, (groups, -1))
    # (groups, C_out/groups, C_in/groups, kH, kW)
    factors = weight.unflatten(0, (groups, -1))
    factors = factors.transpose(1, 2) if plan.is_transposed else factors
    to_input, to_weight = torch.zeros_like(cells_of), torch.zeros_like(factors)
    for u, rows in enumerate(taps.rows.T):
        out_rows = (rows >= 0).nonzero().flatten()
        for v, cols in enumerate(taps.cols.T):
            out_cols = (cols >= 0).nonzero().flatten()
            in_rows, in_cols = rows[out_rows], cols[out_cols]
            above = windows_of[:, :, out_rows[:, None], out_cols]
            below = cells_of[:, :, in_rows[:, None], in_cols]
            if asked.weight:
                to_weight[..., u, v] = above.flatten(2) @ below.flatten(2).transpose(1, 2)
            if not asked.input:
                continue
            parts = (factors[..., u, v].transpose(1, 2) @ above.flatten(2)).view_as(below)
            across = parts.new_zeros(*parts.shape[:3], x.shape[2]).index_add_(3, in_cols, parts)
            to_input.index_add_(2, in_rows, across)
    to_weight = to_weight.transpose(1, 2) if plan.is_transposed else to_weight
    return to_input.flatten(0, 1) if asked.input else None, to_weight.flatten(0, 1) if asked.weight else None


def _pooled(plan: Plan, taps: TapTable, x: Tensor, upstream: Tensor) -> Tensor:
    height, width = (torch.arange(length) for length in plan.output_shape[1:])
    wide = upstream.long() if x.dtype == torch.int32 else upstream
    if isinstance(plan.operation, MaxPool2d):
        selected = selected_taps(taps, x, height, width).flatten(1)
        u, v = selected // plan.kernel_size[1], selected % plan.kernel_size[1]
        windows = torch.arange(plan.windows)
        cells = taps.rows[windows // len(width), u] * x.shape[2] + taps.cols[windows % len(width), v]
        sums = wide.new_zeros(len(x), x[0].numel()).scatter_add_(1, cells, wide.flatten(1)).view_as(x)
    else:
        divisors = taps.divisors(height[:, None], width)
        assert divisors is not None  # an average has them
        sums = _spread(taps, wide / divisors, x.shape)
    return check_range(sums, x.dtype, "term.gradient", "/upstream").to(x.dtype)


def _spread(taps: TapTable, shares: Tensor, shape: torch.Size) -> Tensor:
    """shares (C, H_out, W_out), each added to every input cell of its window: (C, H, W)."""
    down = shares.new_zeros(shape[0], shape[1], shares.shape[2])
    for rows in taps.rows.T:
        there = (rows >= 0).nonzero().flatten()
        down.index_add_(1, rows[there], shares[:, there])
    sums = shares.new_zeros(shape)
    for cols in taps.cols.T:
        there = (cols >= 0).nonzero().flatten()
        sums.index_add_(2, cols[there], down[:, :, there])
    return sums


def _all_fit(
    plan: Plan, inverse: InverseTaps, x: Tensor, weight: Tensor, upstream: Tensor, asked: Asked
) -> bool:
    """Whether magnitudes alone show that no product or sum of the ledgers leaves the range of the dtype."""
    largest_number = torch.iinfo(x.dtype).max if x.dtype == torch.int32 else torch.finfo(x.dtype).max
    repeats = inverse.rows.max_outputs * inverse.cols.max_outputs
    terms = plan.output_shape[0] // plan.groups * prod(plan.kernel_size)
    sums = largest(upstream) * repeats
    bounds = list[float]()
    if asked.input:
        bounds += sums, sums * terms * largest(weight)
    if asked.weight:
        bounds.append(plan.windows * largest(x) * largest(upstream))
    return max(bounds) * ROUNDING <= largest_number


def _checked_input(
    plan: Plan, taps: TapTable, inverse: InverseTaps, x: Tensor, weight: Tensor, upstream: Tensor
) -> Tensor:
    """The gradient to the input, with every number of its ledger checked."""
    result, total = torch.empty_like(x), x[0].numel()
    per_cell = plan.output_shape[0] // plan.groups * prod(plan.kernel_size)
    step = max(1, BLOCK // per_cell)
    for channel, plane in enumerate(result):
        for start in range(0, total, step):
            stop = min(start + step, total)
            part = input_gradients(plan, taps, inverse, x, weight, upstream, channel, start, stop)
            plane.view(-1)[start:stop] = part.gradients
    return result


def _checked_weight(plan: Plan, taps: TapTable, x: Tensor, upstream: Tensor) -> Tensor:
    """The gradient to the weight, with every number of its ledger checked."""
    wide = torch.int64 if x.dtype == torch.int32 else x.dtype
    assert plan.weight_shape is not None
    pairs = (plan.groups, plan.output_shape[0] // plan.groups, plan.channels_per_step, *plan.kernel_size)
    result = torch.empty(pairs, dtype=wide)
    above = upstream.to(wide).unflatten(0, (plan.groups, -1))
    below = x.to(wide).unflatten(0, (plan.groups, -1))
    for u, rows in enumerate(taps.rows.T):
        for v, cols in enumerate(taps.cols.T):
            sums = _row_sums(above, below, rows, cols, x.dtype)
            result[..., u, v] = check_range(sums.sum(-1), x.dtype, "term.gradient", "/upstream")
    result = result.transpose(1, 2) if plan.is_transposed else result
    return result.flatten(0, 1).to(x.dtype)


def _row_sums(above: Tensor, below: Tensor, rows: Tensor, cols: Tensor, dtype: torch.dtype) -> Tensor:
    """
    The sums of each output row, (groups, C_out/groups, C_in/groups, H_out), through one kernel cell:
    above (groups, C_out/groups, H_out, W_out), below (groups, C_in/groups, H, W).
    """
    absent = (rows < 0)[:, None] | (cols < 0)
    read = below[:, :, rows.clamp(min=0)[:, None], cols.clamp(min=0)].masked_fill(absent, 0)
    if dtype == torch.int32:
        # Of all pairs of channels the extremes make the worst product at each output cell.
        for bound in torch.stack(above.aminmax(dim=1)):
            for other in torch.stack(read.aminmax(dim=1)):
                check_range(bound * other, dtype, "term.product", "/upstream")
    sums = torch.einsum("gohw,gchw->goch", above, read)
    return check_range(sums, dtype, "term.row_sum", "/upstream")
