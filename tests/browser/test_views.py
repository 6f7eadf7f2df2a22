"""The views of one layer: the same step, the same questions."""

from __future__ import annotations

import re

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Browser, Page, expect

from bench.frames import SCENES, opened, path_of
from bench.views import FORGET, OPEN, WATCH, scroll
from tests.support.page import OpenPage, make_scene, visit
from tests.support.sweep import sweep

VIEWS = ("stage", "matrix", "sparse")
# One scene for each kind of layer that has weights.
LAYERS = ("two-channels", "one-by-one", "strided-volume", "depthwise", "dilated", "transposed")


def show(page: Page, view: str) -> None:
    page.locator(f"input[name=view][value={view}]").check(force=True)
    expect(page.locator(f"#stage[data-view={view}]")).to_be_visible()
    page.evaluate("document.activeElement.blur()")


def picture(page: Page) -> int:
    """A digest of the canvas, once it stays the same from frame to frame."""
    digest: int = page.evaluate(
        """async () => {
            const stage = document.querySelector('#stage');
            const ask = requestAnimationFrame;
            const frame = () => new Promise((done) => ask(() => ask(done)));
            const digest = async () => {
                await frame();
                const { width, height } = stage;
                const canvas = new OffscreenCanvas(width, height);
                const copy = canvas.getContext('2d', { willReadFrequently: true });
                copy.drawImage(stage, 0, 0);
                const { data } = copy.getImageData(0, 0, width, height);
                return new Uint32Array(data.buffer).reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 7);
            };
            let [before, now] = [0, await digest()];
            while (before !== now) [before, now] = [now, await digest()];
            return now;
        }"""
    )
    return digest


# What the page says of every cell that a pointer meets on its way over the stage, by the cell's name.
SWEEP = """() => {
    const stage = document.querySelector('#stage');
    const { left, top, width, height } = stage.getBoundingClientRect();
    const said = {};
    for (let y = 4; y < height; y += 9) for (let x = 4; x < width; x += 9) {
        const at = { clientX: left + x, clientY: top + y, pointerType: 'mouse' };
        stage.dispatchEvent(new PointerEvent('pointermove', at));
        const [cell, ...rest] = document.querySelector('#step-description').textContent.split(' = ');
        if (/^[XKY]\\[/.test(cell) && rest.length) said[cell] = rest.join(' = ');
    }
    stage.dispatchEvent(new PointerEvent('pointerleave'));
    return said;
}"""


def test_the_views_share_step_and_selection(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page("/")
    page.keyboard.press("Space")
    for name in LAYERS:
        visit(page, f"{scene_paths[name]}?step=0,0,1")
        said: dict[str, dict[str, str]] = {}
        expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 1\] = "))
        step = page.locator("#step-sentence").inner_text()
        for view in (*VIEWS, "scatter") if name == "transposed" else VIEWS:
            show(page, view)
            if view != "scatter":
                expect(page.locator("#step-sentence")).to_have_text(step)
            before = picture(page)
            page.locator("#cells-input").focus()
            expect(page.locator("#step-description")).to_have_text(re.compile(r"^X\[0, 0, 0\] = .* reaches"))
            assert picture(page) != before, f"{name}, {view}: nothing is lit"
            page.locator("#cells-input").blur()
            assert picture(page) == before, (name, view)
            said[view] = page.evaluate(SWEEP)
            assert {cell[0] for cell in said[view]} == {"X", "K", "Y"}, (name, view)
        for view, cells in said.items():
            shared = said["stage"].keys() & cells.keys()
            assert len(shared) >= 6, (name, view)
            assert {cell: cells[cell] for cell in shared} == {cell: said["stage"][cell] for cell in shared}


def test_a_pinned_cell_stays_highlighted_from_view_to_view(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?view=matrix&step=0,1,0&pin=y0,1,0")
    for view in VIEWS:
        show(page, view)
        expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 1, 0\] = .* = 104$"))
        expect(page.locator("#step-description")).to_contain_text(
            "Y[0, 1, 0] = 104, made from 8 input cells: 4 in each of 2 channels"
        )
        pinned = picture(page)
        page.keyboard.press("Escape")
        expect(page.locator("#step-description")).to_have_text("104 is the output cell Y[0, 1, 0].")
        assert picture(page) != pinned
        page.locator("#cells-output").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.locator("#cells-output").blur()


_PLACE = re.compile(r"(Sᵀ?)\[(\d+), (\d+)\] = (−?\d+): row ([XY]\[[\d, ]+\]), column ([XY]\[[\d, ]+\])")


