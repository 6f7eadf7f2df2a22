"""The steps of gradients to the input and to the weight, as JSON, lines or columns, in pages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from math import prod
from typing import Any, Final, TypeVar

import numpy as np
from torch import Tensor

from app.conv.channel_checks import check_in_channel
from app.conv.errors import item_range
from app.conv.input_gradients import InputGradients, input_gradients
from app.conv.operation import MaxPool2d
from app.conv.taps import NONE
from app.conv.weight_gradients import WeightGradients, check_pair, weight_gradients
from app.formats.json_encoding import to_json
from app.formats.safetensors import allocate_safetensors
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.scenes.tensors import NoSuchTensor
from app.services.answer_pages import FormsPage

# The parts of a step that a request may leave out, or has to ask for.
INPUT_PARTS: Final[Mapping[str, str | None]] = {"upstream": "upstream", "products": "products"}
WEIGHT_PARTS: Final[Mapping[str, str | None]] = {
    "patch": "patch", "patches": "patch", "upstream": "upstream", "products": "products",
}  # fmt: skip


class GradientPage(FormsPage):
    """Steps of a gradient; `parts` are those that they hold, `form` the format that the rest is asked for."""

    __slots__ = ()
    parts: tuple[str, ...]
    form: str | None

    @property
    @abstractmethod
    def envelope(self) -> dict[str, Any]: ...

    @abstractmethod
    def columns(self) -> dict[str, Tensor]:
        """One row for each step."""

    @abstractmethod
    def steps(self) -> list[dict[str, Any]]: ...

    @property
    def extra_query(self) -> dict[str, str]:
        form = {} if self.form is None else {"format": self.form}
        return {"include": ",".join(self.parts)} | form

    def json(self) -> bytes:
        return to_json(self.envelope | {"steps": self.steps()})

    def lines(self) -> bytes:
        return b"".join(to_json(step | self.place) + b"\n" for step in self.steps())

    def safetensors(self) -> memoryview:
        columns, metadata = self.columns(), {"page": to_json(self.envelope).decode()}
        specs = {name: (column.dtype, tuple(column.shape)) for name, column in columns.items()}
        file, places = allocate_safetensors(specs, metadata)
        for name, column in columns.items():
            places[name].copy_(column)
        return file

    def npz(self) -> bytes:
        file = BytesIO()
        np.savez(file, **{name: column.numpy() for name, column in self.columns().items()})  # type: ignore[arg-type]
        return file.getvalue()


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
    form: str | None = None

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
        parts = {part: getattr(ledger, part) for part in self.parts}
        names = ("gradients", "channel_sums", "running_sums", "output_rows", "output_cols")
        return {name: getattr(ledger, name) for name in names} | parts

    def steps(self) -> list[dict[str, Any]]:
        columns, width = self.columns(), self.scene.plan.input_shape[2]
        lists = {name: _lists(columns[name]) for name in ("output_rows", "output_cols")}
        names = (*self.parts, "channel_sums", "running_sums")
        numbers = {name: columns[name].contiguous().numpy() for name in names}
        fields = lists | numbers | {"gradient": columns["gradients"].contiguous().numpy()}
        return [
            {"index": index, "row": index // width, "col": index % width}
            | {name: values[k] for name, values in fields.items()}
            for k, index in enumerate(range(self.start, self.stop))
        ]


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
    form: str | None = None

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
        asked = {"patches" if part == "patch" else part for part in self.parts}
        columns = {name: plane for name, plane in planes.items() if name in asked and plane is not None}
        return {"gradients": ledger.gradients, "row_sums": ledger.row_sums} | columns

    def steps(self) -> list[dict[str, Any]]:
        columns, width = self.columns(), self.scene.plan.kernel_size[1]
        fields = {
            name: columns["patches" if name == "patch" else name].contiguous().numpy()
            for name in (*self.parts, "row_sums")
        } | {"gradient": columns["gradients"].numpy()}
        return [
            {"index": index, "u": index // width, "v": index % width}
            | {name: values[k] for name, values in fields.items()}
            for k, index in enumerate(range(self.start, self.stop))
        ]


G = TypeVar("G", bound=InputGradientPage | WeightGradientPage)


def requested_gradients(page: G, stop: int | None, limits: Limits) -> G:
    """
    The page up to `stop` (None: to the last), if there are these steps and one answer may hold one of them.
    Raises ConvError, NoSuchTensor for a layer without a weight, and LimitExceeded.
    """
    plan = page.scene.plan
    if isinstance(page, InputGradientPage):
        check_in_channel(plan, page.in_channel)
    else:
        check_pair(plan, page.out_channel, page.in_channel)
    stop = page.total if stop is None else stop
    item_range(page.start, stop, page.total, "no_such_gradients")
    check("term.step_numbers", "max_answer_numbers", page.numbers_per_item, limits)
    return replace(page, stop=stop, requested_stop=stop)


def check_has(scene: Scene, name: str) -> None:
    """Raise NoSuchTensor for a scene without this tensor."""
    if name not in scene.tensors:
        raise NoSuchTensor("scene_has_no_tensor", kind=scene.plan.operation.kind, name=name)


def _lists(table: Tensor) -> list[list[list[int]]]:
    """(n, kernel, …) with NONE for none -> lists of the others."""
    return [[[index for index in some if index != NONE] for some in lists] for lists in table.tolist()]
