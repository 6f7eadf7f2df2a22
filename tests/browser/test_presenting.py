"""Preparing an own example and presenting it; the words and marks of the picture; what a phone has."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.support.page import PHONE, OpenPage, find_cell, make_scene, point_at
from tests.support.polling import wait_until

TITLE = "Edge finder, week 3"


def own_example(server: str) -> str:
    """Three input channels of 5×5, two filters with padding, stride 2 that leaves no row unread."""
    x = torch.arange(75).reshape(3, 5, 5) % 7 - 3
    w = torch.arange(54).reshape(2, 3, 3, 3) % 5 - 2
    return make_scene(server, x.float(), w.float(), {"kind": "conv2d", "padding": 1})


def has_title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    expect(page).to_have_title(f"{text} · Convscope")


def give_title(page: Page, text: str) -> None:
    page.get_by_role("button", name="Name this example").click()
    page.get_by_role("textbox", name="Name this example").fill(text)
    page.keyboard.press("Enter")


def test_an_own_example_keeps_the_name_it_is_given(open_page: OpenPage, server: str) -> None:
    page = open_page(own_example(server))
    give_title(page, f"  {TITLE} ")
    has_title(page, TITLE)
    expect(page.get_by_role("button", name="Name this example")).to_be_focused()
    expect(page).to_have_url(re.compile(r"[?&]title=Edge\+finder,\+week\+3"))
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    has_title(page, TITLE)
    # It goes along with an edit, to the other language and into a presentation.
    page.locator("#cells-input").focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("#undo")).to_be_enabled()
    has_title(page, TITLE)
    expect(page.locator("#other-language")).to_have_attribute("href", re.compile(r"title=Edge"))
    page.locator("#main").focus()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("p")
    # Escape keeps the former name; without one the layer's own is back.
    page.get_by_role("button", name="Name this example").click()
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    has_title(page, TITLE)
    give_title(page, "")
    has_title(page, "conv2d, 3 → 2 channels, kernel 3×3")
    expect(page).not_to_have_url(re.compile("title="))


def test_a_new_example_does_not_take_over_the_name_of_the_one_before(
    open_page: OpenPage, server: str
) -> None:
    page = open_page(f"{own_example(server)}?title=Mine")
    has_title(page, "Mine")
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("#new-example summary").click()
    page.get_by_role("button", name="Make it").click()
    has_title(page, "conv2d, 2 → 2 channels, kernel 3×3")


def test_a_name_in_an_address_is_text_of_bounded_length(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    path = own_example(server)
    page = open_page(f"{path}?title=%3Cimg%20src=x%20onerror=alert(1)%3E%0A%00b")
    has_title(page, "<img src=x onerror=alert(1)> b")
    assert page.locator("h1 *").count() == 0
    page = open_page(f"{path}?title={'é' * 500}")
    has_title(page, "é" * 80)
    # An example that comes with the program has its own name.
    page = open_page(f"{scene_paths['two-channels']}?title=Other")
    has_title(page, "Two input channels, one output channel")
    expect(page.get_by_role("button", name="Name this example")).to_be_hidden()


@pytest.mark.parametrize("size", [{"viewport": {"width": 1366, "height": 768}}, PHONE], ids=["wide", "phone"])
def test_who_presents_steps_by_buttons_and_sees_which_window_it_is(
    open_page: OpenPage, server: str, size: dict[str, object]
) -> None:
    page = open_page(own_example(server), **size)
    page.locator("#main").focus()
    page.keyboard.press("p")
    bar = page.locator(".timeline")
    expect(bar).to_be_hidden()
    stage = page.locator("#stage").bounding_box()
    assert stage
    page.mouse.move(200, 200)
    page.mouse.move(210, 205)
    expect(bar).to_have_css("opacity", "1")
    page.keyboard.press("3")
    page.get_by_role("button", name="Step forward").click()
    page.get_by_role("button", name="Step forward").click()
    expect(page.locator("#timeline-position")).to_have_text("window 2 of 25")
    page.get_by_role("button", name="Step back").click()
    expect(page.locator("#timeline-position")).to_have_text("window 1 of 25")
    # Neither the numbers of the picture nor what is said below it lie under the buttons.
    box = bar.bounding_box()
    now = page.locator(".now").bounding_box()
    assert box and now
    assert box["y"] >= stage["y"] + stage["height"] - 1
    assert now["x"] + now["width"] <= box["x"] + 1 or now["y"] + now["height"] <= box["y"] + 1
    page.keyboard.press("p")
    expect(bar).to_be_visible()


WORDS = {
    "en": ("channel", "kernel", "filter", "bias", "window", "stride", "padding", "dilation"),
    "zh-CN": ("通道", "卷积核", "滤波器", "偏置", "窗口", "步幅", "填充", "空洞"),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_legend_says_what_each_word_is_and_what_it_is_for(open_page: OpenPage, language: str) -> None:
    page = open_page(f"/?lang={language}")
    page.locator("[popovertarget=legend]").first.click()
    words = page.locator("#legend .words > div")
    expect(words).to_have_count(8)
    for word, entry in zip(WORDS[language], words.all(), strict=True):
        assert entry.locator("dt").inner_text() == word
        assert len(entry.locator("dd").inner_text()) > 20
    page.locator("#legend").get_by_role("button").click()
    expect(page.locator("#legend")).to_be_hidden()


def test_a_press_on_a_mark_opens_the_legend_at_its_entry(open_page: OpenPage, server: str) -> None:
    page = open_page(own_example(server), viewport={"width": 1366, "height": 768})
    stage = page.locator("#stage")
    x, y = find_cell(page, "X[0, 0, 0]", step=4)
    cell = float(str(stage.get_attribute("data-layout")).split()[1])
    kernel_x, kernel_y = find_cell(page, "K[0, 0, 0, 0]", step=4)
    scale = page.evaluate(SCALE)
    products = page.evaluate(DASHED, [kernel_x, kernel_y])
    for entry, point in (
        ("mark-zero", (x - cell, y - cell)),
        ("mark-channel", (x, y - 1.5 * cell)),
        ("word-channel", (20, 10)),
        ("mark-scale", scale),
        ("mark-dashed", products),
    ):
        point_at(page, *point)
        expect(stage).to_have_css("cursor", "help")
        stage.click(position={"x": point[0], "y": point[1]})
        expect(page.locator(f"#legend #{entry}")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#legend")).to_be_hidden()


# The middle of the first scale: where the heading's colours run from one end to the other.
SCALE = """() => {
  const canvas = document.querySelector('#stage');
  for (let x = 60; x < 400; x += 4) {
    const copy = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
    copy.drawImage(canvas, x, 12, 1, 1, 0, 0, 1, 1);
    const [red, green, blue] = copy.getImageData(0, 0, 1, 1).data;
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return [x + 20, 12];
  }
}"""

# To the right of the kernel: the first point that is a product to come.
DASHED = """([x, y]) => {
  const canvas = document.querySelector('#stage');
  const { left, top } = canvas.getBoundingClientRect();
  for (let at = x + 60; at < x + 400; at += 4) {
    canvas.dispatchEvent(
      new PointerEvent('pointermove', { clientX: left + at, clientY: top + y + 8, bubbles: true }));
    const said = document.querySelector('#step-description').textContent;
    if (canvas.style.cursor === 'help' && said.includes('·')) return [at + 6, y + 8];
  }
}"""


def test_a_pinned_cell_offers_what_its_mark_means_to_the_keyboard_too(
    open_page: OpenPage, server: str
) -> None:
    x, w = torch.ones(2, 6, 6), torch.ones(2, 1, 3, 3)
    # Stride 2 leaves the last row and column; of two groups one is not at work.
    path = make_scene(server, x, w, {"kind": "conv2d", "stride": 2, "groups": 2})
    page = open_page(path)
    page.locator("#cells-input").focus()
    page.keyboard.press("End")
    page.keyboard.press("?")
    expect(page.locator("#legend #mark-hatched")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#cells-output").focus()
    page.keyboard.press("?")
    expect(page.locator("#legend #mark-now")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    for pin, entry in (("x0,0,5", "mark-hatched"), ("y0,1,1", "mark-dashed"), ("x0,0,0", None)):
        page = open_page(f"{path}?pin={pin}", again=page)
        offer = page.get_by_role("button", name="What does this mark mean?")
        expect(page.locator("#step-description")).to_contain_text("pinned")
        if entry is None:
            expect(offer).to_have_count(0)
            continue
        offer.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#legend #{entry}")).to_be_focused()


def test_a_phone_has_a_menu_with_the_link_and_inspect(open_page: OpenPage, server: str) -> None:
    page = open_page(own_example(server), permissions=["clipboard-read", "clipboard-write"], **PHONE)
    more = page.get_by_role("button", name="More")
    more.tap()
    page.get_by_role("button", name="Copy a link to this step").tap()
    expect(page.locator("#copy-status")).to_have_text("Copied")
    assert own_example(server) in str(page.evaluate("navigator.clipboard.readText()"))
    more.tap()
    page.get_by_role("button", name="Inspect").tap()
    expect(page.get_by_label("Go to Y[channel, row, column]")).to_be_focused()
    page.locator("#inspect-close").tap()
    expect(page.locator("#inspect")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("size", [{}, PHONE], ids=["wide", "phone"])
def test_the_examples_are_closed_by_their_button_and_by_escape(
    open_page: OpenPage, size: dict[str, object]
) -> None:
    page = open_page("/", **size)
    examples = page.locator("#examples")
    closes: list[Callable[[], None]] = [
        lambda: examples.get_by_role("button").click(),
        lambda: page.keyboard.press("Escape"),
    ]
    for close in closes:
        page.get_by_role("button", name="Examples").click()
        expect(examples).to_be_visible()
        close()
        expect(examples).to_be_hidden()


def test_the_zoom_buttons_say_what_they_do(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"], **PHONE)
    expect(page.locator("#zoom-controls")).to_contain_text("zoom")
    for name in ("Zoom out", "Zoom in on the window"):
        button = page.locator("#zoom-controls").get_by_role("button", name=name)
        expect(button).to_have_attribute("title", name)


def test_the_output_chooser_stays_beside_its_heading_when_the_room_changes(
    open_page: OpenPage, server: str
) -> None:
    page = open_page(own_example(server), viewport={"width": 1366, "height": 768})
    chooser = page.locator("#out-channel-chooser")

    def place() -> tuple[float, float]:
        box = chooser.bounding_box()
        assert box
        return round(box["x"]), round(box["width"])

    before = place()
    page.get_by_role("button", name="Change", exact=True).click()
    wait_until(lambda: place()[0] < before[0] - 100, 20, message="it follows the output")
    assert place()[1] == before[1]
    page.locator("#panel-close").click()
    wait_until(lambda: place() == before, 20, message="it is back")
