"""Places a window's figure: a row for each input channel, read as a sentence, and the output beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

import torch

from app.conv.taps import NONE
from app.i18n.languages import figure_texts
from app.i18n.plurals import fill_in
from app.services.figure_colors import PALETTES, Theme, cell_fill, channel_hue, text_on
from app.services.figure_drawing import Box, Drawing, Text, text_width, wrap
from app.services.figure_numbers import Number, NumberFormat, exact_number, print_window
from app.services.figures import Crop, Part, WindowFigure
from convscope.printed_ledger import MINUS

_MARGIN: Final = 16.0
_TYPE: Final = 14.0
_SMALL: Final = 11.5
_LABEL: Final = 22.0
_GAP: Final = 12.0
_OPERATOR: Final = 34.0
_MIN_CELL: Final = 30.0
_LEAST_WIDTH: Final = 360.0
_DOT: Final = "\u00b7"

Cells = Sequence[Sequence[Number | None]]


def draw_window(figure: WindowFigure, parts: Sequence[Part], theme: Theme, language: str) -> Drawing:
    """The drawing of a window in one of LANGUAGES."""
    return _Layout(figure, parts, theme, language).draw()


class _Layout:
    def __init__(self, figure: WindowFigure, parts: Sequence[Part], theme: Theme, language: str) -> None:
        self.figure, self.parts, self.language = figure, parts, language
        self.palette = PALETTES[theme]
        self.texts = figure_texts(language)
        self._format_numbers()
        longest = max(len(number.text) for number in self._numbers())
        self.cell = max(_MIN_CELL, 8.4 * longest + 10)
        self.x = _MARGIN

    def _format_numbers(self) -> None:
        """Of each tensor with decimals of its own; of sums and output with the same."""
        figure = self.figure
        ledger, shown = figure.ledger, slice(0, len(figure.channels))
        in_kernel = figure.kernel_crop
        planes = figure.input_crop.of(figure.scene.input)[figure.channels.start : figure.channels.stop]
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
        added = range(0 if figure.is_maximum else len(figure.channels))
        self.products = [self._print_products(c) for c in added]
        sums = ledger.channel_sums[0, shown]
        self.sums = [exact_number(text, each) for text, each in zip(printed.sums, sums, strict=False)]
        self.output = [
            [exact_number(printed.number(each.item()), each) for each in row] for row in figure.output
        ]
        self.result = exact_number(printed.output, ledger.outputs[0])

    def _print_products(self, channel: int) -> list[list[Number]]:
        products = self.figure.ledger.products[0, channel]
        texts = self.printed.products(channel, products.flatten().tolist())
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

    def say(self, key: str, **params: object) -> str:
        return fill_in(self.texts[key], self.language, params)

    @property
    def row_height(self) -> float:
        figure = self.figure
        lines = {
            "input": len(figure.input_crop.rows),
            "kernel": len(figure.kernel_crop.rows),
            "products": len(figure.kernel_crop.rows),
        }
        most = max((count for part, count in lines.items() if part in self.parts), default=1)
        return _LABEL + most * self.cell + _GAP

    def draw(self) -> Drawing:
        figure, window = self.figure, self.figure.window
        index = figure.scene.plan.own_shape((window.out_channel, window.row, window.col))
        cell = ", ".join(map(str, index))
        kind = figure.scene.plan.operation.kind
        key = "maximum" if figure.is_maximum else "average" if figure.is_average else "sum"
        which = "summary.before" if figure.output_cells == "before" else "summary"
        summary = self.say(which, kind=kind, value=self.result.text, cell=cell)
        self.drawing = Drawing(summary, self.say(f"description.{key}"), self.palette.paper)
        self._draw_channels()
        self._draw_output()
        width = max(self.x + _MARGIN, _LEAST_WIDTH)
        bottom = self._draw_equation(self._bottom, cell)
        self.drawing.width = max(width, self._equation_end + _MARGIN)
        self.drawing.height = self._draw_notes(bottom) + _MARGIN
        return self.drawing

    @property
    def _bottom(self) -> float:
        rows = len(self.figure.channels) * self.row_height if self._has_rows else 0.0
        if "output" in self.parts:
            rows = max(rows, _LABEL + len(self.figure.output_crop.rows) * self.cell + _GAP)
        return _MARGIN + rows

    @property
    def _has_rows(self) -> bool:
        return any(part != "output" for part in self.parts)

    def _draw_channels(self) -> None:
        figure, parts = self.figure, self.parts
        plain = figure.reads_plain_window
        if "input" in parts:
            self._draw_column("", [self.say("input", channel=c) for c in figure.channels], self.inputs)
            self._mark_read_cells(plain)
            if not plain or figure.is_maximum:
                self._draw_window()
        elif figure.is_maximum and "products" in parts:
            self._draw_window()
        if "kernel" in parts and self.kernels:
            names = [
                self.say("kernel", out_channel=figure.window.out_channel, channel=k)
                for k in range(len(self.kernels))
            ]
            if figure.scene.plan.is_transposed:
                within = figure.window.out_channel % figure.scene.plan.weight_shape[1]  # type: ignore[index]
                names = [self.say("kernel", out_channel=c, channel=within) for c in figure.channels]
            self._draw_column("\u00d7", names, self.kernels)
        if "products" in parts and not figure.is_maximum:
            self._draw_column("=", [self._products_label()] * len(self.products), self.products)
        if "sums" in parts:
            label = self.say("maximum" if figure.is_maximum else "sum")
            boxes = [[[number]] for number in self.sums]
            self._draw_column("\u2192", [label] * len(boxes), boxes)

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
        figure = self.figure
        label = self.say("maximumOf" if figure.is_maximum else "window")
        x = self._draw_column("\u2192", [label] * len(self.windows), self.windows)
        selected = figure.ledger.selected
        if selected is not None:
            u, v = (int(each) for each in selected[0])
            if u < len(figure.kernel_crop.rows) and v < len(figure.kernel_crop.cols):
                cell = Crop(range(u, u + 1), range(v, v + 1))
                self._frame(x, self._top(0, len(self.windows[0])), cell, self.palette.accent)

    def _top(self, k: int, lines: int) -> float:
        """The y of a grid of so many lines, in the middle of the k-th channel's row."""
        room = self.row_height - _LABEL - _GAP
        return _MARGIN + k * self.row_height + _LABEL + (room - lines * self.cell) / 2

    def _draw_column(self, operator: str, labels: Sequence[str], grids: Sequence[Cells]) -> float:
        """One grid for each channel; the operator stands before them. The x of the grids."""
        lines, cells = len(grids[0]), len(grids[0][0])
        width = max(cells * self.cell, text_width(max(labels, key=len), _SMALL))
        if operator:
            self.x += _OPERATOR
        x, largest = self.x, _largest(grids)
        for k, (label, grid) in enumerate(zip(labels, grids, strict=True)):
            top = self._top(k, lines)
            hue = channel_hue(self.palette, self.figure.channels[k])
            self.drawing.texts.append(Text(x, top - 7, [label], _SMALL, hue, bold=True))
            self._draw_grid(x, top, grid, largest)
            if operator:
                middle = top + lines * self.cell / 2 + _TYPE * 0.35
                sign = Text(x - _OPERATOR / 2, middle, [operator], 17, self.palette.muted, "middle")
                self.drawing.texts.append(sign)
        self.x += width
        return x

    def _draw_grid(self, x: float, y: float, cells: Cells, largest: float, empty: str = _DOT) -> None:
        palette, size = self.palette, self.cell
        for i, line in enumerate(cells):
            for j, number in enumerate(line):
                left, top = x + j * size, y + i * size
                fill = None if number is None else cell_fill(palette, float(number.value), largest)
                dashed = number is None
                self.drawing.boxes.append(Box(left, top, size, size, fill, palette.line, dashed=dashed))
                color = palette.muted if fill is None else text_on(fill)
                run: str | Number = empty if number is None else number
                baseline = top + size / 2 + _TYPE * 0.35
                self.drawing.texts.append(Text(left + size / 2, baseline, [run], _TYPE, color, "middle"))

    def _mark_read_cells(self, plain: bool) -> None:
        """A frame round the window; where it is no rectangle of the input, round each cell that is read."""
        figure, (rows, cols) = self.figure, self.figure.input_crop
        read_rows = sorted({row - rows.start for row in figure.rows if row in rows})
        read_cols = sorted({col - cols.start for col in figure.cols if col in cols})
        if not read_rows or not read_cols:
            return
        for k, channel in enumerate(figure.channels):
            top = self._top(k, len(rows))
            hue = channel_hue(self.palette, channel)
            if plain:
                window = Crop(range(read_rows[0], read_rows[-1] + 1), range(read_cols[0], read_cols[-1] + 1))
                self._frame(_MARGIN, top, window, hue)
                continue
            for i in read_rows:
                for j in read_cols:
                    self._frame(_MARGIN, top, Crop(range(i, i + 1), range(j, j + 1)), hue)

    def _frame(self, x: float, y: float, cells: Crop, color: str) -> None:
        (rows, cols), size = cells, self.cell
        self.drawing.boxes.append(
            Box(
                x + cols.start * size, y + rows.start * size, len(cols) * size, len(rows) * size,
                None, color, 3, radius=3,
            )
        )  # fmt: skip

    def _draw_output(self) -> None:
        if "output" not in self.parts:
            return
        figure, palette = self.figure, self.palette
        rows, cols = figure.output_crop
        room = len(figure.channels) * self.row_height if self._has_rows else 0.0
        height = _LABEL + len(rows) * self.cell + _GAP
        top = _MARGIN + max(0.0, (room - height) / 2) + _LABEL
        if self._has_rows:
            self.x += _OPERATOR
            middle = top + len(rows) * self.cell / 2 + _TYPE * 0.35
            sign = Text(self.x - _OPERATOR / 2, middle, ["\u2192"], 17, palette.muted, "middle")
            self.drawing.texts.append(sign)
        label = self.say("output", out_channel=figure.window.out_channel)
        self.drawing.texts.append(Text(self.x, top - 7, [label], _SMALL, palette.text, bold=True))
        self._draw_grid(self.x, top, self._drawn_output, _largest([self.output]), empty="")
        row, col = figure.window.row - rows.start, figure.window.col - cols.start
        self._frame(self.x, top, Crop(range(row, row + 1), range(col, col + 1)), palette.accent)
        self.x += max(len(cols) * self.cell, text_width(label, _SMALL))

    @property
    def _drawn_output(self) -> Cells:
        """None for the numbers that are still to come."""
        rows, cols = self.figure.output_crop
        has = self.figure.has_output_cell
        return [
            [number if has(row, col) else None for col, number in zip(cols, line, strict=True)]
            for row, line in zip(rows, self.output, strict=True)
        ]

    def _draw_equation(self, y: float, cell: str) -> float:
        """Y[o, i, j] = the sums + the bias = the output; the y below it."""
        self._equation_end = 0.0
        if "sums" not in self.parts:
            return y
        runs = [f"{self.say('equation', cell=cell)} = ", *self._terms(), " = ", self.result]
        if len(runs) == 4 and runs[1] == self.result:
            runs = runs[:2]
        text = "".join(run if isinstance(run, str) else run.text for run in runs)
        self.drawing.texts.append(Text(_MARGIN, y + _TYPE + 4, runs, _TYPE, self.palette.text))
        self._equation_end = _MARGIN + text_width(text, _TYPE)
        return y + _TYPE + 14

    def _terms(self) -> list[str | Number]:
        """The sums, what the other channels add, and the bias, with signs between them."""
        figure = self.figure
        first, *others = self.sums
        terms: list[list[str | Number]] = [[first], *map(_bracketed, others)]
        if len(figure.left_out):
            label = self.say("rest", channels=len(figure.left_out))
            rest = exact_number(self.printed.rest(len(self.sums)), figure.rest)
            terms.append([f"{label}: ", *_bracketed(rest)])
        if self.bias is not None:
            terms.append([f"{self.say('bias')} ", *_bracketed(exact_number(self.printed.bias, self.bias))])
        return list(chain(terms[0], *(chain([" + "], term) for term in terms[1:])))

    def _draw_notes(self, y: float) -> float:
        """What is cropped, left out or rounded; the y below."""
        width = self.drawing.width - 2 * _MARGIN
        for note in self._notes():
            for line in wrap(note, _SMALL, width):
                y += _SMALL + 5
                self.drawing.texts.append(Text(_MARGIN, y, [line], _SMALL, self.palette.muted))
        return y

    def _notes(self) -> list[str]:
        figure, plan = self.figure, self.figure.scene.plan
        crops: dict[Part, tuple[Crop, tuple[int, ...]]] = {
            "input": (figure.input_crop, plan.input_shape[1:]),
            "kernel": (figure.kernel_crop, plan.kernel_size),
            "output": (figure.output_crop, plan.output_shape[1:]),
        }
        notes = [
            self._crop_note(part, crop, size)
            for part, (crop, size) in crops.items()
            if part in self.parts and (len(crop.rows), len(crop.cols)) != tuple(size)
        ]
        if len(figure.left_out):
            first, last = figure.left_out[0], figure.left_out[-1]
            notes.append(self.say("note.channels", channels=_span(range(first, last + 1))))
        if any(_is_rounded(number) for number in self._numbers()):
            notes.append(self.say("note.rounded"))
        if any(number is None for window in self.windows for line in window for number in line):
            notes.append(self.say("note.empty"))
        return notes

    def _crop_note(self, part: Part, crop: Crop, size: tuple[int, ...]) -> str:
        name = self.say(f"name.{part}")
        spans = {"rows": _span(crop.rows), "cols": _span(crop.cols)}
        key = "note.crop" if self.figure.scene.plan.operation.dimensions == 2 else "note.crop.signal"
        return self.say(key, name=name, height=size[0], width=size[1], **spans)


def _largest(grids: Sequence[Cells]) -> float:
    """The largest magnitude: what the scale of colours reaches to."""
    numbers = (number for grid in grids for line in grid for number in line if number is not None)
    return max((abs(float(number.value)) for number in numbers), default=0)


def _bracketed(number: Number) -> list[str | Number]:
    """A negative number stands in brackets behind a sign."""
    return ["(", number, ")"] if number.text.startswith(MINUS) else [number]


def _span(cells: range) -> str:
    return str(cells.start) if len(cells) == 1 else f"{cells.start}\u2013{cells.stop - 1}"


def _is_rounded(number: Number) -> bool:
    return float(number.text.replace(MINUS, "-")) != float(number.value)
