"""The input laid out for torch's operators: padded, or unrolled into one column a window."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from app.conv.operation import Plan, Size
from app.conv.taps import NONE, taps


def pads_well(plan: Plan) -> bool:
    """Whether the padded input is hardly larger than its columns; padding can make it immense."""
    if plan.is_transposed:
        return False
    height, width = _padded_sizes(plan)
    kernel_height, kernel_width = plan.kernel_size
    cells = plan.input_shape[1] * plan.input_shape[2] + plan.windows * kernel_height * kernel_width
    return height * width <= cells


def padded(plan: Plan, x: Tensor, fill: float = 0) -> Tensor:
    """x (C, H, W) with as much of its padding made explicit as its windows read."""
    height, width = _padded_sizes(plan)
    top, left = plan.padding.top, plan.padding.left
    sides = (left, width - left - x.shape[2], top, height - top - x.shape[1])
    if plan.padding_mode == "zeros":
        return F.pad(x, sides, value=fill)
    return F.pad(x, sides, mode=plan.padding_mode)


def _padded_sizes(plan: Plan) -> Size:
    """The height and width that the input and all windows together span."""
    operation = plan.operation
    height, width = (
        max(before + n, (length - 1) * stride + dilation * (kernel - 1) + 1)
        for n, (before, _), length, stride, dilation, kernel in zip(
            plan.input_shape[1:], plan.padding.sides, plan.output_shape[1:],
            operation.stride, operation.dilation, plan.kernel_size, strict=True,
        )
    )  # fmt: skip
    return height, width


def columns(plan: Plan, x: Tensor, fill: float = 0) -> Tensor:
    """x (C, H, W) -> (C, kH·kW, windows): column j is what window j reads, `fill` for nothing."""
    if not pads_well(plan):
        return _gathered(plan, x, fill)
    (down, across), (along, aside) = plan.operation.stride, plan.operation.dilation
    grown = padded(plan, x, fill).contiguous()
    channel, row, _ = grown.stride()
    shape = (x.shape[0], *plan.kernel_size, *plan.output_shape[1:])
    windows = grown.as_strided(shape, (channel, along * row, aside, down * row, across))
    if plan.flip:
        windows = windows.flip(1, 2)
    return windows.reshape(x.shape[0], -1, plan.windows)


def _gathered(plan: Plan, x: Tensor, fill: float) -> Tensor:
    table = taps(plan)
    rows, cols = table.rows.T[:, None, :, None], table.cols.T[None, :, None, :]
    missing = (rows == NONE) | (cols == NONE)
    return x[:, rows, cols].masked_fill_(missing, fill).reshape(x.shape[0], -1, plan.windows)


def grouped(plan: Plan, weight: Tensor) -> Tensor:
    """The weight as (groups, C_out/groups, C_in/groups, kH, kW), a view, also for transposed layers."""
    if plan.is_transposed:
        return weight.view(plan.groups, plan.channels_per_step, *weight.shape[1:]).transpose(1, 2)
    return weight.view(plan.groups, -1, *weight.shape[1:])
