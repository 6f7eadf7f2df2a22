"""What stands beside the stage while time runs, and what stops it."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.support.page import PHONE, OpenPage, find_cell, make_scene, point_at
from tests.support.painted_text import record_text

GENERATOR = torch.Generator().manual_seed(5)

# At each painted frame: what the stage has drawn over the output cell, the now-line, the position.
WATCH = """() => new Promise((done) => {
  const play = document.querySelector('#play');
  const canvas = document.querySelector('#stage');
  const texts = { now: '#step-description', terms: '#now-terms', position: '#timeline-position' };
  const seen = [];
  const note = () => {
    seen.push({ ...Object.fromEntries(Object.entries(texts).map(([name, selector]) =>
        [name, document.querySelector(selector).textContent])),
      painted: paintedTexts(canvas).map(({ text }) => text),
      shown: document.querySelector('#ledger-numbers').checkVisibility(),
      fast: document.querySelector('#ledger-fast').checkVisibility() });
    if (play.classList.contains('is-playing') && seen.length < 40) later();
    else done(seen);
  };
  // Behind all callbacks of the frame: what they paint is on the canvas by then.
  const later = () => requestAnimationFrame(() => setTimeout(note));
  play.click();
  later();
})"""


def layer(server: str) -> str:
    """Two input channels, 40 windows, every output value another one."""
    x = torch.randint(-9, 10, (2, 6, 12), generator=GENERATOR).float()
    w = torch.randint(-9, 10, (1, 2, 2, 5), generator=GENERATOR).float()
    return make_scene(server, x, w, {"kind": "conv2d"})


@pytest.mark.parametrize("height", [768, 1200])
def test_in_fast_play_what_is_said_is_what_the_stage_shows(
    open_page: OpenPage, server: str, height: int
) -> None:
    viewport = {"width": 1366, "height": height}
    page = open_page(f"{layer(server)}?by=channel", viewport=viewport, prepare=record_text)
    page.locator("#speed").select_option("16")
    seen = page.evaluate(WATCH)
    assert len(seen) == 40
    for moment in seen[1:]:
        # The stage names the cell that it makes: `Y[0, 3, 4]`; the window is its place in reading order.
        cells = [text for text in moment["painted"] if re.fullmatch(r"Y\[0, \d+, \d+\]", text)]
        assert cells, moment
        _, row, _ = map(int, re.findall(r"\d+", cells[0]))
        # Numbers that nobody can read are not shown late, but not at all.
        assert moment["position"] == f"row {row + 1} of 5", moment
        assert moment["now"].startswith("Too fast to be read") and not moment["terms"], moment
        assert not moment["shown"] and moment["fast"], moment
    page.locator("#play").click()
    expect(page.locator("#ledger-fast")).to_be_hidden()
    expect(page.locator("#timeline-position")).to_have_text(re.compile(r"^window \d+ of 40$"))
    row, col = divmod(int(re.findall(r"\d+", page.locator("#timeline-position").inner_text())[0]) - 1, 8)
    expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^Y\[0, {row}, {col}\] = "))


def test_a_link_that_is_copied_while_time_runs_opens_at_the_window_on_the_stage(
    open_page: OpenPage, server: str
) -> None:
    path = layer(server)
    page = None
    for by, speed in (("product", "2"), ("channel", "1"), ("window", "0.25"), ("window", "16")):
        permissions = ["clipboard-read", "clipboard-write"]
        page = open_page(f"{path}?by={by}&step=0,1,3", again=page, permissions=permissions)
        page.locator("#speed").select_option(speed)
        page.locator("#play").click()
        expect(page.locator("#timeline-position")).not_to_have_text("window 12 of 40")
        expect(page.locator("#timeline-position")).not_to_have_text("row 2 of 5")
        position = page.evaluate(
            """() => { document.querySelector('#copy-link').click();
              dispatchEvent(new Event('blur'));
              return document.querySelector('#timeline-position').textContent; }"""
        )
        expect(page.locator("#copy-status")).to_have_text("Copied")
        for link in (str(page.evaluate("navigator.clipboard.readText()")), page.url):
            page = open_page(path + "?" + link.partition("?")[2], again=page)
            expect(page.locator("#timeline-position")).to_have_text(re.compile("^window"))
            named = page.locator("#timeline-position").inner_text()
            window = int(re.findall(r"\d+", named)[0])
            assert position in (named, f"row {(window - 1) // 8 + 1} of 5")


@pytest.mark.parametrize("view", ["stage", "matrix", "sparse"])
def test_numbers_of_a_gradient_that_stand_in_the_accessible_grids_are_not_written_again(
    open_page: OpenPage, server: str, view: str
) -> None:
    """While time runs through a channel: all that a grid's cells show is there."""
    page = open_page(f"{layer(server)}?view={view}&direction=input&by=window")
    for grid in ("input", "output"):
        expect(page.locator(f"#cells-{grid} [role=gridcell]").first).to_have_text(re.compile(r"\d"))
    written = page.evaluate(
        """async () => {
          let written = 0;
          const observer = new MutationObserver((changes) => { written += changes.length; });
          for (const grid of ['input', 'output'])
            observer.observe(document.querySelector(`#cells-${grid}`), { childList: true, subtree: true });
          const { textContent: before } = document.querySelector('#timeline-position');
          document.querySelector('#play').click();
          while (document.querySelector('#timeline-position').textContent === before)
            await new Promise(requestAnimationFrame);
          observer.disconnect();
          return written;
        }"""
    )
    assert written == 0


