"""Numbers told apart by the mistake that leads to them: the chapter's first window, by hand."""

from __future__ import annotations

import pytest

from app.lessons.exercise import diagnose
from app.lessons.exercises import make_exercise
from app.lessons.inputs_exercise import InputsExercise, cells_read
from app.lessons.lesson_files import lessons
from app.lessons.lesson_texts import Text, say
from app.lessons.misconceptions import Belief, beliefs, near_misses
from app.lessons.references import check_reference, parse_reference
from app.lessons.sum_misconceptions import sum_beliefs
from app.scenes.presets import PRESETS

CHAPTER = PRESETS["two-channels"].scene


@pytest.mark.parametrize(
    ("misconception", "value"),
    [
        ("other_slice", 1 * 0 + 2 * 1 + 4 * 2 + 5 * 3),
        ("other_window", 0 * 1 + 1 * 2 + 3 * 3 + 4 * 4),
        ("other_channel", 19),
        ("kernel_flipped", 1 * 4 + 2 * 3 + 4 * 2 + 5 * 1),
        ("window_summed", 1 + 2 + 4 + 5),
        ("running_sum", 19 + 37),
    ],
)
def test_a_wrong_channel_sum_is_told_from_its_mistake(misconception: str, value: float) -> None:
    told = diagnose(value, sum_beliefs(CHAPTER, (0, 0, 0), 1))
    assert told and told.misconception == misconception


@pytest.mark.parametrize("lesson", list(lessons()))
def test_what_is_lit_is_there(lesson: str) -> None:
    scenes = [make_exercise("cell", seed, lesson).scene for seed in range(5)]
    for scene in [*scenes, *(step.scene for step in lessons()[lesson].steps)]:
        last = tuple(size - 1 for size in scene.plan.output_shape)
        for cell in ((0, 0, 0), (last[0], last[1], last[2])):
            found = [*beliefs(scene, cell), *near_misses(scene, cell)]
            found += [
                b for channel in scene.plan.in_channels(cell[0]) for b in sum_beliefs(scene, cell, channel)
            ]
            for belief in found:
                if belief.lit is not None:
                    check_reference(parse_reference(belief.lit), scene)
                    assert belief.lit != f"output {','.join(map(str, cell))}"


@pytest.mark.parametrize(
    ("misconception", "lit"),
    [
        ("only_first_channel", "sum 0"),
        ("channels_not_added", "sum 1"),
        ("channels_averaged", None),
        ("one_slice_for_all", "weight 0,1,0,0"),
        ("kernel_flipped", "weight 0,0,0,0"),
    ],
)
def test_the_term_of_a_mistake_is_lit(misconception: str, lit: str | None) -> None:
    assert {b.lit for b in beliefs(CHAPTER, (0, 0, 0)) if b.misconception == misconception} == {lit}


@pytest.mark.parametrize(
    ("direction", "by_rows", "by_cols"),
    [("to the right", 0, 1), ("to the left", 0, -1), ("down", 1, 0), ("up", -1, 0)],
)
def test_a_window_that_stands_beside_is_told(direction: str, by_rows: int, by_cols: int) -> None:
    scene = PRESETS["dilated"].scene
    exercise = InputsExercise(scene, (0, 1, 1))
    beside = [[c, row + by_rows, col + by_cols] for c, row, col in cells_read(scene, (0, 1, 1))]
    height, width = scene.input.shape[1:]
    assert all(0 <= row < height and 0 <= col < width for _, row, col in beside)
    told = exercise.judge(beside).diagnosis
    assert told
    assert f"too far {direction}." in say(told.said, "en")


def test_the_first_channel_has_no_running_sum_of_its_own() -> None:
    assert "running_sum" not in [belief.misconception for belief in sum_beliefs(CHAPTER, (0, 0, 0), 0)]


def test_one_slice_for_all_channels() -> None:
    told = diagnose(19 + 25, beliefs(CHAPTER, (0, 0, 0)))
    assert told and told.misconception == "one_slice_for_all"


@pytest.mark.parametrize(("ways", "misconception"), [(1, "a"), (2, "a"), (3, None)])
def test_a_number_that_several_mistakes_lead_to(ways: int, misconception: str | None) -> None:
    found = [Belief(name, 7, Text("diagnosis.other_filter", {"filter": name})) for name in "abc"[:ways]]
    # The same mistake found twice is one.
    told = diagnose(7, [*found, found[0]])
    assert (told and told.misconception) == misconception
    if ways == 2:
        assert told
        sentences = [say(belief.said, "en") for belief in found]
        assert all(sentence in say(told.said, "en") for sentence in sentences)


@pytest.mark.parametrize(
    ("answer", "is_told"),
    [(30.6667, True), (30.67, True), (30.7, True), (30.6, False), (31, False), (30, False)],
)
def test_a_fraction_may_be_written_rounded(answer: float, is_told: bool) -> None:
    found = [Belief("channels_averaged", 30.6667, Text("diagnosis.channels_averaged", {"channels": 3}))]
    assert bool(diagnose(answer, found)) == is_told
