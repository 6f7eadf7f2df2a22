"""Predict this cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar

from app.lessons.exercise import Exercise, Judgement, are_distinct, choices, diagnose, first_good
from app.lessons.layer_ranges import LayerRanges, random_layer
from app.lessons.layer_text import index_text, plain_kind, with_layer
from app.lessons.ledger_sentence import ledger_sentence
from app.lessons.lesson_texts import Text, number
from app.lessons.misconceptions import Belief, Cell, beliefs, ledger_at, near_misses, value_at
from app.scenes.scene import Scene


@dataclass(frozen=True)
class CellExercise(Exercise):
    """What stands in one output cell? The answer is a number."""

    kind: ClassVar[str] = "cell"
    cell: Cell
    shuffle: int

    @property
    def question(self) -> Text:
        question = Text("exercise.cell.question", {"cell": index_text(self.scene.plan, self.cell)})
        return with_layer(self.scene.plan, question) if self.tells_layer else question

    @cached_property
    def expected(self) -> float:
        return plain(value_at(self.scene, self.cell))

    @cached_property
    def beliefs(self) -> Sequence[Belief]:
        return [b._replace(value=plain(b.value)) for b in beliefs(self.scene, self.cell)]

    @property
    def members(self) -> Mapping[str, Any]:
        wrong = [belief.value for belief in self.beliefs]
        near = (self.expected + step for step in (1, -1, 2, -2, 3))
        return {
            "cell": list(self.scene.plan.own_shape(self.cell)),
            "choices": choices(self.expected, wrong, near, Random(self.shuffle)),  # noqa: S311
        }

    def judge(self, answer: float) -> Judgement:
        if plain(answer) == self.expected:
            return Judgement(True)
        near = (b._replace(value=plain(b.value)) for b in near_misses(self.scene, self.cell))
        return Judgement(False, diagnose(plain(answer), self.beliefs, near))

    @property
    def hints(self) -> Sequence[Text]:
        numbers = ledger_at(self.scene, self.cell)
        rows, cols = (
            ", ".join(str(at) for at in taken[0].tolist() if at >= 0)
            for taken in (numbers.input_rows, numbers.input_cols)
        )
        where = Text("hint.window", {"rows": rows, "cols": cols})
        if self.scene.plan.dimensions == 1:
            where = Text("hint.window.signal", {"cols": cols})
        if self.scene.weight is None:
            return where, Text(f"hint.{plain_kind(self.scene.plan)}")
        first = {"channel": numbers.in_channels[0], "sum": number(float(numbers.channel_sums[0, 0]))}
        after = (
            "channels" if len(numbers.in_channels) > 1 else "bias" if self.scene.bias is not None else "none"
        )
        if after == "none":
            product = number(float(numbers.products[0, 0, 0, 0]))
            return where, Text("hint.first_product", {"product": product})
        return where, Text(f"hint.first_sum.{after}", first)

    @property
    def explanation(self) -> Text:
        return Text("exercise.cell.answer", {"sentence": ledger_sentence(self.scene, self.cell)})

    @property
    def is_valid(self) -> bool:
        whole = isinstance(self.expected, int)
        return whole and all(belief.value != self.expected for belief in self.beliefs)

    @property
    def is_clear(self) -> bool:
        return are_distinct(self.beliefs)


def plain(value: float) -> float:
    """A whole number as an integer; others to four places, as they are shown."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded == int(rounded) else rounded


def random_cell(scene: Scene, random: Random) -> Cell:
    channels, rows, cols = scene.plan.output_shape
    return random.randrange(channels), random.randrange(rows), random.randrange(cols)


def make_cell_exercise(ranges: LayerRanges, random: Random) -> CellExercise:
    def make() -> CellExercise:
        scene = random_layer(ranges, random)
        return CellExercise(scene, random_cell(scene, random), random.getrandbits(32))

    return first_good(make)
