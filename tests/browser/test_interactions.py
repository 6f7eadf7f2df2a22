"""The timeline and the stage by pointer, by keyboard and by finger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.frames import SCENES, path_of
from tests.support.page import PHONE, OpenPage, find_cell, fingers


def sentence(page: Page) -> Locator:
    return page.locator("#step-sentence")


def name(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=label, exact=True)


def test_the_buttons_and_the_keys_move_time(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    name(page, "To the end").click()
    expect(sentence(page)).to_have_text(re.compile("= 120$"))
    name(page, "Step back").click()
    expect(page.locator("#step-description")).to_have_text("Channel 1 adds 77: the running sum is 120.")
    name(page, "To the start").click()
    name(page, "Step forward").click()
    expect(page.locator("#step-description")).to_have_text("Channel 0 adds 19: the running sum is 19.")
    # The focus is on a button: the keys still are the timeline's.
    page.keyboard.press("ArrowRight")
    expect(page.locator("#step-description")).to_have_text("Channel 1 adds 37: the running sum is 56.")
    page.locator("#main").focus()
    page.keyboard.press(" ")
    expect(name(page, "Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(name(page, "Play")).to_be_visible()
    for key, speed in (("+", "2"), ("+", "4"), ("-", "2")):
        page.keyboard.press(key)
        expect(page.locator("#speed")).to_have_value(speed)
    for key, chosen in (("1", "product"), ("3", "window"), ("2", "channel")):
        page.keyboard.press(key)
        expect(page.get_by_role("radio", name=chosen, exact=True)).to_be_checked()


def test_screen_readers_announce_the_step_when_paused(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    spoken = page.locator("#step-announcement")
    expect(spoken).to_have_role("status")
    page.keyboard.press("ArrowRight")
    expect(spoken).to_have_text("Channel 0 adds 19: the running sum is 19.")
    page.keyboard.press("Shift+ArrowRight")
    expect(spoken).to_have_text(re.compile(r"^Y\[0, 0, 0\] = .* = 56$"))
    grids = page.get_by_role("grid")
    expect(grids).to_have_count(3)
    for grid in grids.all():
        assert grid.get_attribute("aria-rowcount")


def test_the_output_grid_walks_through_the_channels(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["three-filters"])
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#cells-output").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#out-channel")).to_have_value("1")
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^Y\[1, 0, 0\] = 76"))
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(sentence(page)).to_have_text(re.compile(r"^Y\[1, 0, 1\] = .* = 100$"))


def test_touch_plays_scrubs_selects_and_edits(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], **PHONE)
    name(page, "Play").tap()
    name(page, "Pause").tap()
    scrubber = page.locator("#scrubber")
    box = scrubber.bounding_box()
    assert box
    scrubber.tap(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    expect(page.locator("#timeline-position")).to_have_text("window 3 of 4")
    x, y = find_cell(page, "X[")
    page.locator("#stage").tap(position={"x": x, "y": y})
    expect(page.locator("#step-description")).to_contain_text("pinned")
    page.get_by_role("button", name="All terms").tap()
    page.locator("#ledger-lines [data-grid=sum]").first.tap()
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^Channel 0 adds up to \d+\."))
    page.locator("#stage").dblclick(position={"x": x, "y": y})
    editor = page.locator("#cell-value")
    expect(editor).to_be_focused()
    before = sentence(page).inner_text()
    editor.fill("9")
    editor.press("Enter")
    name(page, "Step back").tap()
    expect(page.locator("#undo")).to_be_enabled()
    page.locator("#undo").tap()
    expect(page.locator("#undo")).to_be_disabled()
    assert before


@pytest.mark.parametrize("path", ["two-channels", "edges"])
def test_at_two_hundred_percent_the_timeline_leaves_room(
    open_page: OpenPage, scene_paths: dict[str, str], path: str
) -> None:
    page = open_page(scene_paths[path], viewport={"width": 640, "height": 360}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    box = page.locator(".timeline").bounding_box()
    assert box and box["height"] <= 360 / 4


@pytest.fixture(scope="module")
def layer_path(server: str) -> str:
    """64×56×56 → 64, 3×3."""
    return path_of(server, SCENES["64x56x56 -> 64"])


def cell_named(page: Page) -> str:
    """The cell that is asked about: `X[0, 12, 30]`."""
    found = re.match(r"[XKY]\[[\d, ]+\]", page.locator("#step-description").inner_text())
    assert found, page.locator("#step-description").inner_text()
    return found.group()


@pytest.mark.parametrize(("grid", "cell"), [("X", "X[0, 35, 30]"), ("Y", "Y[0, 35, 30]")])
def test_a_drag_carries_the_cell_under_the_pointer(
    open_page: OpenPage, layer_path: str, grid: str, cell: str
) -> None:
    page = open_page(f"{layer_path}?step=0,28,28")
    box = page.locator("#stage").bounding_box()
    assert box
    x, y = find_cell(page, cell, step=3)
    x, y = box["x"] + x, box["y"] + y
    page.mouse.move(x, y)
    expect(page.locator("#step-description")).to_have_text(re.compile(rf"^{grid}\["))
    before = cell_named(page)
    page.mouse.wheel(0, -600)
    expect(page).to_have_url(re.compile(rf"{grid.lower()}zoom=4,"))
    zoomed = page.url
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    assert cell_named(page) == before, "the wheel zooms round the pointer"
    page.mouse.down()
    page.mouse.move(x - 26, y - 17, steps=5)
    page.mouse.up()
    expect(page).not_to_have_url(zoomed)
    page.mouse.move(x, y)
    expect(page.locator("#step-description")).not_to_contain_text(before)
    page.mouse.move(x - 26, y - 17)
    expect(page.locator("#step-description")).to_contain_text(before)
    expect(page.locator("#step-description")).not_to_contain_text("pinned")


def test_two_fingers_zoom_and_one_carries_the_cell_under_it(open_page: OpenPage, layer_path: str) -> None:
    page = open_page(f"{layer_path}?step=0,28,28", **PHONE)
    box = page.locator("#stage").bounding_box()
    assert box
    x, y = box["x"] + 45, box["y"] + 68
    touch = fingers(page)
    page.touchscreen.tap(x, y)
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^X\[0, "))
    before = cell_named(page)
    touch("touchStart", (x - 4, y), (x + 4, y))
    for apart in (8, 12, 16):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    expect(page).to_have_url(re.compile(r"xzoom=4,"))
    page.locator("#main").press("Escape")
    page.touchscreen.tap(x, y)
    expect(page.locator("#step-description")).to_contain_text(before)
    touch("touchStart", (x, y))
    for part in (0.25, 0.5, 1):
        touch("touchMove", (x + 13 * part, y - 9 * part))
    touch("touchEnd")
    page.touchscreen.tap(x, y)
    expect(page.locator("#step-description")).not_to_contain_text(before)
    page.touchscreen.tap(x + 13, y - 9)
    expect(page.locator("#step-description")).to_contain_text(before)
    assert page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1], "the page was moved"
