"""The steps of gradients to the input and to the weight, as JSON, lines or columns, in pages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final, TypeVar

from torch import Tensor

from app.conv.channel_checks import check_in_channel, check_out_channel
from app.conv.input_gradients import InputGradients, input_gradients
from app.conv.operation import MaxPool2d
from app.conv.taps import NONE
from app.conv.weight_gradients import WeightGradients, check_pair, weight_gradients
from app.formats.json_encoding import to_array, to_json
from app.formats.npz import to_npz
from app.formats.safetensors import to_safetensors
from app.limits import Limits
from app.scenes.scene import Scene
from app.scenes.tensors import tensor_shape
from app.services.answer_pages import FormsPage, StepFormat, requested_page

# The parts of a step that a request may leave out, or has to ask for.
INPUT_PARTS: Final[Mapping[str, str | None]] = {"upstream": "upstream", "products": "products"}
WEIGHT_PARTS: Final[Mapping[str, str | None]] = {
    "patch": "patch", "patches": "patch", "upstream": "upstream", "products": "products",
}  # fmt: skip
# The columns that hold the parts of a step to the weight.
_PLANES: Final = {"patch": "patches", "upstream": "upstream", "products": "products"}


class GradientPage(FormsPage):
    """Steps of a gradient."""

    __slots__ = ()

    @abstractmethod
    def check_channels(self) -> None:
        """Raise ConvError for channels that are not there, NoSuchTensor for a layer without a weight."""

    @property
    @abstractmethod
    def envelope(self) -> dict[str, Any]: ...

    @abstractmethod
    def columns(self) -> dict[str, Tensor]:
        """One row for each step."""

    @abstractmethod
    def steps(self) -> list[dict[str, Any]]: ...

    def json(self) -> bytes:
        return to_json(self.envelope | {"steps": self.steps()})

    def lines(self) -> bytes:
        return b"".join(to_json(step | self.place) + b"\n" for step in self.steps())

    def safetensors(self) -> memoryview:
        return to_safetensors(self.columns(), {"page": to_json(self.envelope).decode()})

    def npz(self) -> bytes:
        return to_npz(self.columns())


@dataclass(frozen=True, slots=True)
class InputGradientPage(GradientPage):
    """Steps to the cells of one input channel."""

    name = "gradients/input/steps"

    scene: Scene
    in_channel: int
    start: int
    stop: int
    requested_stop: int
    parts: tuple[str, ...] = tuple(INPUT_PARTS)
    form: StepFormat | None = None

    def check_channels(self) -> None:
        check_in_channel(self.scene.plan, self.in_channel)

    @property
    def total(self) -> int:
        return prod(self.scene.plan.input_shape[1:])

    @property
    def place(self) -> dict[str, Any]:
        return {"in_channel": self.in_channel}

    @property
    def numbers_per_item(self) -> int:
        plan, inverse = self.scene.plan, self.scene.inverse_taps
        (height, width), channels = plan.kernel_size, len(plan.out_channels(self.in_channel))
        lists = height * inverse.rows.most + width * inverse.cols.most
        return channels * (height * width * len(self.parts) + 2) + lists + 4

    @property
    def cost(self) -> int:
        """Which cell of a window wins takes reading that window, whose rows its neighbours share."""
        is_maximum = isinstance(self.scene.plan.operation, MaxPool2d)
        return self.numbers * (sum(self.scene.plan.kernel_size) if is_maximum else 1)

    @property
    def envelope(self) -> dict[str, Any]:
        out_channels = list(self.scene.plan.out_channels(self.in_channel))
        return {"scene": self.scene.id, **self.place, "out_channels": out_channels, **self.range}

    def ledger(self) -> InputGradients:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.inverse_taps, scene.input, scene.weight, scene.given_upstream)
        return input_gradients(*layer, self.in_channel, self.start, self.stop)

    def columns(self) -> dict[str, Tensor]:
        ledger = self.ledger()
        parts = {part: self.scene.own(getattr(ledger, part)) for part in self.parts}
        names = ("gradients", "channel_sums", "running_sums", *self._axes)
        return {name: getattr(ledger, name) for name in names} | parts

    @property
    def _axes(self) -> tuple[str, ...]:
        axes = ("output_rows", "output_cols")
        return axes if self.scene.plan.dimensions == 2 else axes[1:]

    def steps(self) -> list[dict[str, Any]]:
        columns = self.columns()
        fields: dict[str, Any] = {name: _lists(columns[name]) for name in self._axes}
        fields |= {name: to_array(columns[name]) for name in (*self.parts, "channel_sums", "running_sums")}
        fields["gradient"] = to_array(columns["gradients"])
        return self.items(self.scene.plan.input_shape[2], fields)


@dataclass(frozen=True, slots=True)
class WeightGradientPage(GradientPage):
    """Steps to the kernel cells of one output and one input channel."""

    name = "gradients/weight/steps"

    scene: Scene
    out_channel: int
    in_channel: int
    start: int
    stop: int
    requested_stop: int
    parts: tuple[str, ...] = ()
    form: StepFormat | None = None

    def check_channels(self) -> None:
        tensor_shape(self.scene, "weight")  # raises NoSuchTensor for a layer without one
        check_pair(self.scene.plan, self.out_channel, self.in_channel)

    @property
    def total(self) -> int:
        return prod(self.scene.plan.kernel_size)

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

    @property
    def envelope(self) -> dict[str, Any]:
        return {"scene": self.scene.id, **self.place, **self.range}

    def ledger(self) -> WeightGradients:
        scene, channels = self.scene, (self.out_channel, self.in_channel)
        layer = (scene.plan, scene.taps, scene.input, scene.given_upstream)
        planes = "patch" in self.parts or "products" in self.parts
        return weight_gradients(*layer, *channels, self.start, self.stop, planes=planes)

    def columns(self) -> dict[str, Tensor]:
        ledger = self.ledger()
        upstream = ledger.upstream.expand(self.stop - self.start, -1, -1)
        planes = {"patches": ledger.patches, "upstream": upstream, "products": ledger.products}
        asked = {name: planes[name] for name in map(_PLANES.__getitem__, self.parts)}
        columns = {name: self.scene.own(plane) for name, plane in asked.items() if plane is not None}
        # Of one dimension there is one row of windows, whose sum is the gradient.
        sums = {"row_sums": ledger.row_sums} if self.scene.plan.dimensions == 2 else {}
        return {"gradients": ledger.gradients} | sums | columns

    def steps(self) -> list[dict[str, Any]]:
        columns = self.columns()
        fields: dict[str, Any] = {part: to_array(columns[_PLANES[part]]) for part in self.parts}
        if "row_sums" in columns:
            fields["row_sums"] = to_array(columns["row_sums"])
        fields["gradient"] = to_array(columns["gradients"])
        return self.items(self.scene.plan.kernel_size[1], fields, ("u", "v"))


G = TypeVar("G", bound=GradientPage)


def requested_gradients(page: G, stop: int | None, limits: Limits) -> G:
    """
    The page up to `stop` (None: to the last), if there are these steps and one answer may hold one of them.
    Raises ConvError, NoSuchTensor for a layer without a weight, and LimitExceeded.
    """
    page.check_channels()
    return requested_page(page, stop, limits, "no_such_gradients")


def first_in_channel(scene: Scene, out_channel: int) -> int:
    """The first input channel that an output channel reads. Raises ConvError for one that is not there."""
    check_out_channel(scene.plan, out_channel)
    return scene.plan.in_channels(out_channel)[0]


def _lists(table: Tensor) -> list[list[list[int]]]:
    """(n, kernel, …) with NONE for none -> lists of the others."""
    return [[[index for index in some if index != NONE] for some in lists] for lists in table.tolist()]
