"""The steps of a scene: the ledger of one output channel as JSON structures or as columns, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from app.conv.dtypes import DTYPES
from app.conv.errors import ConvError, item_range
from app.conv.ledger import Ledger, ledger
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import NONE
from app.formats.json_encoding import to_array, to_json
from app.formats.safetensors import Tensors, TensorSpecs, allocate_safetensors
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.services.answer_pages import Page

# The parts of a step that a request may leave out.
PARTS: Final = ("patch", "products")


@dataclass(frozen=True, slots=True)
class StepsPage(Page):
    """Steps, one for each window; `parts` are those of PARTS that they hold."""

    name = "steps"

    parts: tuple[str, ...] = PARTS

    @property
    def total(self) -> int:
        return self.scene.plan.windows

    @property
    def numbers_per_item(self) -> int:
        return numbers_per_step(self.scene.plan, self.parts)

    @property
    def extra_query(self) -> dict[str, str]:
        return {"include": ",".join(self.parts)}

    def ledger(self, out: Tensors | None = None) -> Ledger:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.bias)
        return ledger(*layer, self.out_channel, self.start, self.stop, out)

    def steps(self) -> list[dict[str, Any]]:
        return steps_of(self.ledger(), self.scene.plan.output_shape[2], self.parts)

    def json(self) -> bytes:
        return to_json(self.envelope | {"steps": self.steps()})

    def lines(self) -> bytes:
        """One step a line."""
        return b"".join(to_json(step) + b"\n" for step in self.steps())

    def safetensors(self) -> memoryview:
        file, columns = self.allocate()
        self.write(columns)
        return file

    def npz(self) -> bytes:
        """The columns as a .npz archive."""
        columns = {
            name: torch.empty(shape, dtype=dtype) for name, (dtype, shape) in _column_specs(self).items()
        }
        self.write(columns)
        file = BytesIO()
        np.savez(file, **{name: column.numpy() for name, column in columns.items()})  # type: ignore[arg-type]
        return file.getvalue()

    def allocate(self) -> tuple[memoryview, Tensors]:
        """A safetensors file without numbers yet, and its columns, which `write` computes."""
        # One entry of metadata: safetensors writes several in a random order.
        metadata = {"page": to_json(self.envelope).decode()}
        return allocate_safetensors(_column_specs(self), metadata)

    def write(self, columns: Tensors) -> None:
        """Write the columns; the ledger computes some of them in place."""
        ledger = self.ledger(columns)
        for name, column in columns.items():
            computed = getattr(ledger, name)
            if computed.data_ptr() != column.data_ptr():
                column.copy_(computed)


def all_steps(scene: Scene, out_channel: int, parts: tuple[str, ...] = PARTS) -> StepsPage:
    """All windows of one output channel in one page."""
    return StepsPage(scene, out_channel, 0, scene.plan.windows, scene.plan.windows, parts)


def requested_steps(
    scene: Scene, out_channel: int, start: int, stop: int | None, parts: tuple[str, ...], limits: Limits
) -> StepsPage:
    """Windows start … stop−1 (None: to the last), one page. Raises ConvError for those that are not there."""
    plan = scene.plan
    stop = plan.windows if stop is None else stop
    check_out_channel(plan, out_channel)
    item_range(start, stop, plan.windows, "no_such_steps")
    check("term.step_numbers", "max_answer_numbers", numbers_per_step(plan, parts), limits)
    return StepsPage(scene, out_channel, start, stop, stop, parts)


def check_out_channel(plan: Plan, out_channel: int) -> None:
    """Raise ConvError for an output channel that is not there."""
    channels = plan.output_shape[0]
    if out_channel >= channels:
        raise ConvError("no_such_out_channel", "/out_channel", out_channel=out_channel, channels=channels)


def one_channel(out_channel: int | None, channel: int | None) -> int | None:
    """The output channel, given under either name. Raises ConvError for two different ones."""
    if out_channel is not None and channel not in (None, out_channel):
        raise ConvError("two_channels", "/channel", out_channel=out_channel, channel=channel)
    return channel if out_channel is None else out_channel


def parse_parts(include: str) -> tuple[str, ...]:
    """Names of parts, separated by commas. Raises ConvError for an unknown one."""
    names = [part for part in include.split(",") if part]
    if unknown := [name for name in names if name not in PARTS]:
        raise ConvError("part_unknown", "/include", name=f"{unknown[0]!r:.40}", names=", ".join(PARTS))
    return tuple(part for part in PARTS if part in names)


def numbers_per_step(plan: Plan, parts: Sequence[str] = PARTS) -> int:
    """How many numbers one step holds."""
    height, width = plan.kernel_size
    channels = plan.channels_per_step
    return channels * height * width * len(parts) + 2 * channels + height + width + 4


def _column_specs(page: StepsPage) -> TensorSpecs:
    """The tensors of the page's ledger that are the columns of its steps."""
    plan, dtype, windows = page.scene.plan, DTYPES[page.scene.dtype], page.stop - page.start
    (height, width), channels = plan.kernel_size, plan.channels_per_step
    specs: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {
        "outputs": (dtype, (windows,)),
        "channel_sums": (dtype, (windows, channels)),
        "running_sums": (dtype, (windows, channels)),
        "input_rows": (torch.int32, (windows, height)),
        "input_cols": (torch.int32, (windows, width)),
    }
    column_names = {"patch": "patches", "products": "products"}
    specs |= {column_names[part]: (dtype, (windows, channels, height, width)) for part in page.parts}
    if isinstance(plan.operation, MaxPool2d):
        specs["selected"] = (torch.int32, (windows, 2))
    return specs


def steps_of(ledger: Ledger, width: int, parts: Sequence[str] = PARTS) -> list[dict[str, Any]]:
    """The steps of a ledger as JSON structures; `width` is W_out."""
    columns = _json_columns(ledger, parts)
    names = tuple(columns)
    return [
        {"index": index, "row": index // width, "col": index % width, **dict(zip(names, values, strict=True))}
        for index, values in enumerate(zip(*columns.values(), strict=True), ledger.start)
    ]


def _json_columns(ledger: Ledger, parts: Sequence[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "input_rows": indices_or_null(ledger.input_rows),
        "input_cols": indices_or_null(ledger.input_cols),
    }
    if "patch" in parts:
        columns["patch"] = ledger.patches.numpy()
    if "products" in parts:
        columns["products"] = ledger.products.numpy()
    columns["channel_sums"] = to_array(ledger.channel_sums)
    columns["running_sums"] = to_array(ledger.running_sums)
    if ledger.selected is not None:
        columns["selected"] = ledger.selected.numpy()
    return columns | {"output": ledger.outputs.numpy()}


def indices_or_null(table: Tensor) -> list[list[int | None]]:
    """Rows of a table of indices with null for none."""
    return [[None if index == NONE else index for index in row] for row in table.tolist()]
