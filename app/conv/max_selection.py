"""Which cell of each window a maximum selects."""

from __future__ import annotations

import torch
from torch import Tensor

from app.conv.im2col import BLOCK
from app.conv.taps import TapTable


def selected_taps(taps: TapTable, x: Tensor, out_rows: Tensor, out_cols: Tensor) -> Tensor:
    """
    The kernel cell u·kW + v that is selected at each of these output rows and columns, the first in raster
    order where several are equal, as in torch: x (C, H, W) -> (C, len(out_rows), len(out_cols)).

    The maximum of a row of the window comes first, and is shared by the windows below each other.
    """
    tables = taps.rows[out_rows], taps.cols[out_cols]
    read, places = torch.unique(tables[0].clamp(min=0), return_inverse=True)
    best, across = _row_maxima(x, read, tables[1])
    step = max(1, BLOCK // max(1, len(x) * places.shape[1] * len(out_cols)))
    blocks = []
    for absent, place in zip((tables[0] < 0).split(step), places.split(step), strict=True):
        values = best[:, place].masked_fill(absent[:, :, None], float("-inf"))
        down = values.argmax(2, keepdim=True)
        blocks.append(down.squeeze(2) * tables[1].shape[1] + across[:, place].gather(2, down).squeeze(2))
    return torch.cat(blocks, 1)


def _row_maxima(x: Tensor, rows: Tensor, cols: Tensor) -> tuple[Tensor, Tensor]:
    """
    Of the cells at each line of `cols` (J, kW) in some rows of x the largest, and which of the kW it is:
    (C, len(rows), J). float64 holds every number of each dtype, and minus infinity.
    """
    absent = cols < 0
    step = max(1, BLOCK // max(1, len(x) * cols.numel()))
    blocks = []
    for block in rows.split(step):
        values = x[:, block[:, None, None], cols.clamp(min=0)].double().masked_fill(absent, float("-inf"))
        which = values.argmax(3, keepdim=True)
        blocks.append((values.gather(3, which).squeeze(3), which.squeeze(3)))
    best, across = zip(*blocks, strict=True)
    return torch.cat(best, 1), torch.cat(across, 1)
