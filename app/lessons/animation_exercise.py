"""Which of these two animations is wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar, Final, Literal

from torch import Tensor

from app.lessons.exercise import Exercise, Judgement, first_good
from app.lessons.layer_ranges import LayerRanges, random_layer
from app.lessons.layer_text import index_text, with_layer
from app.lessons.lesson_texts import Text, number
from app.lessons.misconceptions import Belief, with_weight
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.services.steps import all_steps

Moment = dict[str, Any]
_MAX_MOMENTS: Final = 18


@dataclass(frozen=True)
class AnimationExercise(Exercise):
    """Both show every window of the layer; in the wrong one a misconception is at work. "a" or "b"."""

    kind: ClassVar[str] = "animation"
    wrong: Literal["a", "b"]
    misconception: str

    @property
    def question(self) -> Text:
        question = Text("exercise.animation.question")
        return with_layer(self.scene.plan, question) if self.tells_layer else question

    @property
    def expected(self) -> str:
        return self.wrong

    @cached_property
    def right_moments(self) -> list[Moment]:
        return moments(self.scene)

    @cached_property
    def wrong_moments(self) -> list[Moment]:
        return dict(wrong_animations(self.scene))[self.misconception]()

    @property
    def members(self) -> Mapping[str, Any]:
        right = "b" if self.wrong == "a" else "a"
        animations = {self.wrong: self.wrong_moments, right: self.right_moments}
        return {"animations": {name: animations[name] for name in ("a", "b")}}

    def judge(self, answer: str) -> Judgement:
        if answer == self.wrong:
            return Judgement(True)
        return Judgement(False, Belief(self.misconception, self._difference[1], self.explanation))

    @property
    def _difference(self) -> tuple[Moment, float]:
        """The first moment in which the outputs differ, and the wrong output there."""
        pairs = zip(self.right_moments, self.wrong_moments, strict=True)
        right, wrong = next((r, w) for r, w in pairs if r["output"] != w["output"])
        return right, wrong["output"]

    @property
    def _cell_text(self) -> str:
        right, _ = self._difference
        return index_text(self.scene.plan, (right["out_channel"], right["row"], right["col"]))

    @property
    def hints(self) -> Sequence[Text]:
        where = {"cell": self._cell_text}
        return Text("hint.animation.where", where), Text("hint.animation.compute", where)

    @property
    def explanation(self) -> Text:
        right, shown = self._difference
        params = {
            "letter": self.wrong.upper(),
            "why": Text(f"animation.{self.misconception}"),
            "cell": self._cell_text,
            "shown": number(shown),
            "right": number(right["output"]),
        }
        return Text("exercise.animation.answer", params)

    @property
    def is_valid(self) -> bool:
        """Few windows, of whole numbers, since fractions would give the wrong ones away."""
        right, wrong = ([moment["output"] for moment in m] for m in (self.right_moments, self.wrong_moments))
        return len(right) <= _MAX_MOMENTS and right != wrong and all(map(float.is_integer, wrong))


def make_animation_exercise(ranges: LayerRanges, random: Random) -> AnimationExercise:
    def make() -> AnimationExercise:
        scene = random_layer(ranges.weighted, random)
        name = random.choice([name for name, _ in wrong_animations(scene)])
        return AnimationExercise(scene, random.choice(("a", "b")), name)

    return first_good(make)


def moments(scene: Scene) -> list[Moment]:
    """Every window of every output channel, as a trace has it."""
    steps: list[Moment] = []
    for channel in range(scene.plan.output_shape[0]):
        steps += all_steps(scene, channel).steps("out_channel", "bias")
    return [_plain(step) for step in steps]


def _plain(step: Moment) -> Moment:
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in step.items()}


def wrong_animations(scene: Scene) -> Iterator[tuple[str, Callable[[], list[Moment]]]]:
    """What makes the same windows as somebody would show them who has got one thing wrong."""
    weight, bias = scene.weight, scene.bias
    assert weight is not None
    several = scene.plan.channels_per_step > 1
    yield "kernel_flipped", lambda: moments(with_weight(scene, weight.flip(-1, -2)))
    if several:
        yield "only_first_channel", lambda: _summed_otherwise(scene, lambda sums: sums[0])
        yield "channels_averaged", lambda: _summed_otherwise(scene, lambda sums: sum(sums) / len(sums))
    if bias is not None:
        yield "bias_forgotten", lambda: _with_bias(scene, None)
        if several:
            yield "bias_per_channel", lambda: _with_bias(scene, bias * scene.plan.channels_per_step)
    _, rows, cols = scene.plan.output_shape
    if rows == cols and rows > 1:
        yield "rows_and_columns_swapped", lambda: _swapped(moments(scene))


def _summed_otherwise(scene: Scene, total: Callable[[list[float]], float]) -> list[Moment]:
    """The moments with another sum over the channels."""
    return [
        moment | {"output": total(moment["channel_sums"]) + (moment["bias"] or 0)}
        for moment in moments(scene)
    ]


def _with_bias(scene: Scene, bias: Tensor | None) -> list[Moment]:
    tensors = scene.tensors
    return moments(make_scene(scene.plan.operation, tensors["input"], tensors["weight"], bias, Limits()))


def _swapped(steps: list[Moment]) -> list[Moment]:
    """Each number written at the cell where row and column are exchanged."""
    at = {(step["out_channel"], step["row"], step["col"]): step for step in steps}
    return [step | {"output": at[step["out_channel"], step["col"], step["row"]]["output"]} for step in steps]
