"""Which inputs made this?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar, Final

from app.conv.errors import ConvError
from app.conv.operation import Padding
from app.lessons.cell_exercise import random_cell
from app.lessons.exercise import Exercise, Judgement, are_distinct, diagnose, first_good
from app.lessons.layer_ranges import LayerRanges, random_layer
from app.lessons.layer_text import index_text, with_layer, without_row
from app.lessons.lesson_texts import Text
from app.lessons.misconceptions import Belief, Cell, has_cell, ledger_at, with_operation
from app.scenes.scene import Scene

# More would be no pleasure to click.
_MAX_CELLS: Final = 27
# The move by one to the right is told before, as a misconception.
_MOVES: Final = {"left": (0, -1), "up": (-1, 0), "down": (1, 0)}


@dataclass(frozen=True)
class InputsExercise(Exercise):
    """The answer is a list of input cells [channel, row, column], in any order."""

    kind: ClassVar[str] = "inputs"
    cell: Cell

    @property
    def question(self) -> Text:
        plan, cell = self.scene.plan, {"cell": index_text(self.scene.plan, self.cell)}
        if self.tells_layer:
            return with_layer(plan, Text("exercise.inputs.question.padded", cell))
        channels = "one" if plan.input_shape[0] == 1 else "channels"
        return Text(f"exercise.inputs.question.{channels}", cell)

    @property
    def expected(self) -> list[list[int]]:
        return [list(cell) for cell in sorted(self._own(cells_read(self.scene, self.cell)))]

    def _own(self, cells: Iterable[Cell]) -> frozenset[tuple[int, ...]]:
        """Cells as the input has them, of a signal without a row."""
        return frozenset(map(self.scene.plan.own_shape, cells))

    @cached_property
    def beliefs(self) -> Sequence[Belief]:
        found = (
            Belief(name, self._own(cells), _said(name)) for name, cells in _beliefs(self.scene, self.cell)
        )
        return [belief for belief in found if belief.value]

    @property
    def members(self) -> Mapping[str, Any]:
        return {"cell": list(self.scene.plan.own_shape(self.cell))}

    def judge(self, answer: Sequence[Sequence[int]]) -> Judgement:
        cells = [without_row(self.scene.plan, cell, 0) for cell in answer]
        self._check(cells)
        chosen = frozenset(cells)
        if chosen == self._own(cells_read(self.scene, self.cell)):
            return Judgement(True)
        near = (
            Belief("window_off_by_one", self._own(cells), _too_far(direction))
            for direction, cells in _windows_beside(self.scene, self.cell)
        )
        return Judgement(False, diagnose(chosen, self.beliefs, near))

    def _check(self, answer: Sequence[Sequence[int]]) -> None:
        """Raise ConvError for a cell that the input does not have, or one that is named twice."""
        shape, seen = self.scene.plan.own_shape(self.scene.plan.input_shape), set[tuple[int, ...]]()
        for index, cell in enumerate(answer):
            at = f"/answer/{index}"
            inside = all(0 <= i < size for i, size in zip(cell, shape, strict=False))
            if len(cell) != len(shape) or not inside:
                raise ConvError("answer_cell_outside", at, cell=list(cell), shape=shape)
            if tuple(cell) in seen:
                raise ConvError("answer_cell_repeated", at, cell=list(cell))
            seen.add(tuple(cell))

    @property
    def hints(self) -> Sequence[Text]:
        plan, read = self.scene.plan, cells_read(self.scene, self.cell)
        return (
            Text("hint.inputs.count", {"cells": len(read), "channels": plan.channels_per_step}),
            Text("hint.inputs.first", {"cell": index_text(plan, min(read))}),
        )

    @property
    def explanation(self) -> Text:
        rows, cols = _taken(self.scene, self.cell)
        plan = self.scene.plan
        parts = {"channels": plan.in_channels(self.cell[0]), "rows": rows, "cols": cols}
        listed = {name: ", ".join(map(str, each)) for name, each in parts.items()}
        if plan.dimensions == 1:
            return Text("exercise.inputs.answer.signal", listed)
        return Text("exercise.inputs.answer", listed)

    @property
    def is_valid(self) -> bool:
        right = cells_read(self.scene, self.cell)
        distinct = all(belief.value != self._own(right) for belief in self.beliefs)
        return 0 < len(right) <= _MAX_CELLS and distinct

    @property
    def is_clear(self) -> bool:
        return are_distinct(self.beliefs)


def make_inputs_exercise(ranges: LayerRanges, random: Random) -> InputsExercise:
    def make() -> InputsExercise:
        scene = random_layer(ranges, random)
        return InputsExercise(scene, random_cell(scene, random))

    return first_good(make)


def cells_read(scene: Scene, cell: Cell) -> frozenset[Cell]:
    """The input cells that an output cell is made of; padding is none."""
    rows, cols = _taken(scene, cell)
    return _block(scene.plan.in_channels(cell[0]), rows, cols)


def _taken(scene: Scene, cell: Cell) -> tuple[list[int], list[int]]:
    numbers = ledger_at(scene, cell)
    rows, cols = numbers.input_rows[0].tolist(), numbers.input_cols[0].tolist()
    return sorted(r for r in rows if r >= 0), sorted(c for c in cols if c >= 0)


def _block(channels: Sequence[int], rows: Sequence[int], cols: Sequence[int]) -> frozenset[Cell]:
    return frozenset((c, row, col) for c in channels for row in rows for col in cols)


def _beliefs(scene: Scene, cell: Cell) -> Iterator[tuple[str, frozenset[Cell]]]:
    """The cells under each misconception that there is room for."""
    plan, (channel, row, col) = scene.plan, cell
    channels, (rows, cols) = plan.in_channels(channel), _taken(scene, cell)
    if len(channels) > 1:
        yield "only_first_channel", _block(channels[:1], rows, cols)
    if plan.groups > 1:
        yield "groups_ignored", _block(range(plan.input_shape[0]), rows, cols)
    if row != col and has_cell(scene, (channel, col, row)):
        yield "rows_and_columns_swapped", cells_read(scene, (channel, col, row))
    if plan.is_transposed:
        return
    for name, other in _other_layers(scene):
        if has_cell(other, cell):
            yield name, cells_read(other, cell)
    width, single = plan.input_shape[2], with_operation(scene, stride=(1, 1))
    down, across = plan.operation.stride
    if max(cols) + 1 < width and has_cell(single, aside := (channel, row * down, col * across + 1)):
        yield "window_off_by_one", cells_read(single, aside)


def _said(misconception: str) -> Text:
    if misconception == "window_off_by_one":
        return _too_far("right")
    return Text(f"diagnosis.inputs.{misconception}")


def _too_far(direction: str) -> Text:
    return Text("diagnosis.inputs.window_off_by_one", {"direction": Text(f"direction.{direction}")})


def _windows_beside(scene: Scene, cell: Cell) -> Iterator[tuple[str, frozenset[Cell]]]:
    """The windows one input cell away, by the direction of the move."""
    if scene.plan.is_transposed:
        return
    single = with_operation(scene, stride=(1, 1))
    (down, across), (channel, row, col) = scene.plan.operation.stride, cell
    for direction, (by_rows, by_cols) in _MOVES.items():
        if has_cell(single, aside := (channel, row * down + by_rows, col * across + by_cols)):
            yield direction, cells_read(single, aside)


def _other_layers(scene: Scene) -> Iterator[tuple[str, Scene]]:
    operation = scene.plan.operation
    if any(map(any, scene.plan.padding.sides)) and all(a.size >= a.span for a in scene.plan.axes):
        yield "padding_ignored", with_operation(scene, padding=Padding())
    if operation.stride != (1, 1):
        yield "stride_ignored", with_operation(scene, stride=(1, 1))
    if operation.dilation != (1, 1):
        yield "dilation_ignored", with_operation(scene, dilation=(1, 1))
