"""The figure of one gradient: what is read of the upstream or the input, the factors, products and sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.errors import ConvError
from app.conv.gradients import bias_gradient
from app.conv.input_gradients import InputGradients, input_gradients, input_slices
from app.conv.operation import Conv2d, MaxPool2d
from app.conv.taps import NONE
from app.conv.weight_gradients import check_pair, weight_gradients
from app.scenes.scene import Scene
from app.scenes.tensors import tensor_shape
from app.services.figures.window import (
    MAX_CHANNELS,
    MAX_SIDE,
    MAX_TERMS,
    Crop,
    OutputCells,
    crop_lines,
    is_drawn,
)

Direction = Literal["input", "weight", "bias"]


@dataclass(frozen=True)
class GradientFigure:
    """
    One gradient, to an input cell (c, i, j), to a kernel cell (o, c, u, v) or to a bias (o,).

    planes (n, H, W): what is read, of the channels that are drawn; row_lines and col_lines: for each row and
    column of the window the lines of a plane that it reads, none or several. windows, factors, products
    (n, h, w): the window as it is read, what it is multiplied by (None for pooling and to the bias), the
    products. terms (t, …): all products, and sums and running (t): those of each output channel, or, to the
    weight and the bias, of each row of the output. output: the numbers of the gradient's plane, (H, W), in a
    crop.
    """

    scene: Scene
    direction: Direction
    cell: tuple[int, ...]
    channels: range
    left_out: range
    is_turned: bool
    planes: Tensor
    row_lines: Sequence[list[int]]
    col_lines: Sequence[list[int]]
    windows: Tensor
    factors: Tensor | None
    products: Tensor
    terms: Tensor
    sums: Tensor
    running: Tensor
    output_size: tuple[int, int]
    read_output: Callable[[Crop], Tensor]
    # Which numbers of the gradient's plane are drawn.
    output_cells: OutputCells = "all"

    @property
    def gradient(self) -> Tensor:
        return self.running[-1]

    @property
    def place(self) -> tuple[int, int]:
        """The row and column of the cell in the gradient's plane."""
        return (0, self.cell[0]) if self.direction == "bias" else (self.cell[-2], self.cell[-1])

    @cached_property
    def window_crop(self) -> Crop:
        height, width = self.windows.shape[1:]
        return Crop(crop_lines(height, [0]), crop_lines(width, [0]))

    @cached_property
    def read_lines(self) -> tuple[list[int], list[int]]:
        """The rows and columns of a plane that the part of the window reads that is drawn."""
        rows, cols = self.window_crop
        return (
            sorted({line for u in rows for line in self.row_lines[u]}),
            sorted({line for v in cols for line in self.col_lines[v]}),
        )

    @cached_property
    def plane_crop(self) -> Crop:
        height, width = self.planes.shape[1:]
        rows, cols = self.read_lines
        return Crop(crop_lines(height, rows), crop_lines(width, cols))

    @cached_property
    def output_crop(self) -> Crop:
        (height, width), (row, col) = self.output_size, self.place
        return Crop(crop_lines(height, [row]), crop_lines(width, [col]))

    @cached_property
    def output(self) -> Tensor:
        return self.read_output(self.output_crop)

    def has_output_cell(self, row: int, col: int) -> bool:
        """Whether the number of a cell of the gradient's plane is drawn."""
        return is_drawn(self.output_cells, (row, col), self.place)

    @property
    def reads_plain_window(self) -> bool:
        """Whether the window is a rectangle of the plane as it is read: without gaps, turns or repeats."""
        return all(
            lines == [[lines[0][0] + k] for k in range(len(lines))] if lines[0] else False
            for lines in (self.row_lines, self.col_lines)
        )

    @property
    def rest(self) -> Tensor:
        """The sum of the channels or rows that are not drawn."""
        running = self.running
        if not running.is_floating_point():
            # The difference of two sums of the dtype may be out of its range.
            running = running.to(torch.int64)
        return running[-1] - running[self.drawn_terms - 1]

    @property
    def drawn_terms(self) -> int:
        """How many of the sums are drawn."""
        return len(self.channels) if self.direction == "input" else len(self.window_crop.rows)


