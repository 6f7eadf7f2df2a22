"""The numbers of steps as columns, one row for each step, and as JSON structures."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from app.conv.accumulator import first_overflows, tap_running_sums
from app.conv.dtypes import DTYPES
from app.conv.ledger import LayerLedger, layer_ledger, ledger_tensor
from app.conv.one_dimension import lift
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import NONE, TapTable
from app.conv.window_blocks import WindowBlock
from app.formats.json_encoding import to_array
from app.formats.safetensors import Tensors, TensorSpecs
from app.scenes.scene import Scene

# The fields of a step, in order, and the columns that hold them; the bits decide on one more.
_COLUMNS: Final = {
    "patch": "patches",
    "products": "products",
    "tap_running_sums": "tap_running_sums",
    "channel_sums": "channel_sums",
    "running_sums": "running_sums",
    "selected": "selected",
    "output": "outputs",
}
# The parts of a step that a request may leave out, or has to ask for.
PARTS: Final = ("patch", "products", "tap_running_sums")
# Columns with a kernel's rows and columns.
_OF_KERNEL: Final = ("patches", "products", "tap_running_sums")
# Columns that follow from the place of a step alone.
PLACES: Final = ("out_channel", "index", "row", "col")


def column_specs(
    scene: Scene, steps: int, parts: Iterable[str], *, places: bool, bits: int | None
) -> TensorSpecs:
    """Dtype and shape of each column of so many steps."""
    plan, dtype = scene.plan, DTYPES[scene.dtype]
    (height, width), channels = plan.kernel_size, plan.channels_per_step
    specs: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {
        "channel_sums": (dtype, (steps, channels)),
        "running_sums": (dtype, (steps, channels)),
        "outputs": (dtype, (steps,)),
    }
    if plan.dimensions == 2:
        specs["input_rows"] = (torch.int32, (steps, height))
    specs["input_cols"] = (torch.int32, (steps, width))
    for part in parts:
        exact = torch.int64 if part == "tap_running_sums" and dtype == torch.int32 else dtype
        specs[_COLUMNS[part]] = (exact, plan.own_shape((steps, channels, height, width)))
    if isinstance(plan.operation, MaxPool2d):
        specs["selected"] = (torch.int32, (steps, plan.dimensions))
    if bits is not None:
        specs |= {"overflow_taps": (torch.int32, (steps,)), "overflow_values": (torch.int64, (steps,))}
    if places:
        specs |= dict.fromkeys(PLACES, (torch.int32, (steps,)))
    return specs


def numbers_behind(plan: Plan, column: str) -> int:
    """How many numbers a row of a column is computed from, about."""
    lengths = dict.fromkeys(PLACES, 1) | {
        "input_rows": plan.kernel_size[0],
        "input_cols": plan.kernel_size[1],
    }
    return lengths.get(column, plan.terms)


class StepColumns:
    """
    The columns of the steps of a block, by name: one row for each step, channel after channel.

    What is not there yet is computed when it is asked for. `out`: columns that the ledger may compute in.
    """

    def __init__(
        self, scene: Scene, block: WindowBlock, bits: int | None = None, out: Tensors | None = None
    ) -> None:
        self._scene, self._block, self._bits, self._out = scene, block, bits, out

    @classmethod
    def of_ledger(cls, scene: Scene, ledger: LayerLedger) -> StepColumns:
        columns = cls(scene, WindowBlock(ledger.out_channels, ledger.start, ledger.stop))
        columns.ledger = ledger
        return columns

    @cached_property
    def ledger(self) -> LayerLedger:
        channels, dimensions = len(self._block.out_channels), self._scene.plan.dimensions
        places = {
            name: (lift(dimensions, column) if name in _OF_KERNEL else column).unflatten(0, (channels, -1))
            for name, column in (self._out or {}).items()
        }
        block = self._block
        return layer_ledger(*self._layer, block.out_channels, block.start, block.stop, places)

    @property
    def _layer(self) -> tuple[Plan, TapTable, Tensor, Tensor | None, Tensor | None]:
        scene = self._scene
        return scene.plan, scene.taps, scene.input, scene.weight, scene.bias

    @cached_property
    def _index(self) -> Tensor:
        return torch.arange(self._block.start, self._block.stop).repeat(len(self._block.out_channels))

    @cached_property
    def _tap_running_sums(self) -> Tensor:
        return tap_running_sums(self.ledger.products)

    @cached_property
    def _overflows(self) -> tuple[Tensor, Tensor]:
        assert self._bits is not None
        return first_overflows(self._tap_running_sums, self.ledger.outputs, self._bits)

    def __getitem__(self, name: str) -> Tensor:
        block, width = self._block, self._scene.plan.output_shape[2]
        match name:
            case "out_channel":
                channels = torch.arange(block.out_channels.start, block.out_channels.stop)
                return channels.repeat_interleave(block.stop - block.start)
            case "index":
                return self._index
            case "row" | "input_rows":
                rows = self._index // width
                return rows if name == "row" else self._scene.taps.rows[rows]
            case "col" | "input_cols":
                cols = self._index % width
                return cols if name == "col" else self._scene.taps.cols[cols]
            case "tap_running_sums":
                return self._scene.own(self._tap_running_sums.flatten(0, 1))
            case "overflow_taps":
                return self._overflows[0].flatten()
            case "overflow_values":
                return self._overflows[1].flatten()
            case _:
                return self._of_all_channels(name, getattr(self.ledger, name))

    def only(self, name: str) -> Tensor:
        """One column, with no more work than that one takes."""
        if name not in ("patches", "products"):
            return self[name]
        block = self._block
        numbers = ledger_tensor(name, *self._layer, block.out_channels, block.start, block.stop)
        return self._of_all_channels(name, numbers)

    def _of_all_channels(self, name: str, numbers: Tensor) -> Tensor:
        """(O or groups, n, …) -> (O·n, …): channels of one group have its patches in common."""
        shared = len(self._block.out_channels) // len(numbers)
        column = (numbers if shared == 1 else numbers.repeat_interleave(shared, 0)).flatten(0, 1)
        if name in _OF_KERNEL:
            return self._scene.own(column)
        return column[:, -self._scene.plan.dimensions :] if name == "selected" else column

    def steps(self, parts: Iterable[str], *further: str) -> list[dict[str, Any]]:
        """The steps as JSON structures; `further`: also out_channel, bias, at their end."""
        plan, block, read = self._scene.plan, self._block, self.ledger.window_taps
        windows, width = range(block.start, block.stop), plan.output_shape[2]
        of_windows: dict[str, list[Any]] = {
            "index": [*windows],
            "row": [index // width for index in windows],
            "col": [index % width for index in windows],
        }
        if plan.dimensions == 2:
            of_windows["input_rows"] = indices_or_null(read.rows)
        of_windows["input_cols"] = indices_or_null(read.cols)
        channels = len(block.out_channels)
        fields: dict[str, Any] = {name: values * channels for name, values in of_windows.items()}
        is_maximum = isinstance(plan.operation, MaxPool2d)
        left_out = {*PARTS, "selected"} - {*parts, *(("selected",) if is_maximum else ())}
        fields |= {name: to_array(self[column]) for name, column in _COLUMNS.items() if name not in left_out}
        if self._bits is not None:
            fields = fields | {"overflow": self._json_overflows(), "output": fields.pop("output")}
        fields |= {name: self._further(name) for name in further}
        names = tuple(fields)
        return [dict(zip(names, values, strict=True)) for values in zip(*fields.values(), strict=True)]

    def _further(self, name: str) -> Any:
        channels, windows = self._block.out_channels, self._block.stop - self._block.start
        if name == "out_channel":
            return [channel for channel in channels for _ in range(windows)]
        if self._scene.bias is None:
            return [0] * self._block.steps
        return np.repeat(self._scene.bias.numpy()[channels.start : channels.stop], windows)

    def _json_overflows(self) -> list[dict[str, int | None] | None]:
        plan = self._scene.plan
        places = (self[name].tolist() for name in ("out_channel", "overflow_taps", "overflow_values"))
        return [
            None if tap == NONE else _overflow(plan, out_channel, tap, value)
            for out_channel, tap, value in zip(*places, strict=True)
        ]


def _overflow(plan: Plan, out_channel: int, tap: int, value: int) -> dict[str, int | None]:
    """Where an accumulator overflows: at a product, or, all null, when the bias is added."""
    if tap == plan.terms:
        return {"in_channel": None, "u": None, "v": None, "value": value}
    (channel, cell), width = divmod(tap, plan.terms // plan.channels_per_step), plan.kernel_size[1]
    in_channel = plan.in_channels(out_channel)[channel]
    return {"in_channel": in_channel, "u": cell // width, "v": cell % width, "value": value}


def indices_or_null(table: Tensor) -> list[list[int | None]]:
    """Rows of a table of indices with null for none."""
    return [[None if index == NONE else index for index in row] for row in table.tolist()]
