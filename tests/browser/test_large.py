"""Large scenes: zoom, pan, the list of channels; nothing waits for a whole tensor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

OpenPage = Callable[..., Page]

PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def painted(page: Page) -> bytes:
    page.evaluate(PAINTED)
    return page.locator("#stage").screenshot()


def stage_box(page: Page) -> Any:
    box = page.locator("#stage").bounding_box()
    assert box
    return box


@pytest.fixture(scope="module")
def layer_path(browser: Any, server: str) -> str:
    """64×56×56 → 64, 3×3."""
    body = {
        "input": {"random": {"shape": [64, 56, 56], "seed": 1}},
        "weight": {"random": {"shape": [64, 64, 3, 3], "seed": 2}},
        "operation": {"kind": "conv2d", "padding": 1},
    }
    context = browser.new_context()
    answer = context.request.post(
        f"{server}/api/v1/scenes", data=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.ok, answer.text()
    path = str(answer.json()["links"]["page"])
    context.close()
    return path


def test_buttons_zoom_to_the_window_and_a_drag_pans(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"] + "?step=0,60,60")
    whole = painted(page)
    zoom_in, zoom_out = page.locator("#zoom-in"), page.locator("#zoom-out")
    expect(zoom_out).to_be_disabled()
    zoom_in.click()
    zoom_in.click()
    zoomed = painted(page)
    assert zoomed != whole
    expect(page).to_have_url(re.compile(r"xzoom=4,"))
    page.reload()
    expect(zoom_out).to_be_enabled()
    expect(page).to_have_url(re.compile(r"xzoom=4,"))
    box = stage_box(page)
    page.mouse.move(box["x"] + 90, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"] + 5, box["y"] - 40)
    assert painted(page) != zoomed
    # A drag is no click.
    expect(page.locator("#now")).not_to_contain_text("pinned")
    # Going on brings the window back into sight.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    zoom_out.click()
    zoom_out.click()
    expect(zoom_out).to_be_disabled()
    assert painted(page) == whole


def test_two_fingers_zoom_a_picture(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(
        scene_paths["edges"], viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page.evaluate(PAINTED)
    before = page.screenshot()
    box = stage_box(page)
    x, y = box["x"] + 55, box["y"] + 60
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, apart: float | None) -> None:
        points = [] if apart is None else [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 5)
    for apart in (10, 15, 20):
        touch("touchMove", apart)
    touch("touchEnd", None)
    expect(page.locator("#zoom-out")).to_be_enabled()
    assert page.screenshot() != before
    assert page.evaluate("visualViewport.scale") == 1, "the page was zoomed, not the picture"


def test_channels_scroll_by_wheel_bars_and_cell_cursor(open_page: OpenPage, layer_path: str) -> None:
    page = open_page(layer_path)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = .*…"))
    expect(page).to_have_url(re.compile("step="))
    box = stage_box(page)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.wheel(0, 600)
    expect(page).to_have_url(re.compile("rows=10"))
    grid = page.locator("#cells-weight")
    grid.focus()
    for _ in range(30):
        page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"rows=(2[4-9]|30)"))
    # The cell cursor's channel is in sight: it can be edited.
    page.keyboard.press("Enter")
    expect(page.locator("#cell-value")).to_have_accessible_name(re.compile(r"^kernel\[0, 30, 0, 0\]"))
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#now")).to_have_text(re.compile(r"^K\[0, 30, 0, 1\] = "))


def test_the_step_comes_before_the_tensors_are_whole(open_page: OpenPage, layer_path: str) -> None:
    page = open_page(layer_path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#scrubber").focus()
    page.keyboard.press("End")
    expect(page.locator("#sentence")).to_have_text(re.compile(r"^Y\[63, 55, 55\] = "))
    outputs = [url for url in asked if "tensors/output" in url]
    assert all("channel=63" in url for url in outputs)
    steps = [url for url in asked if "/steps" in url]
    # This page and the one before it: prefetched in both directions, and no more.
    assert 1 <= len(steps) <= 3


def test_steps_are_there_before_they_are_needed(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"] + "?step=0,60,60")
    cut: list[str] = []

    def note(route: Route) -> None:
        cut.append(route.request.url)
        route.continue_()

    expect(page.locator("#sentence")).to_have_text(re.compile(r"^Y\[0, 60, 60\] = "))
    page.route("**/steps?**", note)
    for key in ("Shift+ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#sentence")).to_have_text(re.compile(r"^Y\[0, 60, 59\] = "))
    assert cut == []
