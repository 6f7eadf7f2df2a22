"""The keys of the timeline, wherever the focus is, and presenting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.page import OpenPage, field

# What a person may have clicked last.
CLICKED = {
    "a granularity": "label:has([name=granularity][value=channel])",
    "the view": "#view-stage",
    "the play button": "#play",
    "the link to copy": "#copy-link",
    "the theme": "#theme",
    "the table": "#all-terms",
    "the stage": "#stage",
}


def where(page: Page) -> str:
    return page.locator("#timeline-position").inner_text()


@pytest.mark.parametrize("selector", CLICKED.values(), ids=CLICKED)
def test_after_a_click_the_keys_still_move_the_timeline(
    open_page: OpenPage, scene_paths: dict[str, str], selector: str
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator(selector).first.click(position={"x": 4, "y": 4})
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for position in ("1 of 4", "1 of 4", "1 of 4", "2 of 4"):
        page.keyboard.press("ArrowRight")
        expect(page.locator("#timeline-position")).to_have_text(f"window {position}")
    expect(page.locator("[name=granularity]:checked")).to_have_value("channel")
    expect(page.locator("[name=view]:checked")).to_have_value("stage")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_accessible_name("Pause")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_accessible_name("Play")


def test_after_a_speed_is_chosen_the_keys_move_the_timeline(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator("#speed").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#speed")).to_have_value("2")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert where(page) == "window 2 of 4"
    expect(page.locator("#speed")).to_have_value("2")


def test_the_matrix_stays_when_time_moves_on(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator("#views").get_by_text("matrix product").click()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#stage")).to_have_attribute("data-view", "matrix")


def test_a_chooser_that_tab_leads_to_keeps_its_keys(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator("#scrubber").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#direction")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=granularity]:checked")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=granularity]:checked")).to_have_value("window")
    assert where(page) == "window 1 of 4"


def test_a_text_field_keeps_all_keys(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("#code-text").click()
    page.keyboard.type("p 1[?")
    expect(page.locator("#code-text")).to_have_value("p 1[?")
    field(page, "channels").click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(field(page, "channels")).to_have_value("3")
    assert where(page).startswith("window 1 ")


def test_presenting_shows_the_stage_alone_and_the_keys_work(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["strided-volume"])
    before = page.locator("#stage-room").bounding_box()
    page.get_by_role("button", name="Present: the stage alone").click()
    for hidden in (".bar", ".timeline", "#facts", "#about-line"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    after = page.locator("#stage-room").bounding_box()
    assert before and after and after["height"] > before["height"]
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-description")).to_have_text(re.compile(r"Y\[0, 0, 0\]\.$"))
    page.keyboard.press("Escape")
    expect(page.locator(".timeline")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".timeline")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator(".bar")).to_be_visible()
    assert page.locator("#stage-room").bounding_box() == before


def test_an_example_plays_when_it_is_opened_from_the_list(open_page: OpenPage) -> None:
    page = open_page("/", reduced_motion="no-preference")
    for name in ("Max pooling", "A dilated kernel"):
        page.get_by_role("button", name="Examples").click()
        page.locator("#examples").get_by_role("link", name=re.compile(name)).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(name))
        expect(page.locator("#play")).to_have_accessible_name("Pause")
        expect(page.locator("#speed")).to_have_value("1")
        assert "#" not in page.url


def test_with_reduced_motion_an_example_stands_still(open_page: OpenPage) -> None:
    page = open_page("/", reduced_motion="reduce")
    page.get_by_role("button", name="Examples").click()
    page.locator("#examples").get_by_role("link", name=re.compile("Max pooling")).click()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Max pooling"))
    expect(page.locator("#play")).to_have_accessible_name("Play")
