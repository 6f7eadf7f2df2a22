"""Tap tables: which input row and column each output row and column reads through each kernel cell."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.operation import AvgPool2d, Plan
from app.conv.shapes import Axis

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
    rows, cols = (_positions(plan, axis, n) for axis, n in zip(plan.axes, plan.output_shape[1:], strict=True))
    row_counts = col_counts = None
    if isinstance(plan.operation, AvgPool2d):
        row_counts, col_counts = (
            _counts(plan.operation, axis, positions)
            for axis, positions in zip(plan.axes, (rows, cols), strict=True)
        )
    height, width = plan.axes
    return TapTable(sources(plan, height, rows), sources(plan, width, cols), row_counts, col_counts)


def _positions(plan: Plan, axis: Axis, length: int) -> Tensor:
    """
    (length, kernel): where each output cell reaches, input cell 0 being 0. Of a transposed layer, where
    input r reaches output r·stride + u·dilation − before, these are the r·stride.
    """
    if plan.is_transposed:
        first, step, kernel_step = axis.before, 1, -axis.dilation
    else:
        first, step, kernel_step = -axis.before, axis.stride, axis.dilation
    outputs = torch.arange(first, first + length * step, step)
    offsets = torch.arange(0, axis.kernel * kernel_step, kernel_step)
    return outputs.unsqueeze(1) + (offsets.flip(0) if plan.flip else offsets)


def sources(plan: Plan, axis: Axis, positions: Tensor) -> Tensor:
    """The input cell at each position, as torch.nn.functional.pad borrows it, or NONE."""
    if plan.is_transposed:
        cells = positions.div(axis.stride, rounding_mode="floor")
        return cells.masked_fill((positions % axis.stride != 0) | (cells < 0) | (cells >= axis.size), NONE)
    if not any(plan.margins):
        return positions
    if plan.padding_mode == "replicate":
        return positions.clamp(0, axis.size - 1)
    if plan.padding_mode == "circular":
        return positions % axis.size
    if plan.padding_mode == "reflect":
        folded = positions.abs()
        return torch.minimum(folded, 2 * (axis.size - 1) - folded)
    return positions.masked_fill((positions < 0) | (positions >= axis.size), NONE)


def _counts(operation: AvgPool2d, axis: Axis, positions: Tensor) -> Tensor:
    """How many of the taps an average counts: those inside the padding, or inside the input alone."""
    before, after = (axis.before, axis.after) if operation.count_include_pad else (0, 0)
    return ((positions >= -before) & (positions < axis.size + after)).sum(1)


def idle_lines(table: Tensor, size: int) -> list[int]:
    """The indices below `size` (input rows or columns) that no window reads."""
    read = torch.zeros(size, dtype=torch.bool)
    read[table[table != NONE]] = True
    return (~read).nonzero().flatten().tolist()


def padding_share(plan: Plan, taps: TapTable) -> float:
    """
    The share of the taps, over all windows, that fall on padding, or in a transposed layer between or beside
    the input's cells: 0 … 1.
    """
    inside = 1.0
    for axis, windows, table in zip(plan.axes, plan.output_shape[1:], (taps.rows, taps.cols), strict=True):
        cells = table if plan.is_transposed else _unpadded_positions(axis, windows)
        inside *= ((cells >= 0) & (cells < axis.size)).double().mean().item()
    return 1 - inside


def _unpadded_positions(axis: Axis, windows: int) -> Tensor:
    """(windows, kernel): the cells under the kernel; those below 0 and from axis.size on are padding."""
    first = torch.arange(windows) * axis.stride - axis.before
    return first[:, None] + torch.arange(axis.kernel) * axis.dilation
