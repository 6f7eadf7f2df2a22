"""The figure of one window: the cells it reads, the kernel, the products, their sums and the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeVar, get_args

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.errors import ConvError, quoted
from app.conv.ledger import Ledger, ledger
from app.conv.operation import AvgPool2d, MaxPool2d
from app.conv.taps import NONE
from app.scenes.scene import Scene

Part = Literal["input", "kernel", "products", "sums", "output"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
# Which numbers of the output are drawn: all; up to the window's own; only those of windows before.
OutputCells = Literal["all", "through", "before"]
_Name = TypeVar("_Name", bound=str)
# A side of so many cells is drawn whole, of a longer one so many; and so many channels. The rest is named.
MAX_SIDE: Final = 10
_CROPPED_SIDE: Final = 8
MAX_CHANNELS: Final = 4
# Windows are computed together as long as they read no more numbers than this.
MAX_TERMS: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Window:
    """A cell of the output; each is counted from 0."""

    out_channel: int
    row: int
    col: int


class Crop(NamedTuple):
    """The rows and columns of a plane that are drawn."""

    rows: range
    cols: range

    def of(self, plane: Tensor) -> Tensor:
        """plane: (…, H, W)."""
        return plane[..., self.rows.start : self.rows.stop, self.cols.start : self.cols.stop]


class WindowFigure:
    """
    The numbers of one window's figure. Of at most MAX_CHANNELS input channels, and of at most MAX_SIDE rows
    and columns of a plane, those at the window.
    """

    def __init__(
        self,
        scene: Scene,
        window: Window,
        output_cells: OutputCells = "all",
        *,
        summed: int = MAX_CHANNELS,
        whole_layer: bool = False,
    ) -> None:
        """
        summed: of how many channels products and sums are drawn. whole_layer: whether channels that the
        window does not read, and biases of other outputs, are drawn too.
        """
        self.scene, self.window, self.output_cells = scene, window, output_cells
        plan = scene.plan
        self.channels = plan.in_channels(window.out_channel)[:MAX_CHANNELS]
        self.left_out = plan.in_channels(window.out_channel)[MAX_CHANNELS:]
        self.summed = self.channels[:summed]
        self.whole_layer = whole_layer
        self.is_maximum = isinstance(plan.operation, MaxPool2d)
        self.is_average = isinstance(plan.operation, AvgPool2d)

    @property
    def lanes(self) -> range:
        """The input channels that have a row in the figure: those that are read, and others."""
        if not self.whole_layer:
            return self.channels
        count = self.scene.plan.input_shape[0]
        start = max(0, min(self.channels.start, count - MAX_CHANNELS))
        return range(start, min(start + MAX_CHANNELS, count))

    @cached_property
    def ledger(self) -> Ledger:
        """Of this window alone."""
        index = self.window.row * self.scene.plan.output_shape[2] + self.window.col
        return self._ledger(index, index + 1)

    def _ledger(self, start: int, stop: int) -> Ledger:
        scene = self.scene
        tensors = (scene.input, scene.weight, scene.bias)
        return ledger(scene.plan, scene.taps, *tensors, self.window.out_channel, start, stop)

    @property
    def rows(self) -> list[int]:
        """The input row that each kernel row reads, or NONE."""
        return [int(row) for row in self.ledger.input_rows[0]]

    @property
    def cols(self) -> list[int]:
        return [int(col) for col in self.ledger.input_cols[0]]

    @cached_property
    def input_crop(self) -> Crop:
        _, height, width = self.scene.plan.input_shape
        return Crop(crop_lines(height, self.rows), crop_lines(width, self.cols))

    @cached_property
    def kernel_crop(self) -> Crop:
        height, width = self.scene.plan.kernel_size
        return Crop(crop_lines(height, [0]), crop_lines(width, [0]))

    @cached_property
    def output_crop(self) -> Crop:
        _, height, width = self.scene.plan.output_shape
        return Crop(crop_lines(height, [self.window.row]), crop_lines(width, [self.window.col]))

    @property
    def reads_plain_window(self) -> bool:
        """Whether the window is a rectangle of the input as the kernel lies on it: without gaps or turns."""
        return all(
            NONE not in cells and cells == list(range(cells[0], cells[0] + len(cells)))
            for cells in (self.rows, self.cols)
        )

    @cached_property
    def kernels(self) -> Tensor | None:
        """(lanes, kH, kW): the slice that each lane's channel meets; None for pooling."""
        weight = self.scene.weight
        return None if weight is None else torch.stack([weight[self.slice_of(c)] for c in self.lanes])

    def slice_of(self, channel: int) -> tuple[int, int]:
        """
        The index of the weight's slice that an input channel meets; of another group that of the filter in
        the same place there.
        """
        plan = self.scene.plan
        filters = plan.out_channels(channel)
        place = self.window.out_channel % len(filters)
        if plan.is_transposed:
            return channel, place
        return filters[place], channel % plan.channels_per_step

    @cached_property
    def output(self) -> Tensor:
        """The part of the output plane that is drawn."""
        width = self.scene.plan.output_shape[2]
        rows, cols = self.output_crop
        together = max(1, MAX_TERMS // self.scene.plan.terms)
        blocks = [
            self._ledger(row * width + start, row * width + min(start + together, cols.stop)).outputs
            for row in rows
            for start in range(cols.start, cols.stop, together)
        ]
        return torch.cat(blocks).reshape(len(rows), len(cols))

    @property
    def place(self) -> tuple[int, int]:
        """The row and column of the window's cell in the output."""
        return self.window.row, self.window.col

    def has_output_cell(self, row: int, col: int) -> bool:
        """Whether the number of an output cell is drawn."""
        return is_drawn(self.output_cells, (row, col), self.place)

    @property
    def rest(self) -> Tensor:
        """The sum over the channels that are left out."""
        running = self.ledger.running_sums[0]
        if not running.is_floating_point():
            # The difference of two sums of the dtype may be out of its range.
            running = running.to(torch.int64)
        return running[-1] - running[len(self.channels) - 1]


def is_drawn(cells: OutputCells, cell: tuple[int, int], own: tuple[int, int]) -> bool:
    """Whether the number of a cell is drawn; own: the cell that the figure is of."""
    return cells == "all" or cell < own or (cell == own and cells == "through")


def window_figure(scene: Scene, window: Window, output_cells: OutputCells = "all") -> WindowFigure:
    """The figure of a window. Raises ConvError for an output cell that is not there."""
    check_out_channel(scene.plan, window.out_channel)
    _, height, width = scene.plan.output_shape
    for name, index, size in (("row", window.row, height), ("col", window.col, width)):
        if index >= size:
            raise ConvError("no_such_output_cell", f"/{name}", name=name, index=index, size=size)
    return WindowFigure(scene, window, output_cells)


def parse_figure_parts(text: str, known: Sequence[_Name]) -> tuple[_Name, ...]:
    """Parts by name, separated by commas; all for an empty text. Raises ConvError for an unknown one."""
    names = [name for name in text.split(",") if name]
    if unknown := [name for name in names if name not in known]:
        raise ConvError("part_unknown", "/parts", name=quoted(unknown[0], 40), names=", ".join(known))
    return tuple(part for part in known if not names or part in names)


def figure_cost(scene: Scene) -> int:
    """About how many numbers are touched for a figure."""
    return scene.plan.terms * MAX_SIDE * MAX_SIDE


def crop_lines(size: int, cells: list[int]) -> range:
    """Some of `size` lines, so that as many of `cells` as can be are among them."""
    if size <= MAX_SIDE:
        return range(size)
    read = [cell for cell in cells if cell != NONE] or [0]
    middle = (min(read) + max(read)) // 2
    start = min(read) if max(read) - min(read) >= _CROPPED_SIDE else middle - _CROPPED_SIDE // 2
    start = max(0, min(start, size - _CROPPED_SIDE))
    return range(start, start + _CROPPED_SIDE)
