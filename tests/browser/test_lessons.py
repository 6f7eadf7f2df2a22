"""Every lesson walked through with the keyboard alone, and the numbers of its text read from the stage."""

from __future__ import annotations

import json
import re
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, Route, expect

from app.i18n.languages import LANGUAGES
from app.lessons.exercises import KINDS, make_exercise
from app.lessons.kernel_exercise import KernelExercise
from app.lessons.lesson_files import Lesson, Step, lessons
from app.lessons.misconceptions import with_weight
from tests.browser.test_accessibility import violations
from tests.support.page import PHONE, OpenPage, point_at_cell, wait_until_painted
from tests.support.polling import wait_until

LINE = "#step-description"


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until an element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        if page.evaluate("(selector) => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


def numbers_in(text: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in re.findall(r"[−-]?\d+(?:\.\d+)?", text)]


def is_number(text: str) -> bool:
    return re.fullmatch(r"[−-]?\d+(?:\.\d+)?", text) is not None


def says(page: Page, number: float) -> bool:
    return number in numbers_in(page.locator(LINE).inner_text())


def check_named_numbers(page: Page, where: str) -> int:
    """Each number of the text that names a thing is the one that the stage says when it is lit."""
    seen = 0
    for word in page.locator(where).all():
        said = word.inner_text()
        word.focus()
        expect(word).to_have_class(re.compile("is-lit"))
        if not is_number(said):
            continue
        wait_until(
            partial(says, page, float(said.replace("−", "-"))),
            20,
            message=f"{word.get_attribute('data-reference')} is {said} in the text, and on the stage: "
            f"{page.locator(LINE).inner_text()}",
        )
        seen += 1
    return seen


def do_task(page: Page, step: Step) -> None:
    assert step.task is not None
    DOING[step.task.kind](page, step)
    expect(page.locator("#task.is-done")).to_be_visible()


def is_done(page: Page) -> bool:
    return page.locator("#task.is-done").count() == 1


def predict(page: Page, _: Step) -> None:
    """First a number that no misconception gives."""
    tab_to(page, "#prediction")
    page.keyboard.type("987654")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-wrong")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type(f"{expected_number(page):g}")
    page.keyboard.press("Enter")


def choose(page: Page, step: Step) -> None:
    assert step.task is not None
    tab_to(page, 'input[name="choice"]')
    page.keyboard.press("Space")
    for _ in range(6):
        if page.locator('input[name="choice"]:checked').get_attribute("value") == step.task.answer:
            return
        page.keyboard.press("ArrowDown")


def click(page: Page, step: Step) -> None:
    go_to_cell(page, "output", *target_of(step))
    page.keyboard.press("Enter")


def scrub(page: Page, _step: Step) -> None:
    tab_to(page, "#next")
    for _ in range(20):
        if is_done(page):
            return
        page.keyboard.press("Shift+ArrowRight")


def change(page: Page, _: Step) -> None:
    """X[1, 1, 1] has the weight 4, and 4 are missing."""
    go_to_cell(page, "input", 1, 1, 1)
    page.keyboard.type("6")
    page.keyboard.press("Enter")


def descend(page: Page, _step: Step) -> None:
    tab_to(page, "#descent-run")
    for _ in range(3):
        if is_done(page):
            return
        before = page.locator("#descent-kernel").inner_text()
        page.keyboard.press("Enter")
        expect(page.locator("#descent-kernel")).not_to_have_text(before)
        page.wait_for_load_state("networkidle")


DOING = {
    "predict": predict, "choose": choose, "click": click, "scrub": scrub, "change": change,
    "descend": descend,
}  # fmt: skip


def expected_number(page: Page) -> float:
    return float(
        page.evaluate("JSON.parse(document.querySelector('#boot').textContent).lesson.task.expected")
    )


def target_of(step: Step) -> tuple[int, int, int]:
    assert step.target is not None
    channel, row, col = step.target.index
    return channel, row, col


def go_to_cell(page: Page, grid: str, channel: int, row: int, col: int) -> None:
    tab_to(page, f"#cells-{grid}")
    for _ in range(12):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    if grid == "input":
        for _ in range(channel):
            page.keyboard.press("PageDown")
    for _ in range(row):
        page.keyboard.press("ArrowDown")
    for _ in range(col):
        page.keyboard.press("ArrowRight")


def give_up(page: Page) -> None:
    """An exercise of a seed that nobody knows: shows its answer, and then the layer on the stage."""
    expect(page.locator("#task-more > .row:last-child button")).to_have_count(4)
    tab_to(page, "#task-more > .row:last-child button:nth-of-type(2)")
    for _ in ("first hint", "second hint", "answer"):
        page.keyboard.press("Enter")
    expect(page.locator("#lesson:not(.checking)")).to_be_visible()
    expect(page.locator("#feedback")).not_to_be_empty()


def show_answer(page: Page) -> None:
    """It is offered after the hints."""
    answer = page.get_by_role("button", name="Show the answer")
    hint = page.get_by_role("button", name="Hint")
    said = []
    for _ in range(2):
        expect(answer).to_be_hidden()
        hint.click()
        said.append(page.locator("#feedback").inner_text())
    assert len(set(said)) == 2
    assert "" not in said
    expect(hint).to_be_hidden()
    answer.click()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(lessons()))
