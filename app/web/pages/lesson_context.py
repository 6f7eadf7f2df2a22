"""The contexts of the lessons' templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.i18n.languages import catalogue
from app.lessons.exercise import diagnose, scene_body
from app.lessons.exercises import describe_exercise, judge, make_exercise
from app.lessons.ledger_sentence import ledger_sentence
from app.lessons.lesson_files import Choice, Lesson, Step, lessons
from app.lessons.lesson_texts import lesson_catalogue, say
from app.lessons.markup import Block, Span, parse_line, parse_markup
from app.lessons.misconceptions import Belief, Cell, beliefs, near_misses
from app.lessons.references import Reference, value_of
from app.lessons.still_pictures import draw_step
from app.lessons.sum_misconceptions import sum_beliefs
from app.scenes.scene import Scene
from app.services.initial_data import InitialRequest, initial_data
from app.services.summary import API_PREFIX, page_url, scene_url, summarize
from app.web.pages.exercise_tables import Table, animation_tables, number_tables, output_tables
from app.web.pages.workbench import first_messages

# Whole pages show the exercises of this one.
FIRST_SEED = 1


@dataclass(frozen=True)
class LessonLinks:
    """What a page is shown in. query: what links carry on: `?lang=zh-CN`, or nothing."""

    language: str
    query: str
    theme: str | None

    @property
    def texts(self) -> Mapping[str, str]:
        return lesson_catalogue(self.language)


@dataclass(frozen=True)
class Picture:
    """The still picture of a moment; dark is None where the reader has chosen a theme."""

    light: str
    dark: str | None
    alt: str


@dataclass(frozen=True)
class ChoiceText:
    name: str
    text: list[Span]
    reply: list[Span]
    right: bool


@dataclass(frozen=True)
class Practice:
    """An exercise of a fixed seed, for readers without scripts."""

    kind: str
    question: str
    tables: list[Table]
    explanation: str


@dataclass(frozen=True)
class StepPage:
    """One step, ready to be shown."""

    number: int
    name: str
    url: str
    title: str
    blocks: list[Block]
    picture: Picture | None
    task_kind: str | None
    task: list[Span]
    done: list[Span]
    hint: list[Span]
    choices: list[ChoiceText]
    practice: Practice | None


@dataclass(frozen=True)
class LessonPage:
    number: int
    name: str
    url: str
    worksheet: str
    title: str
    line: str
    minutes: int
    picture: Picture
    steps: list[StepPage]


@dataclass(frozen=True)
class LessonLink:
    title: str
    url: str


@dataclass(frozen=True)
class LiveStep:
    """A step beside the stage. `boot` is what the script begins with."""

    lesson: LessonPage
    step: StepPage
    previous: str | None
    next: str | None
    # What comes after the last step.
    next_lesson: LessonLink | None
    explore: str
    boot: Mapping[str, Any]


def lesson_page(lesson: Lesson, links: LessonLinks) -> LessonPage:
    texts, url = lesson.texts[links.language], f"/learn/{lesson.name}"
    return LessonPage(
        lesson.description.order,
        lesson.name,
        f"{url}{links.query}",
        f"{url}/worksheet{links.query}",
        texts.title,
        texts.line,
        lesson.description.minutes,
        _index_picture(lesson.picture, links),
        [_step_page(lesson, step, links) for step in lesson.steps],
    )


def lesson_step(lesson: Lesson, number: int, links: LessonLinks) -> LiveStep:
    page, step = lesson_page(lesson, links), lesson.steps[number - 1]
    beside = {at.number: at.url for at in page.steps}
    explore = f"{page_url(step.scene)}{links.query}"
    if step.description.direction != "forward":
        explore += f"{'&' if links.query else '?'}direction={step.description.direction}"
    return LiveStep(
        page,
        page.steps[number - 1],
        beside.get(number - 1),
        beside.get(number + 1),
        _lesson_after(lesson, links) if number == len(lesson.steps) else None,
        explore,
        _boot(lesson, step, links),
    )


def _lesson_after(lesson: Lesson, links: LessonLinks) -> LessonLink | None:
    others = list(lessons().values())
    for after in others[others.index(lesson) + 1 :]:
        return LessonLink(after.texts[links.language].title, f"/learn/{after.name}/1{links.query}")
    return None


def _step_page(lesson: Lesson, step: Step, links: LessonLinks) -> StepPage:
    texts, task = lesson.texts[links.language].steps[step.name], step.task
    kind, url = task.kind if task else None, f"/learn/{lesson.name}/{step.number}"
    return StepPage(
        step.number,
        step.name,
        f"{url}{links.query}",
        texts.title,
        parse_markup(texts.text),
        _step_picture(step, url, links) if _has_picture(step) else None,
        kind,
        parse_line(texts.task or ""),
        parse_line(texts.done or ""),
        parse_line(texts.hint or ""),
        [_choice(name, choice, task.answer if task else None) for name, choice in texts.choices.items()],
        _practice(lesson, task.exercise, links) if task and task.exercise else None,
    )


def _choice(name: str, choice: Choice, answer: str | None) -> ChoiceText:
    return ChoiceText(name, parse_line(choice.text), parse_line(choice.reply), name == answer)


def _has_picture(step: Step) -> bool:
    """An exercise has tables."""
    return step.task is None or step.task.kind != "exercise"


def _step_picture(step: Step, url: str, links: LessonLinks) -> Picture:
    alt = links.texts["picture.alt"]
    if step.description.direction != "forward":
        alt = f"{alt} {draw_step(step, 'light', links.language).summary}"
    elif step.has_placed_window:
        alt = f"{alt} {ledger_sentence(step.scene, step.cell)}"
    return _picture(f"{url}/picture.svg", {}, links, alt)


def _index_picture(step: Step, links: LessonLinks) -> Picture:
    channel, row, col = step.cell
    query = {"out_channel": channel, "row": row, "col": col, "parts": "input,kernel,output"}
    # Numbers that are still to come may be what the reader is asked for.
    query |= {"output_cells": "through" if step.has_placed_window else "before"}
    return _picture(f"{scene_url(step.scene)}/figure.svg", query, links, links.texts["picture.alt"])


def _picture(url: str, query: Mapping[str, object], links: LessonLinks, alt: str) -> Picture:
    def themed(theme: str) -> str:
        return f"{url}?{urlencode({**query, 'theme': theme, 'lang': links.language}, safe=',')}"

    return Picture(themed(links.theme or "light"), None if links.theme else themed("dark"), alt)


def _practice(lesson: Lesson, kind: str, links: LessonLinks) -> Practice:
    exercise = make_exercise(kind, FIRST_SEED, lesson.name)
    described = describe_exercise(exercise, links.language)
    answer = judge(exercise, None, True, links.language)
    tables = number_tables(exercise.scene) if kind != "shape" else []
    tables += output_tables(described, links.texts) + animation_tables(described, links.texts)
    return Practice(kind, described["question"], tables, answer["explanation"])


def _boot(lesson: Lesson, step: Step, links: LessonLinks) -> dict[str, Any]:
    scene, description = step.scene, step.description
    summary = summarize(scene, initial_data(scene, InitialRequest(step.cell[0])), language=links.language)
    return {
        "scene": scene.id,
        "language": links.language,
        "api": API_PREFIX,
        "summary": summary,
        "messages": first_messages(catalogue(links.language)),
        "autoplay": description.play,
        "presets": {},
        "lesson": {
            "name": lesson.name,
            "step": step.number,
            "steps": len(lesson.steps),
            "moment": description.moment,
            "tick": description.tick,
            "granularity": description.granularity,
            "view": description.view,
            "direction": description.direction,
            "highlight": description.highlight,
            "lock": description.lock,
            "asked_later": _cells_asked_later(lesson, step),
            "task": _task(step, links) if step.task else None,
            "texts": {key: text for key, text in links.texts.items() if key.startswith("live.")},
        },
    }


def _cells_asked_later(lesson: Lesson, step: Step) -> list[tuple[int, int, int]]:
    """The output cells of this step's scene that a later step asks for."""
    later = lesson.steps[step.number :]
    cells = (other.predicted_cell for other in later if other.scene.id == step.scene.id)
    return [cell for cell in cells if cell]


