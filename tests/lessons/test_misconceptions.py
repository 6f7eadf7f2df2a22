"""Numbers told apart by the mistake that leads to them: the chapter's first window, by hand."""

from __future__ import annotations

import pytest

from app.lessons.exercise import diagnose
from app.lessons.lesson_texts import Text, say
from app.lessons.misconceptions import Belief, beliefs
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
