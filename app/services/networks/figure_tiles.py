"""The channels of a tensor in small: how many, where each lies, and which of its cells it shows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, prod
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.services.figures.drawing import GAP
from app.services.figures.pictures import PIXELS

# Channels of a node that are drawn, and of those that are single numbers.
_MOST_TILES: Final = 12
_MOST_NUMBERS: Final = 256
_TILE_GAP: Final = 2.0
_LEAST_SIDE: Final = 3.0
_LARGEST: Final = 88.0
_LARGEST_NUMBER: Final = 12.0
# Cells of a channel, at most; the first that all channels of a figure have room for is taken.
_CELL_LIMITS: Final = (1600, 784, 400, 256, 144, 100, 64, 36)


class TileGrid(NamedTuple):
    """So many channels of all, in columns, each of one size in the units of the figure."""

    channels: int
    rows: int
    cols: int
    shown: int
    columns: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of all."""
        lines = ceil(self.shown / self.columns)
        return (
            self.columns * (self.width + _TILE_GAP) - _TILE_GAP,
            lines * (self.height + _TILE_GAP) - _TILE_GAP,
        )

    def corner(self, tile: int) -> tuple[float, float]:
        line, column = divmod(tile, self.columns)
        return column * (self.width + _TILE_GAP), line * (self.height + _TILE_GAP)


def tile_grid(shape: Sequence[int] | None, width: float, height: float) -> TileGrid | None:
    """
    The channels of (N, C), (N, C, L) or (N, C, H, W) in a room of this size, as large as they can be; None of
    other shapes.
    """
    if shape is None or not 2 <= len(shape) <= 4 or 0 in shape:
        return None
    channels, *sizes = shape[1:]
    rows, cols = (*([1] * (2 - len(sizes))), *sizes)
    shown = min(channels, _MOST_NUMBERS if rows * cols == 1 else _MOST_TILES)
    most = _LARGEST_NUMBER if rows * cols == 1 else _LARGEST
    best = TileGrid(channels, rows, cols, shown, 1, 0, 0)
    for columns in range(1, shown + 1):
        lines = ceil(shown / columns)
        room = (width + _TILE_GAP) / columns - _TILE_GAP, (height + _TILE_GAP) / lines - _TILE_GAP
        cell = min(room[0] / cols, room[1] / rows, most / max(rows, cols))
        if cell * cols >= best.width:
            best = best._replace(columns=columns, width=cell * cols, height=cell * rows)
    # Of a long signal a line of cells could not be seen.
    return best._replace(width=max(best.width, _LEAST_SIDE), height=max(best.height, _LEAST_SIDE))


class Sampling(NamedTuple):
    """Every so many rows and columns are shown."""

    rows: int
    cols: int


def sampling(grid: TileGrid, most: int) -> Sampling:
    """As many cells of a channel as can be seen, and at most so many."""
    every_row = ceil(grid.rows / max(1, grid.height * PIXELS))
    every_col = ceil(grid.cols / max(1, grid.width * PIXELS))
    while ceil(grid.rows / every_row) * ceil(grid.cols / every_col) > most:
        every_row += grid.rows > every_row
        every_col += grid.cols > every_col
    return Sampling(every_row, every_col)


def most_cells(grids: Sequence[TileGrid], budget: int) -> int | None:
    """How many cells of each channel all of them have room for; None: there is no room for pictures."""
    for most in _CELL_LIMITS:
        if sum(grid.shown * min(most, grid.rows * grid.cols) for grid in grids) <= budget:
            return most
    return None


def tile_cells(values: Tensor, grid: TileGrid, every: Sampling) -> NDArray[np.uint8]:
    """
    The first sample of a tensor as numbers of colours, (shown, rows, cols): one scale for all of its
    channels, centred at zero. What is not finite is GAP.
    """
    planes = values[0].reshape(grid.channels, grid.rows, grid.cols).to(torch.float64)
    finite = planes[torch.isfinite(planes)]
    largest = float(finite.abs().max()) if prod(finite.shape) else 0.0
    shown = planes[: grid.shown, :: every.rows, :: every.cols]
    shares = shown / largest if largest > 0 else torch.zeros_like(shown)
    steps = GAP - 1
    numbers = torch.nan_to_num((shares.clamp(-1, 1) + 1) / 2 * steps).round().to(torch.uint8)
    numbers[~torch.isfinite(shown)] = GAP
    cells: NDArray[np.uint8] = numbers.numpy()
    return cells
