"""Every number on the stage can be read, at any moment: none is covered, cut, squeezed or too faint."""

from __future__ import annotations

import json
import urllib.request
from collections import defaultdict
from functools import partial

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.support.page import PHONE, OpenPage, make_scene
from tests.support.painted_text import (
    PaintedText,
    painted_curves,
    painted_texts,
    painted_words,
    record_text,
)
from tests.support.polling import wait_until

# In the dark the same is written, in other colours.
MOMENTS = {"light": 50, "dark": 10}
PRESETS = [
    "two-channels", "three-filters", "one-by-one", "strided-volume", "edges",
    "depthwise", "pointwise", "dilated", "transposed", "max-pooling",
    "moving-average", "signal-edge", "sensor",
]  # fmt: skip
LAPTOP = {"width": 1366, "height": 768}


def faults_of(texts: list[PaintedText]) -> list[str]:
    """What cannot be read, in words; of a number that is painted twice, once in part: what neither shows."""
    faults = []
    alike: defaultdict[str, list[PaintedText]] = defaultdict(list)
    for text in texts:
        alike[text.text].append(text)
    for k, text in enumerate(texts):
        again = [other for other in alike[text.text] if text.same_place(other)]
        covering = [other.text for other in texts[k + 1 :] if text.overlaps(other) and other not in again]
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
    """Show a moment, as a share of the time line, and wait until it is painted."""
    page.evaluate(
        """(share) => new Promise((done) => {
          const scrubber = document.querySelector('#scrubber');
          scrubber.value = String(Number(scrubber.max) * share);
          scrubber.dispatchEvent(new Event('input', { bubbles: true }));
          requestAnimationFrame(() => requestAnimationFrame(done));
        })""",
        share,
    )


# Of each of some hundred texts every pixel is looked at, fifty times.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("preset", PRESETS)
def test_no_number_is_covered_or_faint(
    open_page: OpenPage, scene_paths: dict[str, str], preset: str, scheme: str
) -> None:
    page = open_page(scene_paths[preset], viewport=LAPTOP, color_scheme=scheme, prepare=record_text)
    counts = []
    for moment in range(MOMENTS[scheme]):
        go_to(page, (moment + 0.37) / MOMENTS[scheme])
        texts = painted_texts(page)
        counts.append(len(texts))
        assert faults_of(texts) == [], f"moment {moment} of {MOMENTS[scheme]}"
    assert min(counts) >= 10


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
    for preset, query in QUESTIONS:
        path = f"{scene_paths[preset]}?{query}"
        page = open_page(path, viewport=LAPTOP, color_scheme=scheme, prepare=record_text)
        expect(page.locator("#stage")).to_be_visible()
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        texts = painted_texts(page)
        assert len(texts) >= 10
        faint = [text for text in texts if is_faint(text, texts)]
        assert faint == [], f"{preset}, {query}"
        page.context.close()


def is_faint(text: PaintedText, texts: list[PaintedText]) -> bool:
    """Whether a text in sight is faint wherever it is painted."""
    again = [other for other in texts if other.seen and text.same_place(other)]
    return text.seen and text.alpha > 0.99 and max(each.contrast for each in again) < 4.5


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
    bands = 0
    for path in (four, *(scene_paths[name] for name in ("one-by-one", "strided-volume", "depthwise"))):
        page = open_page(path, prepare=record_text, **size)
        for moment in range(5):
            go_to(page, (moment + 0.37) / 5)
            assert crossed_words(page) == set(), f"{path}, moment {moment} of 5"
            bands += len(painted_curves(page))
        page.context.close()
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


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("preset", GRIDS)
def test_on_every_screen_the_headings_have_their_shapes(
    open_page: OpenPage, scene_paths: dict[str, str], server: str, preset: str, language: str
) -> None:
    path = scene_paths[preset]
    expected = shapes_of(server, path)
    page = open_page(f"{path}?lang={language}", prepare=record_text)

    def is_complete(width: int) -> bool:
        words = painted_words(page)
        found = [any(shape in word for word in words for shape in shapes) for shapes in expected]
        return all(found) and page.evaluate("document.querySelector('#stage').clientWidth") <= width

    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        wait_until(partial(is_complete, width), 5, message=f"{width}: {expected}")
