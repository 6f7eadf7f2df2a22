"""The address names what is shown; back and forward; links that others can open."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Route, expect

from tests.support.page import OpenPage


def test_a_url_opens_at_its_step(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["three-filters"] + "?step=1,0,1&by=product&pin=x0,1,1")
    expect(page.locator("#timeline-position")).to_have_text("window 2 of 4")
    expect(page.locator("#out-channel")).to_have_value("1")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[1, 0, 1\] = .* = 100$"))
    expect(page.get_by_role("radio", name="product", exact=True)).to_be_checked()
    expect(page.locator("#step-description")).to_contain_text("X[0, 1, 1]")


@pytest.mark.parametrize(
    "query",
    [
        "?step=9,9,9",
        "?step=x",
        "?by=hour&pin=q&rows=-1",
        "?step=0,0,1e3",
        "?view=%3Cscript%3E",
        "?view=sparse&input=9",
        "?other=1",
    ],
)
def test_errors_in_a_url_do_no_harm(open_page: OpenPage, scene_paths: dict[str, str], query: str) -> None:
    page = open_page(scene_paths["two-channels"] + query)
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, \d, \d\] = "))


@pytest.mark.parametrize("path", ["/s/{}", "/embed/{}"])
@pytest.mark.parametrize(
    ("language", "said"), [("en", "There is no step {} here"), ("zh-CN", "这里没有步骤 {}")]
)
@pytest.mark.parametrize("step", ["0,2,0", "x", "0,5,0,0&direction=weight"])
def test_a_step_that_is_not_there_is_told(
    open_page: OpenPage, scene_paths: dict[str, str], path: str, language: str, said: str, step: str
) -> None:
    address = path.format(scene_paths["two-channels"].removeprefix("/s/"))
    page = open_page(f"{address}?step={step}&lang={language}")
    message = page.locator("#error-message")
    expect(message).to_contain_text(said.format(step.partition("&")[0]))
    page.keyboard.press("ArrowRight")
    expect(message).to_be_hidden()


def test_what_is_chosen_while_it_plays_is_in_the_address(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["strided-volume"])
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_text("matrix product", exact=True).click()
    expect(page).to_have_url(re.compile(r"view=matrix"))
    page.get_by_role("region", name="Timeline").get_by_text("product", exact=True).click()
    expect(page).to_have_url(re.compile(r"by=product"))
    expect(page.locator("#play")).to_have_class(re.compile(r"is-playing"))
    page.reload()
    expect(page.get_by_role("radio", name="matrix product")).to_be_checked()
    expect(page.get_by_role("radio", name="product", exact=True)).to_be_checked()


def test_the_url_follows_when_paused(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile(r"\?step=0,0,1$"))
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"\?step=0,0,1&beat=2$"))
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile(r"by=window"))
    page.reload()
    expect(page.locator("#timeline-position")).to_have_text("window 2 of 4")
    expect(page.get_by_role("radio", name="window", exact=True)).to_be_checked()


def test_the_url_names_the_input_channel_of_the_sparse_matrix(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["strided-volume"] + "?view=sparse&step=1,1,1&beat=1")
    channel = page.locator("#in-channel")
    expect(channel).to_have_value("0")
    channel.fill("1")
    channel.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]view=sparse&input=1"))
    page.reload()
    expect(channel).to_have_value("1")
    # Time that goes on takes its own channel, and the address no longer names one.
    page.locator("#main").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(channel).to_have_value("2")
    expect(page).to_have_url(re.compile(r"view=sparse(?!.*input=)"))
    # A whole window has no channel of its own: the reader's stays.
    page.keyboard.press("3")
    channel.fill("1")
    channel.press("Enter")
    page.locator("#main").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[1, 1, 0\] = "))
    expect(page).to_have_url(re.compile(r"step=1,1,0.*&input=1"))
    page.reload()
    expect(channel).to_have_value("1")


def test_back_and_forward_go_through_the_scenes(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press("Shift+ArrowRight")
    first = page.locator("#step-sentence").inner_text()
    page.locator("#cells-input").focus()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    expect(page.locator("#step-sentence")).to_have_text(re.compile("10·0"))
    expect(page).not_to_have_url(re.compile(scene_paths["two-channels"]))
    changed = page.url
    page.go_back()
    expect(page.locator("#step-sentence")).to_have_text(first)
    expect(page).to_have_url(re.compile(scene_paths["two-channels"]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Two input channels, one output channel")
    page.go_forward()
    expect(page.locator("#step-sentence")).to_have_text(re.compile("10·0"))
    page.goto(changed)
    expect(page.locator("#step-sentence")).to_have_text(re.compile("10·0"))


def test_the_other_language_shows_the_same(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["three-filters"])
    page.keyboard.press("]")
    page.keyboard.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile(r"step=1,"))
    expect(page.locator("#step-sentence")).to_contain_text("Y[1, 0, 1]")
    where = page.locator("#step-sentence").inner_text()
    link = page.get_by_role("link", name="中文")
    expect(link).to_have_attribute("href", re.compile("step=1,0,1"))
    link.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#step-sentence")).to_have_text(where)
    page.keyboard.press("Shift+ArrowRight")
    expect(page).to_have_url(re.compile(r"lang=zh-CN"))


def test_steps_and_links_are_copied(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Shift+ArrowRight")

    def copied(name: str) -> str:
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("#copy-status")).to_have_text("Copied")
        return str(page.evaluate("navigator.clipboard.readText()"))

    assert copied("Copy") == page.locator("#step-sentence").inner_text()
    assert "Y_{0,0,0} &= (0 \\cdot 0 + 1 \\cdot 1" in copied("TeX")
    assert json.loads(copied("JSON"))["channel_sums"] == [19, 37]
    link = copied("Copy a link to this step")
    assert link.endswith(scene_paths["two-channels"] + "?step=0,0,0")


def test_the_address_stays_while_what_it_names_is_on_its_way(
    open_page: OpenPage, scene_paths: dict[str, str], server: str
) -> None:
    """The code of gradients comes late: who goes on before that loses neither direction nor step."""
    page = open_page(scene_paths["three-filters"])
    held: list[Route] = []
    page.route("**/sheets-*.js", lambda route: held.append(route))
    named = "direction=weight&step=1,0,1,1"
    with page.expect_request("**/sheets-*.js"):
        page.goto(f"{server}{scene_paths['three-filters']}?{named}")
    page.evaluate("dispatchEvent(new Event('blur'))")
    assert named in page.url
    page.locator("#other-language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert named in page.url and held
    page.unroute("**/sheets-*.js")
    page.reload()
    expect(page.locator("#direction")).to_have_value("weight")


def test_the_other_language_keeps_what_can_be_undone_and_a_chosen_loss(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["three-filters"] + "?direction=input&step=0,0,0")
    first = page.locator("#stage").get_attribute("data-scene") or ""
    page.locator("#upstream-source").select_option("cross_entropy")
    page.locator("#loss-class").fill("2")
    box = page.locator("#loss-class").bounding_box()
    assert box and box["width"] >= 48 and box["height"] >= 24, "its number can be read"
    page.locator("#loss-class").press("Enter")
    loss = re.compile(r"= 0$")
    expect(page.locator("#loss-value")).to_have_text(loss)
    expect(page).to_have_url(re.compile(f"/s/(?!{first})"))
    for language in ("zh-CN", "en"):
        page.locator("#other-language").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("#upstream-source")).to_have_value("cross_entropy")
        expect(page.locator("#loss-value")).to_have_text(loss)
        expect(page.locator("#loss-class")).to_have_value("2")
        expect(page.locator("#undo")).to_be_enabled()
    page.locator("#undo").click()
    page.locator("#undo").click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", first)
    expect(page.locator("#undo")).to_be_disabled()
    page.locator("#other-language").click()
    expect(page.locator("#redo")).to_be_enabled()
