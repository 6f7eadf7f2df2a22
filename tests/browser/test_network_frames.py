"""Networks in real frames: of another site, sandboxed, without storage, and where they may not be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.services.networks.trained_examples import trained_examples
from tests.support.course_site import CourseSite, course_site
from tests.support.frames import (
    HOSTILE,
    LISTEN,
    READY,
    SANDBOXES,
    TRY_STORAGE,
    Visit,
    heard,
    inside,
    sees_no_frame,
    wait_for,
)
from tests.support.networks import find_on_graph
from tests.support.page import PHONE, OpenPage, fingers
from tests.support.polling import wait_until

DIGITS, SHAPES = (example.samples[0].network for example in trained_examples())
CONV = DIGITS.nodes[3]


def element(server: str, attributes: str = "", network: str = DIGITS.id) -> str:
    script = f'<script src="{server}/embed.js" async></script>'
    return f'{script}<conv-scope network="{network}" {attributes}></conv-scope>'


def iframe(server: str, query: str = "", attributes: str = "", network: str = DIGITS.id) -> str:
    source = f"{server}/embed/n/{network}?{query}"
    return f'<iframe src="{source}" width="800" height="480" {attributes}></iframe>'


def shows_cell(frame: FrameLocator, channel: int, row: int, col: int) -> None:
    """The open convolution's chosen number, to all digits that are shown."""
    number = float(DIGITS.tensors[CONV.outputs[0].name][0, channel, row, col])
    value = frame.locator("#node .node-value")
    expect(value).to_contain_text(re.compile("[0-9]"))
    shown = re.search(r"= ([−-]?[\d.]+)", value.inner_text())
    assert shown, value.inner_text()
    assert float(shown[1].replace("−", "-")) == pytest.approx(number, rel=1e-3)


def test_the_element_shows_a_node_is_asked_and_told(visit: Visit, framed: str, course: CourseSite) -> None:
    page = visit(course.write("asked.html", element(framed, 'node="3" cell="2,1,1" title="Digits"')))
    frame = inside(page)
    expect(frame.locator("#node h2")).to_have_text("Conv2d3")
    shows_cell(frame, 2, 1, 1)
    expect(page.locator("conv-scope iframe")).to_have_attribute("title", "Digits")
    state = page.evaluate(
        """async () => {
            const scope = document.querySelector('conv-scope');
            window.told = [];
            scope.addEventListener('convscope-node', ({detail}) => told.push([detail.node, detail.cell]));
            scope.setState({cell: [5, 0, 3]});
            return scope.getState();
        }"""
    )
    assert state == {"network": DIGITS.id, "node": "3", "cell": [5, 0, 3]}
    shows_cell(frame, 5, 0, 3)
    page.evaluate("document.querySelector('conv-scope').setAttribute('node', 'input')")
    expect(frame.locator("#node h2")).to_have_text("inputInput")
    page.evaluate("document.querySelector('conv-scope').setState({node: null})")
    expect(frame.locator("#node")).to_be_hidden()
    page.wait_for_function("told.at(-1)?.[0] === null")
    page.evaluate("(id) => document.querySelector('conv-scope').setAttribute('network', id)", SHAPES.id)
    expect(page.locator("iframe").content_frame.locator("h1")).to_contain_text("Shapes")


@pytest.mark.safety(37)
@pytest.mark.parametrize("kind", SANDBOXES)
def test_a_frame_works_whatever_its_sandbox(visit: Visit, framed: str, course: CourseSite, kind: str) -> None:
    body = LISTEN + iframe(framed, "node=3&cell=2,1,1", SANDBOXES[kind])
    page = visit(course.write("sandbox.html", body), refused=kind.startswith("scripts"))
    frame = inside(page)
    shows_cell(frame, 2, 1, 1)
    # By key from the open node to the next one; nothing of the input can be written.
    frame.locator("#graph-canvas").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(frame.locator("#node h2")).to_have_text("inputInput")
    expect(frame.locator("#node input[type=file]")).to_have_count(0)
    assert page.frames[1].evaluate("origin") == "null"
    assert page.frames[1].evaluate(TRY_STORAGE) == ["SecurityError"] * 3
    wait_for(page, "ready")
    assert {each["origin"] for each in heard(page, "ready")} == {"null"}