@pytest.mark.parametrize("width", [1366, 700])
def test_opening_the_panel_stops_the_first_play_and_closing_it_does_not_start_it_again(
    open_page: OpenPage, width: int
) -> None:
    page = open_page("/", viewport={"width": width, "height": 768})
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator("#play")).not_to_have_class(re.compile("is-playing"))
    page.locator("#panel-close").click()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#play")).not_to_have_class(re.compile("is-playing"))


@pytest.mark.parametrize("query", ["", "?lang=en", "?lang=zh-CN"])
def test_the_first_page_and_the_examples_play_in_every_language(open_page: OpenPage, query: str) -> None:
    page = open_page("/" + query)
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    page.locator('[popovertarget="examples"]').click()
    page.locator('#examples [data-preset="dilated"]').click()
    page.wait_for_url("**/s/*")
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    expect(page.locator("#scrubber")).not_to_have_value("0")


def test_an_address_that_names_a_moment_stays_there(open_page: OpenPage) -> None:
    page = open_page("/?lang=en&step=0,1,0")
    expect(page.locator("#play")).not_to_have_class(re.compile("is-playing"))
    expect(page.locator("#timeline-position")).to_have_text("window 3 of 4")


@pytest.mark.parametrize("end", ["chosen", "#play"])
def test_on_a_phone_an_example_opens_at_its_stage(
    open_page: OpenPage, scene_paths: dict[str, str], end: str
) -> None:
    """Also by a link that names the play button, as links did."""
    if end == "chosen":
        page = open_page("/", **PHONE)
        page.locator('[popovertarget="examples"]').tap()
        page.locator('#examples [data-preset="strided-volume"]').tap()
        page.wait_for_url("**/s/*")
    else:
        page = open_page(scene_paths["strided-volume"] + end, **PHONE)
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    assert page.evaluate("[scrollY, document.activeElement.tagName, location.hash]") == [0, "BODY", ""]


def answer_at_corner(page: Page) -> str:
    """What is said of the padding cell above and to the left of the first input cell."""
    x, y = find_cell(page, "X[0, 0, 0]", step=4)
    cell = float(str(page.locator("#stage").get_attribute("data-layout")).split()[1])
    point_at(page, x - cell, y - cell)
    return page.locator("#step-description").inner_text()


def test_padding_answers_when_it_is_pointed_at(open_page: OpenPage, server: str) -> None:
    x = torch.arange(1, 26).reshape(1, 5, 5).float()
    w = torch.ones(1, 1, 3, 3)
    conv: dict[str, object] = {"kind": "conv2d", "padding": 1}
    pool: dict[str, object] = {"kernel_size": 3, "stride": 1, "padding": 1}
    # Torch's own padding says what is borrowed: 7 stands at (1, 1), 1 at (0, 0), 25 at (4, 4).
    for weight, operation, said in (
        (w, conv, "its value is 0, there is no input here"),
        (w, conv | {"padding_mode": "reflect"}, "(reflect): it borrows X[0, 1, 1] = 7."),
        (w, conv | {"padding_mode": "replicate"}, "(replicate): it borrows X[0, 0, 0] = 1."),
        (w, conv | {"padding_mode": "circular"}, "(circular): it borrows X[0, 4, 4] = 25."),
        (None, pool | {"kind": "max_pool2d"}, "there is no input here, so it is never the largest"),
        (None, pool | {"kind": "avg_pool2d"}, "its value is 0, there is no input here"),
        (None, pool | {"kind": "avg_pool2d", "count_include_pad": False}, "does not count in the mean"),
    ):
        page = open_page(make_scene(server, x, weight, operation))
        expect(page.locator("#stage")).to_be_visible()
        assert said in answer_at_corner(page), operation
        page.context.close()


def test_a_pinned_padding_cell_stays_with_the_address(open_page: OpenPage, server: str) -> None:
    path = make_scene(server, torch.ones(1, 4, 4), torch.ones(1, 1, 3, 3), {"kind": "conv2d", "padding": 1})
    page = open_page(f"{path}?pin=e0,0,5")
    expect(page.locator("#step-description")).to_contain_text("Padding beside input channel 0")
    page = open_page(f"{path}?pin=e0,1,1")
    expect(page.locator("#step-description")).not_to_contain_text("Padding")
