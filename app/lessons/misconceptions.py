"""One output cell recomputed as somebody would who has got one thing wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import torch

from app.conv.ledger import Ledger, ledger
from app.conv.operation import AvgPool2d, Conv2d, MaxPool2d, Operation, Padding
from app.lessons.lesson_texts import Text
from app.limits import Limits
from app.scenes.scene import Scene, make_scene

Cell = tuple[int, int, int]


class Belief(NamedTuple):
    """
    What comes out under a misconception; `said` tells so, for the number that was recomputed. `lit` is a
    reference to what the mistake is made with, such as `sum 1`.
    """

    misconception: str
    value: Any
    said: Text
    lit: str | None = None


# Most misconceptions about a cell begin with the numbers of its window.
@lru_cache(maxsize=16)
def ledger_at(scene: Scene, cell: Cell) -> Ledger:
    """The window of an output cell (channel, row, column), with all its numbers."""
    channel, row, col = cell
    index = row * scene.plan.output_shape[2] + col
    tensors = (scene.input, scene.weight, scene.bias)
    return ledger(scene.plan, scene.taps, *tensors, channel, index, index + 1)


def value_at(scene: Scene, cell: Cell) -> float:
    return float(ledger_at(scene, cell).outputs[0])


def has_cell(scene: Scene, cell: Cell) -> bool:
    return all(0 <= at < size for at, size in zip(cell, scene.plan.output_shape, strict=True))


def with_operation(scene: Scene, **fields: Any) -> Scene:
    """The same tensors under another operation. Raises ConvError where these do not fit."""
    operation: Operation = replace(scene.plan.operation, **fields)
    tensors = scene.tensors
    return make_scene(operation, tensors["input"], tensors.get("weight"), tensors.get("bias"), Limits())


def beliefs(scene: Scene, cell: Cell) -> Iterator[Belief]:
    """What each misconception makes of an output cell, as far as the layer gives room for it."""
    for misconception, recompute in _MISCONCEPTIONS.items():
        for value, params in recompute(scene, cell):
            lit = _lit(misconception, scene, cell, params)
            yield Belief(misconception, value, Text(f"diagnosis.{misconception}", params), lit)


def _lit(misconception: str, scene: Scene, cell: Cell, params: Mapping[str, Any]) -> str | None:
    """The term that is left out or wrong. The cell itself would give the answer away."""
    channel, row, col = cell
    if "channel" in params:
        return f"sum {params['channel']}"
    if misconception.startswith("bias_"):
        return f"bias {channel}"
    if misconception in ("kernel_flipped", "kernel_transposed"):
        return weight_reference(scene, channel, 0)
    if misconception == "one_slice_for_all":
        return weight_reference(scene, channel, 1)
    if misconception == "rows_and_columns_swapped":
        return _output((channel, col, row))
    return None


def _output(cell: Cell) -> str:
    return f"output {','.join(map(str, cell))}"


def weight_reference(scene: Scene, out_channel: int, at: int) -> str:
    """The first weight of the slice that lies on an output channel's input channel, counted from 0."""
    if scene.plan.is_transposed and scene.weight is not None:
        in_channel = scene.plan.in_channels(out_channel)[at]
        return f"weight {in_channel},{out_channel % scene.weight.shape[1]},0,0"
    return f"weight {out_channel},{at},0,0"


def near_misses(scene: Scene, cell: Cell) -> Iterator[Belief]:
    """The numbers of other output cells: of the windows around, and of the other filters."""
    channel, row, col = cell
    around = {"before": (0, -1), "after": (0, 1), "above": (-1, 0), "below": (1, 0)}
    for place, (down, across) in around.items():
        if has_cell(scene, other := (channel, row + down, col + across)):
            explanation = Text("diagnosis.neighbouring_window", {"place": Text(f"place.{place}")})
            yield Belief("neighbouring_window", value_at(scene, other), explanation, _output(other))
    if scene.weight is not None and not scene.plan.is_transposed:
        for other_channel in range(scene.plan.output_shape[0]):
            if other_channel != channel:
                explanation = Text("diagnosis.other_filter", {"filter": other_channel})
                other = (other_channel, row, col)
                yield Belief("other_filter", value_at(scene, other), explanation, _output(other))


_Recomputed = Iterator[tuple[float, Mapping[str, Any]]]


