"""The steps of a scene, of one output channel or of all, as JSON, lines or columns, in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.errors import ConvError, quoted
from app.conv.operation import MaxPool2d, Plan
from app.conv.window_blocks import WindowBlock, window_blocks
from app.formats.json_encoding import to_json
from app.formats.npz import to_npz
from app.formats.safetensors import Tensors, TensorSpecs, allocate_safetensors
from app.limits import Limits
from app.scenes.scene import Scene
from app.services.pagination import (
    ALL,
    Channel,
    FormsPage,
    OutChannelPage,
    StepFormat,
    requested_page,
)
from app.services.step_columns import PLACES, StepColumns, column_specs, numbers_behind

# The parts that a step holds when a request names none.
DEFAULT_PARTS: Final = ("patch", "products")
# What a request may call the parts; what is None is always there.
_PART_NAMES: Final = {
    "patch": "patch", "patches": "patch", "products": "products", "tap_running_sums": "tap_running_sums",
    "output": None, "outputs": None,
}  # fmt: skip
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class StepsPage(OutChannelPage, FormsPage):
    """
    Steps, one for each window; `parts` are those of PARTS that they hold, `bits` those of the accumulator
    whose overflow they name.
    """

    name = "steps"
    without_sums = frozenset((*PLACES, "input_rows", "input_cols", "patches", "products"))

    parts: tuple[str, ...] = DEFAULT_PARTS
    bits: int | None = None
    form: StepFormat | None = None

    @property
    def total(self) -> int:
        plan = self.scene.plan
        return plan.windows * (plan.output_shape[0] if self.out_channel == ALL else 1)

    @property
    def numbers_per_item(self) -> int:
        return numbers_per_step(self.scene.plan, self.parts)

    @property
    def extra_query(self) -> dict[str, str]:
        query = {"include": ",".join(self.parts), "bits": self.bits, "format": self.form}
        return {name: str(value) for name, value in query.items() if value is not None}

    @property
    def envelope_numbers(self) -> int:
        plan = self.scene.plan
        return plan.output_shape[0] * (plan.channels_per_step + 1) if self.out_channel == ALL else 0

    def blocks(self) -> Iterator[WindowBlock]:
        """The windows of the page as blocks of the layer's."""
        if self.out_channel == ALL:
            yield from window_blocks(self.scene.plan, self.start, self.stop)
        else:
            yield WindowBlock(range(self.out_channel, self.out_channel + 1), self.start, self.stop)

    def steps(self, *further: str) -> list[dict[str, Any]]:
        """The steps as JSON structures; `further`: also out_channel, bias."""
        return [
            step
            for block in self.blocks()
            for step in StepColumns(self.scene, block, self.bits).steps(self.parts, *further)
        ]

    def json(self) -> bytes:
        further = ("out_channel",) if self.out_channel == ALL else ()
        return to_json(self.envelope | {"steps": self.steps(*further)})

    def lines(self) -> bytes:
        """One step a line."""
        return b"".join(to_json(step) + b"\n" for step in self.steps("out_channel", "bias"))

    def safetensors(self) -> memoryview:
        file, columns = allocate_safetensors(self.column_specs, self.metadata)
        self._write(columns)
        return file

    def npz(self) -> bytes:
        columns = {
            name: torch.empty(shape, dtype=dtype) for name, (dtype, shape) in self.column_specs.items()
        }
        self._write(columns)
        return to_npz(columns)

    @property
    def column_specs(self) -> TensorSpecs:
        steps, places = self.stop - self.start, self.out_channel == ALL
        return column_specs(self.scene, steps, self.parts, places=places, bits=self.bits)

    @property
    def metadata(self) -> dict[str, str]:
        # One entry of metadata: safetensors writes several in a random order.
        without = {"in_channels", "bias"} if self.out_channel == ALL else set()
        return {"page": to_json({k: v for k, v in self.envelope.items() if k not in without}).decode()}

    def numbers_behind(self, column: str) -> int:
        return numbers_behind(self.scene.plan, column)

    def made(self, names: Sequence[str]) -> dict[str, Tensor]:
        blocks = [StepColumns(self.scene, block, self.bits) for block in self.blocks()]
        made = {name: [block.only(name) for block in blocks] for name in names}
        return {name: some[0] if len(some) == 1 else torch.cat(some) for name, some in made.items()}

    def _write(self, columns: Tensors) -> None:
        """Write the columns; the ledger computes some of them in place."""
        done = 0
        for block in self.blocks():
            rows = {name: column[done : done + block.steps] for name, column in columns.items()}
            computed = StepColumns(self.scene, block, self.bits, rows)
            for name, place in rows.items():
                column = computed[name]
                if column.data_ptr() != place.data_ptr():
                    place.copy_(column)
            done += block.steps


def all_steps(scene: Scene, out_channel: Channel, parts: tuple[str, ...] = DEFAULT_PARTS) -> StepsPage:
    """All windows of one output channel, or of all, in one page."""
    page = StepsPage(scene, out_channel, 0, 0, 0, parts)
    return replace(page, stop=page.total, requested_stop=page.total)


def requested_steps(page: StepsPage, stop: int | None, limits: Limits) -> StepsPage:
    """
    The page up to `stop` (None: to the last), if there are these windows and what is asked of them, and if
    one answer may hold one step. Raises ConvError and LimitExceeded.
    """
    if page.out_channel != ALL:
        check_out_channel(page.scene.plan, page.out_channel)
    _check_accumulator(page)
    return requested_page(page, stop, limits, "no_such_steps")


def _check_accumulator(page: StepsPage) -> None:
    """Raise ConvError for sums of a maximum, and for bits of an accumulator of floats."""
    asked_at = {"/include": "tap_running_sums" in page.parts, "/bits": page.bits is not None}
    if page.bits is not None and page.scene.dtype != "int32":
        raise ConvError("bits_need_integers", "/bits", dtype=page.scene.dtype)
    if isinstance(page.scene.plan.operation, MaxPool2d) and any(asked_at.values()):
        raise ConvError("maximum_has_no_sums", next(at for at, is_asked in asked_at.items() if is_asked))


def one_channel(out_channel: C | None, channel: C | None) -> C | None:
    """The output channel, given under either name. Raises ConvError for two different ones."""
    if out_channel is not None and channel not in (None, out_channel):
        raise ConvError("two_channels", "/channel", out_channel=out_channel, channel=channel)
    return channel if out_channel is None else out_channel


def parse_parts(include: str, known: Mapping[str, str | None] = _PART_NAMES) -> tuple[str, ...]:
    """Names of parts, separated by commas, in the order of `known`. Raises ConvError for an unknown one."""
    names = [part for part in include.split(",") if part]
    if unknown := [name for name in names if name not in known]:
        raise ConvError("part_unknown", "/include", name=quoted(unknown[0], 40), names=", ".join(known))
    asked = {known[name] for name in names}
    return tuple(part for part in dict.fromkeys(known.values()) if part is not None and part in asked)


def numbers_per_step(plan: Plan, parts: Sequence[str] = DEFAULT_PARTS) -> int:
    """How many numbers one step holds."""
    height, width = plan.kernel_size
    channels = plan.channels_per_step
    return channels * height * width * len(parts) + 2 * channels + height + width + 4
