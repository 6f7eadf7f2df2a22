"""What a person does on the workbench, and what a person sees."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.page import OpenPage

FIRST = "Y[0, 0, 0] = (0·0 + 1·1 + 3·2 + 4·3) + (1·1 + 2·2 + 4·3 + 5·4) = 19 + 37 = 56"


# Notes each sentence of the ledger as it changes, until playing ends.
SENTENCES_WHILE_PLAYING = """() => new Promise((done) => {
    const sentence = document.querySelector('#step-sentence'), play = document.querySelector('#play');
    const seen = [sentence.textContent];
    new MutationObserver(() => seen.push(sentence.textContent)).observe(sentence, {childList: true});
    new MutationObserver(() => play.classList.contains('is-playing') || done(seen))
        .observe(play, {attributes: true});
})"""

COLOURS_OF_THE_LEFT_THIRD = """() => {
    const canvas = document.querySelector('#stage');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width / 3, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_first_page_plays_the_chapters_example_to_its_end(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.locator("#play")).to_have_accessible_name("Pause")
    page.locator("#speed").select_option("4")
    seen = page.evaluate(SENTENCES_WHILE_PLAYING)
    assert seen[0] == FIRST
    assert [sentence.rpartition(" = ")[2] for sentence in dict.fromkeys(seen)] == ["56", "72", "104", "120"]
    expect(page.locator("#play")).to_have_accessible_name("Play")
    expect(page.locator("#step-description")).to_have_text("120 is the output cell Y[0, 1, 1].")


def test_steps_back_and_forward_come_to_the_same_numbers(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    sentence, now = page.locator("#step-sentence"), page.locator("#step-description")
    expect(sentence).to_have_text(FIRST)
    page.keyboard.press("ArrowRight")
    expect(now).to_have_text("Channel 0 adds 19: the running sum is 19.")
    page.keyboard.press("ArrowRight")
    expect(now).to_have_text("Channel 1 adds 37: the running sum is 56.")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(sentence).to_have_text(re.compile(r"^Y\[0, 0, 1\] = .* = 25 \+ 47 = 72$"))
    page.keyboard.press("Shift+ArrowLeft")
    expect(sentence).to_have_text(FIRST)
    expect(now).to_have_text("56 is the output cell Y[0, 0, 0].")
    page.keyboard.press("ArrowLeft")
    expect(now).to_have_text("Channel 1 adds 37: the running sum is 56.")
    page.keyboard.press("End")
    expect(sentence).to_have_text(re.compile("= 120$"))
    page.keyboard.press("Home")
    expect(page.locator("#timeline-position")).to_have_text("window 1 of 4")


def test_the_table_says_what_the_sentence_says(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    rows = page.get_by_role("region", name="Ledger").get_by_role("row")
    expect(rows).to_have_text(
        [
            re.compile("channel.*products.*sum.*running sum"),
            re.compile(r"0.*0·0 \+ 1·1 \+ 3·2 \+ 4·3.*19.*19"),
            re.compile(r"1.*1·1 \+ 2·2 \+ 4·3 \+ 5·4.*37.*56"),
            re.compile(r"Y\[0, 0, 0\].*56"),
        ]
    )


def test_scrubbing_shows_the_window_under_the_pointer(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    scrubber = page.locator("#scrubber")
    box = scrubber.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=5)
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 1, 0\] = .* = 104$"))
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 1\] = .* = 72$"))


def test_each_output_channel_has_its_own_kernel_and_numbers(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["three-filters"])
    sentence = page.locator("#step-sentence")
    page.keyboard.press("Shift+ArrowRight")
    for channel, first in enumerate((56, 76, 96)):
        page.locator("#out-channel").fill(str(channel))
        page.keyboard.press("Enter")
        expect(sentence).to_have_text(re.compile(rf"^Y\[{channel}, 0, 0\] = .* = {first}$"))
    page.locator("#previous-output").click()
    expect(sentence).to_have_text(re.compile("= 76$"))
    page.keyboard.press("[")
    expect(sentence).to_have_text(re.compile("= 56$"))
    page.keyboard.press("]")
    expect(page.locator("#out-channel")).to_have_value("1")
    page.keyboard.press("End")
    expect(sentence).to_have_text(re.compile(r"^Y\[2, 1, 1\] = .* = 224$"))


@pytest.mark.parametrize(("key", "beats"), [("1", 9), ("2", 3), ("3", 1)])
def test_granularity_decides_how_many_steps_a_window_takes(
    open_page: OpenPage, scene_paths: dict[str, str], key: str, beats: int
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press(key)
    for _ in range(beats):
        expect(page.locator("#step-description")).not_to_have_text("56 is the output cell Y[0, 0, 0].")
        page.keyboard.press("ArrowRight")
    expect(page.locator("#step-description")).to_have_text("56 is the output cell Y[0, 0, 0].")


def test_the_language_follows_the_link_and_the_browser(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[data-ready][lang='zh-CN']", state="attached")
    expect(page.get_by_role("heading", level=1)).to_have_text("两个输入通道，一个输出通道")
    expect(page.locator("#step-sentence")).to_have_text(re.compile("= 56$"))
    expect(page.get_by_text("累计和").first).to_be_visible()
    chinese = open_page("/", locale="zh-CN")
    expect(chinese.get_by_role("heading", level=1)).to_have_text("两个输入通道，一个输出通道")


def test_a_chosen_theme_stays(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(paper)
    assert light != dark
    page.reload()
    assert page.evaluate(paper) == dark


def test_examples_lead_to_their_scenes(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Examples").click()
    expect(page.locator("#examples a")).to_have_count(len(page.locator("#examples a").all()))
    page.locator("#examples").get_by_role("link", name=re.compile("7×7×3")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A 7×7×3 volume, padding 1, stride 2")
    expect(page.locator("#formula")).to_have_text("output height = width = ⌊(7 + 2·1 − 3)/2⌋ + 1 = 4")


def test_keys_are_shown_and_the_dialog_closes_with_escape(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.get_by_role("dialog", name="Keys").get_by_text("play or pause")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_the_legend_opens_from_the_help_and_beside_the_picture(open_page: OpenPage) -> None:
    page = open_page("/")
    legend = page.locator("#legend")
    page.keyboard.press("?")
    page.get_by_role("button", name="What the marks on the picture mean").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(legend.get_by_text("Hatched rows and columns")).to_be_visible()
    expect(legend.get_by_text("Why are the channels added?")).to_be_visible()
    expect(legend.locator("dt.mark")).to_have_count(9)
    page.keyboard.press("Escape")
    expect(legend).to_be_hidden()
    page.get_by_role("button", name="legend").click()
    expect(legend.get_by_text("Y[o, i, j] is the output cell")).to_be_visible()


def test_reduced_motion_shows_the_same_steps_and_starts_still(open_page: OpenPage) -> None:
    page = open_page("/", reduced_motion="reduce")
    expect(page.locator("#play")).to_have_accessible_name("Play")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(FIRST)


def test_the_photograph_is_a_picture_with_a_window_of_numbers(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["edges"])
    expect(page.locator("#timeline-position")).to_have_text("window 1 of 15876")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))
    expect(page.get_by_label("RGB tints")).to_be_checked()
    colours = page.evaluate(COLOURS_OF_THE_LEFT_THIRD)
    assert colours > 300, "the input channels are not painted"


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_nothing_leaves_the_page_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_lost_page_speaks_the_readers_language(server: str, open_page: OpenPage) -> None:
    page = open_page("/")
    answer = page.request.get(f"{server}/s/nothing?lang=zh-CN", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "没有这个页面" in answer.text()
