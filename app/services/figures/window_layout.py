"""Places a window's figure: a row for each input channel, read as a sentence, and the output beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import torch

from app.conv.taps import NONE
from app.services.figures.colors import Theme, channel_hue
from app.services.figures.drawing import Drawing
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
    largest_of,
    span,
)
from app.services.figures.numbers import Number, NumberFormat, exact_number, print_window
from app.services.figures.window import MAX_SIDE, Crop, Part, WindowFigure
from convscope.printed_cell import mark_rounded


def draw_window(figure: WindowFigure, parts: Sequence[Part], theme: Theme, language: str) -> Drawing:
    """The drawing of a window in one of LANGUAGES."""
    return _Layout(figure, parts, theme, language).draw()


class _Layout(GridLayout):
    def __init__(self, figure: WindowFigure, parts: Sequence[Part], theme: Theme, language: str) -> None:
        super().__init__(theme, language)
        self.figure, self.parts = figure, parts
        self._format_numbers()
        self.cell = cell_size(self._numbers())

    def _format_numbers(self) -> None:
        """Of each tensor with decimals of its own; of sums and output with the same."""
        figure = self.figure
        ledger, shown = figure.ledger, slice(0, len(figure.channels))
        in_kernel, lanes = figure.kernel_crop, figure.lanes
        planes = figure.input_crop.of(figure.scene.input)[lanes.start : lanes.stop]
        patches = in_kernel.of(ledger.patches[0, shown])
        inputs = NumberFormat(planes, patches)
        self.inputs = [inputs.tensor(plane) for plane in planes]
        self.planes = planes
        self.windows = [self._without_gaps(inputs.tensor(patch)) for patch in patches]
        self.kernels = []
        if figure.kernels is not None:
            cropped = in_kernel.of(figure.kernels)
            self.kernels = [NumberFormat(cropped).tensor(kernel) for kernel in cropped]
        self.bias = None if figure.scene.bias is None else figure.scene.bias[figure.window.out_channel]
        printed = self.printed = print_window(ledger, self.bias)
        # Those of a maximum are not added up, and not drawn.
        added = range(0 if figure.is_maximum else len(figure.summed))
        self.products = [self._print_products(c) for c in added]
        sums = ledger.channel_sums[0, : len(figure.summed)]
        self.sums = [exact_number(text, each) for text, each in zip(printed.sums, sums, strict=False)]
        self.output = NumberFormat(figure.output, decimals=printed.decimals).tensor(figure.output)
        self.result = exact_number(printed.output, ledger.outputs[0])

    def _print_products(self, channel: int) -> list[list[Number]]:
        products = self.figure.ledger.products[0, channel]
        values, decimals = products.flatten().tolist(), self.printed.decimals
        printed = zip(values, self.printed.products(channel, values), strict=True)
        texts = [mark_rounded(value, text, decimals) for value, text in printed]
        rows, cols = self.figure.kernel_crop
        width = products.shape[1]
        return [[exact_number(texts[u * width + v], products[u, v]) for v in cols] for u in rows]

    def _without_gaps(self, cells: list[list[Number]]) -> Cells:
        """Where a maximum or a transposed layer has no input there is nothing; padding of others is zero."""
        figure = self.figure
        if not (figure.is_maximum or figure.scene.plan.is_transposed):
            return cells
        return [
            [None if NONE in (row, col) else number for number, col in zip(line, figure.cols, strict=False)]
            for line, row in zip(cells, figure.rows, strict=False)
        ]

    def _numbers(self) -> list[Number]:
        grids = chain(self.inputs, self.windows, self.kernels, self.products, [self.output, [self.sums]])
        return [number for grid in grids for line in grid for number in line if number is not None]

    @property
    def row_height(self) -> float:
        figure = self.figure
        lines = {
            "input": len(figure.input_crop.rows),
            "kernel": len(figure.kernel_crop.rows),
            "products": len(figure.kernel_crop.rows),
        }
        most = max((count for part, count in lines.items() if part in self.parts), default=1)
        return LABEL + most * self.cell + GAP

    def draw(self) -> Drawing:
        self.drawing = Drawing(*self._describe(), self.palette.paper)
        has_rows = any(part != "output" for part in self.parts)
        bottom = MARGIN + (len(self.figure.lanes) * self.row_height if has_rows else 0)
        self._draw_channels()
        if "output" in self.parts:
            name = self.say("output", out_channel=self.figure.window.out_channel)
            operator = "\u2192" if has_rows else ""
            bottom = max(bottom, self.draw_output(self.figure, self.output, name, bottom, operator))
        width = max(self.x + MARGIN, LEAST_WIDTH)
        bottom = self._draw_equation(self._draw_biases(bottom))
        self.drawing.width = max(width, self._equation_end + MARGIN)
        self.drawing.height = self.draw_notes(self._notes(), bottom) + MARGIN
        return self.drawing

    @property
    def _cell_index(self) -> str:
        window = self.figure.window
        index = self.figure.scene.plan.own_shape((window.out_channel, window.row, window.col))
        return ", ".join(map(str, index))

    def _describe(self) -> tuple[str, str]:
        """What is drawn, and how it comes about."""
        figure = self.figure
        kind = figure.scene.plan.operation.kind
        key = "maximum" if figure.is_maximum else "average" if figure.is_average else "sum"
        which = "summary.before" if figure.output_cells == "before" else "summary"
        summary = self.say(which, kind=kind, value=self.result.text, cell=self._cell_index)
        return summary, self.say(f"description.{key}")

    def _draw_channels(self) -> None:
        figure, parts = self.figure, self.parts
        plain = figure.reads_plain_window
        if "input" in parts:
            lanes = figure.lanes
            self._draw_column("", [self.say("input", channel=c) for c in lanes], self.inputs, lanes)
            self._frame_read_cells()
            if not plain or figure.is_maximum:
                self._draw_window()
        elif figure.is_maximum and "products" in parts:
            self._draw_window()
        if "kernel" in parts and self.kernels:
            self._draw_column("\u00d7", self._kernel_names(), self.kernels, figure.lanes)
        if "products" in parts and not figure.is_maximum:
            self._draw_column("=", [self._products_label()] * len(self.products), self.products)
        if "sums" in parts:
            label = self.say("maximum" if figure.is_maximum else "sum")
            boxes = [[[number]] for number in self.sums]
            self._draw_column("\u2192", [label] * len(boxes), boxes)

    def _kernel_names(self) -> list[str]:
        figure = self.figure
        slices = (figure.slice_of(channel) for channel in figure.lanes)
        return [self.say("kernel", out_channel=first, channel=second) for first, second in slices]

    def _products_label(self) -> str:
        if not self.figure.is_average:
            return self.say("products")
        figure = self.figure
        divisors = figure.scene.taps.divisors(
            torch.tensor([figure.window.row]), torch.tensor([figure.window.col])
        )
        operation = figure.scene.plan.operation
        fixed = getattr(operation, "divisor_override", None)
        divisor = fixed or (int(divisors[0]) if divisors is not None else 1)
        return self.say("terms", divisor=divisor)

    def _draw_window(self) -> None:
        """What the window reads; of a maximum the cell that wins, once its number is known."""
        figure = self.figure
        selected = None if figure.output_cells == "before" else figure.ledger.selected
        label = self.say("window" if selected is None else "maximumOf")
        x = self._draw_column("\u2192", [label] * len(self.windows), self.windows)
        if selected is not None:
            u, v = (int(each) for each in selected[0])
            if u < len(figure.kernel_crop.rows) and v < len(figure.kernel_crop.cols):
                top = self._top(figure.channels[0], len(self.windows[0]))
                cell = Crop(range(u, u + 1), range(v, v + 1))
                self.draw_frame(x, top, cell, self.palette.accent)

    def _top(self, channel: int, lines: int) -> float:
        """The y of a grid of so many lines, in the middle of the channel's row."""
        room = self.row_height - LABEL - GAP
        lane = channel - self.figure.lanes.start
        return MARGIN + lane * self.row_height + LABEL + (room - lines * self.cell) / 2

    def _draw_column(
        self, operator: str, names: Sequence[str], grids: Sequence[Cells], lanes: range | None = None
    ) -> float:
        """One grid for each lane, by default for those that are read; the operator before them. Their x."""
        read = self.figure.channels
        channels = list(read if lanes is None else lanes)[: len(grids)]
        tops = [self._top(channel, len(grids[0])) for channel in channels]
        # Colour belongs to what happens now.
        colors = [channel_hue(self.palette, c) if c in read else self.palette.muted for c in channels]
        return self.draw_column(operator, names[: len(channels)], grids, tops, colors)

    def _frame_read_cells(self) -> None:
        figure, (rows, cols) = self.figure, self.figure.input_crop
        read_rows = sorted({row - rows.start for row in figure.rows if row in rows})
        read_cols = sorted({col - cols.start for col in figure.cols if col in cols})
        for channel in figure.channels:
            top, hue = self._top(channel, len(rows)), channel_hue(self.palette, channel)
            self.draw_read_cells(MARGIN, top, read_rows, read_cols, hue)

    def _draw_biases(self, y: float) -> float:
        """Those of all filters where the whole layer is drawn; the y below them."""
        bias, channel = self.figure.scene.bias, self.figure.window.out_channel
        if bias is None or not self.figure.whole_layer or len(bias) > MAX_SIDE:
            return y
        cells, top = NumberFormat(bias).tensor(bias[None]), y + LABEL
        self.draw_name(MARGIN, top, self.say("biases"), self.palette.text)
        self.draw_grid(MARGIN, top, cells, largest_of([cells]))
        self.draw_frame(MARGIN, top, Crop(range(1), range(channel, channel + 1)), self.palette.accent)
        return top + self.cell + GAP

    def _draw_equation(self, y: float) -> float:
        """Y[o, i, j] = the sums + the bias = the output; the y below it."""
        self._equation_end = 0.0
        if "sums" not in self.parts:
            return y
        is_whole = len(self.sums) == len(self.figure.channels)
        terms = self._terms() if is_whole else [*self._terms(), " + \u2026"]
        result = self.result if is_whole else None
        name = self.say("equation", cell=self._cell_index)
        self._equation_end = self.draw_equation(name, terms, result, y)
        return y + TYPE + 14

    def _terms(self) -> list[str | Number]:
        """The sums, what the other channels add, and the bias, with signs between them."""
        figure = self.figure
        first, *others = self.sums
        terms: list[list[str | Number]] = [[first], *map(bracketed, others)]
        if len(self.sums) < len(figure.channels):
            return joined(terms)
        if len(figure.left_out):
            label = self.say("rest", channels=len(figure.left_out))
            rest = exact_number(self.printed.rest(len(self.sums)), figure.rest)
            terms.append([f"{label}: ", *bracketed(rest)])
        if self.bias is not None:
            terms.append([f"{self.say('bias')} ", *bracketed(exact_number(self.printed.bias, self.bias))])
        return joined(terms)

    def _notes(self) -> list[str]:
        figure, plan = self.figure, self.figure.scene.plan
        crops: dict[Part, tuple[Crop, tuple[int, ...]]] = {
            "input": (figure.input_crop, plan.input_shape[1:]),
            "kernel": (figure.kernel_crop, plan.kernel_size),
            "output": (figure.output_crop, plan.output_shape[1:]),
        }
        notes = [
            self.crop_note(self.say(f"name.{part}"), crop, size, plan.dimensions)
            for part, (crop, size) in crops.items()
            if part in self.parts and (len(crop.rows), len(crop.cols)) != tuple(size)
        ]
        if len(figure.left_out):
            first, last = figure.left_out[0], figure.left_out[-1]
            notes.append(self.say("note.channels", channels=span(range(first, last + 1))))
        if any(is_rounded(number) for number in self._numbers()):
            notes.append(self.say("note.rounded"))
        if any(number is None for window in self.windows for line in window for number in line):
            notes.append(self.say("note.empty"))
        return notes
