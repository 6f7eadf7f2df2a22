"""Tap tables: which input row and column each output row and column reads through each kernel cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, Plan

NONE = -1


@dataclass(frozen=True, slots=True)
class TapTable:
    """
    rows: (H_out, kH) int64, the input row that output row i reads through kernel row u, or -1: none;
    cols: (W_out, kW) int64, the same for columns. row_counts (H_out,) and col_counts (W_out,): how many
    cells an average counts along each axis; None for the other operations.
    """

    rows: Tensor
    cols: Tensor
    row_counts: Tensor | None = None
    col_counts: Tensor | None = None

    def divisors(self, out_rows: Tensor, out_cols: Tensor) -> Tensor | None:
        """What an average over the windows at these output cells divides by; None for other operations."""
        if self.row_counts is None or self.col_counts is None:
            return None
        return self.row_counts[out_rows] * self.col_counts[out_cols]


def taps(plan: Plan) -> TapTable:
    """The tap table of a layer; time and memory O(H_out·kH + W_out·kW)."""
    rows, row_counts = _axis_taps(plan, 0)
    cols, col_counts = _axis_taps(plan, 1)
    return TapTable(rows, cols, row_counts, col_counts)


def _axis_taps(plan: Plan, axis: Literal[0, 1]) -> tuple[Tensor, Tensor | None]:
    operation = plan.operation
    n, kernel, length = plan.input_shape[1 + axis], plan.kernel_size[axis], plan.output_shape[1 + axis]
    stride, dilation = operation.stride[axis], operation.dilation[axis]
    before, after = plan.padding.sides[axis]
    outputs = torch.arange(length).unsqueeze(1)
    offsets = torch.arange(kernel) * dilation
    if isinstance(operation, ConvTranspose2d):
        return _scattered(outputs + before - offsets, n, stride), None
    positions = outputs * stride - before + offsets
    if isinstance(operation, Conv2d):
        table = _borrowed(positions, n, operation.padding_mode)
        return table.flip(1) if operation.flip else table, None
    table = _borrowed(positions, n, "zeros")
    if not isinstance(operation, AvgPool2d):
        return table, None
    counted = positions < n + after if operation.count_include_pad else table != NONE
    return table, counted.sum(1)


def _scattered(reached: Tensor, n: int, stride: int) -> Tensor:
    """Input r reaches output r·stride + u·dilation − padding; here that is solved for r."""
    sources = reached.div(stride, rounding_mode="floor")
    there = (reached % stride == 0) & (sources >= 0) & (sources < n)
    return sources.where(there, NONE)


def _borrowed(positions: Tensor, n: int, padding_mode: str) -> Tensor:
    """The cell that a position outside 0 … n−1 stands for, as torch.nn.functional.pad has it."""
    if padding_mode == "replicate":
        return positions.clamp(0, n - 1)
    if padding_mode == "circular":
        return positions % n
    if padding_mode == "reflect":
        folded = positions.abs()
        return torch.minimum(folded, 2 * (n - 1) - folded)
    return positions.where((positions >= 0) & (positions < n), NONE)
