"""Every number on the stage can be read, at any moment: none is covered, cut, squeezed or too faint."""

from __future__ import annotations

import json
import urllib.request
from functools import partial

import pytest
import torch
from playwright.sync_api import Page, expect

from app.i18n.languages import LANGUAGES
from tests.support.page import PHONE, OpenPage, Scheme, make_scene, set_scheme, wait_until_painted
from tests.support.painted_text import (
    PaintedText,
    neighbours,
    painted_curves,
    painted_texts,
    painted_words,
    record_text,
)
from tests.support.polling import wait_until

# In the dark the same is written, in other colours.
MOMENTS: dict[Scheme, int] = {"light": 50, "dark": 10}
PRESETS = [
    "two-channels", "three-filters", "one-by-one", "strided-volume", "edges",
    "depthwise", "pointwise", "dilated", "transposed", "max-pooling",
    "moving-average", "signal-edge", "sensor",
]  # fmt: skip
LAPTOP = {"width": 1366, "height": 768}


def faults_of(texts: list[PaintedText]) -> list[str]:
    """What cannot be read, in words; of a number that is painted twice, once in part: what neither shows."""
    faults = []
    around = neighbours(texts)
    for k, text in enumerate(texts):
        again = [texts[other] for other in around.again[k]]
        covering = [texts[other].text for other in around.over[k]]
        if covering:
            faults.append(f"{text.text!r} at {text.box} lies under {covering}")
        elif not text.inside:
            faults.append(f"{text.text!r} at {text.box} is cut off")
        elif not any(each.seen for each in again):
            faults.append(f"{text.text!r} at {text.box} is covered")
        elif text.alpha > 0.99 and max(each.contrast for each in again if each.seen) < 4.5:
            faults.append(f"{text.text!r} at {text.box} has a contrast of {text.contrast:.2f}")
        elif text.squeezed < 0.75:
            faults.append(f"{text.text!r} at {text.box} is squeezed to {text.squeezed:.2f}")
    return faults


def go_to(page: Page, share: float) -> None:
    """Show a moment, as a share of the time line, and wait until it is painted with all its terms."""
    page.evaluate(
        """async (share) => {
          const scrubber = document.querySelector('#scrubber');
          scrubber.value = String(Number(scrubber.max) * share);
          scrubber.dispatchEvent(new Event('input', { bubbles: true }));
          const frame = () => new Promise(requestAnimationFrame);
          do {
            await frame();
            await frame();
          } while (document.querySelector('.ledger[aria-busy="true"]'));
        }""",
        share,
    )


# Of each of some hundred texts every pixel is looked at, fifty times.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("preset", PRESETS)
def test_no_number_is_covered_or_faint(open_page: OpenPage, scene_paths: dict[str, str], preset: str) -> None:
    page = open_page(scene_paths[preset], viewport=LAPTOP, prepare=record_text)
    check_moments(page, MOMENTS)


def check_moments(page: Page, moments: dict[Scheme, int]) -> None:
    """At so many moments of the time line, by the colours in which they are looked at."""
    for scheme, count in moments.items():
        set_scheme(page, scheme)
        for moment in range(count):
            go_to(page, (moment + 0.37) / count)
            texts = painted_texts(page)
            assert faults_of(texts) == [], f"moment {moment} of {count}, {scheme}"
            assert len(texts) >= 10


