"""What layouts of figures share: grids of numbers, frames round some of their cells, names and signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.i18n.languages import figure_texts
from app.i18n.plurals import fill_in
from app.services.figures.colors import PALETTES, Theme, cell_fill, text_on
from app.services.figures.drawing import Box, Drawing, Text
from app.services.figures.numbers import Number
from app.services.figures.window import Crop
from convscope.printed_ledger import MINUS

MARGIN: Final = 16.0
TYPE: Final = 14.0
SMALL: Final = 11.5
LABEL: Final = 22.0
GAP: Final = 12.0
OPERATOR: Final = 34.0
LEAST_WIDTH: Final = 360.0
_MIN_CELL: Final = 30.0
_DOT: Final = "\u00b7"

# None: a cell without a number.
Cells = Sequence[Sequence[Number | None]]


class GridLayout:
    """Draws in the colours of a theme, with the texts of one of LANGUAGES."""

    drawing: Drawing
    cell: float

    def __init__(self, theme: Theme, language: str) -> None:
        self.palette = PALETTES[theme]
        self.texts, self.language = figure_texts(language), language

    def say(self, key: str, **params: object) -> str:
        return fill_in(self.texts[key], self.language, params)

    def draw_name(self, x: float, top: float, name: str, color: str) -> None:
        """Above a grid."""
        self.drawing.texts.append(Text(x, top - 7, [name], SMALL, color, bold=True))

    def draw_sign(self, x: float, middle: float, sign: str) -> None:
        """In the middle of the room before a grid, which begins at x."""
        place = (x - OPERATOR / 2, middle + TYPE * 0.35)
        self.drawing.texts.append(Text(*place, [sign], 17, self.palette.muted, "middle"))

    def draw_grid(self, x: float, y: float, cells: Cells, largest: float, empty: str = _DOT) -> None:
        palette, size = self.palette, self.cell
        for i, line in enumerate(cells):
            for j, number in enumerate(line):
                left, top = x + j * size, y + i * size
                fill = None if number is None else cell_fill(palette, float(number.value), largest)
                dashed = number is None
                self.drawing.boxes.append(Box(left, top, size, size, fill, palette.line, dashed=dashed))
                color = palette.muted if fill is None else text_on(fill)
                run: str | Number = empty if number is None else number
                baseline = top + size / 2 + TYPE * 0.35
                self.drawing.texts.append(Text(left + size / 2, baseline, [run], TYPE, color, "middle"))

    def draw_frame(self, x: float, y: float, cells: Crop, color: str) -> None:
        (rows, cols), size = cells, self.cell
        self.drawing.boxes.append(
            Box(
                x + cols.start * size, y + rows.start * size, len(cols) * size, len(rows) * size,
                None, color, 3, radius=3,
            )
        )  # fmt: skip


def cell_size(numbers: Sequence[Number]) -> float:
    """The side of a cell in which the longest of the numbers has room."""
    return max(_MIN_CELL, 8.4 * max(len(number.text) for number in numbers) + 10)


def bracketed(number: Number) -> list[str | Number]:
    """A negative number stands in brackets behind a sign."""
    return ["(", number, ")"] if number.text.startswith(MINUS) else [number]


def largest_of(grids: Sequence[Cells]) -> float:
    """The largest magnitude: what the scale of colours reaches to."""
    numbers = (number for grid in grids for line in grid for number in line if number is not None)
    return max((abs(float(number.value)) for number in numbers), default=0)
