"""What layouts of figures share: grids of numbers, frames round some of their cells, names and signs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, Protocol

from app.i18n.languages import figure_texts
from app.i18n.plurals import fill_in
from app.services.figures.colors import PALETTES, Theme, cell_fill, text_on
from app.services.figures.drawing import Box, Drawing, Text, text_width, wrap
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


class PlaneFigure(Protocol):
    """A figure of one cell of a plane of results."""

    @property
    def place(self) -> tuple[int, int]: ...

    @property
    def output_crop(self) -> Crop: ...

    def has_output_cell(self, row: int, col: int) -> bool: ...


class GridLayout:
    """Draws in the colours of a theme, with the texts of one of LANGUAGES."""

    drawing: Drawing
    cell: float
    # Where the next column ends.
    x: float = MARGIN

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

    def draw_column(
        self,
        operator: str,
        names: Sequence[str],
        grids: Sequence[Cells],
        tops: Sequence[float],
        colors: Sequence[str],
    ) -> float:
        """Grids of one size below each other, the operator before each of them. Their x."""
        lines, cells = len(grids[0]), len(grids[0][0])
        width = max(cells * self.cell, text_width(max(names, key=len), SMALL))
        if operator:
            self.x += OPERATOR
        x, largest = self.x, largest_of(grids)
        for name, grid, top, color in zip(names, grids, tops, colors, strict=True):
            self.draw_name(x, top, name, color)
            self.draw_grid(x, top, grid, largest)
            if operator:
                self.draw_sign(x, top + lines * self.cell / 2, operator)
        self.x += width
        return x

    def draw_output(
        self, figure: PlaneFigure, numbers: Cells, name: str, bottom: float, operator: str
    ) -> float:
        """
        The plane of results, in the middle beside the rows, which end at `bottom`; nothing in the cells that
        are still to come. The y below it.
        """
        (rows, cols), (row, col) = figure.output_crop, figure.place
        height = LABEL + len(rows) * self.cell + GAP
        top = MARGIN + max(0.0, (bottom - MARGIN - height) / 2) + LABEL
        if operator:
            self.x += OPERATOR
            self.draw_sign(self.x, top + len(rows) * self.cell / 2, operator)
        self.draw_name(self.x, top, name, self.palette.text)
        drawn = [
            [number if figure.has_output_cell(i, j) else None for j, number in zip(cols, line, strict=True)]
            for i, line in zip(rows, numbers, strict=True)
        ]
        self.draw_grid(self.x, top, drawn, largest_of([numbers]), empty="")
        row, col = row - rows.start, col - cols.start
        self.draw_frame(self.x, top, Crop(range(row, row + 1), range(col, col + 1)), self.palette.accent)
        self.x += max(len(cols) * self.cell, text_width(name, SMALL))
        return top - LABEL + height

    def draw_read_cells(
        self, x: float, top: float, rows: Sequence[int], cols: Sequence[int], color: str
    ) -> None:
        """A frame round the rectangle that rows and columns, in order, are; else round each of its cells."""
        if not rows or not cols:
            return
        down, across = range(rows[0], rows[-1] + 1), range(cols[0], cols[-1] + 1)
        if (len(down), len(across)) == (len(rows), len(cols)):
            self.draw_frame(x, top, Crop(down, across), color)
            return
        for i in rows:
            for j in cols:
                self.draw_frame(x, top, Crop(range(i, i + 1), range(j, j + 1)), color)

    def draw_equation(
        self, name: str, terms: Sequence[str | Number], result: Number | None, y: float
    ) -> float:
        """name = terms = result; the end of the line."""
        runs: list[str | Number] = [f"{name} = ", *terms]
        if result is not None and (len(runs) > 2 or runs[1] != result):
            runs += [" = ", result]
        self.drawing.texts.append(Text(MARGIN, y + TYPE + 4, runs, TYPE, self.palette.text))
        return MARGIN + text_width("".join(run if isinstance(run, str) else run.text for run in runs), TYPE)

    def draw_notes(self, notes: Sequence[str], y: float) -> float:
        """What is cropped, left out or rounded; the y below."""
        for note in notes:
            for line in wrap(note, SMALL, self.drawing.width - 2 * MARGIN):
                y += SMALL + 5
                self.drawing.texts.append(Text(MARGIN, y, [line], SMALL, self.palette.muted))
        return y

    def crop_note(self, name: str, crop: Crop, size: Sequence[int], dimensions: int) -> str:
        spans = {"rows": span(crop.rows), "cols": span(crop.cols)}
        key = "note.crop" if dimensions == 2 else "note.crop.signal"
        return self.say(key, name=name, height=size[0], width=size[1], **spans)

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
        """On an edge of the ground's colour, since the frame's may be near the colours of the cells."""
        (rows, cols), size = cells, self.cell
        place = (x + cols.start * size, y + rows.start * size, len(cols) * size, len(rows) * size)
        for edge, width in ((self.palette.paper, 6), (color, 3)):
            self.drawing.boxes.append(Box(*place, None, edge, width, radius=3))


def cell_size(numbers: Sequence[Number]) -> float:
    """The side of a cell in which the longest of the numbers has room."""
    return max(_MIN_CELL, 8.4 * max(len(number.text) for number in numbers) + 10)


def joined(terms: Sequence[Sequence[str | Number]]) -> list[str | Number]:
    """Terms with signs between them."""
    first, *others = terms
    return list(chain(first, *(chain([" + "], term) for term in others)))


def span(cells: range) -> str:
    return str(cells.start) if len(cells) == 1 else f"{cells.start}\u2013{cells.stop - 1}"


def is_rounded(number: Number) -> bool:
    return float(number.text.replace(MINUS, "-").removeprefix("\u2248")) != float(number.value)


def bracketed(number: Number) -> list[str | Number]:
    """A negative number stands in brackets behind a sign."""
    return ["(", number, ")"] if number.text.startswith(MINUS) else [number]


def largest_of(grids: Sequence[Cells]) -> float:
    """The largest magnitude: what the scale of colours reaches to."""
    numbers = (number for grid in grids for line in grid for number in line if number is not None)
    return max((abs(float(number.value)) for number in numbers), default=0)