def test_a_lesson_by_keyboard(open_page: OpenPage, name: str, language: str) -> None:
    lesson: Lesson = lessons()[name]
    page = open_page(f"/learn/{name}/1?lang={language}", viewport={"width": 1366, "height": 768})
    named = 0
    for step in lesson.steps:
        texts = lesson.texts[language].steps[step.name]
        expect(page.locator("#step-title")).to_have_text(texts.title)
        expect(page.locator('.lesson-steps [aria-current="step"]')).to_have_text(str(step.number))
        if step.task and step.task.kind == "exercise":
            give_up(page)
        else:
            expect(page.locator("#stage")).to_have_attribute("data-scene", step.scene.id)
            named += check_named_numbers(page, "#lesson-text .reference")
            if step.task:
                do_task(page, step)
                named += check_named_numbers(page, "#feedback .reference")
        tab_to(page, "#next")
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/learn(/(?!{name}/)[a-z0-9-]+/1)?(\?.*)?$"))
    page.goto(f"{page.url.partition('/learn')[0]}/learn?lang={language}")
    expect(page.locator(f'[data-lesson="{name}"] .lesson-progress')).not_to_be_empty()
    assert named >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise(open_page: OpenPage, kind: str) -> None:
    """A wrong answer is told as wrong, the hints follow, and the right one opens the stage."""
    lesson, number = where(kind)
    exercise = make_exercise(kind, 3, lesson)
    page = open_page(f"/learn/{lesson}/{number}?seed=3")
    expect(page.locator("#task-more")).to_contain_text("Exercise 3")
    if kind == "cell":
        page.locator("#task-more input").fill("123456")
    elif kind == "shape":
        for field in page.locator("#task-more input").all():
            field.fill("77")
    elif kind == "inputs":
        page.locator("#task-more .plane button").first.click()
    elif kind == "animation":
        other = "b" if exercise.expected == "a" else "a"
        page.locator(f'input[name="letter"][value="{other}"]').check()
    page.locator("#task-more button.main").click()
    expect(page.locator("#feedback.is-wrong")).to_be_visible()
    page.get_by_role("button", name="Hint").click()
    expect(page.locator("#feedback")).to_have_class("feedback")
    answer(page, kind, exercise.expected)
    page.locator("#task-more button.main").click()
    expect(page.locator("#feedback.is-right")).to_contain_text("Right.")
    expect(page.locator("#lesson:not(.checking) #stage")).to_be_visible()
    page.get_by_role("button", name="Another one").click()
    expect(page.locator("#task-more")).to_contain_text("Exercise 4")
    assert "seed=4" in page.url


