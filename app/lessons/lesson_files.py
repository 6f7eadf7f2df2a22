"""Reads the lessons: one folder each, with a description of its steps and its texts per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from app.i18n.languages import LANGUAGES
from app.lessons.layer_ranges import LayerRanges
from app.lessons.references import Reference, parse_reference
from app.limits import Limits
from app.scenes.operation_models import StrictModel
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.services.requests.models import SceneBody
from app.services.scene_builder import scene_from_body
from app.settings import LESSONS

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Weight = list[list[list[list[float]]]]
ExerciseKind = Literal["cell", "shape", "inputs", "kernel", "animation"]
RefText = Annotated[str, Field(description="a part of the stage, such as `output 0,0,1` or `sum 0`")]


_TASK_FIELDS: Final = ("target", "value", "answer", "exercise", "weight", "rate")


class Task(StrictModel):
    """What the reader does in a step."""

    kind: Literal["predict", "click", "scrub", "change", "choose", "descend", "exercise"] = Field(
        description="predict: type the number of `target`; click: select it; scrub: go to its window; "
        "change: edit numbers until it is `value`; choose: one of the texts' choices; descend: train the "
        "scene's weight until it is `weight`; exercise: one made from a seed"
    )
    target: RefText | None = None
    value: float | None = Field(None, description="of change: what the target is to become")
    answer: Name | None = Field(None, description="of choose: the name of the right choice")
    exercise: ExerciseKind | None = None
    weight: Weight | None = Field(None, description="of descend: its output is what the layer is trained on")
    rate: Annotated[float, Field(gt=0)] | None = Field(None, description="of descend: the learning rate")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        needs = {
            "predict": ("target",), "click": ("target",), "scrub": ("target",), "change": ("target", "value"),
            "choose": ("answer",), "exercise": ("exercise",), "descend": ("weight", "rate"),
        }[self.kind]  # fmt: skip
        given = tuple(name for name in _TASK_FIELDS if getattr(self, name) is not None)
        if given != needs:
            raise ValueError(f"a task of kind {self.kind} has {', '.join(needs)}, not {', '.join(given)}")
        return self


class StepDescription(StrictModel):
    """One step: a scene at a moment, what is lit, what is locked, what the reader does."""

    name: Name
    preset: str | None = Field(
        None, description="a preset's name; else `scene`, else the scene of the step before"
    )
    scene: SceneBody | None = Field(None, description="a scene as POST /api/v1/scenes takes it")
    moment: Annotated[list[int], Field(min_length=3, max_length=3)] | None = Field(
        None,
        description="output channel, row, column of the window that has just been placed; none: the start",
    )
    tick: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="how many ticks of the window are over, at the granularity; 0: the window has come, and "
        "nothing is multiplied yet; none: all of them",
    )
    granularity: Literal["product", "channel", "window"] | None = None
    view: Literal["stage", "scatter", "matrix", "sparse"] = "stage"
    direction: Literal["forward", "input", "weight", "bias"] = Field(
        default="forward",
        description="the forward pass, or the gradient to this tensor, whose cells the moment then counts",
    )
    highlight: RefText | None = Field(None, description="what is lit when the step is opened")
    lock: list[Literal["time", "cells", "numbers"]] = Field(
        default=[], description="what the reader cannot do: go to other moments, select cells, edit numbers"
    )
    play: bool = Field(default=False, description="whether time runs when the step is opened")
    task: Task | None = None

    @model_validator(mode="after")
    def _one_scene(self) -> Self:
        if self.preset is not None and self.scene is not None:
            raise ValueError("a step has a preset or a scene, not both")
        if self.preset is not None and self.preset not in PRESETS:
            raise ValueError(f"there is no preset {self.preset!r}; there are {', '.join(PRESETS)}")
        return self


class LessonDescription(StrictModel):
    """lesson.toml: the steps, the same in every language."""

    order: int = Field(description="place in the index")
    minutes: Annotated[int, Field(ge=1, le=60)]
    picture: Name = Field(description="the step whose scene is the lesson's picture")
    layers: LayerRanges = Field(
        default=LayerRanges(), description="what the layers of its exercises are like"
    )
    steps: list[StepDescription] = Field(min_length=2)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError(f"two steps have one name: {', '.join(names)}")
        if self.picture not in names:
            raise ValueError(f"picture is {self.picture!r}, which is no step; there are {', '.join(names)}")
        if self.steps[0].preset is None and self.steps[0].scene is None:
            raise ValueError("the first step has no scene")
        return self


class Choice(StrictModel):
    """One answer to a question, and what is said to whoever chooses it."""

    text: str
    reply: str


class StepTexts(StrictModel):
    """A step in one language; `docs/lessons.md` says how texts are written."""

    title: str
    text: str
    task: str | None = Field(None, description="what to do, or the question")
    done: str | None = Field(None, description="what is said when it is done")
    hint: str | None = None
    choices: dict[Name, Choice] = Field(default={}, description="by the names that lesson.toml uses")


class LessonTexts(StrictModel):
    """en.toml, zh-CN.toml: everything that a lesson says."""

    title: str
    line: str = Field(description="one sentence for the index")
    steps: dict[Name, StepTexts]


@dataclass(frozen=True)
class Step:
    """A step with its scene."""

    description: StepDescription
    scene: Scene
    number: int

    @property
    def name(self) -> str:
        return self.description.name

    @property
    def task(self) -> Task | None:
        return self.description.task

    @property
    def cell(self) -> tuple[int, int, int]:
        """The output cell whose window the step shows."""
        moment = self.description.moment or [0, 0, 0]
        return moment[0], moment[1], moment[2]

    @property
    def has_placed_window(self) -> bool:
        """Whether the output cell of the moment's window has its number."""
        return self.description.moment is not None and self.description.tick is None

    @property
    def target(self) -> Reference | None:
        """What the task is about."""
        task = self.task
        return parse_reference(task.target) if task and task.target else None

    @property
    def predicted_cell(self) -> tuple[int, int, int] | None:
        """The output cell whose number, or whose terms, are to be predicted."""
        target = self.target
        if self.task is None or self.task.kind != "predict" or target is None:
            return None
        if target.kind != "output":
            return self.cell
        channel, row, col = target.index
        return channel, row, col


