"""The sum of one channel recomputed as somebody would who has got one thing wrong."""

from __future__ import annotations

from collections.abc import Iterator

from app.conv.ledger import kernel_slices
from app.lessons.lesson_texts import Text
from app.lessons.misconceptions import Belief, Cell, ledger_at, weight_reference
from app.scenes.scene import Scene


def sum_beliefs(scene: Scene, cell: Cell, channel: int) -> Iterator[Belief]:
    """What each misconception makes of the sum of an input channel in the window of an output cell."""
    if scene.weight is None:
        return
    numbers = ledger_at(scene, cell)
    first = numbers.in_channels.start
    patches, slices = numbers.patches[0], kernel_slices(scene.plan, scene.weight, cell[0])
    patch, kernel = patches[channel - first], slices[channel - first]
    for other in range(len(slices)):
        if other + first != channel:
            params = {"channel": channel, "other": other + first}
            lit = f"sum {other + first}"
            yield _belief("other_slice", float((patch * slices[other]).sum()), params, lit)
            yield _belief("other_window", float((patches[other] * kernel).sum()), params, lit)
            yield _belief("other_channel", float(numbers.channel_sums[0, other]), params, lit)
    kernel_reference = weight_reference(scene, cell[0], channel - first)
    yield _belief("kernel_flipped", float((patch * kernel.flip(-1, -2)).sum()), {}, kernel_reference)
    yield _belief("window_summed", float(patch.sum()), {}, kernel_reference)
    if channel > first:
        params, lit = {"channel": channel}, f"running {channel}"
        yield _belief("running_sum", float(numbers.running_sums[0, channel - first]), params, lit)


def _belief(misconception: str, value: float, params: dict[str, int], lit: str) -> Belief:
    return Belief(misconception, value, Text(f"diagnosis.sum.{misconception}", params), lit)
