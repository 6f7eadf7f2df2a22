"""Playing costs the browser no frame."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser

from bench.frames import INTERVALS, VIEW

SECONDS = 2


def test_the_photograph_plays_at_the_pace_of_a_blank_page(
    browser: Browser, server: str, scene_paths: dict[str, str]
) -> None:
    blank = browser.new_page(viewport=VIEW)
    expected = median(blank.evaluate(INTERVALS, SECONDS))
    blank.close()
    page = browser.new_page(viewport=VIEW)
    page.goto(server + scene_paths["edges"])
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#speed").select_option("4")
    page.locator("#play").click()
    playing = median(page.evaluate(INTERVALS, SECONDS))
    assert page.locator("#play.is-playing").count() == 1
    page.close()
    assert playing <= expected * 1.1, f"{playing:.1f} ms between frames, a blank page {expected:.1f}"