QUESTIONS = [
    ("strided-volume", "step=0,1,1&pin=y0,0,2"),
    ("strided-volume", "step=0,1,1&pin=k0,1,1"),
    ("strided-volume", "step=0,1,1&pin=x0,3,3"),
    ("edges", "step=0,50,50&pin=k0,1,1"),
    ("moving-average", "step=0,0,2&pin=y0,0,5"),
    ("moving-average", "step=0,0,2&pin=k0,0,1"),
    ("two-channels", "view=matrix&step=0,1,0&pin=y0,0,1"),
    ("two-channels", "view=matrix&step=0,1,0&pin=k0,1,1"),
    ("two-channels", "view=sparse&step=0,1,0&pin=k0,1,1"),
    ("two-channels", "view=scatter&step=0,1,0&pin=y0,0,1"),
    ("strided-volume", "direction=input&step=0,1,1&pin=g0,2,2"),
    ("strided-volume", "direction=weight&step=0,0,1,1&pin=g0,2,2"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_of_the_cells_that_answer_a_question_can_be_read(
    open_page: OpenPage, scene_paths: dict[str, str], scheme: str
) -> None:
    page = None
    for preset, query in QUESTIONS:
        path = f"{scene_paths[preset]}?{query}"
        page = open_page(path, again=page, viewport=LAPTOP, color_scheme=scheme, prepare=record_text)
        expect(page.locator("#stage")).to_be_visible()
        wait_until_painted(page)
        texts = painted_texts(page)
        assert len(texts) >= 10
        assert faint_texts(texts) == [], f"{preset}, {query}"


def faint_texts(texts: list[PaintedText]) -> list[PaintedText]:
    """Texts in sight that are faint wherever they are painted."""
    again = neighbours(texts).again
    contrasts = [
        max((texts[other].contrast for other in again[k] if texts[other].seen), default=0.0)
        for k in range(len(texts))
    ]
    return [
        text
        for text, contrast in zip(texts, contrasts, strict=True)
        if text.seen and text.alpha > 0.99 and contrast < 4.5
    ]


def crossed_words(page: Page) -> set[str]:
    """Words and numbers through which a line of a band runs; the sign × stands on a ground of its own."""
    curves = painted_curves(page)
    return {
        text.text
        for text in painted_texts(page)
        if text.text != "×" and any(runs_through(curve, text.box) for curve in curves)
    }


def runs_through(curve: list[tuple[float, float]], box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    return any(left + 1 < x < right - 1 and top + 1 < y < bottom - 1 for x, y in curve)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "size",
    [{"viewport": LAPTOP}, {"viewport": {"width": 1024, "height": 768}}, PHONE],
    ids=["laptop", "narrow", "phone"],
)
def test_no_band_from_a_window_crosses_a_word(
    open_page: OpenPage, scene_paths: dict[str, str], server: str, size: dict[str, object]
) -> None:
    four = make_scene(
        server,
        torch.arange(324).reshape(4, 9, 9) % 7 - 3,
        torch.arange(300).reshape(3, 4, 5, 5) % 7 - 3,
        {"kind": "conv2d", "padding": 2},
    )
    bands, page = 0, None
    for path in (four, *(scene_paths[name] for name in ("one-by-one", "strided-volume", "depthwise"))):
        page = open_page(path, prepare=record_text, again=page, **size)
        for moment in range(5):
            go_to(page, (moment + 0.37) / 5)
            assert crossed_words(page) == set(), f"{path}, moment {moment} of 5"
            bands += len(painted_curves(page))
    assert bands > 0


@pytest.mark.parametrize(
    "size",
    [{"viewport": LAPTOP}, {"viewport": {"width": 1024, "height": 768}}, PHONE],
    ids=["laptop", "narrow", "phone"],
)
def test_no_fraction_is_written_as_zero(open_page: OpenPage, server: str, size: dict[str, object]) -> None:
    """Also where the largest number of a tensor, and the largest product possible, are whole."""
    x = (torch.arange(3 * 40 * 40).reshape(3, 40, 40) % 89 + 12) / 100
    weight = (
        torch.tensor([0.25, -0.5, 0.75, -2.0, 0.3, 1.25, -0.15, 0.6, -0.35]).repeat(3).reshape(1, 3, 3, 3)
    )
    page = open_page(make_scene(server, x, weight, {"kind": "conv2d"}), prepare=record_text, **size)
    for moment in range(10):
        go_to(page, (moment + 0.37) / 10)
        texts = [text.text for text in painted_texts(page)]
        # The colour scale begins with a zero.
        assert texts.count("0") + texts.count("−0") <= 1, f"moment {moment} of 10"
        assert any("." in text for text in texts)


SCREENS = [(1366, 768), (1920, 1080), (1024, 768), (360, 740)]
GRIDS = [name for name in PRESETS if name not in ("moving-average", "signal-edge", "sensor")]


def shapes_of(server: str, path: str) -> list[tuple[str, ...]]:
    """Of input, kernel and output; of the output in whole, or of the channel at work."""
    with urllib.request.urlopen(f"{server}/api/v1/scenes/{path.removeprefix('/s/')}") as answer:
        shapes = json.load(answer)["shapes"]
    x, weight, y = (
        shapes[name] and [str(size) for size in shapes[name]] for name in ("input", "weight", "output")
    )
    # Where channels are columns, each slice has its own.
    kernel = [tuple(f"({', '.join(shape)})" for shape in (weight[1:], weight[2:]))] if weight else []
    return [(f"({', '.join(x)})",), *kernel, tuple(f"({', '.join(shape)})" for shape in (y, y[1:]))]


@pytest.mark.parametrize("preset", GRIDS)
def test_on_every_screen_the_headings_have_their_shapes(
    open_page: OpenPage, scene_paths: dict[str, str], server: str, preset: str
) -> None:
    path = scene_paths[preset]
    expected = shapes_of(server, path)
    page = None
    for language in LANGUAGES:
        page = open_page(f"{path}?lang={language}", prepare=record_text, again=page)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            wait_until_painted(page)
            complete = partial(is_complete, page, width, expected)
            wait_until(complete, 5, message=f"{language}, {width}: {expected}")


def is_complete(page: Page, width: int, expected: list[tuple[str, ...]]) -> bool:
    """Whether one of the shapes of each tensor is written, on a stage that is as narrow as the screen."""
    words = painted_words(page)
    found = [any(shape in word for word in words for shape in shapes) for shapes in expected]
    stage: int = page.locator("#stage").evaluate("(stage) => stage.clientWidth")
    return all(found) and stage <= width


@pytest.mark.parametrize("name", ["pointwise", "transposed"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_sentence_of_a_layer_reads_whole_on_a_laptop(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, language: str
) -> None:
    path = f"{scene_paths[name]}?lang={language}"
    page = open_page(path, viewport={"width": 1366, "height": 768})
    expect(page.locator("#about-more")).to_be_hidden()
