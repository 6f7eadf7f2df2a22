"""A stage that has its room back looks as it did before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.page import OpenPage
from tests.support.polling import wait_until

# Clicks, where there is something to click, and notes what each of the next frames shows until it rests.
WATCH = """(clicked) => new Promise((done) => {
    const [canvas, chooser] = ['#stage', '#out-channel-chooser'].map((each) => document.querySelector(each));
    const seen = [];
    const note = () => {
        const [stage, choice] = [canvas, chooser].map((element) => element.getBoundingClientRect());
        const { x, y, width, height } = stage;
        seen.push([canvas.dataset.layout, width, height, x, y, choice.x, choice.y].join(' '));
        if (seen.length > 15 && new Set(seen.slice(-15)).size === 1) done(seen);
        else requestAnimationFrame(note);
    };
    document.querySelector(clicked)?.click();
    requestAnimationFrame(note);
})"""


def watch(page: Page, clicked: str = "#nothing") -> list[str]:
    """What each frame shows: the layout, the stage's place, the chooser's place."""
    frames: list[str] = page.evaluate(WATCH, clicked)
    return frames


@pytest.mark.parametrize(
    ("name", "size"), [("three-filters", (1366, 768)), ("pointwise", (1920, 1080)), ("edges", (1280, 720))]
)
def test_a_stage_that_has_its_room_back_looks_as_before(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, size: tuple[int, int]
) -> None:
    page = open_page(f"{scene_paths[name]}?step=0,0,1", viewport={"width": size[0], "height": size[1]})
    before = watch(page)[-1]
    layout = before.rsplit(" ", 2)[0]
    for opener in ("#panel-open", "#inspect-open", "#present"):
        page.locator(opener).evaluate("(button) => button.click()")
        wait_until(lambda: watch(page)[-1] != before)
        frames = watch(page, opener)
        assert frames[-1] == before, opener
        # The chooser moves with the heading that it stands beside, not frames later.
        assert {frame for frame in frames if frame.startswith(layout)} == {before}, opener


PIXELS = "(canvas) => canvas.toDataURL()"


@pytest.mark.parametrize("name", ["two-channels", "edges", "transposed"])
def test_a_stage_whose_edge_was_dragged_is_painted_as_one_that_was_opened_so(
    open_page: OpenPage, scene_paths: dict[str, str], name: str
) -> None:
    path = f"{scene_paths[name]}?step=0,0,1"
    opened = open_page(path, viewport={"width": 1366, "height": 768}).locator("#stage")
    page = open_page(path, viewport={"width": 1366, "height": 768})
    page.locator("#play").click()
    for width in (1350, 1320, 1290, 1340, 1352):
        page.set_viewport_size({"width": width, "height": 768})
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.locator("#play").click()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.set_viewport_size({"width": 1366, "height": 768})
    layout = opened.get_attribute("data-layout")
    wait_until(lambda: page.locator("#stage").get_attribute("data-layout") == layout)
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("ArrowRight")
    wait_until(lambda: page.locator("#stage").evaluate(PIXELS) == opened.evaluate(PIXELS))


# A drag that never rests: the canvas keeps the pixels that it may be too wide.
NEVER_RESTS = """() => {
    const wait = window.setTimeout;
    window.setTimeout = (act, after, ...rest) => (after === 200 ? 1e9 : wait(act, after, ...rest));
}"""


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_canvas_that_is_dragged_keeps_its_memory_and_shows_what_another_would(
    open_page: OpenPage, scene_paths: dict[str, str], ratio: int
) -> None:
    path = f"{scene_paths['strided-volume']}?step=0,0,1"
    page = open_page(path, viewport={"width": 1366, "height": 768}, device_scale_factor=ratio)
    page.evaluate(NEVER_RESTS)
    page.set_viewport_size({"width": 1360, "height": 768})
    wait_until(lambda: page.locator("#stage-room").evaluate(FILLED))
    pixels: set[int] = set()
    widths: list[int] = []
    for width in (1350, 1320, 1290, 1340):
        page.set_viewport_size({"width": width, "height": 768})
        wait_until(lambda: page.locator("#stage-room").evaluate(FILLED))
        pixels.add(page.locator("#stage").evaluate("(canvas) => canvas.width"))
        widths.append(page.locator("#stage").evaluate("(canvas) => canvas.clientWidth"))
    assert len(pixels) < len(widths) and max(pixels) > ratio * max(widths)
    opened = open_page(path, viewport={"width": 1340, "height": 768}, device_scale_factor=ratio)
    wait_until(lambda: page.locator("#stage").screenshot() == opened.locator("#stage").screenshot())


FILLED = "(room) => document.querySelector('#stage').style.width === `${room.clientWidth}px`"


def test_a_canvas_at_rest_has_no_pixels_to_spare(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"], viewport={"width": 1366, "height": 768})
    for width in (1350, 1320, 1290, 1340):
        page.set_viewport_size({"width": width, "height": 768})
    exact = "(canvas) => canvas.width === canvas.clientWidth && canvas.height === canvas.clientHeight"
    wait_until(lambda: page.locator("#stage").evaluate(exact))