def input_gradient_figure(scene: Scene, in_channel: int, row: int, col: int) -> GradientFigure:
    """Raises ConvError for an input cell that is not there."""
    plan = scene.plan
    _, height, width = plan.input_shape
    _check_cell(row, col, height, width)

    def ledger(start: int, stop: int) -> InputGradients:
        layer = (plan, scene.taps, scene.inverse_taps, scene.input, scene.weight, scene.given_upstream)
        return input_gradients(*layer, in_channel, start, stop)

    own = ledger(row * width + col, row * width + col + 1)
    together = max(1, MAX_TERMS // own.products[0].numel())

    def read_output(crop: Crop) -> Tensor:
        blocks = [
            ledger(i * width + start, i * width + min(start + together, crop.cols.stop)).gradients
            for i in crop.rows
            for start in range(crop.cols.start, crop.cols.stop, together)
        ]
        return torch.cat(blocks).reshape(len(crop.rows), len(crop.cols))

    drawn, left_out = own.out_channels[:MAX_CHANNELS], own.out_channels[MAX_CHANNELS:]
    factors = None if scene.weight is None else input_slices(plan, scene.weight, in_channel)[: len(drawn)]
    is_turned = _is_turned(scene)
    axes = (-2, -1) if is_turned else ()
    rows, cols = (_line_lists(table[0]) for table in (own.output_rows, own.output_cols))
    products = own.products[0].flip(axes)
    return GradientFigure(
        scene=scene,
        direction="input",
        cell=(in_channel, row, col),
        channels=drawn,
        left_out=left_out,
        is_turned=is_turned,
        planes=scene.given_upstream[drawn.start : drawn.stop],
        row_lines=rows[::-1] if is_turned else rows,
        col_lines=cols[::-1] if is_turned else cols,
        windows=own.upstream[0, : len(drawn)].flip(axes),
        factors=None if factors is None else factors.flip(axes),
        products=products[: len(drawn)],
        terms=products,
        sums=own.channel_sums[0],
        running=own.running_sums[0],
        output_size=(height, width),
        read_output=read_output,
    )


def weight_gradient_figure(
    scene: Scene, out_channel: int, in_channel: int, row: int, col: int, output_cells: OutputCells = "all"
) -> GradientFigure:
    """Raises ConvError for a kernel cell that is not there, and for a layer without a kernel."""
    plan = scene.plan
    check_pair(plan, out_channel, in_channel)
    height, width = plan.kernel_size
    _check_cell(row, col, height, width)
    layer = (plan, scene.taps, scene.input, scene.given_upstream, out_channel, in_channel)
    index = row * width + col
    own = weight_gradients(*layer, index, index + 1, planes=True)
    assert own.patches is not None and own.products is not None  # asked for

    def read_output(crop: Crop) -> Tensor:
        first, last = crop.cols.start, crop.cols.stop
        gradients = [weight_gradients(*layer, u * width + first, u * width + last) for u in crop.rows]
        return torch.stack([each.gradients for each in gradients])

    return GradientFigure(
        scene=scene,
        direction="weight",
        cell=(out_channel, in_channel, row, col),
        channels=range(in_channel, in_channel + 1),
        left_out=range(0),
        is_turned=False,
        planes=scene.input[in_channel : in_channel + 1],
        row_lines=_line_lists(scene.taps.rows[:, row, None]),
        col_lines=_line_lists(scene.taps.cols[:, col, None]),
        windows=own.patches,
        factors=own.upstream[None],
        products=own.products,
        terms=own.products[0],
        sums=own.row_sums[0],
        running=torch.cat([own.row_sums[0].cumsum(0)[:-1], own.gradients]),
        output_size=(height, width),
        read_output=read_output,
        output_cells=output_cells,
    )


def bias_gradient_figure(scene: Scene, out_channel: int) -> GradientFigure:
    """Raises ConvError for an output channel that is not there, NoSuchTensor for a layer without a bias."""
    tensor_shape(scene, "bias")
    check_out_channel(scene.plan, out_channel)
    upstream = scene.given_upstream
    gradient = bias_gradient(upstream)
    plane = upstream[out_channel : out_channel + 1]
    # Of integers in int64: only their sum is known to be in the range of the dtype.
    rows = plane[0].sum(1)
    return GradientFigure(
        scene=scene,
        direction="bias",
        cell=(out_channel,),
        channels=range(out_channel, out_channel + 1),
        left_out=range(0),
        is_turned=False,
        planes=plane,
        row_lines=[[row] for row in range(plane.shape[1])],
        col_lines=[[col] for col in range(plane.shape[2])],
        windows=plane,
        factors=None,
        products=plane,
        terms=plane[0],
        sums=rows,
        running=torch.cat([rows.cumsum(0)[:-1], gradient[out_channel, None]]),
        output_size=(1, len(gradient)),
        read_output=lambda crop: gradient[None, crop.cols.start : crop.cols.stop],
    )


def gradient_figure_cost(scene: Scene, direction: Direction) -> int:
    """About how many numbers are touched for a figure."""
    plan = scene.plan
    height, width = plan.kernel_size
    if direction == "bias":
        return scene.given_upstream.numel()
    if direction == "weight":
        return plan.windows * min(height, MAX_SIDE) * min(width, MAX_SIDE)
    is_maximum = isinstance(plan.operation, MaxPool2d)
    terms = len(plan.out_channels(0)) * height * width * (height + width if is_maximum else 1)
    return terms * MAX_SIDE * MAX_SIDE


def _check_cell(row: int, col: int, height: int, width: int) -> None:
    for name, index, size in (("row", row, height), ("col", col, width)):
        if index >= size:
            raise ConvError("no_such_gradient_cell", f"/{name}", name=name, index=index, size=size)


def _is_turned(scene: Scene) -> bool:
    """
    Whether the kernel is seen turned by 180°, as on the page: not where a flip has turned it already, nor one
    of a single cell.
    """
    plan, operation = scene.plan, scene.plan.operation
    can_turn = isinstance(operation, Conv2d) and operation.padding_mode == "zeros" and not operation.flip
    return can_turn and plan.kernel_size != (1, 1)


def _line_lists(table: Tensor) -> list[list[int]]:
    """(lines of a window, …): the lines of a plane that each reads, NONE for none."""
    return [[line for line in lines if line != NONE] for lines in table.tolist()]
