"""The tiles of a sheet as a picture for SVG, and as rectangles for TeX, which has no pictures inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from app.services.figures.drawing import GAP, Sheet

# Pixels of a picture for each unit of the drawing.
PIXELS: Final = 2


class Run(NamedTuple):
    """Neighbouring cells of one colour."""

    x: float
    y: float
    width: float
    height: float
    color: str


def sheet_url(sheet: Sheet) -> str:
    """A data URL: a PNG of its colours, transparent between the tiles."""
    height, width = round(sheet.height * PIXELS), round(sheet.width * PIXELS)
    pixels = np.full((max(height, 1), max(width, 1)), GAP, np.uint8)
    for tile in sheet.tiles:
        left, top = round((tile.x - sheet.x) * PIXELS), round((tile.y - sheet.y) * PIXELS)
        right = max(left + 1, round((tile.x + tile.width - sheet.x) * PIXELS))
        bottom = max(top + 1, round((tile.y + tile.height - sheet.y) * PIXELS))
        rows, cols = tile.cells.shape
        in_rows = np.arange(bottom - top) * rows // (bottom - top)
        in_cols = np.arange(right - left) * cols // (right - left)
        part = pixels[top:bottom, left:right]
        part[:] = tile.cells[in_rows][:, in_cols][: part.shape[0], : part.shape[1]]
    picture = Image.fromarray(pixels).convert("P")
    colors = [*sheet.colors, sheet.colors[0]]
    picture.putpalette([part for color in colors for part in bytes.fromhex(color[1:])])
    file = BytesIO()
    picture.save(file, "PNG", transparency=GAP, optimize=True)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def sheet_runs(sheet: Sheet) -> Iterator[Run]:
    """Row by row."""
    for tile in sheet.tiles:
        rows, cols = tile.cells.shape
        height, width = tile.height / rows, tile.width / cols
        for i, row in enumerate(tile.cells.tolist()):
            start = 0
            for cell, same in groupby(row):
                stop = start + len(list(same))
                if cell != GAP:
                    x, y = tile.x + start * width, tile.y + i * height
                    yield Run(x, y, (stop - start) * width, height, sheet.colors[cell])
                start = stop
