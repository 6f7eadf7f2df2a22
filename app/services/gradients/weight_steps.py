"""The steps of the gradient to the weight: one for each kernel cell of a pair of channels, or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final, Self

from torch import Tensor

from app.conv.channel_checks import check_in_channel, check_out_channel
from app.conv.dtypes import DTYPES
from app.conv.weight_gradients import check_pair, weight_gradients
from app.formats.json_encoding import to_array
from app.formats.safetensors import TensorSpecs
from app.scenes.scene import Scene
from app.scenes.tensors import tensor_shape
from app.services.gradients.steps import GradientPage
from app.services.pagination import ALL, Channel, StepFormat

# The parts of a step that a request has to ask for.
WEIGHT_PARTS: Final[Mapping[str, str | None]] = {
    "patch": "patch", "patches": "patch", "upstream": "upstream", "products": "products",
}  # fmt: skip
# The columns that hold them.
_PLANES: Final = {"patch": "patches", "upstream": "upstream", "products": "products"}


@dataclass(frozen=True, slots=True)
class WeightGradientPage(GradientPage):
    """
    Steps to the kernel cells of one output and one input channel, or, pair after pair in the order of the
    output channels, of ALL.
    """

    name = "gradients/weight/steps"
    axes = ("u", "v")
    channels = ("out_channel", "in_channel")
    without_sums = frozenset((*channels, "index", *axes, "patches", "upstream", "products"))

    scene: Scene
    out_channel: Channel
    in_channel: Channel
    start: int
    stop: int
    requested_stop: int
    parts: tuple[str, ...] = ()
    form: StepFormat | None = None

    def check_channels(self) -> None:
        tensor_shape(self.scene, "weight")  # raises NoSuchTensor for a layer without one
        out_channel, in_channel, plan = self.out_channel, self.in_channel, self.scene.plan
        if out_channel != ALL and in_channel != ALL:
            check_pair(plan, out_channel, in_channel)
        elif out_channel != ALL:
            check_out_channel(plan, out_channel)
        elif in_channel != ALL:
            check_in_channel(plan, in_channel)

    @property
    def is_of_one(self) -> bool:
        return ALL not in (self.out_channel, self.in_channel)

    @property
    def block_size(self) -> int:
        return prod(self.scene.plan.kernel_size)

    @property
    def block_width(self) -> int:
        return self.scene.plan.kernel_size[1]

    @property
    def _out_channels(self) -> range:
        plan = self.scene.plan
        if self.out_channel != ALL:
            return range(self.out_channel, self.out_channel + 1)
        return range(plan.output_shape[0]) if self.in_channel == ALL else plan.out_channels(self.in_channel)

    @property
    def _inputs(self) -> int:
        """The input channels that are paired with each output channel."""
        return self.scene.plan.channels_per_step if self.in_channel == ALL else 1

    def block(self, k: int, start: int, stop: int) -> Self:
        out_channel = self._out_channels[k // self._inputs]
        read = self.scene.plan.in_channels(out_channel)
        in_channel = read[k % self._inputs] if self.in_channel == ALL else self.in_channel
        of_one = replace(self, out_channel=out_channel, in_channel=in_channel)
        return replace(of_one, start=start, stop=stop, requested_stop=stop)

    @property
    def total(self) -> int:
        return self.block_size * len(self._out_channels) * self._inputs

    @property
    def place(self) -> dict[str, Any]:
        return {"out_channel": self.out_channel, "in_channel": self.in_channel}

    @property
    def numbers_per_item(self) -> int:
        plan = self.scene.plan
        return plan.output_shape[1] + 4 + plan.windows * len(self.parts)

    @property
    def cost(self) -> int:
        return self.numbers + (self.stop - self.start) * self.scene.plan.windows

    def numbers_behind(self, column: str) -> int:
        return 1 if column in (*self.channels, "index", *self.axes) else self.scene.plan.windows

    @property
    def envelope(self) -> dict[str, Any]:
        return {"scene": self.scene.id, **self.place, **self.range}

    @property
    def own_specs(self) -> TensorSpecs:
        plan, dtype, steps = self.scene.plan, DTYPES[self.scene.dtype], self.stop - self.start
        height, width = plan.output_shape[1:]
        # Of one dimension there is one row of windows, whose sum is the gradient.
        sums = {"row_sums": (dtype, (steps, height))} if plan.dimensions == 2 else {}
        planes = (_PLANES[part] for part in self.parts)
        shape = plan.own_shape((steps, height, width))
        return {"gradients": (dtype, (steps,)), **sums, **dict.fromkeys(planes, (dtype, shape))}

    def own_columns(self, names: Sequence[str]) -> dict[str, Tensor]:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.input, scene.given_upstream)
        assert self.out_channel != ALL and self.in_channel != ALL  # a block is of one
        pair = (self.out_channel, self.in_channel)
        planes = "patches" in names or "products" in names
        ledger = weight_gradients(*layer, *pair, self.start, self.stop, planes=planes)
        columns: dict[str, Tensor] = {"gradients": ledger.gradients, "row_sums": ledger.row_sums}
        if "upstream" in names:
            columns["upstream"] = scene.own(ledger.upstream.expand(self.stop - self.start, -1, -1))
        if ledger.patches is not None and ledger.products is not None:
            columns |= {"patches": scene.own(ledger.patches), "products": scene.own(ledger.products)}
        return columns

    def fields(self) -> dict[str, Any]:
        names = list(self.own_specs)
        columns = self.own_columns(names)
        fields: dict[str, Any] = {part: to_array(columns[_PLANES[part]]) for part in self.parts}
        if "row_sums" in names:
            fields["row_sums"] = to_array(columns["row_sums"])
        return fields | {"gradient": to_array(columns["gradients"])}


def first_in_channel(scene: Scene, out_channel: int) -> int:
    """The first input channel that an output channel reads. Raises ConvError for one that is not there."""
    check_out_channel(scene.plan, out_channel)
    return scene.plan.in_channels(out_channel)[0]