def test_links_open_the_full_page_and_the_stage_or_say_their_address(
    visit: Visit, framed: str, course: CourseSite
) -> None:
    query = "node=3&cell=2,1,1"
    page = visit(course.write("link.html", iframe(framed, query, SANDBOXES["as the snippets"])))
    with page.context.expect_page() as opened:
        inside(page).locator("#full").click()
    opened.value.wait_for_selector(READY, state="attached")
    assert opened.value.url.startswith(f"{framed}/n/{DIGITS.id}?{query}")
    stage = inside(page).get_by_role("link", name="stage")
    expect(stage).to_have_attribute("href", re.compile("^/s/"))
    with page.context.expect_page() as opened:
        stage.click()
    opened.value.wait_for_selector(READY, state="attached")
    assert re.match(rf"{framed}/s/[0-9a-f]{{40}}\?(.*&)?step=2,1,1", opened.value.url)
    alone = visit(course.write("alone.html", iframe(framed, query, SANDBOXES["scripts alone"])), refused=True)
    inside(alone).locator("#full").click()
    expect(inside(alone).locator("#full-address output")).to_have_text(f"{framed}/n/{DIGITS.id}?{query}")


@pytest.mark.safety(37)
def test_a_frame_works_where_all_storage_is_blocked(
    framed: str, course: CourseSite, page_without_storage: Page
) -> None:
    page = page_without_storage
    page.goto(course.write("blocked.html", iframe(framed, "node=3&cell=2,1,1") + element(framed)))
    assert "SecurityError" in page.evaluate(TRY_STORAGE)
    shows_cell(inside(page), 2, 1, 1)
    expect(page.locator("conv-scope iframe").content_frame.locator(READY)).to_be_attached()


@pytest.mark.safety(37)
def test_a_site_that_is_not_named_sees_no_frame(
    visit: Visit, framed: str, server: str, course: CourseSite, tmp_path: Path
) -> None:
    with course_site(tmp_path, "127.0.0.1") as evil:
        sees_no_frame(visit(evil.write("evil.html", LISTEN + iframe(framed) + element(framed)), refused=True))
    # Where no site is named the frame says so.
    off = visit(course.write("off.html", element(server)), refused=True)
    said = off.locator("conv-scope iframe").content_frame
    expect(said.get_by_text("CONVSCOPE_FRAME_ANCESTORS")).to_be_visible()
    expect(said.locator("canvas")).to_have_count(0)
    expect(said.get_by_role("link")).to_have_attribute("href", f"/n/{DIGITS.id}")


@pytest.mark.safety(37)
def test_hostile_messages_are_ignored(visit: Visit, framed: str, course: CourseSite, tmp_path: Path) -> None:
    """From the page around, wrong in every way; from others, right in every way."""
    with course_site(tmp_path, "127.0.0.1") as evil:
        neighbour = evil.write(
            "neighbour.html",
            "<script>window.heard = []; addEventListener('message', ({data}) => heard.push(data));"
            "window.attack = () => parent.frames[0].postMessage("
            "{convscope: 1, type: 'setState', state: {node: '0'}}, '*');</script>",
        )
        body = f'{LISTEN}{iframe(framed, "node=3&cell=2,1,1")}<iframe src="{neighbour}"></iframe>'
        page = visit(course.write("hostile.html", body))
        frame = inside(page)
        shows_cell(frame, 2, 1, 1)
        page.evaluate(HOSTILE, {"node": "0", "cell": [0, 0, 0]})
        page.evaluate(
            """() => {
                const bad = [{node: 7}, {node: 'x'.repeat(5000)}, {cell: [0, 0]}, {cell: ['0', 0, 0]}];
                for (const state of bad) send({convscope: 1, type: 'setState', state});
            }"""
        )
        page.frames[2].evaluate("attack()")
        page.evaluate("send({convscope: 1, type: 'getState', id: 'after'})")
        wait_for(page, "state", "each.id === 'after'")
        (state,) = heard(page, "state")
        assert state["state"] == {"network": DIGITS.id, "node": "3", "cell": [2, 1, 1]}
        assert heard(page, "answer") == heard(page, "node") == []
        assert page.frames[2].evaluate("heard") == []
        # What is not in the network is no mistake, and changes nothing.
        page.evaluate(
            "send({convscope: 1, type: 'setState', id: 1, state: {node: 'none', cell: [99, 0, 0]}})"
        )
        wait_for(page, "answer", "each.id === 1")
        (answer,) = heard(page, "answer")
        assert (answer["state"]["node"], answer["state"]["cell"]) == ("3", [2, 1, 1])


