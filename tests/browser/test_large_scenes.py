"""Large scenes: zoom, pan, the list of channels; nothing waits for a whole tensor."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, Route, expect

from bench.frames import path_of, shape
from tests.support.page import PHONE, OpenPage, find_cell, fingers, wait_until_painted


def painted(page: Page) -> bytes:
    wait_until_painted(page)
    return page.locator("#stage").screenshot()


def stage_box(page: Page) -> Any:
    box = page.locator("#stage").bounding_box()
    assert box
    return box


@pytest.fixture(scope="module")
def layer_path(server: str) -> str:
    """64×56×56 → 64, 3×3."""
    body = {
        "input": {"random": {"shape": [64, 56, 56], "seed": 1}},
        "weight": {"random": {"shape": [64, 64, 3, 3], "seed": 2}},
        "operation": {"kind": "conv2d", "padding": 1},
    }
    return path_of(server, body)


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
    x, y = find_cell(page, "X[")
    x, y = box["x"] + x + 90, box["y"] + y + 80
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y - 20, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"] + 5, box["y"] - 40)
    assert painted(page) != zoomed
    # A drag is no click.
    expect(page.locator("#step-description")).not_to_contain_text("pinned")
    # Going on brings the window back into sight.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    zoom_out.click()
    zoom_out.click()
    expect(zoom_out).to_be_disabled()
    assert painted(page) == whole


# Presses a button that is in sight, and says whether the picture is another one some frames later.
PRESS = """() => new Promise((done) => {
    const button = document.querySelector('#zoom-in'), stage = document.querySelector('#stage');
    if (!button.checkVisibility() || button.disabled) return done('no button');
    const before = stage.toDataURL();
    button.click();
    let frames = 20;
    const look = () => {
        if (stage.toDataURL() !== before) done('changed');
        else --frames > 0 ? requestAnimationFrame(look) : done('nothing');
    };
    look();
})"""


def test_a_button_that_zooms_is_only_there_where_it_zooms(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page("/")
    page.keyboard.press("Space")
    said = {}
    for name in scene_paths:
        for view in ("", "&view=scatter", "&view=matrix", "&view=sparse"):
            page.goto(page.url.split("/s/")[0].rstrip("/") + scene_paths[name] + f"?step=0,0,0{view}")
            page.wait_for_selector("html[data-ready]", state="attached")
            said[name + view] = page.evaluate(PRESS)
    assert [name for name, what in said.items() if what == "nothing"] == []
    assert said["edges"] == "changed"
    assert said["edges&view=matrix"] == "no button"


def test_two_fingers_zoom_a_picture(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"], **PHONE)
    wait_until_painted(page)
    before = page.screenshot()
    box = stage_box(page)
    x, y = find_cell(page, "X[")
    x, y = box["x"] + x + 40, box["y"] + y + 40
    touch = fingers(page)
    touch("touchStart", (x - 5, y), (x + 5, y))
    for apart in (10, 15, 20):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    expect(page.locator("#zoom-out")).to_be_enabled()
    assert page.screenshot() != before
    assert page.evaluate("visualViewport.scale") == 1, "the page was zoomed, not the picture"


def test_channels_scroll_by_wheel_bars_and_cell_cursor(open_page: OpenPage, layer_path: str) -> None:
    page = open_page(layer_path)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = .*…"))
    expect(page).to_have_url(re.compile("step="))
    box = stage_box(page)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 8)
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
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^K\[0, 30, 0, 1\] = "))


def test_the_step_comes_before_the_tensors_are_whole(open_page: OpenPage, layer_path: str) -> None:
    page = open_page(layer_path)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#scrubber").focus()
    page.keyboard.press("End")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[63, 55, 55\] = "))
    outputs = [url for url in asked if "tensors/output" in url]
    # The channel at work, then those that are shown in small beside it.
    assert "channel=63" in outputs[0] and len(outputs) <= 4
    assert all(re.search(r"channel=6[0-3]\b", url) for url in outputs)
    steps = [url for url in asked if "/steps" in url]
    # This page and the one before it: prefetched in both directions, and no more.
    assert 1 <= len(steps) <= 3


def test_steps_are_there_before_they_are_needed(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"] + "?step=0,60,60")
    cut: list[str] = []

    def note(route: Route) -> None:
        cut.append(route.request.url)
        route.continue_()

    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 60, 60\] = "))
    page.route("**/steps?**", note)
    for key in ("Shift+ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 60, 59\] = "))
    assert cut == []


@pytest.mark.parametrize(("language", "of"), [("en", "of 512"), ("zh-CN", "共 512 个")])
def test_any_of_many_channels_is_typed_or_stepped_to(
    open_page: OpenPage, server: str, language: str, of: str
) -> None:
    """512×4×4 → 512: the page has no more elements for it, on the stage and in the sparse view."""
    path = path_of(server, shape(512, 4, 512))
    page = open_page(f"{path}?step=0,1,1&lang={language}", **PHONE)
    output, room = page.locator("#out-channel"), page.locator("#out-channel-chooser")
    sentence = page.locator("#step-sentence")
    expect(room).to_contain_text(of)
    expect(output).to_have_role("spinbutton")
    expect(output).to_have_accessible_name(re.compile(r"^(Output channel|输出通道)"))
    for button in room.get_by_role("button").all():
        box = button.bounding_box()
        assert box and min(box["width"], box["height"]) >= 24
    output.fill("511")
    output.press("Enter")
    expect(sentence).to_have_text(re.compile(r"^Y\[511, 1, 1\] = "))
    expect(page.locator("#next-output")).to_be_disabled()
    page.locator("#previous-output").tap()
    expect(sentence).to_have_text(re.compile(r"^Y\[510, 1, 1\] = "))
    output.press("ArrowUp")
    expect(sentence).to_have_text(re.compile(r"^Y\[511, 1, 1\] = "))
    page.locator("#main").focus()
    page.keyboard.press("[")
    expect(output).to_have_value("510")
    page.keyboard.press("]")
    expect(sentence).to_have_text(re.compile(r"^Y\[511, 1, 1\] = "))
    # What is none of the channels gives way to the one that is shown.
    for text in ("512", "-1", "1.5", "", "e"):
        output.clear()
        page.keyboard.type(text)
        page.keyboard.press("Tab")
        expect(output).to_have_value("511")
    assert page.evaluate("document.querySelectorAll('*').length") <= 830
    page.locator("input[name=view][value=sparse]").check(force=True)
    channel = page.locator("#in-channel")
    expect(channel).to_have_value("511")
    channel.fill("300")
    channel.press("Enter")
    page.locator("#next-input").tap()
    expect(channel).to_have_value("301")
    expect(page.locator("#in-channel-chooser")).to_contain_text(of)
    assert page.evaluate("document.querySelectorAll('*').length") <= 830


@pytest.fixture(scope="module")
def photograph_path(server: str) -> str:
    """3×1024×1024 → 16, 7×7."""
    body = {
        "input": {"sample": "astronaut", "size": [1024, 1024]},
        "weight": {"random": {"shape": [16, 3, 7, 7], "seed": 2}},
        "operation": {"kind": "conv2d", "padding": 3},
    }
    return path_of(server, body)


def test_a_large_picture_is_sketched_at_once_and_sharpened(
    browser: Browser, server: str, photograph_path: str
) -> None:
    page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    held: list[Route] = []
    # The whole input is asked for, and does not come yet.
    page.route(re.compile(r"tensors/input\?format=npy$"), lambda route: held.append(route))
    page.goto(server + photograph_path)
    page.wait_for_selector("html[data-ready]", state="attached")
    arriving = page.locator("#loading")
    expect(arriving).to_be_visible()
    expect(page.locator("section.stage")).to_have_attribute("aria-busy", "true")
    assert len([url for url in asked if "every=7" in url]) == 1
    # Everything but single numbers of the input works: steps, output channels, parameters.
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))
    expect(page.locator("#cells-input [role=gridcell]").first).to_have_text("…")
    sketched = painted(page)
    assert len(held) == 1
    held[0].continue_()
    expect(arriving).to_be_hidden()
    expect(page.locator("#cells-input [role=gridcell]").first).to_have_text(re.compile(r"^0\.\d+$"))
    expect(page.locator("section.stage")).to_have_attribute("aria-busy", "false")
    sharp = painted(page)
    assert sharp != sketched
    # Sharper, but the same picture.
    assert difference(sharp, sketched) < 4
    page.context.close()


def test_a_number_of_a_sketched_input_can_be_typed(
    browser: Browser, server: str, photograph_path: str
) -> None:
    """What is typed before the numbers are there is not lost, and changes that number alone."""
    page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    held: list[Route] = []
    page.route(re.compile(r"tensors/input\?format=npy$"), lambda route: held.append(route))
    page.goto(server + photograph_path)
    page.wait_for_selector("html[data-ready]", state="attached")
    first = page.locator("#cells-input [role=gridcell]").first
    expect(first).to_have_text("…")
    page.locator("#cells-input").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cell-value")).to_have_value("")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/s/(?!" + photograph_path.split("/")[-1] + ")"))
    expect(first).to_have_text("…")
    expect(page.locator("section.stage")).to_have_attribute("aria-busy", "true")
    for route in held:
        route.continue_()
    expect(first).to_have_text("5")
    second = page.locator("#cells-input [role=gridcell]").nth(1)
    expect(second).to_have_text(re.compile(r"^0\.\d+$"))
    page.context.close()


def difference(a: bytes, b: bytes) -> float:
    """The mean over all pixels, 0 … 255."""
    one, other = (Image.open(BytesIO(png)).convert("L") for png in (a, b))
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])