def _task(step: Step, links: LessonLinks) -> dict[str, Any]:
    """The task, with what the page cannot compute: it has the backend's numbers only."""
    task, scene = step.task, step.scene
    assert task is not None
    described: dict[str, Any] = task.model_dump(exclude_none=True)
    if task.kind == "predict" and step.target is not None:
        described["cell"] = step.predicted_cell
        described["expected"] = value_of(step.target, scene, step.cell)
        described["beliefs"] = _told(step.target, scene, step.cell, links.language)
    if task.kind == "descend":
        described["scene"] = scene_body(scene)
    return described


def _told(target: Reference, scene: Scene, cell: Cell, language: str) -> list[dict[str, Any]]:
    """What comes out under each misconception that a wrong number can be told from."""
    right = value_of(target, scene, cell)
    found, near = (
        [belief for belief in kind if belief.value != right] for kind in _beliefs(target, scene, cell)
    )
    told = [diagnose(value, found, near) for value in dict.fromkeys(belief.value for belief in found + near)]
    return [
        {"value": belief.value, "explanation": say(belief.said, language), "lit": belief.lit}
        for belief in told
        if belief
    ]


def _beliefs(target: Reference, scene: Scene, cell: Cell) -> tuple[Iterable[Belief], Iterable[Belief]]:
    """The misconceptions, and the near misses."""
    if target.kind == "output":
        channel, row, col = target.index
        return beliefs(scene, (channel, row, col)), near_misses(scene, (channel, row, col))
    return (sum_beliefs(scene, cell, *target.index) if target.kind == "sum" else ()), ()
