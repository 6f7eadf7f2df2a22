"""What exercises of every kind have in common: made from a seed, judged, explained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar, Final, NamedTuple, TypeVar

from app.formats.json_encoding import to_array
from app.lessons.layer_ranges import LayerRanges
from app.lessons.lesson_texts import Text
from app.lessons.misconceptions import Belief
from app.scenes.scene import Scene, describe

# Layers that are tried: after the first of them one is taken in which misconceptions may coincide.
_ATTEMPTS: Final = 400
_CLEAR_ATTEMPTS: Final = 60
_MAX_CHOICES: Final = 4


class Judgement(NamedTuple):
    correct: bool
    diagnosis: Belief | None = None


@dataclass(frozen=True)
class Exercise(ABC):
    """One question about a layer. The same kind, seed and lesson make the same one."""

    kind: ClassVar[str]
    scene: Scene
    # Whether stride, padding and the like are told: where they never differ, nobody has heard of them.
    tells_layer: bool = field(default=True, kw_only=True)

    @property
    @abstractmethod
    def question(self) -> Text: ...

    @property
    @abstractmethod
    def expected(self) -> Any:
        """The right answer, as JSON has it."""

    @property
    @abstractmethod
    def hints(self) -> Sequence[Text]:
        """Two: where to look, and the first part of the answer."""

    @property
    @abstractmethod
    def explanation(self) -> Text:
        """The right answer, with where it comes from."""

    @property
    def members(self) -> Mapping[str, Any]:
        """What the question names beside the scene."""
        return {}

    @abstractmethod
    def judge(self, answer: Any) -> Judgement:
        """Of an answer of the right form. Raises ConvError for one that does not fit the layer."""

    @property
    @abstractmethod
    def is_valid(self) -> bool:
        """Whether it can be solved, and no misconception gives the right answer."""

    @property
    def is_clear(self) -> bool:
        """Whether no two misconceptions give the same answer."""
        return True


E = TypeVar("E", bound=Exercise)


def random_for(kind: str, seed: int, lesson: str) -> Random:
    return Random(f"{kind} {lesson} {seed}")  # noqa: S311


def first_good(make: Callable[[], E]) -> E:
    """The first valid exercise, and among the first ones the first clear one."""
    valid: E | None = None
    for attempt in range(_ATTEMPTS):
        if valid is not None and attempt >= _CLEAR_ATTEMPTS:
            break
        exercise = make()
        if not exercise.is_valid:
            continue
        if exercise.is_clear:
            return exercise
        valid = valid or exercise
    if valid is None:
        raise RuntimeError("these ranges make no exercise")
    return valid


def diagnose(answer: Any, found: Iterable[Belief], further: Iterable[Belief] = ()) -> Belief | None:
    """
    The misconception that gives this answer. Where two do, both are told, under the first one's name; where
    more do, none, since any may be the wrong one. further: asked where none of those that are found gives it.
    """
    ways = _ways_to(answer, found) or _ways_to(answer, further)
    if len(ways) == 2:
        both = {"first": ways[0].said, "second": ways[1].said}
        lit = ways[0].lit if ways[0].lit == ways[1].lit else None
        return ways[0]._replace(said=Text("diagnosis.either", both), lit=lit)
    return ways[0] if len(ways) == 1 else None


def _ways_to(answer: Any, found: Iterable[Belief]) -> list[Belief]:
    """Those that give this answer, each that says something else."""
    return list({repr(belief.said): belief for belief in found if _is_answer(belief.value, answer)}.values())


def _is_answer(value: Any, answer: Any) -> bool:
    """Whether an answer is a value, or a fraction rounded to the decimals that the answer is written with."""
    if value == answer or not (isinstance(value, float) and isinstance(answer, float)):
        return bool(value == answer)
    decimals = len(repr(answer).partition(".")[2])
    return not answer.is_integer() and round(value, decimals) == answer


def are_distinct(found: Sequence[Belief]) -> bool:
    return all(len(_ways_to(belief.value, found)) == 1 for belief in found)


def choices(expected: Any, wrong: Iterable[Any], others: Iterable[Any], random: Random) -> list[Any]:
    """The right answer among up to three wrong ones, of misconceptions first; no two are the same."""
    distinct = list(dict.fromkeys(value for value in wrong if value != expected))
    random.shuffle(distinct)
    chosen = [expected, *distinct[: _MAX_CHOICES - 1]]
    for value in others:
        if len(chosen) == _MAX_CHOICES:
            break
        if value not in chosen:
            chosen.append(value)
    random.shuffle(chosen)
    return chosen


def scene_body(scene: Scene) -> dict[str, Any]:
    """The scene as a request has it."""
    tensors = {name: {"data": to_array(values)} for name, values in scene.tensors.items()}
    return {**tensors, "operation": describe(scene.plan.operation), "dtype": scene.dtype}


Make = Callable[[LayerRanges, Random], Exercise]
