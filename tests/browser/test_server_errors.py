"""When the server is slow, away, or wrong: the last good picture stays, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.page import OpenPage, field

API = re.compile(r"/api/v1/")


def cut_off(page: Page) -> None:
    """From here on no call arrives; waits until that is so."""
    page.route(API, lambda route: route.abort())
    page.wait_for_function("() => fetch('/api/v1/presets').then(() => false, () => true)")


def test_the_last_frame_stays_until_the_server_answers_again(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["edges"], expect_refusals=True)
    page.keyboard.press("Shift+ArrowRight")
    sentence = page.locator("#step-sentence")
    expect(sentence).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))
    cut_off(page)
    page.keyboard.press("End")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.locator("#timeline-position")).to_have_text(re.compile("^window 1 of"))
    expect(sentence).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#timeline-position")).to_have_text(re.compile("^window 1 of"))
    page.unroute(API)
    page.get_by_role("button", name="Try again").click()
    expect(sentence).to_have_text(re.compile(r"^Y\[3, 125, 125\] = "))
    expect(page.locator("#error-message")).to_be_hidden()


def test_a_late_scene_opens_at_the_step_in_the_url(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["three-filters"], expect_refusals=True)
    cut_off(page)
    page.goto(page.url.split("?")[0] + "?step=1,0,1&by=product")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute(API)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[1, 0, 1\] = .* = 100$"))
    expect(page.get_by_role("radio", name="product", exact=True)).to_be_checked()


def test_a_loading_step_is_announced(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"])
    page.keyboard.press("Shift+ArrowRight")
    held: list[Route] = []
    page.route("**/steps?**", lambda route: held.append(route))
    page.keyboard.press("End")
    expect(page.locator("#step-description")).to_have_text("This window is on its way …")
    for route in held:
        route.continue_()
    page.unroute("**/steps?**")
    last = re.compile(r"is the output cell Y\[3, 125, 125\]\.$")
    expect(page.locator("#step-description")).to_have_text(last)


@pytest.mark.parametrize("change", ["a parameter", "back"])
def test_try_again_makes_the_change_that_failed(
    open_page: OpenPage, scene_paths: dict[str, str], change: str
) -> None:
    page = open_page(scene_paths["two-channels"], expect_refusals=True)
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "padding_top").fill("1")
    size = page.locator("#timeline-position")
    expect(size).to_have_text("window 1 of 16")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    field(page, "stride_h").fill("2")
    expect(size).to_have_text("window 1 of 8")
    cut_off(page)
    if change == "a parameter":
        field(page, "stride_w").fill("2")
    else:
        page.go_back()
        page.go_back()
    expect(page.locator("#error-message")).to_contain_text("does not answer")
    page.locator("#retry").click()
    expect(page.locator("#error-message")).to_contain_text("does not answer")
    page.unroute(API)
    page.locator("#retry").click()
    # Smaller by the new stride, or the example as it was.
    expect(size).to_have_text("window 1 of 4")
    expect(page.locator("#error-message")).to_be_hidden()


def test_a_refusal_is_said_beside_the_field_and_over_the_stage(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "kernel_size_h").fill("9")
    for place in ('[data-at="/operation/kernel_size"] .field-error', "#error-message"):
        expect(page.locator(place)).to_contain_text("the kernel does not fit")
    expect(page.locator("#error-message")).to_contain_text("the last layer that works")
    expect(page.locator("#retry")).to_be_hidden()
    field(page, "kernel_size_h").fill("3")
    expect(page.locator("#error-message")).to_be_hidden()
