"""What lessons say is true of their scenes, and the same in every language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch.nn.functional import conv2d

from app.lessons.lesson_files import Lesson, Step, StepTexts, lessons, read_lesson
from app.lessons.markup import Span, parse_markup, spans_of
from app.lessons.references import check_reference, parse_reference, value_of

LANGUAGES = ("en", "zh-CN")
STEPS = [
    pytest.param(lesson, step, id=f"{lesson.name}/{step.name}")
    for lesson in lessons().values()
    for step in lesson.steps
]


def all_texts(texts: StepTexts) -> Iterator[str]:
    for text in (texts.title, texts.text, texts.task, texts.done, texts.hint):
        yield text or ""
    for choice in texts.choices.values():
        yield choice.text
        yield choice.reply


def spans(texts: StepTexts) -> list[Span]:
    return [span for text in all_texts(texts) for span in spans_of(text)]


def number(text: str) -> float | None:
    plain = text.replace("−", "-").replace("\u00a0", "").replace(" ", "")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def test_there_are_the_lessons_of_the_chapter_and_more() -> None:
    names = list(lessons())
    assert len(names) >= 9
    assert [lesson.description.order for lesson in lessons().values()] == list(range(1, len(names) + 1))


@pytest.mark.parametrize(("lesson", "step"), STEPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_named_are_those_of_the_scene(lesson: Lesson, step: Step, language: str) -> None:
    cell = step.cell
    for span in spans(lesson.texts[language].steps[step.name]):
        if span.reference is None:
            continue
        check_reference(span.reference, step.scene)
        said = number(span.text)
        value = value_of(span.reference, step.scene, cell)
        if said is not None:
            assert value == pytest.approx(said), span
    for text in (step.description.highlight, step.task and step.task.target):
        if text:
            check_reference(parse_reference(text), step.scene)


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_a_prediction_stands_on_its_window_before_the_number(lesson: Lesson, step: Step) -> None:
    if step.predicted_cell is not None:
        assert step.cell == step.predicted_cell, lesson.name
        assert not step.has_placed_window, lesson.name


# Sums that are written out: `1 · 1 + 2 · 2 = 5`, `⌊111.5⌋ + 1 = 112`, `(2 + 1 + 5 + 0) / 4 = 2`.
EQUATION = re.compile(r"[⌊(\d][-\d.+−·/ ()⌊⌋]*(?:= [-(⌊−]*\d[-\d.+−·/ ()⌊⌋]*)+")


def value_in(expression: str) -> Fraction:
    """An expression in whole numbers and decimals, ⌊ ⌋ rounded down."""
    while match := re.search(r"⌊([^⌊⌋]*)⌋", expression):
        inner = value_in(match[1])
        expression = expression.replace(match[0], f"({inner.numerator // inner.denominator})")
    python = expression.replace("−", "-").replace("·", "*")
    python = re.sub(r"\d+(\.\d+)?", lambda found: f"Fraction('{found[0]}')", python)
    return Fraction(eval(python.strip(" -+*/") if python.strip().endswith(("-", "+")) else python))


def equations(text: str) -> Iterator[list[str]]:
    plain = re.sub(r"\[\[[^|]*\|(.+?)\]\](?!\])", r"\1", text).replace("$", " ")
    plain = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1) / (\2)", plain)
    plain = plain.replace("\\left\\lfloor", "⌊").replace("\\right\\rfloor", "⌋").replace("\\cdot", "·")
    # Digits are grouped by spaces.
    plain = re.sub(r"(?<=\d) (?=\d{3}\b)", "", plain)
    for match in EQUATION.finditer(plain):
        sides = [side.strip(" .") for side in match[0].split("=")]
        if all(re.search(r"\d", side) for side in sides):
            yield sides


@pytest.mark.parametrize(("lesson", "step"), STEPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_sums_that_are_written_out_are_right(lesson: Lesson, step: Step, language: str) -> None:
    for text in all_texts(lesson.texts[language].steps[step.name]):
        for sides in equations(text):
            if any(side.count("(") != side.count(")") for side in sides):
                continue
            for first, second in pairwise(sides):
                assert value_in(first) == value_in(second), (sides, text)


def test_sums_are_found() -> None:
    (found,) = equations("[[sum 0|19]] + [[sum 1|37]] = [[output 0,0,0|56]].")
    assert found == ["19 + 37", "56"]
    assert value_in("⌊(224 + 2 − 3) / 2⌋ + 1") == 112
    checked = [
        sides
        for lesson in lessons().values()
        for texts in lesson.texts["en"].steps.values()
        for text in all_texts(texts)
        for sides in equations(text)
    ]
    assert len(checked) > 40


def named(texts: StepTexts) -> Counter[str]:
    return Counter(str(span.reference) for span in spans(texts) if span.reference)


def formulas(texts: StepTexts) -> list[str]:
    return [span.text for span in spans(texts) if span.kind == "formula"]


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_languages_say_the_same(lesson: Lesson, step: Step) -> None:
    english, chinese = (lesson.texts[language].steps[step.name] for language in LANGUAGES)
    for name in ("task", "done", "hint"):
        assert bool(getattr(english, name)) == bool(getattr(chinese, name)), name
    assert list(english.choices) == list(chinese.choices)
    named = [
        Counter(str(span.reference) for span in spans(texts) if span.reference)
        for texts in (english, chinese)
    ]
    assert named[0] == named[1]
    formulas = [
        [span.text for span in spans(texts) if span.kind == "formula"] for texts in (english, chinese)
    ]
    assert formulas[0] == formulas[1]
    for text in all_texts(chinese):
        prose = " ".join(span.text for span in spans_of(text) if span.kind not in ("formula", "code"))
        assert not re.search(r"\b(the|is|of|and|which|are)\b", prose), text
        assert "," not in re.sub(r"[\[(][^\])]*[\])]", "", prose), text


# Words that a reader who knows only matrices cannot know, as the languages have them.
TERMS = {
    "en": r"""signals? kernels? weights? window products? stride bias batch tensor axes shape layers? learnt
        edges slices? channel\ sum filters? pixel fully\ connected padding dilation groups depthwise""",
    "zh-CN": r"""信号 卷积核 权重 窗口 乘积 步幅 偏置 批量 张量 轴 形状 神经网络 学来的 通道和 滤波器 像素
        全连接层 填充 空洞 学习率""",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_is_explained_where_it_is_first_used(language: str) -> None:
    """There it is set in bold, or names what is lit on the stage."""
    texts = [
        lesson.texts[language].steps[step.name] for lesson in lessons().values() for step in lesson.steps
    ]
    for term in re.split(r"(?<!\\)\s+", TERMS[language]):
        word = re.compile(rf"\b{term}\b" if language == "en" else term, re.IGNORECASE)
        uses = ([s for part in (t.text, t.task or "", t.done or "") for s in spans_of(part)] for t in texts)
        first = next(found for each in uses if (found := [span for span in each if word.search(span.text)]))
        assert first[0].kind in ("strong", "name"), (term, first[0].text)


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_tasks_can_be_done(lesson: Lesson, step: Step) -> None:
    task, texts = step.task, lesson.texts["en"].steps[step.name]
    if task is None:
        assert texts.task is None and not texts.choices
        return
    if task.kind == "exercise":
        return
    assert texts.task and texts.done
    if task.kind == "choose":
        assert len(texts.choices) >= 3 and len({c.text for c in texts.choices.values()}) == len(texts.choices)
    else:
        assert texts.hint
    allowed = {"click": "cells", "scrub": "time", "change": "numbers"}
    assert allowed.get(task.kind) not in step.description.lock
    if task.kind == "predict":
        assert {"time", "cells"} <= {*step.description.lock}, "they would show the answer"


def test_every_kind_of_exercise_is_somewhere() -> None:
    kinds = {step.task.exercise for lesson in lessons().values() for step in lesson.steps if step.task}
    assert {"cell", "shape", "inputs", "kernel", "animation"} <= kinds


def test_the_learnt_kernel() -> None:
    """Gradients by hand, as the text tells them, and the number of steps that it promises."""
    lesson = lessons()["learning-a-kernel"]
    step = next(step for step in lesson.steps if step.name == "descend")
    assert step.task and step.task.weight and step.task.rate and step.scene.weight is not None
    x, weight = step.scene.input, step.scene.weight.clone().requires_grad_()
    target = conv2d(x, x.new_tensor(step.task.weight))
    loss = (conv2d(x, weight) - target).square().sum()
    loss.backward()
    assert loss.item() == 10.5
    assert weight.grad is not None and weight.grad.flatten().tolist() == [6, 24]


BAD: dict[str, tuple[str, str, str]] = {
    "no texts for a step": ("en.toml", "[steps.largest]", "[steps.largests]"),
    "an unknown field": ("lesson.toml", "minutes", "hours"),
    "an unknown preset": ("lesson.toml", 'preset = "max-pooling"', 'preset = "min-pooling"'),
    "a choice that is not there": ("lesson.toml", 'answer = "two"', 'answer = "three"'),
    "no text for a task": ("en.toml", 'task = "What will Y[0, 1, 1] be?"', ""),
    "a task without its target": ("lesson.toml", ', target = "output 0,1,1"', ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_lesson_that_is_not_as_it_should_be(tmp_path: Path, name: str) -> None:
    source = Path(__file__).parents[2] / "lessons" / "pooling"
    for file in source.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    read_lesson(tmp_path)
    file_name, old, new = BAD[name]
    file = tmp_path / file_name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ValueError, match=r"."):
        read_lesson(tmp_path)


@pytest.mark.parametrize(
    "text", ["windows", "output 0,0", "output 0,0,0,0", "input x", "sum", "outputs 0,0,0"]
)
def test_references_to_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_reference(text)


def test_markup() -> None:
    text = "One **strong** *word*, `code`, $a_i$ and [[kernel 0,0|K[0, 0]]].\n\n- a\n- b\n\n$$x = 1$$"
    blocks = parse_markup(text)
    assert [block.kind for block in blocks] == ["paragraph", "list", "formula"]
    kinds = [(span.kind, span.text) for span in blocks[0].lines[0] if span.kind != "plain"]
    assert kinds == [
        ("strong", "strong"),
        ("emphasis", "word"),
        ("code", "code"),
        ("formula", "a_i"),
        ("name", "K[0,\u00a00]"),
    ]
    assert [line[0].text for line in blocks[1].lines] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("What is Y[0, 1, 2]?", "Y[0,~1,~2]"),
        ("the slice [[kernel 0,0|K[0, 0]]]", "K[0,~0]"),
        ("1 · 2 + 3 · (−1) = −1", "1~·~2 + 3~·~(−1) = −1"),
        ("a kernel of 3 × 3", "3~×~3"),
        ("of shape [32, 100, 1]", "[32, 100, 1]"),
    ],
)
def test_no_line_breaks_within_an_index_or_a_product(text: str, together: str) -> None:
    assert together in "".join(span.text for span in spans_of(text)).replace("\u00a0", "~")


@pytest.mark.parametrize("language", LANGUAGES)
def test_multiply_adds_are_those_of_the_layers(language: str) -> None:
    """Of the two halves of a separable layer, and of the full layer in their place."""
    lesson = lessons()["dilation-groups"]
    texts = lesson.texts[language].steps
    plans = {step.name: step.scene.plan for step in lesson.steps}
    halves = plans["depthwise"].products, plans["pointwise"].products
    _, height, width = plans["depthwise"].input_shape
    full = conv2d(torch.ones(1, 3, height, width), torch.ones(2, 3, 3, 3)).sum()
    assert f"= {halves[0]}" in texts["depthwise"].text
    for count in (sum(halves), int(full)):
        assert f"= {count}" in (texts["pointwise"].done or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letters_of_a_matrix_are_said_where_it_is_first_shown(language: str) -> None:
    lesson, step = next(
        (lesson, step)
        for lesson in lessons().values()
        for step in lesson.steps
        if step.description.view == "matrix"
    )
    text = lesson.texts[language].steps[step.name].text
    for letter in "ocuvij":
        assert re.search(rf"(?<![A-Za-z]){letter}(?![A-Za-z])", text), letter
