"""What a range of windows reads: input rows, columns and cells, and where there is no input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor

from app.conv.operation import Plan
from app.conv.taps import TapTable

# Up to so many taps, what windows read is remembered: of a small layer that is most of the work.
_SMALL: Final = 2**14


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


def reads_of(plan: Plan, taps: TapTable, start: int, stop: int) -> Reads:
    """What windows start … stop−1 read."""
    is_small = (stop - start) * plan.kernel_size[0] * plan.kernel_size[1] <= _SMALL
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
