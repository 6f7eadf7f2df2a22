"""The room that the page leaves for the stage, on screens that people have."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.page import PHONE, OpenPage, make_scene, wait_until_painted
from tests.support.polling import wait_until

# A screen, and what the stage has of it, in CSS pixels.
ROOM = [
    ((1366, 768), (1302, 608)),
    ((1920, 1080), (1845, 893)),
    ((1280, 720), (1216, 560)),
    ((1024, 768), (960, 608)),
]


def room(page: Page) -> tuple[float, float]:
    box = page.locator("#stage-room").bounding_box()
    assert box
    return box["width"], box["height"]


def is_in_sight(page: Page, selector: str) -> bool:
    """Whether all of an element is in the window."""
    box, window = page.locator(selector).bounding_box(), page.viewport_size
    assert box and window
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] >= 0 and right <= window["width"] and box["y"] >= 0 and bottom <= window["height"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("screen", "least"), ROOM, ids=[f"{width}x{height}" for (width, height), _ in ROOM])
def test_the_stage_has_most_of_the_screen_and_nothing_is_out_of_sight(
    open_page: OpenPage,
    scene_paths: dict[str, str],
    screen: tuple[int, int],
    least: tuple[int, int],
    language: str,
) -> None:
    view = {"width": screen[0], "height": screen[1]}
    page = None
    for name in ("two-channels", "strided-volume"):
        page = open_page(f"{scene_paths[name]}?lang={language}", again=page, viewport=view)
        width, height = room(page)
        assert width >= least[0] and height >= least[1]
        assert page.evaluate("document.documentElement.scrollHeight") <= screen[1]
        for part in ("h1", "#stage-room", ".now-line", "#scrubber", "#speed", "#facts", "#help-open"):
            assert is_in_sight(page, part), part


def test_on_a_phone_the_whole_stage_and_the_transport_are_on_the_first_screen(open_page: OpenPage) -> None:
    page = open_page("/", **PHONE)
    assert room(page) >= (328, 534)
    for part in ("#stage-room", "#play", "#scrubber", "#speed", ".now"):
        assert is_in_sight(page, part), part
    box = page.locator("#stage-room").bounding_box()
    assert box and box["y"] <= 100, "the bar and the title take more than their rows"
    page.evaluate("scrollTo(0, 1e6)")
    assert is_in_sight(page, "#play")
    expect(page.locator("#scene-line")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("screen", [(360, 640), (412, 915)], ids="{0[0]}x{0[1]}".format)
def test_a_phone_says_first_what_it_shows_and_where_the_lessons_are(
    open_page: OpenPage, scene_paths: dict[str, str], screen: tuple[int, int], language: str
) -> None:
    view = {"width": screen[0], "height": screen[1]}
    page = None
    for name, way in (
        ("two-channels", ""),
        ("strided-volume", ""),
        ("edges", ""),
        ("three-filters", "&direction=input"),
        ("three-filters", "&direction=weight"),
    ):
        page = open_page(f"{scene_paths[name]}?lang={language}{way}", again=page, viewport=view)
        title, stage, now, transport = (
            page.locator(part).bounding_box() for part in ("h1", "#stage-room", ".now-line", ".timeline")
        )
        assert title and stage and now and transport
        assert title["height"] <= 28 and title["y"] + title["height"] <= stage["y"] + 1, (name, way)
        assert now["y"] + now["height"] <= transport["y"] + 1, (name, way)
        for part in ('nav [href^="/learn"]', "#play", ".now"):
            assert is_in_sight(page, part), (name, way, part)


def test_at_twice_the_size_the_stage_is_in_sight_without_scrolling(open_page: OpenPage) -> None:
    page = open_page("/", viewport={"width": 683, "height": 384})
    box = page.locator("#stage").bounding_box()
    assert box and box["y"] < 384 / 4


# Steps through the first windows, and notes each height that the stage has.
HEIGHTS = """() => new Promise((done) => {
    const room = document.querySelector('#stage-room');
    const seen = new Set();
    let moments = 40;
    const step = () => {
        document.querySelector('#forward').click();
        seen.add(room.getBoundingClientRect().height);
        --moments > 0 ? requestAnimationFrame(step) : done([...seen]);
    };
    step();
})"""


def test_the_stage_keeps_its_height_while_time_runs(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"], viewport={"width": 1024, "height": 700})
    assert page.evaluate(HEIGHTS) == [room(page)[1]]


def test_all_terms_open_over_the_stage_and_are_read_out_when_closed(open_page: OpenPage) -> None:
    page = open_page("/")
    table = page.get_by_role("region", name="Ledger").get_by_role("row")
    expect(table).to_have_count(4)
    before = room(page)
    page.get_by_role("button", name="All terms").click()
    expect(page.locator("#ledger-lines .terms").first).to_be_in_viewport(ratio=1)
    assert room(page) == before
    page.keyboard.press("Escape")
    expect(page.locator("#ledger-lines .terms").first).not_to_be_in_viewport(ratio=1)
    expect(table).to_have_count(4)


def test_where_there_is_height_to_spare_all_terms_are_shown(open_page: OpenPage) -> None:
    page = open_page("/", viewport={"width": 1920, "height": 1200})
    expect(page.locator("#ledger-lines .terms").first).to_be_in_viewport(ratio=1)
    assert room(page)[1] >= 780


@pytest.mark.parametrize("screen", [(1366, 768), (1024, 768)])
def test_with_the_panel_open_nothing_wraps_or_is_cut_off(
    open_page: OpenPage, scene_paths: dict[str, str], screen: tuple[int, int]
) -> None:
    page = open_page(scene_paths["strided-volume"], viewport={"width": screen[0], "height": screen[1]})
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#panel")).to_be_visible()
    panel = page.locator("#panel").bounding_box()
    assert panel
    for part in ("#stage-room", "#play", "#scrubber", "#timeline-position", "#speed", "#all-terms"):
        box = page.locator(part).bounding_box()
        assert box and box["x"] + box["width"] <= panel["x"], part
        assert is_in_sight(page, part), part
    if screen[0] == 1366:
        middles = {
            round(box["y"] + box["height"] / 2)
            for box in (page.locator(part).bounding_box() for part in ("#play", "#scrubber", "#speed"))
            if box
        }
        assert max(middles) - min(middles) <= 1, "the timeline wraps"


def test_example_pictures_follow_the_theme(open_page: OpenPage) -> None:
    page = open_page("/", color_scheme="light")
    page.get_by_role("button", name="Examples").click()
    picture = page.locator('#examples a[data-preset="dilated"] img')
    picture.evaluate("(image) => image.decode()")
    shades = []
    for _ in range(2):
        shot = Image.open(io.BytesIO(picture.screenshot())).convert("L")
        shades.append(np.asarray(shot)[shot.height // 2, 2])
        page.keyboard.press("Escape")
        page.locator("#theme").click()
        page.get_by_role("button", name="Examples").click()
    light, dark = shades
    assert light > 200 and dark < 80


@pytest.mark.parametrize(
    "size",
    [(1366, 768), (1024, 768), (683, 384), (360, 740)],
    ids=["laptop", "narrow", "laptop at 200 %", "phone"],
)
@pytest.mark.parametrize("query", ["", "&direction=input"], ids=["forward", "to input"])
def test_the_total_of_the_moment_is_in_sight_however_long_its_terms_are(
    open_page: OpenPage, server: str, size: tuple[int, int], query: str
) -> None:
    x = (torch.arange(6 * 81).reshape(6, 9, 9) % 89 + 12) / 7
    weight = (torch.arange(6 * 150).reshape(6, 6, 5, 5) % 61 - 30) / 7
    path = make_scene(server, x, weight, {"kind": "conv2d", "padding": 2})
    view = {"width": size[0], "height": size[1]}
    page = None
    for by in ("window", "channel", "product"):
        page = open_page(f"{path}?step=0,3,3&by={by}{query}", again=page, viewport=view)
        total, line = page.locator("#now-terms .total"), page.locator(".now")
        expect(total).to_have_text(re.compile(r"^ [=≈] −?\d"))
        box, room = total.bounding_box(), line.bounding_box()
        assert box and room
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 0.5
        assert box["y"] + box["height"] <= room["y"] + room["height"] + 2
        assert total.evaluate("(element) => element.scrollWidth <= element.clientWidth + 1")
        terms = page.locator("#now-terms .addends").bounding_box()
        assert terms and terms["width"] > 40
        expect(page.locator("#step-description")).not_to_be_empty()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (1920, 1080)])
def test_a_long_title_and_formula_can_be_read_whole(
    open_page: OpenPage, server: str, size: tuple[int, int]
) -> None:
    x, weight = torch.ones(16, 9, 11), torch.ones(24, 4, 3, 2)
    operation = {"kind": "conv2d", "padding": [1, 2], "stride": [2, 3], "dilation": [2, 1], "groups": 4}
    page = open_page(make_scene(server, x, weight, operation), viewport={"width": size[0], "height": size[1]})
    for part in ("h1", "#facts"):
        cut = "(part) => [part.scrollWidth - part.clientWidth, part.scrollHeight - part.clientHeight]"
        across, down = page.locator(part).evaluate(cut)
        assert across <= 1 and down <= 2, part
        box, stage = page.locator(part).bounding_box(), page.locator("#stage").bounding_box()
        assert box and stage and box["y"] + box["height"] <= stage["y"] + 1
    expect(page.locator("h1")).to_have_text("conv2d, 16 → 24 channels, kernel 3×2, 4 groups")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_sentence_of_an_example_is_read_in_whole_on_a_laptop(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    """It has two lines; of the one that needs three the rest comes at a press."""
    page, cut = None, []
    for name in scene_paths:
        way = "/" if name == "two-channels" else scene_paths[name]
        page = open_page(f"{way}?lang={language}", again=page, viewport={"width": 1366, "height": 768})
        line, stage = page.locator("#about-line"), page.locator("#stage")
        box, below = line.bounding_box(), stage.bounding_box()
        assert box and below and box["y"] + box["height"] <= below["y"] + 1, name
        if page.locator("#about-more").is_visible():
            cut.append(name)
            assert box["height"] >= 28, name
            page.locator("#about-more").click()
            expect(page.locator("#scene-line")).to_be_in_viewport(ratio=1)
    assert len(cut) <= 2, cut


def test_of_a_line_without_room_no_scrap_of_a_word_is_left(open_page: OpenPage, server: str) -> None:
    path = make_scene(server, torch.ones(8, 9, 9), torch.ones(4, 8, 3, 3), {"kind": "conv2d"})
    page = open_page(path, viewport={"width": 1280, "height": 768})
    line = page.locator("#about-line")
    expect(line).to_be_visible()
    page.locator("#panel-open").click()
    expect(page.locator("#panel")).to_be_visible()
    expect(line).to_be_hidden()
    page.locator("#about-more").click()
    expect(line).to_be_visible()


# Where the line of the moment has a rule above its parts.
RULES = """(line) => [...line.children]
    .filter((part) => part.getClientRects().length > 0 && !part.matches('.visually-hidden'))
    .map((part) => part.getBoundingClientRect().top)"""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    "size",
    [(1366, 768), (1024, 768), (683, 384), (320, 640)],
    ids=["laptop", "narrow", "laptop at 200 %", "phone"],
)
def test_nothing_of_a_sentence_is_cut(
    open_page: OpenPage, server: str, size: tuple[int, int], language: str
) -> None:
    path = make_scene(server, torch.ones(16, 12, 12) / 7, torch.ones(24, 16, 3, 3), {"kind": "conv2d"})
    # What a pinned cell says, and what happens now beside its terms.
    for query in ("pin=x11,10,10", "pin=y20,9,9", "step=0,0,1&by=product"):
        page = open_page(f"{path}?{query}&lang={language}", viewport={"width": size[0], "height": size[1]})
        sentence = page.locator("#step-description")
        expect(sentence).not_to_be_empty()
        before = room(page)
        for _ in range(3):
            line, now = sentence.bounding_box(), page.locator(".now").bounding_box()
            assert line and now
            assert sentence.evaluate("(text) => text.scrollWidth <= text.clientWidth + 1")
            assert now["y"] - 1 <= line["y"] and line["y"] + line["height"] <= now["y"] + now["height"] + 1
            assert now["y"] + now["height"] <= size[1]
            # One rule above the whole line, however high its sentence is.
            assert len(set(page.locator(".now-line").evaluate(RULES))) == 1
            assert room(page) == before
            if "pin" in query:
                break
            page.locator("#forward").click()
        page.context.close()


# Where the text of an element stands: below a part without a height that is put before it.
BASELINE = """(element) => {
    const mark = document.createElement('span');
    mark.style.cssText = 'display: inline-block; height: 0';
    element.prepend(mark);
    const { bottom } = mark.getBoundingClientRect();
    mark.remove();
    return bottom;
}"""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", ["strided-volume", "edges"])
def test_title_and_formula_are_whole_and_stand_on_one_line(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, language: str
) -> None:
    page = open_page(f"{scene_paths[name]}?lang={language}")
    for width, height in ((1366, 768), (1920, 1080), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        wait_until_painted(page)
        title, formula = (page.locator(part).evaluate(BASELINE) for part in ("h1", "#formula"))
        assert abs(title - formula) < 0.5, width
        assert page.locator("#formula").evaluate("(text) => text.getClientRects().length") == 1, width
        assert page.locator("h1").evaluate("(title) => title.scrollWidth <= title.clientWidth"), width


@pytest.mark.parametrize("screen", [(1366, 768), (1920, 1080)])
def test_formulas_for_height_and_width_have_a_line_each(
    open_page: OpenPage, server: str, screen: tuple[int, int]
) -> None:
    path = make_scene(server, torch.ones(3, 5, 4), torch.ones(2, 3, 3, 2), {"kind": "conv2d"})
    page = open_page(path, viewport={"width": screen[0], "height": screen[1]})
    lines = page.locator("#formula").inner_text().split("\n")
    assert [line.partition(" = ")[0] for line in lines] == ["output height", "output width"]
    facts, stage = page.locator("#facts").bounding_box(), page.locator("#stage").bounding_box()
    assert facts and stage and facts["y"] + facts["height"] <= stage["y"] + 1


UNDER_CHOOSER = """() => {
  const canvas = document.querySelector('#stage');
  const stage = canvas.getBoundingClientRect();
  const { x, y, width, height } = document.querySelector('#out-channel-chooser').getBoundingClientRect();
  const scale = canvas.width / stage.width;
  const place = [x - stage.x, y - stage.y, width, height].map((each) => Math.round(each * scale));
  const copy = new OffscreenCanvas(place[2], place[3]).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, ...place, 0, 0, place[2], place[3]);
  const pixels = new Uint32Array(copy.getImageData(0, 0, place[2], place[3]).data.buffer);
  // Above the canvas there is nothing.
  return new Set(pixels.filter(Boolean)).size;
}"""


# The last cell of the first row, where the chooser is nearest.
LAST_OF_ROW = {
    "three-filters": 1, "depthwise": 2, "one-by-one": 2, "strided-volume": 3, "max-pooling": 1, "edges": 125,
}  # fmt: skip


@pytest.mark.parametrize(("name", "column"), LAST_OF_ROW.items(), ids=LAST_OF_ROW)
def test_the_output_chooser_covers_nothing_of_the_picture(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, column: int
) -> None:
    """Not even the outline of the cell at work."""
    page = open_page(f"{scene_paths[name]}?step=0,0,{column}")
    for width, height in ((1366, 768), (1920, 1080), (1024, 768), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        wait_until_painted(page)
        wait_until(lambda: page.evaluate(UNDER_CHOOSER) == 1, 10, message=f"covered at {width} px")
