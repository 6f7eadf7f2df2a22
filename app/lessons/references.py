"""
Things on the stage that a text names: `window`, `input 0,1,2`, `weight 0,1,0,0`, `product 0,1,1`, `sum 0`,
`running 1`, `bias 0`, `output 0,0,1`, `kernel 0,1`, `channel 0`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.lessons.misconceptions import Cell, ledger_at
from app.scenes.scene import Scene

# How many numbers follow each word.
_INDICES: Final = {
    "window": 0, "input": 3, "weight": 4, "product": 3, "sum": 1, "running": 1, "bias": 1, "output": 3,
    "kernel": 2, "channel": 1,
}  # fmt: skip
_REFERENCE: Final = re.compile(r"([a-z]+)(?: (\d{1,4}(?:,\d{1,4})*))?")


@dataclass(frozen=True)
class Reference:
    """The kind of what is named and its index; of products and sums in the window at the step's moment."""

    kind: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join([self.kind, *([",".join(map(str, self.index))] if self.index else [])])


def parse_reference(text: str) -> Reference:
    """Raises ValueError for what names nothing."""
    match = _REFERENCE.fullmatch(text)
    if match is None or match[1] not in _INDICES:
        raise ValueError(f"{text!r} names nothing; there are {', '.join(_INDICES)}")
    index = tuple(map(int, match[2].split(","))) if match[2] else ()
    if len(index) != _INDICES[match[1]]:
        raise ValueError(f"{text!r} has {len(index)} numbers; {match[1]} takes {_INDICES[match[1]]}")
    return Reference(match[1], index)


def check_reference(reference: Reference, scene: Scene) -> None:
    """Raise ValueError for a reference to what the scene does not have."""
    if reference.kind == "window":
        return
    sizes = _sizes(reference.kind, scene)
    if len(sizes) != len(reference.index) or any(
        not at < size for at, size in zip(reference.index, sizes, strict=True)
    ):
        raise ValueError(f"{reference} is not there; the sizes are {tuple(sizes)}")


def _sizes(kind: str, scene: Scene) -> Sequence[int]:
    plan = scene.plan
    if kind in ("weight", "kernel"):
        return (plan.weight_shape or (0,) * 4)[: 4 if kind == "weight" else 2]
    if kind == "bias":
        return plan.bias_shape or (0,)
    if kind == "product":
        return (plan.input_shape[0], *plan.kernel_size)
    if kind == "output":
        return plan.output_shape
    return plan.input_shape if kind == "input" else plan.input_shape[:1]


def value_of(reference: Reference, scene: Scene, cell: Cell) -> float | None:
    """The number that is named, None where there is none; cell: the output cell whose window is shown."""
    kind, index = reference.kind, reference.index
    if kind in ("window", "kernel", "channel"):
        return None
    if kind == "input":
        return float(scene.input[index])
    if kind == "weight" and scene.weight is not None:
        return float(scene.weight[index])
    if kind == "bias" and scene.bias is not None:
        return float(scene.bias[index])
    if kind == "output":
        channel, row, col = index
        return float(ledger_at(scene, (channel, row, col)).outputs[0])
    return _of_window(reference, scene, cell)


def _of_window(reference: Reference, scene: Scene, cell: Cell) -> float:
    numbers = ledger_at(scene, cell)
    channel = reference.index[0] - numbers.in_channels.start
    if reference.kind == "product":
        _, row, col = reference.index
        return float(numbers.products[0, channel, row, col])
    table = numbers.channel_sums if reference.kind == "sum" else numbers.running_sums
    return float(table[0, channel])
