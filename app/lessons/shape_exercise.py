"""What is the output's shape?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from random import Random
from typing import Any, ClassVar

from app.conv import shapes
from app.conv.errors import ConvError
from app.conv.operation import Plan
from app.conv.shapes import Axis
from app.conv.size_formulas import size_formulas
from app.lessons.exercise import Exercise, Judgement, are_distinct, choices, diagnose, first_good
from app.lessons.layer_ranges import LayerRanges, random_layer
from app.lessons.layer_text import layer_numbers, plain_kind, without_row
from app.lessons.lesson_texts import Text
from app.lessons.misconceptions import Belief

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ShapeExercise(Exercise):
    """The answer is (channels, height, width), of a signal (channels, length)."""

    kind: ClassVar[str] = "shape"
    shuffle: int

    @property
    def question(self) -> Text:
        plan = self.scene.plan
        weight = plan.weight_shape and shape_text(plan.own_shape(plan.weight_shape))
        axes = Text(f"exercise.shape.axes.{plan.dimensions}d")
        params = {"input": shape_text(plan.own_shape(plan.input_shape)), "weight": weight, "axes": axes}
        which = plain_kind(plan) if self.tells_layer else "plain"
        return Text(f"exercise.shape.question.{which}", params | layer_numbers(plan))

    @property
    def expected(self) -> list[int]:
        return list(self._shape)

    @property
    def _shape(self) -> Shape:
        return self.scene.plan.own_shape(self.scene.plan.output_shape)

    @cached_property
    def beliefs(self) -> Sequence[Belief]:
        return list(_beliefs(self.scene.plan))

    @property
    def members(self) -> Mapping[str, Any]:
        channels, *sizes = right = self._shape
        near: list[Shape] = [
            (channels, *(size + 1 for size in sizes)),
            (channels + 1, *sizes),
            (channels, sizes[0] + 2, *(size + 1 for size in sizes[1:])),
        ]
        wrong = [belief.value for belief in self.beliefs]
        return {"choices": [list(each) for each in choices(right, wrong, near, Random(self.shuffle))]}  # noqa: S311

    def judge(self, answer: Sequence[int]) -> Judgement:
        shape = without_row(self.scene.plan, answer, 1)
        if len(shape) != len(self._shape):
            sizes = {"found": len(shape), "expected": len(self._shape)}
            raise ConvError("answer_sizes_mismatch", "/answer", **sizes)
        if shape == self._shape:
            return Judgement(True)
        return Judgement(False, diagnose(shape, self.beliefs))

    @property
    def hints(self) -> Sequence[Text]:
        plan = self.scene.plan
        which = "pooled" if plan.weight_shape is None else "channels"
        channels = Text(f"hint.shape.{which}", {"channels": plan.output_shape[0]})
        first, formula = next(iter(self._formulas.items()))
        return channels, Text(f"hint.shape.{first}", {"formula": formula})

    @property
    def explanation(self) -> Text:
        dimensions = self.scene.plan.dimensions
        return Text(
            f"exercise.shape.answer.{dimensions}d", {"shape": shape_text(self._shape)} | self._formulas
        )

    @property
    def _formulas(self) -> dict[str, str]:
        """Of height and width, or the length, worked out; without letters that nobody has heard of."""
        if self.tells_layer:
            return {name: formula.numbers for name, formula in size_formulas(self.scene.plan).items()}
        sizes = zip(self.scene.plan.axes, self.scene.plan.output_shape[1:], strict=True)
        height, width = (f"{axis.size} − {axis.kernel} + 1 = {size}" for axis, size in sizes)
        return {"height": height, "width": width} if self.scene.plan.dimensions == 2 else {"length": width}

    @property
    def is_valid(self) -> bool:
        return all(belief.value != self._shape for belief in self.beliefs)

    @property
    def is_clear(self) -> bool:
        return are_distinct(self.beliefs)


def make_shape_exercise(ranges: LayerRanges, random: Random) -> ShapeExercise:
    """Nothing is added up, so the input may be larger than in other exercises."""
    return first_good(lambda: ShapeExercise(random_layer(ranges, random, larger=5), random.getrandbits(32)))


def shape_text(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"


def _beliefs(plan: Plan) -> Iterator[Belief]:
    for misconception, shape in _shapes(plan):
        if min(shape) > 0:
            explanation = Text(f"diagnosis.shape.{misconception}", layer_numbers(plan))
            yield Belief(misconception, plan.own_shape(shape), explanation)


def _shapes(plan: Plan) -> Iterator[tuple[str, Shape]]:
    """The output's shape under each misconception that differs in what this layer has."""
    channels, height, width = plan.output_shape
    if height != width and plan.dimensions == 2:
        yield "rows_and_columns_swapped", (channels, width, height)
    if plan.weight_shape is not None and plan.groups == 1:
        if plan.input_shape[0] > 1:
            yield "channels_not_added", (channels * plan.input_shape[0], height, width)
        if plan.input_shape[0] != channels:
            yield "channels_kept", (plan.input_shape[0], height, width)
    if plan.is_transposed:
        yield from _transposed_sizes(plan)
    else:
        yield from _sizes(plan)


def _sizes(plan: Plan) -> Iterator[tuple[str, Shape]]:
    axes, (channels, height, width) = plan.axes, plan.output_shape
    if any(axis.before for axis in axes):
        yield "padding_ignored", _sized(plan, axes, before=0, after=0)
        yield "padding_once", _sized(plan, axes, after=0)
    if any(axis.stride > 1 for axis in axes):
        yield "stride_ignored", _sized(plan, axes, stride=1)
        rounded_up = tuple(ceil(_room(axis) / axis.stride) + 1 for axis in axes)
        if rounded_up != (height, width):
            yield "rounded_up", (channels, *rounded_up)
    if any(axis.dilation > 1 for axis in axes):
        yield "dilation_ignored", _sized(plan, axes, dilation=1)
    rows, cols = (_room(axis) // axis.stride for axis in axes)
    if min(rows, cols) > 0:
        yield "first_window_forgotten", (channels, rows, cols)
    if any(axis.kernel > 1 for axis in axes):
        yield "kernel_ignored", _sized(plan, axes, kernel=1)


def _transposed_sizes(plan: Plan) -> Iterator[tuple[str, Shape]]:
    axes, channels = plan.axes, plan.output_shape[0]
    if any(axis.stride > 1 for axis in axes):
        yield "stride_ignored", (channels, *_transposed(axes, stride=1))
        scaled = tuple(axis.size * axis.stride for axis in axes)
        if scaled != plan.output_shape[1:]:
            yield "kernel_ignored", (channels, *scaled)
    try:
        yield "not_transposed", (channels, *(shapes.convolved(axis).value for axis in axes))
    except ConvError:
        return


def _transposed(axes: Sequence[Axis], **fields: Any) -> Any:
    return (shapes.transposed(axis._replace(**fields), 0).value for axis in axes)


def _room(axis: Axis) -> int:
    """How far the window can move."""
    return axis.size + axis.before + axis.after - axis.span


def _sized(plan: Plan, axes: Sequence[Axis], **fields: Any) -> Shape:
    height, width = (_room(one) // one.stride + 1 for one in (axis._replace(**fields) for axis in axes))
    return plan.output_shape[0], height, width
