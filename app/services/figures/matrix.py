"""The figure of a layer as a matrix product: each filter is a row, what each window reads a column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

import torch
from torch import Tensor

from app.conv.correlate import output
from app.conv.im2col import column_blocks
from app.scenes.scene import Scene
from app.services.figures.colors import Theme
from app.services.figures.drawing import Drawing, Text, text_width
from app.services.figures.grids import (
    GAP,
    LABEL,
    MARGIN,
    OPERATOR,
    SMALL,
    TYPE,
    Cells,
    GridLayout,
    bracketed,
    cell_size,
    largest_of,
)
from app.services.figures.numbers import Number, NumberFormat
from app.services.figures.window import Crop, Window

# Rows and columns that have room.
_MOST_CELLS: Final = 12


def draw_matrix(scene: Scene, window: Window, theme: Theme, language: str) -> Drawing:
    """
    The product in which the window is one column; of the output the numbers up to the window's own. Of a
    small convolution without groups and without a bias; raises ValueError for other layers.
    """
    return _MatrixLayout(scene, window, theme, language).draw()


class _MatrixLayout(GridLayout):
    def __init__(self, scene: Scene, window: Window, theme: Theme, language: str) -> None:
        super().__init__(theme, language)
        plan = scene.plan
        if scene.weight is None or scene.bias is not None or plan.is_transposed or plan.groups > 1:
            raise ValueError("this layer is not drawn as a matrix product")
        columns = torch.cat([block for _, _, block in column_blocks(plan, scene.input)]).flatten(0, 1)
        outputs = output(plan, scene.input, scene.weight, None).flatten(1)
        if max(*columns.shape, len(outputs)) > _MOST_CELLS:
            raise ValueError(f"a matrix product has room for {_MOST_CELLS} rows and columns")
        self.row, self.column = window.out_channel, window.row * plan.output_shape[2] + window.col
        self.kernel = _printed(scene.weight.flatten(1))
        self.columns = _printed(columns)
        placed = (self.row, self.column)
        self.output = [
            [number if (i, j) <= placed else None for j, number in enumerate(line)]
            for i, line in enumerate(_printed(outputs))
        ]
        self.index = ", ".join(map(str, plan.own_shape((self.row, window.row, window.col))))
        self.kind = plan.operation.kind
        grids: list[Cells] = [self.kernel, self.columns, self.output]
        self.cell = cell_size([number for grid in grids for line in grid for number in line if number])

    def draw(self) -> Drawing:
        result = self.output[self.row][self.column]
        assert result is not None
        summary = self.say("summary", kind=self.kind, value=result.text, cell=self.index)
        self.drawing = Drawing(summary, self.say("matrix.description"), self.palette.paper)
        lines = max(len(self.columns), len(self.output))
        self.middle = MARGIN + LABEL + lines * self.cell / 2
        row, column = range(self.row, self.row + 1), range(self.column, self.column + 1)
        terms = range(len(self.columns))
        muted, accent = self.palette.muted, self.palette.accent
        x = self._draw_matrix(MARGIN, "matrix.kernel", self.kernel, Crop(row, terms), muted)
        x = self._draw_matrix(x, "matrix.columns", self.columns, Crop(terms, column), muted, "@")
        x = self._draw_matrix(x, "matrix.output", self.output, Crop(row, column), accent, "=")
        bottom = MARGIN + LABEL + lines * self.cell + GAP
        equation = self._equation(result)
        self.drawing.texts.append(Text(MARGIN, bottom + TYPE + 4, equation, TYPE, self.palette.text))
        said = "".join(run if isinstance(run, str) else run.text for run in equation)
        self.drawing.width = max(x, MARGIN + text_width(said, TYPE)) + MARGIN
        self.drawing.height = bottom + TYPE + 14 + MARGIN
        return self.drawing

    def _draw_matrix(
        self, x: float, key: str, cells: Cells, framed: Crop, color: str, sign: str | None = None
    ) -> float:
        """The x behind it."""
        if sign:
            x += OPERATOR
            self.draw_sign(x, self.middle, sign)
        top = self.middle - len(cells) * self.cell / 2
        name = self.say(key, rows=len(cells), cols=len(cells[0]))
        self.draw_name(x, top, name, self.palette.text)
        self.draw_grid(x, top, cells, largest_of([cells]), empty="")
        self.draw_frame(x, top, framed, color)
        return x + max(len(cells[0]) * self.cell, text_width(name, SMALL))

    def _equation(self, result: Number) -> Sequence[str | Number]:
        """The row times the column, in pairs."""
        pairs = zip(self.kernel[self.row], (line[self.column] for line in self.columns), strict=True)
        terms = [[*bracketed(weight), " \u00b7 ", *bracketed(number)] for weight, number in pairs]
        added = chain(terms[0], *(chain([" + "], term) for term in terms[1:]))
        return [f"{self.say('equation', cell=self.index)} = ", *added, " = ", result]


def _printed(matrix: Tensor) -> list[list[Number]]:
    return NumberFormat(matrix).tensor(matrix)
