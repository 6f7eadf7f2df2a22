"""The scatter reading of a transposed convolution: pages of stamps, one for each input cell."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from app.conv.scatter import Stamps, check_stamps, stamps
from app.formats.json_encoding import to_array, to_json
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.services.pagination import OutChannelPage
from app.services.step_columns import indices_or_null


@dataclass(frozen=True, slots=True)
class StampsPage(OutChannelPage):
    """Stamps, one for each input cell."""

    name = "stamps"

    @property
    def total(self) -> int:
        return prod(self.scene.plan.input_shape[1:])

    @property
    def numbers_per_item(self) -> int:
        height, width = self.scene.plan.kernel_size
        channels = self.scene.plan.channels_per_step
        return (channels + 2) * height * width + channels + height + width + 3

    def stamps(self) -> Stamps:
        scene = self.scene
        # A transposed convolution has a weight, and stamps are of one output channel.
        assert scene.weight is not None and isinstance(self.out_channel, int)
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.bias)
        return stamps(*layer, self.out_channel, self.start, self.stop)

    def json(self) -> bytes:
        return to_json(self.structure())

    def structure(self) -> dict[str, Any]:
        scene, stamps = self.scene, self.stamps()
        width = scene.plan.input_shape[2]
        axes = ("output_rows", "output_cols") if scene.plan.dimensions == 2 else ("output_cols",)
        fields: dict[str, Any] = {name: indices_or_null(getattr(stamps, name)) for name in axes}
        fields["values"] = to_array(stamps.values)
        names = ("products", "sums", "outputs")
        fields |= {name: to_array(scene.own(getattr(stamps, name))) for name in names}
        before = to_array(scene.own(stamps.before))
        return self.envelope | {"before": before, "stamps": self.items(width, fields)}


def all_stamps(scene: Scene) -> StampsPage:
    """All stamps on output channel 0."""
    total = prod(scene.plan.input_shape[1:])
    return StampsPage(scene, 0, 0, total, total)


def requested_stamps(
    scene: Scene, out_channel: int, start: int, stop: int | None, limits: Limits
) -> StampsPage:
    """
    Input cells start … stop−1 (None: to the last), as many as one answer may hold beside the output channel.
    Raises ConvError for stamps that are not there.
    """
    stop = prod(scene.plan.input_shape[1:]) if stop is None else stop
    check_stamps(scene.plan, out_channel, start, stop)
    requested, plane = StampsPage(scene, out_channel, start, stop, stop), scene.plan.windows
    check("term.answer_numbers", "max_answer_numbers", plane + requested.numbers_per_item, limits)
    return requested.take_numbers(limits.max_answer_numbers - plane)
