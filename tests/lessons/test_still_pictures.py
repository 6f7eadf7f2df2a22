"""Each step's still picture shows what its text names, and no answer before it is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from app.lessons.lesson_files import Lesson, Step, lessons
from app.lessons.markup import spans_of
from app.lessons.references import value_of
from app.lessons.still_pictures import draw_step, step_figure, step_parts
from app.services.figures.colors import PALETTES
from app.services.figures.drawing import Drawing
from app.services.figures.numbers import Number

LANGUAGES = ("en", "zh-CN")
STEPS = [
    pytest.param(lesson, step, id=f"{lesson.name}/{step.name}")
    for lesson in lessons().values()
    for step in lesson.steps
    if step.task is None or step.task.kind != "exercise"
]
ACCENT = PALETTES["light"].accent


def runs_of(drawing: Drawing) -> list[str | Number]:
    return [run for text in drawing.texts for run in text.runs]


def numbers_of(drawing: Drawing) -> set[float]:
    return {float(run.value) for run in runs_of(drawing) if isinstance(run, Number)}


def names_of(drawing: Drawing) -> set[str]:
    words = " ".join(run for run in runs_of(drawing) if isinstance(run, str))
    return set(re.findall(r"\b[XK]\[[\d, ]+\]", words))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_a_picture_shows_what_the_text_names(lesson: Lesson, step: Step, language: str) -> None:
    texts, drawing = lesson.texts[language].steps[step.name], draw_step(step, "light", language)
    numbers, names = numbers_of(drawing), names_of(drawing)
    spans = [span for text in (texts.text, texts.task or "") for span in spans_of(text)]
    missing = set()
    for span in spans:
        if span.reference is None:
            continue
        kind, index = span.reference.kind, span.reference.index
        value = value_of(span.reference, step.scene, step.cell)
        has_number = value is None or value in numbers
        if not has_number or not has_place(step, kind, index, names):
            missing.add(str(span.reference))
    assert not missing


def has_place(step: Step, kind: str, index: tuple[int, ...], names: set[str]) -> bool:
    """Whether the picture has the grid, and of the output the cell, that a thing of the stage stands in."""
    if kind in ("kernel", "weight"):
        return f"K[{index[0]}, {index[1]}]" in names
    if kind == "input":
        return f"X[{index[0]}]" in names
    figure = step_figure(step)
    return kind != "output" or (index[0] == step.cell[0] and figure.has_output_cell(*index[1:]))


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_a_picture_has_the_channels_that_the_text_names(lesson: Lesson, step: Step) -> None:
    if step.scene.weight is None or step.description.view == "matrix":
        return
    texts, names = lesson.texts["en"].steps[step.name], names_of(draw_step(step, "light", "en"))
    said = f"{texts.text} {texts.task}"
    channels = {*re.findall(r"channels? (\d)", said), *re.findall(r"X\[(\d)\]", said)}
    assert {f"X[{channel}]" for channel in channels} <= names


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_no_picture_holds_an_answer_before_it_is_asked_for(lesson: Lesson, step: Step) -> None:
    if step.description.direction != "forward":
        return
    figure, parts = step_figure(step), step_parts(step)
    for later in lesson.steps[step.number - 1 :]:
        asked: Any = later.predicted_cell
        if asked is None or later.scene.id != step.scene.id:
            continue
        window = figure.window
        placed = (window.out_channel, window.row, window.col)
        is_drawn = asked[0] == placed[0] and figure.has_output_cell(*asked[1:])
        assert not is_drawn, later.name
        if asked == placed:
            accents = [box for box in draw_step(step, "light", "en").boxes if box.stroke == ACCENT]
            assert len(accents) == 1, "only the output cell is framed, not the input that wins"
            sums = len(figure.summed) if "sums" in parts else 0
            assert sums < figure.scene.plan.channels_per_step
            target = later.target
            assert target and not (target.kind == "sum" and target.index[0] < sums)


def test_a_half_of_a_window_is_drawn_as_far_as_it_has_come() -> None:
    step = next(step for step in lessons()["input-channels"].steps if step.name == "first")
    drawing = draw_step(step, "light", "en")
    said = ["".join(run if isinstance(run, str) else run.text for run in text.runs) for text in drawing.texts]
    assert "Y[0, 0, 0] = 19 + …" in said
    assert {19, 12} <= numbers_of(drawing) and not {37, 20, 56} & numbers_of(drawing)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"view": "sparse"}, "sparse"),
        ({"direction": "input"}, "input"),
        ({"view": "matrix"}, "matrix"),
    ],
)
def test_what_no_figure_draws_is_refused(change: dict[str, str], said: str) -> None:
    step = next(step for step in lessons()["dilation-groups"].steps if step.name == "groups")
    changed = replace(step, description=step.description.model_copy(update=change))
    with pytest.raises(ValueError, match=said):
        draw_step(changed, "light", "en")