@dataclass(frozen=True)
class Lesson:
    """A lesson, its texts by language."""

    name: str
    description: LessonDescription
    texts: Mapping[str, LessonTexts]

    @cached_property
    def steps(self) -> list[Step]:
        steps: list[Step] = []
        for number, description in enumerate(self.description.steps, 1):
            scene = _scene(description) or steps[-1].scene
            steps.append(Step(description, scene, number))
        return steps

    @property
    def picture(self) -> Step:
        return next(step for step in self.steps if step.name == self.description.picture)


def _scene(description: StepDescription) -> Scene | None:
    if description.preset is not None:
        return PRESETS[description.preset].scene
    return scene_from_body(description.scene, Limits()) if description.scene else None


def read_lesson(folder: Path) -> Lesson:
    """Raises ValidationError for files that are not as they should be, ValueError for steps without texts."""
    description = LessonDescription.model_validate(_toml(folder / "lesson.toml"))
    texts = {code: LessonTexts.model_validate(_toml(folder / f"{code}.toml")) for code in LANGUAGES}
    names = [step.name for step in description.steps]
    for code, each in texts.items():
        if list(each.steps) != names:
            raise ValueError(f"{folder.name}/{code}.toml has steps {list(each.steps)}, lesson.toml {names}")
        for step in description.steps:
            _check_choices(f"{folder.name}/{code}.toml", step, each.steps[step.name])
    return Lesson(folder.name, description, texts)


def _check_choices(file: str, step: StepDescription, texts: StepTexts) -> None:
    task = step.task
    if task is None:
        return
    if task.kind != "exercise" and texts.task is None:
        raise ValueError(f"{file}: step {step.name} has a task, but no text for it")
    if task.kind == "choose" and task.answer not in texts.choices:
        raise ValueError(f"{file}: step {step.name} has no choice {task.answer!r}")


def _toml(file: Path) -> object:
    return tomllib.loads(file.read_text("utf-8"))


@cache
def lessons() -> Mapping[str, Lesson]:
    """Every lesson by name, in the order of the index."""
    unsorted = [read_lesson(file.parent) for file in LESSONS.glob("*/lesson.toml")]
    return {lesson.name: lesson for lesson in sorted(unsorted, key=lambda lesson: lesson.description.order)}


def lesson_scenes() -> Mapping[str, Scene]:
    """The scenes of all steps, by id."""
    return {step.scene.id: step.scene for lesson in lessons().values() for step in lesson.steps}