@pytest.mark.parametrize("width", [1366, 360])
def test_the_pointer_reads_the_sparse_matrix(open_page: OpenPage, server: str, width: int) -> None:
    """Each number, zeros too, with the cells of its row and its column, where cells have no room for it."""
    weight = (torch.arange(36).reshape(2, 2, 3, 3) * 5 % 13 - 6).float()
    path = make_scene(server, torch.arange(128.0).reshape(2, 8, 8), weight, {"kind": "conv2d"})
    # Column by column: what the kernel of a channel makes of a single 1.
    ones = torch.eye(64).reshape(64, 1, 8, 8)
    matrices = [F.conv2d(ones, weight[1:, c : c + 1]).reshape(64, 36).T for c in range(2)]
    page = open_page(f"{path}?view=sparse&step=1,0,0", viewport={"width": width, "height": 768})
    for name in ("S", "Sᵀ"):
        page.locator("#transpose").set_checked(name != "S")
        show(page, "sparse")
        found = {}
        for said in (place for texts in sweep(page) for place in map(_PLACE.search, texts) if place):
            letter, *numbers, of_row, of_col = said.groups()
            row, col, value = (int(number.replace("−", "-")) for number in numbers)
            r, c, output, cell = (row, col, of_row, of_col)
            if name == "Sᵀ":
                r, c, output, cell = (col, row, of_col, of_row)
            channel = int(cell[2])
            assert letter == name
            assert output == f"Y[1, {r // 6}, {r % 6}]"
            assert cell == f"X[{channel}, {c // 8}, {c % 8}]"
            assert value == matrices[channel][r, c], said[0]
            found[r, c] = value
        assert len(found) > 500
        assert 0 in found.values()
        assert len(set(found.values())) > 5


def test_the_pointer_names_rows_and_columns_of_the_matrix_product(open_page: OpenPage, server: str) -> None:
    weight = torch.ones(3, 2, 3, 3)
    operation = {"kind": "conv2d", "stride": 2, "padding": 1}
    path = make_scene(server, torch.arange(98.0).reshape(2, 7, 7), weight, operation)
    page = open_page(f"{path}?view=matrix&step=1,1,1")
    show(page, "matrix")
    kinds: dict[str, set[str]] = {}
    for line, beside in sweep(page, step=9):
        if not beside.startswith(("channel", "output")):
            continue
        kinds.setdefault(line[0], set()).add(beside)
        index = [int(number) for number in re.findall(r"\d+", beside)]
        cell = [int(number) for number in re.findall(r"\d+", line.partition(" = ")[0])]
        if line[0] == "X":
            channel, u, v, i, j = index
            assert cell == [channel, 2 * i + u - 1, 2 * j + v - 1], (line, beside)
        if line[0] in "YK":
            assert cell == index, (line, beside)
    assert kinds.keys() >= {"X", "Y", "K"}
    assert len(kinds["X"]) > 50


