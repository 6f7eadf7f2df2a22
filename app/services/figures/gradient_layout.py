"""Places a gradient's figure: what is read, the factors, the products, their sums and the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from torch import Tensor

from app.conv.operation import AvgPool2d, MaxPool2d
from app.services.figures.colors import Theme, channel_hue
from app.services.figures.drawing import Drawing
from app.services.figures.gradient import Direction, GradientFigure
from app.services.figures.grids import (
    GAP,
    LABEL,
    LEAST_WIDTH,
    MARGIN,
    TYPE,
    Cells,
    GridLayout,
    bracketed,
    cell_size,
    is_rounded,
    joined,
    span,
)
from app.services.figures.numbers import Number, NumberFormat, exact_number
from app.services.figures.window import Crop, Part
from convscope.printed_cell import mark_rounded
from convscope.printed_ledger import print_ledger

# A part, its name, what of it is drawn, and its size.
_Cropped = tuple[Part, str, Crop, Sequence[int]]


def draw_gradient(figure: GradientFigure, parts: Sequence[Part], theme: Theme, language: str) -> Drawing:
    """
    The drawing of a gradient in one of LANGUAGES. Of the parts, `input` is the upstream, or to the weight the
    input; `kernel` what it is multiplied by, the kernel or the upstream; `output` the gradient's plane. To
    the bias `input` and `products` are both the upstream, and nothing is the kernel.
    """
    return _LAYOUTS[figure.direction](figure, parts, theme, language).draw()


class _GradientLayout(GridLayout):
    # What is read, what it is multiplied by, and the gradient, as they are called.
    read_name: str
    factor_name: str
    gradient_name: str

    def __init__(self, figure: GradientFigure, parts: Sequence[Part], theme: Theme, language: str) -> None:
        super().__init__(theme, language)
        self.figure, self.parts = figure, parts
        operation = figure.scene.plan.operation
        self.is_maximum, self.is_average = (isinstance(operation, each) for each in (MaxPool2d, AvgPool2d))
        self._format_numbers()
        grids = [*self.planes, *self.windows, *self.factors, *self.products, *self.sums, self.output]
        self.numbers = [number for grid in grids for line in grid for number in line if number is not None]
        self.cell = cell_size(self.numbers)

    def _format_numbers(self) -> None:
        figure, crop = self.figure, self.figure.window_crop
        planes, windows = figure.plane_crop.of(figure.planes), crop.of(figure.windows)
        read = NumberFormat(planes, windows)
        self.planes: list[Cells] = [read.tensor(plane) for plane in planes]
        self.windows: list[Cells] = [self._without_gaps(read.tensor(window)) for window in windows]
        self.factors: list[Cells] = []
        if figure.factors is not None:
            factors = crop.of(figure.factors)
            self.factors = [NumberFormat(factors).tensor(factor) for factor in factors]
        self.printed = print_ledger(
            figure.terms.flatten().tolist(),
            figure.sums.tolist(),
            figure.running.tolist(),
            0,
            figure.gradient.item(),
        )
        self.products: list[Cells] = [self._print_products(k) for k in range(len(figure.products))]
        drawn = figure.drawn_terms
        sums = zip(self.printed.sums[:drawn], figure.sums[:drawn], strict=True)
        self.sums: list[Cells] = self._sum_grids([exact_number(text, value) for text, value in sums])
        self.output = NumberFormat(figure.output, decimals=self.printed.decimals).tensor(figure.output)
        self.result = exact_number(self.printed.output, figure.gradient)

    def _without_gaps(self, cells: list[list[Number]]) -> Cells:
        """Nothing where nothing is read."""
        figure = self.figure
        return [
            [number if figure.row_lines[u] and figure.col_lines[v] else None for v, number in enumerate(line)]
            for u, line in enumerate(cells)
        ]

    def _print_products(self, lane: int) -> Cells:
        raise NotImplementedError

    def _print_line(self, index: int, values: Tensor) -> list[Number]:
        """The products of one sum; they add up to it."""
        numbers, decimals = values.tolist(), self.printed.decimals
        printed = zip(numbers, self.printed.products(index, numbers), values, strict=True)
        return [exact_number(mark_rounded(number, text, decimals), value) for number, text, value in printed]

    def _sum_grids(self, sums: list[Number]) -> list[Cells]:
        """As they stand beside the products."""
        raise NotImplementedError

    @property
    def _hues(self) -> list[str]:
        return [channel_hue(self.palette, channel) for channel in self.figure.channels]

    @property
    def _row_height(self) -> float:
        plane, window = len(self.figure.plane_crop.rows), len(self.figure.window_crop.rows)
        lines = {"input": max(plane, window), "kernel": window, "products": window, "sums": len(self.sums[0])}
        most = max((count for part, count in lines.items() if part in self.parts), default=1)
        return LABEL + most * self.cell + GAP

    def draw(self) -> Drawing:
        cell = ", ".join(map(str, self._own_cell()))
        summary, description = self._describe(cell)
        self.drawing = Drawing(summary, description, self.palette.paper)
        has_rows = any(part != "output" for part in self.parts)
        bottom = MARGIN + (len(self.planes) * self._row_height if has_rows else 0)
        self._draw_channels()
        if "output" in self.parts:
            name, operator = self._gradient_plane_name(), "\u2192" if has_rows else ""
            bottom = max(bottom, self.draw_output(self.figure, self.output, name, bottom, operator))
        width = max(self.x + MARGIN, LEAST_WIDTH)
        if "sums" in self.parts:
            end = self.draw_equation(f"{self.gradient_name}[{cell}]", self._terms(), self.result, bottom)
            width, bottom = max(width, end + MARGIN), bottom + TYPE + 14
        self.drawing.width = width
        self.drawing.height = self.draw_notes(self._notes(), bottom) + MARGIN
        return self.drawing

    def _own_cell(self) -> Sequence[int]:
        """As the layer counts it: that of a signal has no row."""
        return self.figure.scene.plan.own_shape(self.figure.cell)

    def _describe(self, cell: str) -> tuple[str, str]:
        """What is drawn, and how it comes about."""
        raise NotImplementedError

    def _draw_channels(self) -> None:
        figure, parts = self.figure, self.parts
        if "input" in parts:
            x = self._draw_column("", self._read_names(), self.planes)
            self._frame_read_cells(x)
            if not figure.reads_plain_window or figure.factors is None:
                self._draw_column("\u2192", [self._window_name()] * len(self.windows), self.windows)
        if "kernel" in parts and self.factors:
            self._draw_column("\u00d7", self._factor_names(), self.factors)
        if "products" in parts:
            names = [self._products_name()] * len(self.products)
            self._draw_column("=" if self.factors else "\u2192", names, self.products)
        if "sums" in parts:
            self._draw_column("\u2192", [self._sums_name()] * len(self.sums), self.sums)

    def _draw_column(self, operator: str, names: Sequence[str], grids: Sequence[Cells]) -> float:
        tops = [self._top(lane, len(grids[0])) for lane in range(len(grids))]
        return self.draw_column(operator, names, grids, tops, self._hues)

    def _top(self, lane: int, lines: int) -> float:
        """The y of a grid of so many lines, in the middle of the lane."""
        height = self._row_height
        return MARGIN + lane * height + LABEL + (height - LABEL - GAP - lines * self.cell) / 2

    def _frame_read_cells(self, x: float) -> None:
        (rows, cols), (read_rows, read_cols) = self.figure.plane_crop, self.figure.read_lines
        down = [line - rows.start for line in read_rows if line in rows]
        across = [line - cols.start for line in read_cols if line in cols]
        for lane, hue in enumerate(self._hues):
            self.draw_read_cells(x, self._top(lane, len(rows)), down, across, hue)

    def _terms(self) -> list[str | Number]:
        first, *others = (number for grid in self.sums for line in grid for number in line if number)
        terms: list[list[str | Number]] = [[first], *map(bracketed, others)]
        drawn, count = self.figure.drawn_terms, len(self.figure.sums)
        if drawn < count:
            rest = exact_number(self.printed.rest(drawn), self.figure.rest)
            terms.append([f"{self._rest_name(count - drawn)}: ", *bracketed(rest)])
        return joined(terms)

    def _notes(self) -> list[str]:
        figure = self.figure
        notes = [
            self.crop_note(name, crop, size, 1 if size[0] == 1 else 2)
            for part, name, crop, size in self._crops()
            if part in self.parts and (len(crop.rows), len(crop.cols)) != tuple(size)
        ]
        if len(figure.left_out):
            notes.append(self.say("note.channels", channels=span(figure.left_out)))
        if any(is_rounded(number) for number in self.numbers):
            notes.append(self.say("note.rounded"))
        if any(number is None for window in self.windows for line in window for number in line):
            notes.append(self._gap_note())
        if any(len(lines) > 1 for lines in (*figure.row_lines, *figure.col_lines)):
            notes.append(self.say("gradient.note.added"))
        return notes

    def _crops(self) -> list[_Cropped]:
        figure = self.figure
        return [
            ("input", self.read_name, figure.plane_crop, figure.planes.shape[1:]),
            ("kernel", self.factor_name, figure.window_crop, figure.windows.shape[1:]),
            ("output", self.gradient_name, figure.output_crop, figure.output_size),
        ]

    def _read_names(self) -> list[str]:
        raise NotImplementedError

    def _factor_names(self) -> list[str]:
        raise NotImplementedError

    def _window_name(self) -> str:
        raise NotImplementedError

    def _products_name(self) -> str:
        return self.say("products")

    def _sums_name(self) -> str:
        raise NotImplementedError

    def _gradient_plane_name(self) -> str:
        raise NotImplementedError

    def _rest_name(self, count: int) -> str:
        raise NotImplementedError

    def _gap_note(self) -> str:
        raise NotImplementedError


class _InputGradientLayout(_GradientLayout):
    """A row for each output channel."""

    read_name, factor_name, gradient_name = "dY", "K", "dX"

    def _print_products(self, lane: int) -> Cells:
        products = self.figure.products[lane]
        rows, cols = self.figure.window_crop
        width = products.shape[1]
        numbers = self._print_line(lane, products.flatten())
        return [numbers[u * width + cols.start : u * width + cols.stop] for u in rows]

    def _sum_grids(self, sums: list[Number]) -> list[Cells]:
        return [[[number]] for number in sums]

    def _describe(self, cell: str) -> tuple[str, str]:
        key = "maximum" if self.is_maximum else "average" if self.is_average else "sum"
        summary = self.say("gradient.input.summary", cell=cell, value=self.result.text)
        return summary, self.say(f"gradient.input.description.{key}")

    def _read_names(self) -> list[str]:
        return [self.say("gradient.upstream", out_channel=channel) for channel in self.figure.channels]

    def _factor_names(self) -> list[str]:
        figure, plan = self.figure, self.figure.scene.plan
        channel, key = figure.cell[0], "gradient.turned" if figure.is_turned else "kernel"
        names = []
        for out_channel in figure.channels:
            place = (channel, out_channel % len(plan.out_channels(channel)))
            if not plan.is_transposed:
                place = (out_channel, channel % plan.channels_per_step)
            names.append(self.say(key, out_channel=place[0], channel=place[1]))
        return names

    def _window_name(self) -> str:
        return self.say("gradient.readers")

    def _products_name(self) -> str:
        key = "gradient.won" if self.is_maximum else "gradient.shared" if self.is_average else "products"
        return self.say(key)

    def _sums_name(self) -> str:
        return self.say("sum")

    def _gradient_plane_name(self) -> str:
        return self.say("gradient.input", channel=self.figure.cell[0])

    def _rest_name(self, count: int) -> str:
        return self.say("rest", channels=count)

    def _gap_note(self) -> str:
        return self.say("gradient.note.empty")


class _WeightGradientLayout(_GradientLayout):
    """One input channel times the upstream, whose rows are added one after the other."""

    read_name, factor_name, gradient_name = "X", "dY", "dK"

    def _without_gaps(self, cells: list[list[Number]]) -> Cells:
        """Padding is zero; a transposed layer has no input there."""
        return super()._without_gaps(cells) if self.figure.scene.plan.is_transposed else cells

    def _print_products(self, lane: int) -> Cells:
        rows, cols = self.figure.window_crop
        products = self.figure.products[lane]
        return [self._print_line(row, products[row])[cols.start : cols.stop] for row in rows]

    def _sum_grids(self, sums: list[Number]) -> list[Cells]:
        return [[[number] for number in sums]]

    def _describe(self, cell: str) -> tuple[str, str]:
        summary = self.say("gradient.summary", cell=cell, value=self.result.text)
        return summary, self.say("gradient.description")

    def _read_names(self) -> list[str]:
        return [self.say("input", channel=self.figure.cell[1])]

    def _factor_names(self) -> list[str]:
        return [self.say("gradient.upstream", out_channel=self.figure.cell[0])]

    def _window_name(self) -> str:
        return self.say("gradient.met")

    def _sums_name(self) -> str:
        return self.say("gradient.rowSums" if self.figure.scene.plan.dimensions == 2 else "sum")

    def _gradient_plane_name(self) -> str:
        out_channel, channel = self.figure.cell[:2]
        return self.say("gradient.weight", out_channel=out_channel, channel=channel)

    def _rest_name(self, count: int) -> str:
        return self.say("gradient.rest", rows=count)

    def _gap_note(self) -> str:
        return self.say("note.empty")


class _BiasGradientLayout(_WeightGradientLayout):
    """The upstream's plane of one output channel; the numbers of each row add up to its sum."""

    read_name, gradient_name = "dY", "db"

    def _format_numbers(self) -> None:
        super()._format_numbers()
        self.planes = self.products

    def _own_cell(self) -> Sequence[int]:
        return self.figure.cell

    def _crops(self) -> list[_Cropped]:
        plane, _, gradient = super()._crops()
        # The plane stands for both.
        return [("input" if "input" in self.parts else "products", *plane[1:]), gradient]

    def _draw_channels(self) -> None:
        if not {"input", "products"}.isdisjoint(self.parts):
            self._frame_read_cells(self._draw_column("", self._read_names(), self.planes))
        if "sums" in self.parts:
            self._draw_column("\u2192", [self._sums_name()], self.sums)

    def _describe(self, cell: str) -> tuple[str, str]:
        summary = self.say("gradient.bias.summary", cell=cell, value=self.result.text)
        return summary, self.say("gradient.bias.description")

    def _read_names(self) -> list[str]:
        return [self.say("gradient.upstream", out_channel=self.figure.cell[0])]

    def _gradient_plane_name(self) -> str:
        return self.say("gradient.bias")


_LAYOUTS: Final[Mapping[Direction, type[_GradientLayout]]] = {
    "input": _InputGradientLayout,
    "weight": _WeightGradientLayout,
    "bias": _BiasGradientLayout,
}