def _sums_and_bias(scene: Scene, cell: Cell) -> tuple[list[float], float]:
    numbers = ledger_at(scene, cell)
    return numbers.channel_sums[0].tolist(), float(numbers.bias)


def _adds_channels(scene: Scene) -> bool:
    return scene.weight is not None and scene.plan.channels_per_step > 1


def _channels_not_added(scene: Scene, cell: Cell) -> _Recomputed:
    """The last channel's result stands in place of the others."""
    if _adds_channels(scene):
        sums, bias = _sums_and_bias(scene, cell)
        yield sums[-1] + bias, {"channel": scene.plan.in_channels(cell[0])[-1]}


def _only_first_channel(scene: Scene, cell: Cell) -> _Recomputed:
    if _adds_channels(scene):
        sums, bias = _sums_and_bias(scene, cell)
        yield sums[0] + bias, {"channel": scene.plan.in_channels(cell[0])[0]}


def _one_slice_for_all(scene: Scene, cell: Cell) -> _Recomputed:
    """The filter's first slice lies on every channel."""
    if _adds_channels(scene) and not scene.plan.is_transposed and scene.weight is not None:
        repeated = scene.weight[:, :1].expand_as(scene.weight)
        if not torch.equal(repeated, scene.weight):
            yield value_at(with_weight(scene, repeated), cell), {}


def _channel_left_out(scene: Scene, cell: Cell) -> _Recomputed:
    """Of three or more channels; of two it is one of the above."""
    if scene.weight is not None and scene.plan.channels_per_step > 2:
        sums, bias = _sums_and_bias(scene, cell)
        for channel, part in zip(scene.plan.in_channels(cell[0]), sums, strict=True):
            yield sum(sums) - part + bias, {"channel": channel}


def _channels_averaged(scene: Scene, cell: Cell) -> _Recomputed:
    if _adds_channels(scene):
        sums, bias = _sums_and_bias(scene, cell)
        yield sum(sums) / len(sums) + bias, {"channels": len(sums)}


def _kernel_flipped(scene: Scene, cell: Cell) -> _Recomputed:
    if scene.weight is not None:
        turned = scene.weight.flip(-1, -2)
        if not torch.equal(turned, scene.weight):
            yield value_at(with_weight(scene, turned), cell), {}


def _kernel_transposed(scene: Scene, cell: Cell) -> _Recomputed:
    """Its rows read as columns."""
    if scene.weight is not None and scene.weight.shape[2] == scene.weight.shape[3]:
        swapped = scene.weight.transpose(2, 3)
        if not torch.equal(swapped, scene.weight):
            yield value_at(with_weight(scene, swapped), cell), {}


def _bias_forgotten(scene: Scene, cell: Cell) -> _Recomputed:
    if scene.bias is not None:
        sums, bias = _sums_and_bias(scene, cell)
        if bias:
            yield sum(sums), {"bias": _int(bias)}


def _bias_per_channel(scene: Scene, cell: Cell) -> _Recomputed:
    if scene.bias is not None and _adds_channels(scene):
        sums, bias = _sums_and_bias(scene, cell)
        if bias:
            yield sum(sums) + len(sums) * bias, {"bias": _int(bias), "channels": len(sums)}


def _padding_ignored(scene: Scene, cell: Cell) -> _Recomputed:
    if not scene.plan.is_transposed and any(map(any, scene.plan.padding.sides)) and _fits_unpadded(scene):
        bare = with_operation(scene, padding=Padding())
        if has_cell(bare, cell):
            yield value_at(bare, cell), {}


def _fits_unpadded(scene: Scene) -> bool:
    return all(axis.size >= axis.span for axis in scene.plan.axes)


def _stride_ignored(scene: Scene, cell: Cell) -> _Recomputed:
    if scene.plan.operation.stride != (1, 1) and not scene.plan.is_transposed and cell[1:] != (0, 0):
        step_by_step = with_operation(scene, stride=(1, 1))
        yield value_at(step_by_step, cell), {"stride": max(scene.plan.operation.stride)}


def _dilation_ignored(scene: Scene, cell: Cell) -> _Recomputed:
    if scene.plan.operation.dilation != (1, 1) and not scene.plan.is_transposed:
        yield value_at(with_operation(scene, dilation=(1, 1)), cell), {}


