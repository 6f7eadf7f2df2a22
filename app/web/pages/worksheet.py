"""The worksheet of a lesson: exercises from a seed, to be printed, and their answers on a second sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.lessons.cell_exercise import CellExercise
from app.lessons.exercise import Exercise
from app.lessons.exercises import describe_exercise, judge, make_exercise
from app.lessons.inputs_exercise import InputsExercise
from app.lessons.lesson_files import Lesson
from app.web.pages.exercise_tables import Table, number_tables, output_tables
from app.web.pages.lesson_context import LessonLinks, LessonPage, lesson_page

# They fit on one sheet: no animation, and one kernel to repair.
_KINDS: Final = ("cell", "cell", "shape", "inputs", "kernel")


@dataclass(frozen=True)
class WorksheetQuestion:
    question: str
    tables: list[Table]
    outputs: list[Table]
    answer: str


@dataclass(frozen=True)
class Worksheet:
    lesson: LessonPage
    seed: int
    next_seed: str
    questions: list[WorksheetQuestion]


def worksheet_page(lesson: Lesson, seed: int, links: LessonLinks) -> Worksheet:
    """Two worksheets of neighbouring seeds have no exercise in common."""
    questions = [
        _question(lesson, kind, seed * len(_KINDS) + number, links) for number, kind in enumerate(_KINDS)
    ]
    next_seed = (
        f"/learn/{lesson.name}/worksheet{links.query or '?'}{'&' if links.query else ''}seed={seed + 1}"
    )
    return Worksheet(lesson_page(lesson, links), seed, next_seed, questions)


def _question(lesson: Lesson, kind: str, seed: int, links: LessonLinks) -> WorksheetQuestion:
    exercise = make_exercise(kind, seed, lesson.name)
    described = describe_exercise(exercise, links.language)
    answer = judge(exercise, None, True, links.language)["explanation"]
    tables = [] if kind == "shape" else number_tables(exercise.scene, _one_filter(exercise))
    return WorksheetQuestion(described["question"], tables, output_tables(described, links.texts), answer)


def _one_filter(exercise: Exercise) -> int | None:
    """The output channel that is asked about: the others would not fit on the sheet."""
    if isinstance(exercise, CellExercise | InputsExercise) and not exercise.scene.plan.is_transposed:
        return exercise.cell[0]
    return None
