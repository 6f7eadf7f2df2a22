"""The scatter reading of the gradient to the input: pages of stamps, one for each cell of the upstream."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from app.conv.channel_checks import check_in_channel
from app.conv.errors import item_range
from app.conv.gradient_stamps import GradientStamps, gradient_stamps
from app.formats.json_encoding import to_array, to_json
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.services.pagination import Page
from app.services.step_columns import indices_or_null


@dataclass(frozen=True, slots=True)
class GradientStampsPage(Page):
    """Stamps on the gradient to one input channel."""

    name = "gradients/input/stamps"

    scene: Scene
    in_channel: int
    start: int
    stop: int
    requested_stop: int

    @property
    def total(self) -> int:
        return self.scene.plan.windows

    @property
    def place(self) -> dict[str, Any]:
        return {"in_channel": self.in_channel}

    @property
    def numbers_per_item(self) -> int:
        height, width = self.scene.plan.kernel_size
        channels = len(self.scene.plan.out_channels(self.in_channel))
        return (channels + 2) * height * width + channels + height + width + 3

    def stamps(self) -> GradientStamps:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.given_upstream)
        return gradient_stamps(*layer, self.in_channel, self.start, self.stop)

    def json(self) -> bytes:
        scene, stamps = self.scene, self.stamps()
        width = scene.plan.output_shape[2]
        axes = ("input_rows", "input_cols") if scene.plan.dimensions == 2 else ("input_cols",)
        fields: dict[str, Any] = {name: indices_or_null(getattr(stamps, name)) for name in axes}
        fields["values"] = to_array(stamps.values)
        names = ("products", "sums", "gradients")
        fields |= {name: to_array(scene.own(getattr(stamps, name))) for name in names}
        channels = {"out_channels": list(stamps.out_channels)}
        envelope = {"scene": self.scene.id, **self.place, **channels, **self.range}
        before = to_array(scene.own(stamps.before))
        return to_json(envelope | {"before": before, "stamps": self.items(width, fields)})


def requested_gradient_stamps(
    scene: Scene, in_channel: int, start: int, stop: int | None, limits: Limits
) -> GradientStampsPage:
    """
    Upstream cells start … stop−1 (None: to the last), as many as one answer may hold beside the channel.
    Raises ConvError for stamps that are not there.
    """
    check_in_channel(scene.plan, in_channel)
    stop = scene.plan.windows if stop is None else stop
    item_range(start, stop, scene.plan.windows, "no_such_gradients")
    requested = GradientStampsPage(scene, in_channel, start, stop, stop)
    plane = prod(scene.plan.input_shape[1:])
    check("term.answer_numbers", "max_answer_numbers", plane + requested.numbers_per_item, limits)
    return requested.take_numbers(limits.max_answer_numbers - plane)
