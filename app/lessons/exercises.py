"""Makes exercises by kind, seed and lesson, and judges answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any, Final

from app.lessons.animation_exercise import make_animation_exercise
from app.lessons.cell_exercise import CellExercise, make_cell_exercise, plain
from app.lessons.exercise import Exercise, random_for, scene_body
from app.lessons.inputs_exercise import make_inputs_exercise
from app.lessons.kernel_exercise import make_kernel_exercise
from app.lessons.layer_ranges import LayerRanges
from app.lessons.lesson_files import lessons
from app.lessons.lesson_texts import say
from app.lessons.misconceptions import Belief
from app.lessons.shape_exercise import make_shape_exercise
from app.services.steps import StepsPage

KINDS: Final[Mapping[str, Callable[[LayerRanges, Random], Exercise]]] = {
    "cell": make_cell_exercise,
    "shape": make_shape_exercise,
    "inputs": make_inputs_exercise,
    "kernel": make_kernel_exercise,
    "animation": make_animation_exercise,
}
# Without a lesson.
DEFAULT_RANGES: Final = LayerRanges(strides=[1, 2], paddings=[0, 1], bias=True)


@lru_cache(maxsize=64)
def make_exercise(kind: str, seed: int, lesson: str | None) -> Exercise:
    """The exercise of one of KINDS, with layers as the lesson has them. Raises KeyError for no lesson."""
    ranges = DEFAULT_RANGES if lesson is None else lessons()[lesson].description.layers
    exercise = KINDS[kind](ranges, random_for(kind, seed, lesson or ""))
    return replace(exercise, tells_layer=not ranges.is_plain)


def describe_exercise(exercise: Exercise, language: str) -> dict[str, Any]:
    """The exercise as an answer has it, without its solution."""
    question = {
        "scene": scene_body(exercise.scene),
        "question": say(exercise.question, language),
        "hints": [say(hint, language) for hint in exercise.hints],
    }
    return question | dict(exercise.members)


def judge(exercise: Exercise, answer: Any, give_up: bool, language: str) -> dict[str, Any]:
    """
    Whether an answer is right, and where it is not, which misconception gives it. Once given up, the right
    answer and where it comes from. Raises ConvError for an answer that does not fit the layer.
    """
    correct, diagnosis = (False, None) if answer is None else exercise.judge(answer)
    known = correct or give_up
    return {
        "correct": correct,
        "expected": exercise.expected if give_up else None,
        "diagnosis": _diagnosis(diagnosis, language) if diagnosis else None,
        "hints": [] if known else [say(hint, language) for hint in exercise.hints],
        "explanation": say(exercise.explanation, language) if known else None,
        "step": _step(exercise) if give_up else None,
    }


def _diagnosis(belief: Belief, language: str) -> dict[str, Any]:
    value = belief.value
    if isinstance(value, frozenset):
        value = [list(cell) for cell in sorted(value)]
    elif isinstance(value, tuple):
        value = list(value)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        value = plain(value)
    explanation = say(belief.said, language)
    return {
        "misconception": belief.misconception, "explanation": explanation, "value": value, "lit": belief.lit
    }  # fmt: skip


def _step(exercise: Exercise) -> dict[str, Any] | None:
    """The ledger of the cell that an exercise is about."""
    if not isinstance(exercise, CellExercise):
        return None
    (channel, row, col), plan = exercise.cell, exercise.scene.plan
    index = row * plan.output_shape[2] + col
    return StepsPage(exercise.scene, channel, index, index + 1, index + 1).steps("out_channel", "bias")[0]
