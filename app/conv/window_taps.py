"""The taps of a range of windows: input rows, columns and cells, and where there is no input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor

from app.conv.operation import Plan
from app.conv.taps import TapTable

# Up to so many taps, they are cached: of a small layer they are most of the work.
_SMALL: Final = 2**14


@dataclass(frozen=True, slots=True)
class WindowTaps:
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


def window_taps(plan: Plan, taps: TapTable, start: int, stop: int) -> WindowTaps:
    """What windows start … stop−1 read."""
    is_small = (stop - start) * plan.kernel_size[0] * plan.kernel_size[1] <= _SMALL
    return (_cached if is_small else _computed)(plan, taps, start, stop)


def _computed(plan: Plan, taps: TapTable, start: int, stop: int) -> WindowTaps:
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
    return WindowTaps(rows.int(), cols.int(), cells, missing, absent, taps.divisors(out_rows, out_cols))


_cached = lru_cache(maxsize=64)(_computed)