@pytest.mark.parametrize("width", [1000, 700, 360])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_frame_is_as_high_as_it_needs_and_nothing_is_cut_off(
    visit: Visit, framed: str, course: CourseSite, width: int, language: str
) -> None:
    options = PHONE | {"viewport": {"width": width, "height": 900}}
    page = visit(course.write("high.html", element(framed, f'lang="{language}"', SHAPES.id)), **options)
    inside(page)
    fits = """(width) => innerWidth === width && document.documentElement.scrollWidth <= innerWidth
        && document.documentElement.scrollHeight <= innerHeight && innerHeight !== 480
        && document.querySelector('#graph-canvas').getBoundingClientRect().bottom <= innerHeight"""
    wait_until(lambda: page.frames[1].evaluate(fits, width - 16), message=f"it scrolls at {width} px")


def test_the_page_gives_the_snippets(
    visit: Visit, framed: str, course: CourseSite, open_page: OpenPage
) -> None:
    page: Page = open_page(f"/n/{DIGITS.id}?node=3&cell=2,1,1")
    page.get_by_role("button", name="Embed").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("CONVSCOPE_FRAME_ANCESTORS")
    seen = set()
    for form in ("HTML", "MyST", "Quarto", "Moodle", "WordPress"):
        dialog.get_by_text(form, exact=True).click()
        text = dialog.get_by_role("textbox").input_value()
        assert DIGITS.id in text
        assert "2,1,1" in text
        seen.add(text)
    assert len(seen) == 5
    dialog.get_by_role("group", name="Colours").get_by_text("dark", exact=True).click()
    dialog.get_by_text("HTML", exact=True).click()
    text = dialog.get_by_role("textbox").input_value()
    assert 'theme="dark"' in text
    shown = visit(course.write("snippet.html", re.sub(r"http://127\.0\.0\.1:\d+", framed, text)))
    shows_cell(inside(shown), 2, 1, 1)
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")


def test_what_oembed_answers_is_a_frame(
    visit: Visit, browser: Browser, framed: str, course: CourseSite
) -> None:
    reader = browser.new_context().request
    head = reader.get(f"{framed}/n/{DIGITS.id}?node=3&cell=2,1,1").text()
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', head)
    assert link
    answer = reader.get(f"{link[1].replace('&amp;', '&')}&maxwidth=600").json()
    assert answer["title"].startswith("Handwritten digits")
    page = visit(course.write("blog.html", answer["html"]))
    shows_cell(inside(page), 2, 1, 1)
    assert page.locator("iframe").bounding_box() == {"x": 8, "y": 8, "width": 600, "height": 480}


@pytest.mark.parametrize("kind", ["frame", "element"])
def test_one_finger_scrolls_the_page_around_and_two_move_the_graph(
    visit: Visit, framed: str, course: CourseSite, kind: str
) -> None:
    shown = element(framed) if kind == "element" else iframe(framed)
    body = f'{shown}<div style="height: 3000px"></div>'
    page = visit(course.write("touched.html", body), has_touch=True)
    inside(page)
    frame, touch = page.frames[1], fingers(page)
    cell = "input [0, 3, 3] ="
    place = find_on_graph(frame, cell)
    box = page.locator("iframe").bounding_box()
    assert box
    x, y = box["x"] + 150, box["y"] + 300
    touch("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 5):
        touch("touchMove", (x - 30, y - 10 * step), (x + 30, y - 10 * step))
    touch("touchEnd")
    wait_until(lambda: find_on_graph(frame, cell)[1] < place[1] - 20, message="the graph does not move")
    assert page.evaluate("scrollY") == 0
    above = frame.evaluate("document.querySelector('#graph-canvas').getBoundingClientRect().top")
    left, top = moved = find_on_graph(frame, cell)
    # The page goes on when the finger has left it, and a tap on a page that moves would only stop it.
    page.evaluate("addEventListener('scrollend', () => { window.rests = true }, {once: true})")
    touch("touchStart", (x, y))
    for step in range(1, 9):
        touch("touchMove", (x, y - 20 * step))
    touch("touchEnd")
    page.wait_for_function("window.rests")
    assert page.evaluate("scrollY") > 60, "the page around does not scroll"
    assert find_on_graph(frame, cell) == moved
    expect(inside(page).locator("#graph-line")).to_have_text("Two fingers move the graph")
    inside(page).locator("#graph-canvas").tap(position={"x": left, "y": top - above})
    expect(inside(page).locator("#node h2")).to_contain_text("input")
    expect(inside(page).locator("#graph-line")).not_to_have_text("Two fingers move the graph")