def test_captions_say_what_is_seen(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["one-by-one"] + "?view=matrix")
    caption = page.locator("#view-caption")
    expect(caption).to_have_text(
        "K.reshape(2, 3) @ X.reshape(3, 3·3): each pixel passes through the same small dense layer."
    )
    visit(page, scene_paths["strided-volume"] + "?view=sparse")
    expect(caption).to_contain_text("Sᵀ is the transposed convolution.")
    before = picture(page)
    page.get_by_label("transpose").check()
    expect(caption).to_contain_text("the matrix of conv_transpose2d")
    turned = picture(page)
    assert turned != before
    page.locator("#in-channel").fill("2")
    page.keyboard.press("Enter")
    assert picture(page) != turned
    visit(page, scene_paths["transposed"] + "?view=sparse")
    page.get_by_label("transpose").uncheck()
    expect(caption).to_contain_text("the transpose of the matrix S of conv2d")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_a_view_says_of_itself_is_read_from_its_beginning_and_in_whole(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    """Also where only the sentence changes, and the line keeps its width."""
    page = open_page(
        f"{scene_paths['strided-volume']}?lang={language}", viewport={"width": 1366, "height": 768}
    )
    line, caption, more = (page.locator(f"#{name}") for name in ("about-line", "view-caption", "about-more"))
    for view in ("matrix", "sparse", "stage", "sparse"):
        show(page, view)
        expect(caption).to_have_text(re.compile("[SK]" if view != "stage" else "^$"))
        if line.evaluate("(line) => line.scrollHeight > line.clientHeight + 6"):
            expect(more).to_be_visible()
        else:
            expect(more).to_be_hidden()
        said = line.evaluate("(line) => line.textContent.trim()")
        assert said.startswith(caption.text_content() or "")


def test_a_view_is_chosen_by_keyboard_and_is_in_the_address(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["transposed"])
    page.locator("input[name=view][value=stage]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="scatter")).to_be_checked()
    expect(page).to_have_url(re.compile(r"[?&]view=scatter"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="matrix product")).to_be_checked()
    expect(page).to_have_url(re.compile(r"[?&]view=matrix"))
    page.reload()
    expect(page.get_by_role("radio", name="matrix product")).to_be_checked()
    visit(page, scene_paths["max-pooling"] + "?view=matrix")
    expect(page.get_by_role("radio", name="matrix product")).to_be_disabled()
    expect(page.get_by_role("radio", name="sliding window")).to_be_checked()
    expect(page.get_by_role("radio", name="scatter")).to_be_hidden()


def test_the_gradient_of_a_transposed_layer_has_no_scatter_view(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["transposed"] + "?view=scatter")
    views = page.locator("#views")
    expect(views.get_by_role("radio", name="scatter")).to_be_checked()
    page.get_by_label("Direction").select_option("input")
    expect(views.get_by_role("radio", name="scatter")).to_be_hidden()
    expect(views.get_by_role("radio", name="sliding window")).to_be_checked()
    expect(page).to_have_url(re.compile(r"\?direction=input$"))
    page.get_by_label("Direction").select_option("forward")
    expect(views.get_by_role("radio", name="scatter")).to_be_checked()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_view_fits_a_small_phone(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    page = open_page(f"/?lang={language}", viewport={"width": 320, "height": 640})
    for name in ("strided-volume", "transposed"):
        visit(page, f"{scene_paths[name]}?lang={language}&step=0,0,0")
        for view in (*VIEWS, "scatter") if name == "transposed" else VIEWS:
            show(page, view)
            picture(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (name, view)


@pytest.mark.exclusive
@pytest.mark.parametrize("view", ["matrix", "sparse"])
def test_a_large_layer_opens_and_scrolls_without_a_long_task(
    browser: Browser, server: str, view: str
) -> None:
    page = opened(browser, server, path_of(server, SCENES["64x56x56 -> 64"]), WATCH, FORGET)
    page.evaluate(OPEN, view)
    before = picture(page)
    scroll(page)
    long = page.evaluate("long")
    after = picture(page)
    page.close()
    assert after != before
    # Over 50 ms a task is long. A busy machine stretches some; what built a whole matrix would take seconds.
    assert len([task for task in long if task > 250]) == 0, long


def test_scrolling_stays_on_the_channel_that_is_seen(open_page: OpenPage, server: str) -> None:
    path = path_of(server, SCENES["64x56x56 -> 64"])
    page = open_page(f"{path}?view=sparse&by=channel&step=0,3,3&beat=5")
    channel = page.locator("#in-channel")
    expect(channel).to_have_value(re.compile(r"^[45]$"))
    seen, before = channel.input_value(), picture(page)
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 300)
    page.mouse.move(2, 2)
    expect(page).to_have_url(re.compile(rf"[?&]input={seen}(&|$)"))
    expect(channel).to_have_value(seen)
    assert picture(page) != before


@pytest.mark.parametrize("name", ["two-channels", "strided-volume", "depthwise", "max-pooling", "sensor"])
@pytest.mark.parametrize("by", ["product", "channel", "window"])
def test_a_moment_looks_the_same_however_it_is_reached(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, by: str
) -> None:
    """Step by step over some windows and back again: no layer stands from another moment."""
    page = open_page(f"{scene_paths[name]}?by={by}")
    ticks = {"product": 24, "channel": 9, "window": 3}[by]
    forth = [picture(page)]
    for _ in range(ticks):
        page.keyboard.press("ArrowRight")
        forth.append(picture(page))
    for tick in reversed(range(ticks)):
        page.keyboard.press("ArrowLeft")
        assert picture(page) == forth[tick], f"tick {tick} of {ticks}"


@pytest.mark.parametrize("width", [320, 360, 800])
@pytest.mark.parametrize("query", ["view=matrix", "view=sparse", "view=matrix&direction=input"])
def test_on_a_narrow_screen_the_controls_leave_a_matrix_its_room(
    open_page: OpenPage, scene_paths: dict[str, str], query: str, width: int
) -> None:
    """The chooser of the channel stands above the picture, what is said of it above the timeline."""
    path = f"{scene_paths['three-filters']}?{query}"
    page = open_page(path, viewport={"width": width, "height": 740}, has_touch=True)
    name = "Input channel" if "direction=input" in query else "Output channel"
    expect(page.get_by_role("group", name=name, exact=True)).to_be_visible()
    places = ("#out-channel-chooser", "#stage", ".ledger", ".timeline")
    above, stage, said, timeline = (page.locator(place).bounding_box() for place in places)
    assert above and stage and said and timeline
    assert above["y"] + above["height"] <= stage["y"] + 1
    assert said["y"] + said["height"] <= timeline["y"] + 1