NO_NUMBER = "That is no number: write it as in 3, −2 or 0.5."
MISSING = {
    "cell": "Type a number first.",
    "shape": "Type the numbers first.",
    "inputs": "Choose the cells first.",
    "kernel": "Type the numbers first.",
    "animation": "Choose A or B first.",
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_missing(open_page: OpenPage, kind: str) -> None:
    lesson, number = where(kind)
    page = open_page(f"/learn/{lesson}/{number}?seed=3")
    expect(page.locator("#task-more")).to_contain_text("Exercise 3")
    for typed in ("", "much"):
        if kind in ("cell", "shape", "kernel"):
            page.locator("#task-more input").last.fill(typed)
        page.locator("#task-more button.main").click()
        is_text = typed and kind in ("cell", "shape", "kernel")
        expect(page.locator("#feedback.is-wrong")).to_have_text(NO_NUMBER if is_text else MISSING[kind])


def test_a_prediction_that_is_missing(open_page: OpenPage) -> None:
    page = open_page("/learn/one-number/3")
    for typed, said in {"": "Type a number first.", "much": NO_NUMBER, "7,0": NO_NUMBER}.items():
        page.locator("#prediction").fill(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#feedback.is-wrong")).to_have_text(said)
    page.locator("#prediction").fill("７")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-right")).to_be_visible()
    expect(page.locator("#hint")).to_be_hidden()


@pytest.mark.parametrize("how", ["answered", "given up"])
def test_a_repaired_kernel_is_on_the_stage(open_page: OpenPage, how: str) -> None:
    """And what is said of it is in sight, however long the question is."""
    lesson, number = where("kernel")
    exercise = make_exercise("kernel", 3, lesson)
    assert isinstance(exercise, KernelExercise)
    page = open_page(f"/learn/{lesson}/{number}?seed=3", viewport={"width": 1024, "height": 500})
    expect(page.locator("#task-more")).to_contain_text("Exercise 3")
    if how == "answered":
        answer(page, "kernel", exercise.expected)
        page.locator("#task-more button.main").click()
    else:
        show_answer(page)
    expect(page.locator("#lesson:not(.checking)")).to_be_visible()
    repaired = with_weight(exercise.scene, exercise.repaired)
    assert repaired.id != exercise.scene.id
    expect(page.locator("#stage")).to_have_attribute("data-scene", repaired.id)
    differs = torch.tensor(exercise.members["output"]) != torch.tensor(exercise.members["wanted"])
    cell = ", ".join(map(str, differs.nonzero()[0].tolist()))
    expect(page.locator(LINE)).to_contain_text(f"Y[{cell}]")
    expect(page.locator("#feedback")).to_be_in_viewport()


def last_exercises() -> list[str]:
    """Where the way on has the longest text."""
    ends = [(name, lesson.steps[-1]) for name, lesson in lessons().items()]
    return [f"{name}/{step.number}" for name, step in ends if step.task and step.task.exercise]


@pytest.mark.parametrize("step", last_exercises())
def test_an_answer_is_not_behind_the_way_on(open_page: OpenPage, step: str) -> None:
    page = open_page(f"/learn/{step}?seed=7", viewport={"width": 1366, "height": 768})
    show_answer(page)
    expect(page.locator("#lesson:not(.checking)")).to_be_visible()
    way = page.locator(".lesson-nav").bounding_box()
    assert way is not None
    wait_until(lambda: bottom(page, "#feedback") <= way["y"], 10, message=step)


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise_that_is_presented_fills_the_screen(
    open_page: OpenPage, kind: str, size: tuple[int, int]
) -> None:
    width, height = size
    lesson, number = where(kind)
    page = open_page(f"/learn/{lesson}/{number}?seed=7", viewport={"width": width, "height": height})
    expect(page.locator("#task-more")).to_contain_text("Exercise 7")
    page.locator("h1").click()
    page.keyboard.press("p")
    expect(page.locator(".bar")).to_be_hidden()
    task = page.locator("#task").bounding_box()
    assert task is not None
    assert task["width"] > 0.8 * width
    way = page.locator(".lesson-nav").bounding_box()
    assert way is not None
    assert bottom(page, "#task-more button.main") <= way["y"]
    if kind == "animation":
        tops = [panel.bounding_box() for panel in page.locator(".animation").all()]
        assert len({box["y"] for box in tops if box}) == 1


def test_the_cells_of_the_answer_are_chosen_in_the_tables(open_page: OpenPage) -> None:
    page = open_page("/learn/two-dimensions/6?seed=7")
    page.locator("#task-more .plane button").last.click()
    show_answer(page)
    expect(page.locator("#lesson:not(.checking)")).to_be_visible()
    exercise = make_exercise("inputs", 7, "two-dimensions")
    assert isinstance(exercise.expected, list)
    expect(page.locator('.plane button[aria-pressed="true"]')).to_have_count(len(exercise.expected))
    for cell in exercise.expected:
        name = f"X[{', '.join(map(str, cell))}] ="
        expect(page.locator(f'.plane button[aria-label^="{name}"]')).to_have_attribute("aria-pressed", "true")


def test_a_click_on_the_input_is_answered(open_page: OpenPage) -> None:
    page = open_page("/learn/two-dimensions/3", viewport={"width": 1366, "height": 768})
    x, y = point_at_cell(page, "X[0, 0, 0]")
    page.locator("#stage").click(position={"x": x, "y": y})
    expect(page.locator("#feedback.is-wrong")).to_contain_text("a cell of the input")


def test_the_next_lesson_follows_the_last_step(open_page: OpenPage) -> None:
    page = open_page("/learn/one-number/7")
    page.locator("#next").click()
    expect(page.locator("#step-title")).to_have_text("A window on a picture")


def where(kind: str) -> tuple[str, int]:
    """A step with an exercise of this kind."""
    for lesson in lessons().values():
        for step in lesson.steps:
            if step.task and step.task.exercise == kind:
                return lesson.name, step.number
    raise AssertionError(kind)


def answer(page: Page, kind: str, expected: object) -> None:
    if kind == "cell":
        page.locator("#task-more input").fill(str(expected))
    elif kind == "shape":
        assert isinstance(expected, list)
        for field, size in zip(page.locator("#task-more input").all(), expected, strict=True):
            field.fill(str(size))
    elif kind == "inputs":
        assert isinstance(expected, list)
        first = page.locator("#task-more .plane button").first
        if first.get_attribute("aria-pressed") == "true":
            first.click()
        for cell in expected:
            index = ", ".join(map(str, cell))
            page.locator(f'#task-more .plane button[aria-label^="X[{index}]"]').click()
    elif kind == "kernel":
        fields = page.locator("#task-more .plane input").all()
        assert isinstance(expected, np.ndarray)
        for field, value in zip(fields, expected.flatten(), strict=True):
            field.fill(f"{value:g}")
    else:
        page.locator(f'input[name="letter"][value="{expected}"]').check()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_page: OpenPage, theme: str, language: str) -> None:
    """On a step of each kind, with a check open, and on the pages without a stage."""
    kinds: dict[str, str] = {}
    for lesson in lessons().values():
        for step in lesson.steps:
            task = step.task
            kind = f"{task.kind} {task.exercise}" if task else "none"
            kinds.setdefault(kind, f"/learn/{lesson.name}/{step.number}")
    page = open_page(f"/learn/input-channels/1?lang={language}", color_scheme=theme)
    for path in kinds.values():
        page.goto(f"{page.url.partition('/learn')[0]}{path}?lang={language}&seed=3")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_load_state("networkidle")
        assert violations(page) == [], path
    for path in ("/learn", "/learn/input-channels", "/learn/output-channels/worksheet"):
        page.goto(f"{page.url.partition('/learn')[0]}{path}?lang={language}")
        assert violations(page) == [], path


def test_words_and_stage_light_each_other(open_page: OpenPage) -> None:
    page = open_page("/learn/input-channels/4")
    word = page.locator('[data-reference="sum 1"]')
    word.hover()
    expect(page.locator(LINE)).to_contain_text("37")
    page.locator("#cells-output").focus()
    expect(page.locator('[data-reference="output 0,0,0"]')).to_have_class(re.compile("is-lit"))


def test_words_about_another_filter_show_it_while_they_are_pointed_at(open_page: OpenPage) -> None:
    page = open_page("/learn/output-channels/5")
    shown = page.locator("#out-channel-chooser input")
    for reference, channel in (("bias 0", "0"), ("bias 2", "2")):
        page.locator(f'[data-reference="{reference}"]').hover()
        expect(shown).to_have_value(channel)
        page.locator("h1").hover()
        expect(shown).to_have_value("1")


def test_locks_hold_until_the_task_is_done(open_page: OpenPage) -> None:
    page = open_page("/learn/one-number/3")
    position = page.locator("#timeline-position")
    before = position.text_content() or ""
    page.locator("h1").click()
    page.keyboard.press("End")
    expect(position).to_have_text(before)
    assert page.locator(".transport").evaluate("(element) => element.inert")
    expect(page.locator(".lock-reason")).to_have_text("Time is free again once the task is done")
    page.locator("#prediction").fill("7")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-right")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("End")
    expect(position).not_to_have_text(before)
    expect(page.locator(".lock-reason")).to_be_hidden()


@pytest.mark.parametrize("path", ["/learn/input-channels/3", "/learn/output-size/2", "/learn/one-number/3"])
def test_terms_that_hold_the_answer_come_with_it(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    terms, opener = page.locator("#ledger-detail"), page.locator("#all-terms")
    expect(terms).to_be_hidden()
    expect(opener).to_be_hidden()
    step = json.loads(page.locator("#boot").text_content() or "")["lesson"]
    page.locator("#prediction").fill(str(step["task"]["expected"]))
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-right")).to_be_visible()
    opener.click()
    expect(terms).to_contain_text(str(round(step["task"]["expected"])))


def asked_from(lesson: Lesson, step: Step) -> list[tuple[int, ...]]:
    """The output cells of the step's scene whose numbers, or sums, this step or a later one asks for."""
    cells = []
    for other in lesson.steps[step.number - 1 :]:
        if other.task and other.task.kind == "predict" and other.scene.id == step.scene.id:
            kind, _, index = (other.task.target or "").partition(" ")
            cells.append(tuple(map(int, index.split(","))) if kind == "output" else other.cell)
    return cells


@pytest.mark.parametrize("name", list(lessons()))
def test_no_step_lists_terms_that_are_asked_for_later(open_page: OpenPage, name: str) -> None:
    page, lesson = open_page(f"/learn/{name}/1"), lessons()[name]
    terms, opener = page.locator("#ledger-detail"), page.locator("#all-terms")
    for step in lesson.steps:
        if not is_staged(step):
            continue
        page.goto(f"{page.url.rpartition('/')[0]}/{step.number}")
        page.wait_for_selector("html[data-ready]", state="attached")
        if not step.has_placed_window and step.cell in asked_from(lesson, step):
            expect(opener).to_be_hidden()
            expect(terms).to_be_hidden()
        else:
            expect(opener).to_be_visible()
            opener.click()
            expect(terms).to_be_visible()


def is_staged(step: Step) -> bool:
    exercise = step.task is not None and step.task.kind == "exercise"
    return not exercise and step.description.direction == "forward"


def test_terms_are_listed_once_their_number_is_in_the_output(open_page: OpenPage) -> None:
    """Time is free before the step that asks for the second cell."""
    page = open_page("/learn/input-channels/4")
    opener = page.locator("#all-terms")
    expect(opener).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(LINE)).to_contain_text("Channel 0 adds 25")
    expect(opener).to_be_hidden()
    page.keyboard.press("Shift+ArrowRight")
    expect(opener).to_be_visible()


def test_a_number_that_was_asked_for_is_on_the_stage_once_it_is_there(open_page: OpenPage) -> None:
    """A changed input cell shows what multiplies it; then the output shows its numbers again."""
    page = open_page("/learn/input-channels/9")
    point_at_cell(page, "X[1, 1, 1]")
    page.mouse.down()
    page.mouse.up()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-right")).to_be_visible()
    expect(page.locator("#step-description")).to_contain_text("Y[0, 0, 0] = 60")


@pytest.mark.parametrize("name", ["one-number/6", "two-dimensions/4"])
def test_the_way_on_is_in_sight_beside_a_long_text(open_page: OpenPage, name: str) -> None:
    page = open_page(f"/learn/{name}", viewport={"width": 1366, "height": 768})
    text = page.locator("#lesson-text")
    assert text.evaluate("(element) => element.scrollHeight > element.clientHeight")
    expect(page.locator(".lesson-nav .button")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(lessons()))
def test_the_text_and_its_picture_are_in_sight_on_a_phone(
    open_page: OpenPage, name: str, language: str
) -> None:
    page = open_page(f"/learn/{name}/1?lang={language}", **PHONE)
    for step in lessons()[name].steps:
        expect(page.locator("#step-title")).to_have_text(
            lessons()[name].texts[language].steps[step.name].title
        )
        if page.locator(".lesson.checking").count() == 0:
            wait_until_painted(page)
            expect(page.locator("#step-title")).to_be_in_viewport(ratio=1)
            expect(page.locator("#lesson-text > p:not(.lesson-where)").first).to_be_in_viewport(ratio=0.5)
            expect(page.locator("#stage")).to_be_in_viewport(ratio=0.5)
            expect(page.locator("#next")).to_be_in_viewport(ratio=1)
            # A long text scrolls above the stage, and the stage stays.
            page.locator("#lesson-text").evaluate("(text) => text.scrollTo(0, text.scrollHeight)")
            expect(page.locator("#stage")).to_be_in_viewport(ratio=0.5)
            expect(page.locator("#next")).to_be_in_viewport(ratio=1)
        if step.number < len(lessons()[name].steps):
            page.locator("#next").click()


def test_an_exercise_on_a_signal_is_drawn_as_one(open_page: OpenPage) -> None:
    page = open_page("/learn/one-number/7?seed=3")
    exercise = make_exercise("cell", 3, "one-number")
    expect(page.locator("#task-more")).to_contain_text("Exercise 3")
    answer(page, "cell", exercise.expected)
    page.locator("#task-more button.main").click()
    expect(page.locator("#feedback.is-right")).to_contain_text(re.compile(r"Y\[0, \d\] = "))
    expect(page.locator("#step-description")).to_contain_text(re.compile(r"output cell Y\[0, \d\]\."))
    expect(page.locator("#error-message")).to_be_hidden()


def test_the_next_step_shows_its_terms(open_page: OpenPage) -> None:
    page = open_page("/learn/input-channels/3")
    page.locator("#next").click()
    expect(page.locator("#step-title")).not_to_have_text("The second channel, in the same place")
    expect(page.locator("#all-terms")).to_be_visible()


def test_a_misconception_is_told_at_once(open_page: OpenPage) -> None:
    """Y[0, 0, 1] = 25 + 47: whoever leaves the second channel out is told so."""
    page = open_page("/learn/input-channels/5")
    page.locator("#prediction").fill("25")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-wrong")).to_contain_text("only channel 0 counts")
    expect(page.locator(".reference.is-lit")).to_have_text("25")
    expect(page.locator(LINE)).to_contain_text("Channel 0 adds up to 25")


def test_the_channel_of_a_misconception_is_lit_in_its_table(open_page: OpenPage) -> None:
    page = open_page("/learn/input-channels/11?seed=7")
    page.locator("#task-more input").fill("-7")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-wrong")).to_contain_text("only channel 0 counts")
    expect(page.locator(".plane.is-lit caption")).to_have_text(["X[0]", "K[0, 0]"])


@pytest.mark.parametrize(
    ("path", "right", "wrong"), [("one-number/3", "7", "2"), ("two-dimensions/2", "25", "19")]
)
def test_a_right_answer_is_right_after_a_wrong_one(
    open_page: OpenPage, path: str, right: str, wrong: str
) -> None:
    page = open_page(f"/learn/{path}")
    for value, state in ((right, "is-right"), (wrong, "is-wrong"), (right, "is-right")):
        page.locator("#prediction").fill(value)
        page.keyboard.press("Enter")
        expect(page.locator(f"#feedback.{state}")).to_be_visible()


def test_the_closing_text_follows_each_right_choice(open_page: OpenPage) -> None:
    page = open_page("/learn/output-channels/5")
    for choice in ("map", "cell", "map"):
        page.locator(f'input[name="choice"][value="{choice}"]').check()
    closing = page.locator("#done-text").evaluate("(template) => template.content.textContent.trim()")
    expect(page.locator("#feedback.is-right")).to_contain_text(closing)


def test_the_window_before_is_told(open_page: OpenPage) -> None:
    page = open_page("/learn/one-number/3")
    page.locator("#prediction").fill("5")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback.is-wrong")).to_have_text("That is the number of the window before.")


def test_presenting_goes_from_step_to_step(open_page: OpenPage) -> None:
    page = open_page("/learn/input-channels/3", viewport={"width": 1920, "height": 1080})
    measure = "({ clientWidth, clientHeight }) => [clientWidth, clientHeight]"
    room = page.locator("#stage-room")
    plain = room.evaluate(measure)
    page.locator("h1").click()
    page.keyboard.press("p")
    expect(page.locator(".bar")).to_be_hidden()
    # The stage gains on both sides; tests/frontend/views/stage has what it makes of it.
    wait_until(
        lambda: all(after > before for after, before in zip(room.evaluate(measure), plain, strict=True))
    )
    page.keyboard.press("PageDown")
    expect(page.locator("#step-title")).to_have_text("Added up")
    expect(page.locator(".bar")).to_be_hidden()
    size = page.locator(".lesson-text p").nth(1).evaluate("(p) => parseFloat(getComputedStyle(p).fontSize)")
    assert size >= 24
    page.keyboard.press("PageUp")
    expect(page.locator("#step-title")).to_have_text("The second channel, in the same place")
    page.keyboard.press("Escape")
    expect(page.locator(".bar")).to_be_visible()


def test_an_exercise_that_is_presented_has_the_whole_width(open_page: OpenPage) -> None:
    page = open_page("/learn/two-dimensions/6", viewport={"width": 1920, "height": 1080})
    page.locator("h1").click()
    page.keyboard.press("p")
    expect(page.locator(".bar")).to_be_hidden()
    box = page.locator("#lesson-text").bounding_box()
    assert box and box["width"] > 1900


def test_back_and_forward(open_page: OpenPage) -> None:
    page = open_page("/learn/pooling/1")
    page.locator("#next").click()
    expect(page.locator("#step-title")).to_have_text("Another window")
    page.go_back()
    expect(page.locator("#step-title")).to_have_text("Keep the largest")
    page.go_forward()
    expect(page.locator("#step-title")).to_have_text("Another window")
    assert page.url.endswith("/learn/pooling/2")


def test_off_the_rails_and_back(open_page: OpenPage) -> None:
    """With the moment and the view of the step; the way back stays there, whatever is looked at meanwhile."""
    page = open_page("/learn/one-by-one/4")
    page.locator("#explore").click()
    page.wait_for_url(re.compile(r"/s/.*view=matrix.*learn=one-by-one"))
    page.go_back()
    expect(page.locator("#step-title")).to_be_visible()
    page = open_page("/learn/input-channels/6")
    page.locator("#explore").click()
    page.wait_for_url(re.compile(r"/s/.*step=0,1,1"))
    page.locator("#direction").select_option("input")
    expect(page.locator("#gradient-tools")).to_be_visible()
    page.locator("#lesson-back").click()
    page.wait_for_url(re.compile(r"/learn/input-channels/6$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_back_is_in_sight_on_a_phone(open_page: OpenPage, language: str) -> None:
    page = open_page(f"/learn/input-channels/6?lang={language}", **PHONE)
    page.locator("#explore").click()
    page.wait_for_url(re.compile(r"/s/"))
    back = page.locator("#lesson-back")
    for direction in ("forward", "input"):
        page.locator("#direction").select_option(direction)
        expect(back).to_be_in_viewport(ratio=1)
        box = back.bounding_box()
        assert box and box["height"] >= 24
        for part in ("#stage", ".bar", "#timeline-position", "#play"):
            other = page.locator(part).bounding_box()
            assert other and (
                other["y"] >= box["y"] + box["height"] - 1 or other["y"] + other["height"] <= box["y"] + 1
            ), part
        expect(page.locator("#play")).to_be_in_viewport(ratio=1)
    back.click()
    page.wait_for_url(re.compile(r"/learn/input-channels/6"))


def test_an_exercise_is_explored_and_come_back_to(open_page: OpenPage) -> None:
    page = open_page("/learn/input-channels/11?seed=7")
    show_answer(page)
    expect(page.locator("#lesson:not(.checking)")).to_be_visible()
    solved = make_exercise("cell", 7, "input-channels").scene.id
    expect(page.locator("#stage")).to_have_attribute("data-scene", solved)
    page.locator("#explore").click()
    page.wait_for_url(re.compile(rf"/s/{solved}\?"))
    page.locator("#lesson-back").click()
    page.wait_for_url(re.compile(r"/learn/input-channels/11\?seed=7$"))


def descend_once(page: Page) -> None:
    page.locator("#descent-run").click()


# A task whose answer is on its way when its reader goes on: what asks the page for a layer.
LEFT = {
    "descent": ("learning-a-kernel", 4, descend_once),
    "exercise": ("learning-a-kernel", 6, show_answer),
}
ASKED = "/api/v1/scenes?include=initial"


@pytest.mark.parametrize("task", LEFT)
def test_what_comes_late_does_not_replace_another_step(open_page: OpenPage, task: str) -> None:
    name, number, begin = LEFT[task]
    page = open_page(f"/learn/{name}/{number}")
    held: list[Route] = []
    page.route(lambda url: url.endswith(ASKED), lambda route: held.append(route))
    begin(page)
    wait_until(lambda: page.evaluate("1") and held)
    before = lessons()[name].steps[number - 2]
    page.locator("#previous").click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", before.scene.id)
    answered = held[0].fetch()
    held[0].fulfill(response=answered)
    page.wait_for_load_state("networkidle")
    wait_until_painted(page)
    assert answered.json()["id"] != before.scene.id
    expect(page.locator("#stage")).to_have_attribute("data-scene", before.scene.id)


def test_the_learning_rate_by_hand(open_page: OpenPage) -> None:
    page = open_page("/learn/learning-a-kernel/4")
    expect(page.locator("#task-more")).to_contain_text("6, 24")
    page.locator("#rate").fill("0.5")
    for _ in range(8):
        if page.locator("#feedback.is-wrong").count():
            break
        before = page.locator("#task-more").inner_text()
        page.locator("#descent-run").click()
        expect(page.locator("#task-more")).not_to_have_text(before)
        page.wait_for_load_state("networkidle")
    page.locator("#descent-reset").click()
    expect(page.locator("#descent-kernel")).to_contain_text("0.5, 0")
    expect(page.locator("#task-more")).to_contain_text("Gradient: 6, 24")


def test_the_gradient_is_that_of_the_kernel_beside_it(open_page: OpenPage) -> None:
    page = open_page("/learn/learning-a-kernel/4")
    gradient = page.locator("#task-more p", has_text="Gradient:")
    expect(gradient).to_have_text("Gradient: 6, 24")
    for wrong in ("", "-1", "0"):
        page.locator("#rate").fill(wrong)
        page.locator("#descent-run").click()
        expect(page.locator("#feedback.is-wrong")).to_contain_text("a number above 0")
    page.locator("#rate").fill("0.05")
    page.locator("#descent-step").click()
    expect(gradient).not_to_have_text("Gradient: 6, 24")
    expect(page.locator("#feedback")).to_have_text("")
    page.locator("#rate").fill("100")
    page.locator("#descent-run").click()
    expect(page.locator("#feedback.is-wrong")).to_contain_text("smaller learning rate")
    expect(gradient).to_have_count(0)
    page.locator("#descent-reset").click()
    expect(gradient).to_have_text("Gradient: 6, 24")
    expect(page.locator("#feedback")).to_have_text("")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gradient_on_the_stage(open_page: OpenPage, language: str) -> None:
    """It is autograd's, moves with time, and is gone in the step that follows."""
    step = lessons()["learning-a-kernel"].steps[2]
    assert step.scene.weight is not None
    goal = torch.tensor([[[[1.0, -1.0]]]], dtype=step.scene.weight.dtype)
    weight = step.scene.weight.clone().requires_grad_()
    error = F.conv2d(step.scene.input[None], weight) - F.conv2d(step.scene.input[None], goal)
    (expected,) = torch.autograd.grad(error.square().sum(), [weight])
    page = open_page(f"/learn/learning-a-kernel/2?lang={language}")
    page.goto(page.url.replace("/2?", "/3?"))
    sentence = page.locator("#step-sentence")
    for v in (1, 0):
        expect(sentence).to_have_text(re.compile(rf"^dK\[0, 0, 0, {v}\] = .*= {expected[0, 0, 0, v]:.0f}$"))
        page.keyboard.press("Shift+ArrowLeft")
    page.locator(".lesson-steps a").nth(3).click()
    expect(sentence).to_have_text(re.compile(r"^Y\[0, 0, 1\] = "))


@pytest.mark.parametrize("name", list(lessons()))
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, name: str) -> None:
    page = open_page(f"/learn/{name}/1?lang=zh-CN", **PHONE)
    for step in lessons()[name].steps:
        expect(page.locator("#step-title")).to_have_text(
            lessons()[name].texts["zh-CN"].steps[step.name].title
        )
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, step.name
        if step.number < len(lessons()[name].steps):
            page.locator("#next").click()


def test_progress_stays_in_the_browser(open_page: OpenPage) -> None:
    page = open_page("/learn/two-dimensions/1")
    page.goto(page.url.replace("/two-dimensions/1", ""))
    expect(page.locator('[data-lesson="two-dimensions"] .lesson-progress')).to_have_text("step 1 of 6")
    stored = page.evaluate("JSON.parse(localStorage['convscope.lessons'])")
    assert stored == {"two-dimensions": {"done": [1], "last": 1}}


@pytest.mark.parametrize(("language", "says"), [("en", "Output channel"), ("zh-CN", "输出通道")])
def test_a_chooser_away_from_its_heading_says_what_it_chooses(
    open_page: OpenPage, language: str, says: str
) -> None:
    page = open_page(f"/learn/one-by-one/4?lang={language}")
    expect(page.locator("#out-channel-chooser").get_by_text(says)).to_be_visible()


def test_no_key_is_named_where_there_is_none(open_page: OpenPage) -> None:
    page = open_page(
        "/learn/pooling/1", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    said = page.locator("#step-description")
    expect(said).not_to_be_empty()
    expect(said).not_to_contain_text("Escape")
