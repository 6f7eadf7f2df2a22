"""The steps of the gradient to the input: one for each cell of an input channel, or of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final, Self

import torch
from torch import Tensor

from app.conv.channel_checks import check_in_channel
from app.conv.dtypes import DTYPES
from app.conv.input_gradients import input_gradients
from app.conv.operation import MaxPool2d
from app.conv.taps import NONE
from app.formats.json_encoding import to_array
from app.formats.safetensors import TensorSpecs
from app.scenes.scene import Scene
from app.services.gradients.steps import GradientPage
from app.services.pagination import ALL, Channel, StepFormat

# The parts of a step that a request may leave out.
INPUT_PARTS: Final[Mapping[str, str | None]] = {"upstream": "upstream", "products": "products"}


@dataclass(frozen=True, slots=True)
class InputGradientPage(GradientPage):
    """Steps to the cells of one input channel, or, one after the other, of ALL."""

    name = "gradients/input/steps"
    axes = ("row", "col")
    channels = ("in_channel",)
    # Each takes the whole ledger.
    without_sums = frozenset(("in_channel", "index", "row", "col", "upstream", "products"))

    scene: Scene
    in_channel: Channel
    start: int
    stop: int
    requested_stop: int
    parts: tuple[str, ...] = tuple(INPUT_PARTS)
    form: StepFormat | None = None

    def check_channels(self) -> None:
        if self.in_channel != ALL:
            check_in_channel(self.scene.plan, self.in_channel)

    @property
    def is_of_one(self) -> bool:
        return self.in_channel != ALL

    @property
    def block_size(self) -> int:
        return prod(self.scene.plan.input_shape[1:])

    @property
    def block_width(self) -> int:
        return self.scene.plan.input_shape[2]

    def block(self, k: int, start: int, stop: int) -> Self:
        return replace(self, in_channel=k, start=start, stop=stop, requested_stop=stop)

    @property
    def total(self) -> int:
        return self.block_size * (1 if self.is_of_one else self.scene.plan.input_shape[0])

    @property
    def place(self) -> dict[str, Any]:
        return {"in_channel": self.in_channel}

    @property
    def _reading_channels(self) -> int:
        """The output channels that read one input channel."""
        return len(self.scene.plan.out_channels(0))

    @property
    def numbers_per_item(self) -> int:
        plan, inverse = self.scene.plan, self.scene.inverse_taps
        (height, width), channels = plan.kernel_size, self._reading_channels
        lists = height * inverse.rows.max_outputs + width * inverse.cols.max_outputs
        return channels * (height * width * len(self.parts) + 2) + lists + 4

    @property
    def envelope_numbers(self) -> int:
        return 0 if self.is_of_one else self.scene.plan.input_shape[0] * (self._reading_channels + 1)

    @property
    def cost(self) -> int:
        """Which cell of a window wins takes reading that window, whose rows its neighbours share."""
        is_maximum = isinstance(self.scene.plan.operation, MaxPool2d)
        return self.numbers * (sum(self.scene.plan.kernel_size) if is_maximum else 1)

    def numbers_behind(self, column: str) -> int:
        if column in ("in_channel", "index", *self.axes):
            return 1
        return self._reading_channels * prod(self.scene.plan.kernel_size) * 2

    @property
    def envelope(self) -> dict[str, Any]:
        plan = self.scene.plan
        if self.in_channel == ALL:
            out_channels: list[Any] = [list(plan.out_channels(c)) for c in range(plan.input_shape[0])]
        else:
            out_channels = list(plan.out_channels(self.in_channel))
        return {"scene": self.scene.id, **self.place, "out_channels": out_channels, **self.range}

    @property
    def own_specs(self) -> TensorSpecs:
        plan, inverse, dtype = self.scene.plan, self.scene.inverse_taps, DTYPES[self.scene.dtype]
        steps, (height, width), channels = self.stop - self.start, plan.kernel_size, self._reading_channels
        lists = {
            "output_rows": (height, inverse.rows.max_outputs),
            "output_cols": (width, inverse.cols.max_outputs),
        }
        planes = dict.fromkeys(self.parts, (dtype, plan.own_shape((steps, channels, height, width))))
        return {
            "gradients": (dtype, (steps,)),
            "channel_sums": (dtype, (steps, channels)),
            "running_sums": (dtype, (steps, channels)),
            **{name: (torch.int32, (steps, *lists[name])) for name in self._lists},
            **planes,
        }

    @property
    def _lists(self) -> tuple[str, ...]:
        lists = ("output_rows", "output_cols")
        return lists if self.scene.plan.dimensions == 2 else lists[1:]

    def own_columns(self, names: Sequence[str]) -> dict[str, Tensor]:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.inverse_taps, scene.input, scene.weight, scene.given_upstream)
        assert self.in_channel != ALL  # a block is of one
        ledger = input_gradients(*layer, self.in_channel, self.start, self.stop)
        columns = {name: getattr(ledger, name) for name in names}
        return columns | {name: scene.own(columns[name]) for name in self.parts if name in columns}

    def fields(self) -> dict[str, Any]:
        columns = self.own_columns(list(self.own_specs))
        fields: dict[str, Any] = {name: _cells(columns[name]) for name in self._lists}
        fields |= {name: to_array(columns[name]) for name in (*self.parts, "channel_sums", "running_sums")}
        return fields | {"gradient": to_array(columns["gradients"])}


def _cells(table: Tensor) -> list[list[list[int]]]:
    """(n, kernel, …) with NONE for none -> lists of the others."""
    return [[[index for index in some if index != NONE] for some in lists] for lists in table.tolist()]