def _window_off_by_one(scene: Scene, cell: Cell) -> _Recomputed:
    """One input cell to the right, or down."""
    if scene.plan.is_transposed:
        return
    single = with_operation(scene, stride=(1, 1))
    (down, across), (channel, row, col) = scene.plan.operation.stride, cell
    for direction, place in (
        ("right", (channel, row * down, col * across + 1)),
        ("down", (channel, row * down + 1, col * across)),
    ):
        if has_cell(single, place):
            yield value_at(single, place), {"direction": Text(f"direction.{direction}")}


def _rows_and_columns_swapped(scene: Scene, cell: Cell) -> _Recomputed:
    channel, row, col = cell
    if row != col and has_cell(scene, swapped := (channel, col, row)):
        yield value_at(scene, swapped), {"row": row, "col": col}


def _groups_ignored(scene: Scene, cell: Cell) -> _Recomputed:
    """The window of the first group in place of the cell's own."""
    plan, weight = scene.plan, scene.weight
    if weight is None or plan.groups == 1 or plan.is_transposed or plan.in_channels(cell[0]).start == 0:
        return
    first = scene.own(scene.input[: plan.channels_per_step])
    slices = scene.own(weight[cell[0] : cell[0] + 1])
    bias = None if scene.bias is None else scene.bias[cell[0] : cell[0] + 1]
    operation = replace(cast(Conv2d, plan.operation), groups=1)
    alone = make_scene(operation, first, slices, bias, Limits())
    yield value_at(alone, (0, *cell[1:])), {"channel": plan.in_channels(cell[0]).start}


def _pooled_otherwise(make: Callable[[list[float]], float], *operations: type) -> Any:
    def recompute(scene: Scene, cell: Cell) -> _Recomputed:
        if isinstance(scene.plan.operation, operations):
            numbers = ledger_at(scene, cell)
            rows, cols = numbers.input_rows[0].tolist(), numbers.input_cols[0].tolist()
            read = [float(scene.input[cell[0], r, c]) for r in rows for c in cols if min(r, c) >= 0]
            yield make(read), {}

    return recompute


def _stamps_not_added(scene: Scene, cell: Cell) -> _Recomputed:
    """Of a transposed layer: the stamp that comes last covers the others."""
    if not scene.plan.is_transposed:
        return
    numbers = ledger_at(scene, cell)
    taken = [
        (row, col, u, v)
        for u, row in enumerate(numbers.input_rows[0].tolist())
        for v, col in enumerate(numbers.input_cols[0].tolist())
        if row >= 0 and col >= 0
    ]
    if len(taken) > 1:
        *_, u, v = max(taken)
        yield float(numbers.products[0, :, u, v].sum()) + float(numbers.bias), {"stamps": len(taken)}


def with_weight(scene: Scene, weight: torch.Tensor) -> Scene:
    """weight: as the arithmetic has it."""
    tensors = scene.tensors
    return make_scene(
        scene.plan.operation, tensors["input"], scene.own(weight), tensors.get("bias"), Limits()
    )


def _int(value: float) -> float | int:
    return int(value) if value == int(value) else value


_MISCONCEPTIONS: Final[Mapping[str, Callable[[Scene, Cell], _Recomputed]]] = {
    "only_first_channel": _only_first_channel,
    "channels_not_added": _channels_not_added,
    "channel_left_out": _channel_left_out,
    "one_slice_for_all": _one_slice_for_all,
    "channels_averaged": _channels_averaged,
    "kernel_flipped": _kernel_flipped,
    "kernel_transposed": _kernel_transposed,
    "bias_forgotten": _bias_forgotten,
    "bias_per_channel": _bias_per_channel,
    "padding_ignored": _padding_ignored,
    "stride_ignored": _stride_ignored,
    "dilation_ignored": _dilation_ignored,
    "window_off_by_one": _window_off_by_one,
    "rows_and_columns_swapped": _rows_and_columns_swapped,
    "groups_ignored": _groups_ignored,
    "stamps_not_added": _stamps_not_added,
    "pooling_summed": _pooled_otherwise(sum, MaxPool2d, AvgPool2d),
    "pooling_averaged": _pooled_otherwise(lambda read: sum(read) / len(read), MaxPool2d),
    "pooling_maximum": _pooled_otherwise(max, AvgPool2d),
}
