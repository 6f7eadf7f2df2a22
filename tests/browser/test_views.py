"""Three views of one layer: the same step, the same questions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.frames import SCENES, path_of
from bench.views import OPEN, opened, scroll
from tests.browser.test_questions import find_cell

OpenPage = Callable[..., Page]

VIEWS = ("stage", "matrix", "sparse")
LAYERS = ("two-channels", "one-by-one", "strided-volume", "transposed")


def show(page: Page, view: str) -> None:
    page.locator(f"input[name=view][value={view}]").check(force=True)
    page.evaluate("document.activeElement.blur()")
    painted(page)


def painted(page: Page) -> bytes:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator("#stage").screenshot()


@pytest.mark.parametrize("name", LAYERS)
def test_the_views_share_step_and_question(
    open_page: OpenPage, scene_paths: dict[str, str], name: str
) -> None:
    page = open_page(scene_paths[name])
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    step = page.locator("#sentence").inner_text()
    labels = set()
    for view in VIEWS:
        show(page, view)
        expect(page.locator("#sentence")).to_have_text(step)
        labels.add(page.locator("#stage").get_attribute("aria-label"))
        before = painted(page)
        page.locator("#cells-input").focus()
        expect(page.locator("#now")).to_have_text(re.compile(r"^X\[0, 0, 0\] = .* reaches"))
        lit = painted(page)
        assert lit != before, f"{view}: nothing is lit"
        page.locator("#cells-input").blur()
        assert painted(page) == before
    assert len(labels) == len(VIEWS)


# What the page says of every cell that a pointer meets on its way over the stage, by the cell's name.
SWEEP = """() => {
    const stage = document.querySelector('#stage');
    const { left, top, width, height } = stage.getBoundingClientRect();
    const said = {};
    for (let y = 4; y < height; y += 7) for (let x = 4; x < width; x += 7) {
        const at = { clientX: left + x, clientY: top + y, pointerType: 'mouse' };
        stage.dispatchEvent(new PointerEvent('pointermove', at));
        const [cell, ...rest] = document.querySelector('#now').textContent.split(' = ');
        if (/^[XKY]\\[/.test(cell) && rest.length) said[cell] = rest.join(' = ');
    }
    stage.dispatchEvent(new PointerEvent('pointerleave'));
    return said;
}"""


@pytest.mark.parametrize("name", LAYERS)
def test_cells_answer_to_the_pointer_in_every_view(
    open_page: OpenPage, scene_paths: dict[str, str], name: str
) -> None:
    page = open_page(scene_paths[name])
    page.keyboard.press("Shift+ArrowRight")
    said: dict[str, dict[str, str]] = {}
    for view in VIEWS:
        show(page, view)
        said[view] = page.evaluate(SWEEP)
        assert {cell[0] for cell in said[view]} == {"X", "K", "Y"}, view
    for view in VIEWS[1:]:
        shared = said["stage"].keys() & said[view].keys()
        assert len(shared) >= 6, view
        assert {cell: said[view][cell] for cell in shared} == {cell: said["stage"][cell] for cell in shared}


def test_a_pinned_cell_stays_lit_from_view_to_view(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    show(page, "matrix")
    box = page.locator("#stage").bounding_box()
    assert box
    find_cell(page, "Y[0, 1, 0]", range(700, 1216, 8), box["height"] / 2 + 20)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#sentence")).to_have_text(re.compile(r"^Y\[0, 1, 0\] = .* = 104$"))
    for view in VIEWS:
        show(page, view)
        page.mouse.move(640, 20)
        expect(page.locator("#now")).to_contain_text("Y[0, 1, 0] = 104, made from 4 input cells")
        pinned = painted(page)
        page.keyboard.press("Escape")
        assert painted(page) != pinned
        page.locator("#cells-output").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.locator("#cells-output").blur()


def test_the_pointwise_layer_is_the_chapters_product(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["one-by-one"])
    show(page, "matrix")
    expect(page.locator("#view-caption")).to_have_text(
        "K.reshape(2, 3) @ X.reshape(3, 3·3): each pixel passes through the same small dense layer."
    )
    page.goto(f"{page.url.split('?')[0]}?lang=zh-CN&view=matrix")
    expect(page.locator("#view-caption")).to_have_text(re.compile("每个像素都经过同一个小的全连接层"))


def test_the_transpose_is_said_and_shown(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"] + "?view=sparse")
    caption = page.locator("#view-caption")
    expect(caption).to_contain_text("Sᵀ is the transposed convolution.")
    before = painted(page)
    page.get_by_label("transpose").check()
    expect(caption).to_contain_text("the matrix of conv_transpose2d")
    assert painted(page) != before
    page.locator("#in-channel").select_option("2")
    assert painted(page) != before
    page = open_page(scene_paths["transposed"] + "?view=sparse")
    expect(page.locator("#view-caption")).to_contain_text("the transpose of the matrix S of conv2d")


def test_a_view_is_chosen_by_keyboard_and_is_in_the_address(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator("input[name=view][value=stage]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="matrix product")).to_be_checked()
    expect(page).to_have_url(re.compile(r"[?&]view=matrix"))
    page.reload()
    expect(page.get_by_role("radio", name="matrix product")).to_be_checked()


def test_pooling_has_no_matrix(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["max-pooling"] + "?view=matrix")
    expect(page.get_by_role("radio", name="matrix product")).to_be_disabled()
    expect(page.get_by_role("radio", name="sliding window")).to_be_checked()
    expect(page.locator("#view-bar")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_view_fits_a_small_phone(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    for name in ("two-channels", "strided-volume"):
        page = open_page(f"{scene_paths[name]}?lang={language}", viewport={"width": 320, "height": 640})
        for view in VIEWS:
            show(page, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (name, view)


@pytest.mark.parametrize("view", ["matrix", "sparse"])
def test_a_large_layer_opens_and_scrolls_without_a_long_task(
    browser: Browser, server: str, view: str
) -> None:
    page = opened(browser, server, path_of(server, SCENES["64x56x56 -> 64"]))
    page.evaluate(OPEN, view)
    before = page.locator("#stage").screenshot()
    scroll(page)
    long = page.evaluate("long")
    after = page.locator("#stage").screenshot()
    page.close()
    assert after != before
    # A task of over 50 ms is long; a busy machine may stretch one or two.
    assert len([task for task in long if task > 60]) <= 2, long
