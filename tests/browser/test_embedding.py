"""Scenes in real frames: of another site, sandboxed, without storage, and where they may not be."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from app.scenes.presets import PRESETS
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
from tests.support.page import PHONE, OpenPage
from tests.support.polling import wait_until
from tests.support.server_process import running_server
from tests.support.skip import skip_loudly

SCENE = PRESETS["two-channels"].scene.id
VOLUME = PRESETS["strided-volume"].scene.id
# Whether all of a frame is in sight, and the stage uses the height.
FITS = """(width) => {
  const room = document.querySelector('#stage-container');
  const outer = document.documentElement;
  return innerWidth === width && outer.scrollHeight <= innerHeight && outer.scrollWidth <= innerWidth
    && room.scrollHeight <= room.clientHeight && room.clientHeight - room.firstElementChild.clientHeight < 60;
}"""


def element(server: str, attributes: str = "", scene: str = SCENE) -> str:
    script = f'<script src="{server}/embed.js" async></script>'
    return f'{script}<conv-scope scene="{scene}" {attributes}></conv-scope>'


def iframe(server: str, query: str = "", attributes: str = "", scene: str = SCENE) -> str:
    source = f"{server}/embed/{scene}?{query}"
    return f'<iframe src="{source}" width="800" height="480" {attributes}></iframe>'


def wait_until_it_fits(page: Page, width: int) -> None:
    """width: the page's, in CSS pixels; the body has a margin of 8."""
    wait_until(lambda: page.frames[1].evaluate(FITS, width - 16), message=f"it scrolls at {width} px")


def sentence(frame: FrameLocator) -> Locator:
    return frame.locator("#step-sentence")


def test_the_element_shows_a_step_and_is_as_high_as_it_needs(
    visit: Visit, framed: str, course: CourseSite
) -> None:
    page = visit(course.write("element.html", element(framed, 'step="0,1,0" controls="all" title="A step"')))
    frame = inside(page)
    # By hand: 3·0 + 4·1 + 6·2 + 7·3 = 37, and 4·1 + 5·2 + 7·3 + 8·4 = 67.
    expect(sentence(frame)).to_contain_text("= 37 + 67 = 104")
    host = page.locator("conv-scope")
    expect(host.locator("iframe")).to_have_attribute("title", "A step")
    for width in (1000, 700, 360):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_it_fits(page, width)


@pytest.mark.parametrize("view", ["matrix", "sparse"])
def test_the_element_is_as_high_as_a_matrix_needs(
    visit: Visit, framed: str, course: CourseSite, view: str
) -> None:
    page = visit(course.write("matrix.html", element(framed, f'step="0,1,1" view="{view}"')))
    expect(sentence(inside(page))).to_contain_text("= ")
    for width in (1000, 760, 360):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_it_fits(page, width)


def test_the_element_is_asked_and_told_from_its_page(visit: Visit, framed: str, course: CourseSite) -> None:
    page = visit(course.write("asked.html", element(framed, 'controls="play"')))
    # Asked before the frame is ready it waits.
    state = page.evaluate(
        """async () => {
            await customElements.whenDefined('conv-scope');
            const scope = document.querySelector('conv-scope');
            window.told = [];
            scope.addEventListener('convscope-step', ({detail}) => told.push(detail.step));
            scope.setState({step: [0, 1, 1], by: 'window'});
            return scope.getState();
        }"""
    )
    assert state == {
        "scene": SCENE, "step": [0, 1, 1], "beat": None, "direction": "forward", "by": "window",
        "view": "stage", "speed": 1, "playing": False, "pin": None,
    }  # fmt: skip
    page.evaluate(
        """() => {
            const scope = document.querySelector('conv-scope');
            window.pins = [];
            scope.addEventListener('convscope-pin', ({detail}) => pins.push(detail.pin));
            // One of them is of no cell of this layer.
            for (const pin of ['x1,0,2', 'x1,0,9', null]) scope.setState({pin});
        }"""
    )
    page.wait_for_function("pins.length > 1")
    assert page.evaluate("pins") == ["x1,0,2", None]
    frame = inside(page)
    expect(sentence(frame)).to_contain_text("= 120")
    page.evaluate("document.querySelector('conv-scope').step(-1)")
    page.wait_for_function("told.at(-1)?.join() === '0,1,0'")
    page.evaluate("document.querySelector('conv-scope').setAttribute('step', '0,0,0')")
    expect(sentence(frame)).to_contain_text("= 56")
    page.evaluate("document.querySelector('conv-scope').play()")
    page.wait_for_function("told.at(-1)?.join() === '0,1,1'")
    page.evaluate("(scene) => document.querySelector('conv-scope').setAttribute('scene', scene)", VOLUME)
    expect(page.locator("iframe").content_frame.locator(f'#stage[data-scene="{VOLUME}"]')).to_be_visible()


@pytest.mark.safety(37)
@pytest.mark.parametrize("kind", SANDBOXES)
def test_a_frame_works_whatever_its_sandbox(visit: Visit, framed: str, course: CourseSite, kind: str) -> None:
    body = LISTEN + iframe(framed, "step=0,0,1&controls=all", SANDBOXES[kind])
    page = visit(course.write("sandbox.html", body), refused=kind.startswith("scripts"))
    frame = inside(page)
    expect(sentence(frame)).to_contain_text("= 72")
    frame.locator("#forward").click()
    frame.locator("#play").click()
    expect(frame.locator("#timeline-position")).to_contain_text("window 4 of 4")
    # Its origin is its own: nothing is kept, nothing is shared.
    assert page.frames[1].evaluate("origin") == "null"
    assert page.frames[1].evaluate(TRY_STORAGE) == ["SecurityError"] * 3
    wait_for(page, "ready")
    assert {each["origin"] for each in heard(page, "ready")} == {"null"}


def test_the_link_opens_the_full_page_or_says_its_address(
    visit: Visit, framed: str, course: CourseSite
) -> None:
    page = visit(course.write("link.html", iframe(framed, "step=0,1,0", SANDBOXES["as the snippets"])))
    with page.context.expect_page() as opened:
        inside(page).locator("#full").click()
    full = opened.value
    full.wait_for_selector(READY, state="attached")
    assert full.url == f"{framed}/s/{SCENE}?step=0,1,0"
    assert full.evaluate("origin") == framed
    alone = visit(
        course.write("alone.html", iframe(framed, "step=0,1,0", SANDBOXES["scripts alone"])), refused=True
    )
    inside(alone).locator("#full").click()
    expect(inside(alone).locator("#full-address output")).to_have_text(f"{framed}/s/{SCENE}?step=0,1,0")


@pytest.mark.safety(37)
def test_a_frame_works_where_all_storage_is_blocked(
    framed: str, course: CourseSite, page_without_storage: Page
) -> None:
    page = page_without_storage
    body = iframe(framed, "controls=play", 'id="a"') + element(framed, scene=VOLUME)
    page.goto(course.write("blocked.html", body))
    assert "SecurityError" in page.evaluate(TRY_STORAGE)
    for frame in (page.locator("#a").content_frame, page.locator("conv-scope iframe").content_frame):
        expect(frame.locator(READY)).to_be_attached()
        frame.locator("#play").click()
        expect(frame.locator("#play.is-playing")).to_be_visible()


@pytest.mark.safety(37)
def test_a_site_that_is_not_named_sees_no_frame(visit: Visit, framed: str, tmp_path: Path) -> None:
    with course_site(tmp_path, "127.0.0.1") as evil:
        sees_no_frame(visit(evil.write("evil.html", LISTEN + iframe(framed) + element(framed)), refused=True))


@pytest.mark.safety(37)
def test_every_page_around_must_be_named(
    visit: Visit, framed: str, course: CourseSite, tmp_path: Path
) -> None:
    inner = course.write("inner.html", LISTEN + iframe(framed))
    with course_site(tmp_path, "127.0.0.1") as evil:
        page = visit(evil.write("outer.html", f'{LISTEN}<iframe src="{inner}"></iframe>'), refused=True)
        page.wait_for_load_state("networkidle")
        assert page.frames[-1].url == "chrome-error://chromewebdata/"
        assert page.evaluate("heard") == []


@pytest.mark.safety(37)
def test_where_frames_are_off_the_frame_says_so(visit: Visit, server: str, course: CourseSite) -> None:
    body = element(server) + iframe(server, "lang=zh-CN", SANDBOXES["scripts alone"])
    page = visit(course.write("off.html", body), refused=True)
    said = page.locator("conv-scope iframe").content_frame
    expect(said.get_by_text("CONVSCOPE_FRAME_ANCESTORS")).to_be_visible()
    expect(said.locator("canvas")).to_have_count(0)
    expect(
        page.locator("body > iframe").content_frame.get_by_text("CONVSCOPE_FRAME_ANCESTORS")
    ).to_be_visible()


# Why a frame shows nothing: what is in its place, and the sites that the server names.
SILENT = ("another site", "no such scene", "no server", "no script")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("reason", SILENT)
def test_the_element_says_that_its_frame_shows_nothing(
    visit: Visit, framed: str, course: CourseSite, tmp_path: Path, reason: str, language: str
) -> None:
    """With a link to the scene, in the language of the page; a frame that comes late takes it back."""
    scene = "0" * 40 if reason == "no such scene" else SCENE
    body = element(framed, 'step="0,1,0" title="A step"', scene)
    if reason == "no server":
        with urllib.request.urlopen(f"{framed}/embed.js") as answer:
            script = answer.read().decode().replace(framed, "http://127.0.0.1:9")
        (course.folder / "gone.js").write_text(script, "utf-8")
        body = body.replace(f"{framed}/embed.js", "gone.js")
    with course_site(tmp_path, "127.0.0.1") as evil:
        site = evil if reason == "another site" else course
        address = site.write("silent.html", f'<div lang="{language}">{body}</div>')
        page = visit("about:blank", refused=True)
        page.clock.install()
        page.route("**/build/embed.js", lambda route: route.abort())
        page.goto(address)
        host = page.locator("conv-scope")
        note = host.get_by_role("status")
        said = {"en": "“A step” cannot be shown here.", "zh-CN": "此处无法显示“A step”。"}[language]

        def says_it() -> bool:
            page.clock.run_for(10_000)
            return said in note.inner_text()

        wait_until(says_it)
        server = "http://127.0.0.1:9" if reason == "no server" else framed
        link = note.get_by_role("link", name=re.compile("Convscope"))
        expect(link).to_have_attribute("href", re.compile(f"^{re.escape(server)}/s/{scene}[?]step=0%2C1%2C0"))
        if reason == "no script":
            page.unroute("**/build/embed.js")
            host.evaluate("(scope) => scope.setAttribute('controls', 'all')")
            expect(note).to_be_empty()
            expect(page.locator("iframe").content_frame.locator(READY)).to_be_attached()


@pytest.mark.safety(37)
def test_hostile_messages_are_ignored(visit: Visit, framed: str, course: CourseSite, tmp_path: Path) -> None:
    """From the page around, wrong in every way; from others, right in every way."""
    with course_site(tmp_path, "127.0.0.1") as evil:
        neighbour = evil.write(
            "neighbour.html",
            "<script>window.heard = []; addEventListener('message', ({data}) => heard.push(data));"
            "window.attack = () => parent.frames[0].postMessage("
            "{convscope: 1, type: 'setState', state: {step: [0, 1, 1]}}, '*');</script>",
        )
        body = f'{LISTEN}{iframe(framed, "step=0,0,1")}<iframe src="{neighbour}"></iframe>'
        page = visit(course.write("hostile.html", body))
        frame = inside(page)
        expect(sentence(frame)).to_contain_text("= 72")
        page.evaluate(HOSTILE, {"step": [0, 1, 1]})
        page.frames[2].evaluate("attack()")
        page.evaluate("send({convscope: 1, type: 'getState', id: 'after'})")
        wait_for(page, "state", "each.id === 'after'")
        (state,) = heard(page, "state")
        assert (state["state"]["step"], state["state"]["playing"], state["ours"]) == ([0, 0, 1], False, True)
        # Nothing was answered but what was asked rightly, and nobody else was told anything.
        assert heard(page, "answer") == heard(page, "step") == []
        assert page.frames[2].evaluate("heard") == []
        page.evaluate("send({convscope: 1, type: 'setState', id: 1, state: {step: [0, 1, 1]}})")
        wait_for(page, "answer", "each.id === 1")
        expect(sentence(frame)).to_contain_text("= 120")


@pytest.mark.safety(37)
def test_the_element_heeds_its_own_frame_alone(visit: Visit, framed: str, course: CourseSite) -> None:
    page = visit(course.write("own.html", element(framed)))
    inside(page)
    height = page.locator("conv-scope").bounding_box()
    page.evaluate(
        """() => {
            const scope = document.querySelector('conv-scope');
            window.told = [];
            for (const type of ['ready', 'step', 'state', 'answer'])
              scope.addEventListener('convscope-' + type, () => told.push(type));
            for (const type of ['resize', 'step', 'ready', 'answer'])
              postMessage({convscope: 1, type, height: 99999}, '*');
        }"""
    )
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert page.evaluate("told") == []
    assert page.locator("conv-scope").bounding_box() == height


def test_a_locked_frame_is_moved_by_its_page_alone(visit: Visit, framed: str, course: CourseSite) -> None:
    page = visit(course.write("locked.html", LISTEN + iframe(framed, "step=0,0,1&lock=1&controls=all")))
    frame = inside(page)
    expect(frame.locator(".timeline")).to_be_hidden()
    canvas = frame.locator("#stage")
    box = canvas.bounding_box()
    assert box
    for share in (0.1, 0.5, 0.85):
        canvas.click(position={"x": box["width"] * share, "y": box["height"] / 2})
    for key in ("ArrowRight", "End", " ", "Home"):
        page.keyboard.press(key)
    expect(sentence(frame)).to_contain_text("= 72")
    page.evaluate("send({convscope: 1, type: 'setState', state: {step: [0, 1, 0]}})")
    expect(sentence(frame)).to_contain_text("= 104")
    page.keyboard.press("ArrowRight")
    page.evaluate("send({convscope: 1, type: 'play', id: 1})")
    wait_for(page, "step", "each.step.join() === '0,1,1'")


@pytest.mark.parametrize(
    ("controls", "shown", "hidden"),
    [
        ("none", [], ["#play", "#scrubber", "#forward", "#speed", "#all-terms"]),
        ("play", ["#play", "#scrubber"], ["#forward", "#speed", "#all-terms"]),
        ("all", ["#play", "#scrubber", "#forward", "#speed", "#all-terms"], []),
    ],
)
def test_controls(
    visit: Visit, framed: str, course: CourseSite, controls: str, shown: list[str], hidden: list[str]
) -> None:
    frame = inside(visit(course.write("controls.html", iframe(framed, f"controls={controls}&step=0,0,1"))))
    for selector in shown:
        expect(frame.locator(selector)).to_be_visible()
    for selector in hidden:
        expect(frame.locator(selector)).to_be_hidden()
    # The sentence is read out in any case.
    expect(sentence(frame)).to_contain_text("= 72")


@pytest.mark.parametrize("size", [(360, 740), (320, 480), (1000, 900)])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_is_cut_off(
    visit: Visit, framed: str, course: CourseSite, size: tuple[int, int], language: str
) -> None:
    options = PHONE | {"viewport": {"width": size[0], "height": size[1]}}
    attributes = f'step="0,1,1" controls="all" lang="{language}"'
    page = visit(course.write("phone.html", element(framed, attributes, VOLUME)), **options)
    inside(page)
    wait_until_it_fits(page, size[0])


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, course: CourseSite) -> Iterator[str]:
    """A server that says who may frame it."""
    with running_server(
        tmp_path_factory.mktemp("named"), frame_ancestors=course.origin, public_url="https://conv.example.org"
    ) as server:
        yield server.url


FORMS = ("HTML", "MyST", "Quarto", "Moodle", "WordPress")


@pytest.mark.parametrize("size", [(800, 520), (640, 480), (1000, 400)])
def test_a_frame_wider_than_high_shows_the_whole_sentence(
    open_page: OpenPage, scene_paths: dict[str, str], size: tuple[int, int]
) -> None:
    """Of every example, from the input to the output, with nothing to be scrolled to."""
    width, height = size
    page = None
    for name, path in scene_paths.items():
        address = f"{path.replace('/s/', '/embed/')}?step=0,0,0"
        page = open_page(address, again=page, viewport={"width": width, "height": height})
        stage = page.locator("#stage")
        expect(stage).to_have_attribute("data-layout", re.compile("^(rows|columns|focus|stacked|signal) "))
        box = stage.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, name
        assert page.evaluate("document.documentElement.scrollHeight") <= height, name


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_low_frame_has_its_whole_timeline_at_any_width(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    path = scene_paths["two-channels"].replace("/s/", "/embed/")
    page = open_page(f"{path}?step=0,0,0&controls=all&lang={language}")
    for width in (320, 360, 420, 480, 559, 560, 640, 800):
        page.set_viewport_size({"width": width, "height": 420})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        box = page.locator("#speed").bounding_box()
        assert box and box["y"] + box["height"] <= 420, width


def test_the_page_gives_the_snippets(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(
        f"{scene_paths['two-channels']}?step=0,1,0", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("button", name="Embed").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("CONVSCOPE_FRAME_ANCESTORS")
    seen = set()
    for form in FORMS:
        dialog.get_by_text(form, exact=True).click()
        text = dialog.get_by_role("textbox").input_value()
        assert SCENE in text
        assert "0,1,0" in text
        seen.add(text)
    assert len(seen) == len(FORMS)
    dialog.get_by_role("group", name="Moment").get_by_text("held", exact=False).click()
    dialog.get_by_role("group", name="Colours").get_by_text("dark", exact=True).click()
    dialog.get_by_text("HTML", exact=True).click()
    text = dialog.get_by_role("textbox").input_value()
    assert re.search(r'lock="1".*theme="dark"', text)
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_snippets_name_the_public_address_and_the_sites(
    browser: Browser, named: str, course: CourseSite
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{named}/s/{SCENE}")
    page.wait_for_selector(READY, state="attached")
    page.get_by_role("button", name="嵌入").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(course.origin)
    assert '<script src="https://conv.example.org/embed.js"' in dialog.get_by_role("textbox").input_value()
    page.close()


def snippet(browser: Browser, server: str, form: str, query: str = "step=0,1,0") -> str:
    """What the page gives for a form, at a step."""
    page = browser.new_page(locale="en-US")
    page.goto(f"{server}/s/{SCENE}?{query}")
    page.wait_for_selector(READY, state="attached")
    page.get_by_role("button", name="Embed").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(form, exact=True).click()
    text = dialog.get_by_role("textbox").input_value()
    page.close()
    return text


@pytest.mark.parametrize("form", ["HTML", "Moodle"])
def test_a_snippet_shows_the_step_in_a_page(
    visit: Visit, browser: Browser, framed: str, course: CourseSite, form: str
) -> None:
    page = visit(course.write("snippet.html", snippet(browser, framed, form)))
    expect(sentence(inside(page))).to_contain_text("= 104")


@pytest.mark.parametrize(
    "query",
    [
        "step=1,1,1&direction=input",
        "step=1,0,1&direction=input&reading=scatter",
        "step=0,1,1,0&direction=weight&pin=g1,1,0",
    ],
)
def test_a_snippet_shows_the_gradient_that_the_page_shows(
    visit: Visit, browser: Browser, framed: str, course: CourseSite, query: str
) -> None:
    full = browser.new_page(locale="en-US")
    full.goto(f"{framed}/s/{SCENE}?{query}")
    full.wait_for_selector(READY, state="attached")
    shown = full.locator("#step-sentence").text_content() or ""
    assert shown.startswith("d")
    full.close()
    page = visit(course.write("gradient.html", snippet(browser, framed, "HTML", query)))
    expect(sentence(inside(page))).to_have_text(shown)
    step = page.evaluate("document.querySelector('conv-scope').getState()")["step"]
    assert f"step={','.join(map(str, step))}" in query


def test_a_snippet_shows_the_step_in_a_site_that_mkdocs_builds(
    visit: Visit, browser: Browser, framed: str, course: CourseSite, tmp_path: Path
) -> None:
    if find_spec("mkdocs") is None:
        skip_loudly("frames in a site that MkDocs builds: it is not installed")
    (tmp_path / "docs").mkdir()
    # Without what the theme would fetch from elsewhere.
    settings = "site_name: Course\ntheme: {name: mkdocs, highlightjs: false}\n"
    (tmp_path / "mkdocs.yml").write_text(settings)
    text = f"# Convolution\n\nOne step:\n\n{snippet(browser, framed, 'HTML')}\n\nAnd so on.\n"
    (tmp_path / "docs" / "index.md").write_text(text)
    folder = course.folder / "mkdocs"
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "-q",
        "-f",
        str(tmp_path / "mkdocs.yml"),
        "-d",
        str(folder),
    ]
    subprocess.run(command, check=True, env={"DISABLE_MKDOCS_2_WARNING": "true", "PATH": "/usr/bin"})
    page = visit(f"{course.origin}/mkdocs/index.html")
    expect(sentence(page.locator("conv-scope iframe").content_frame)).to_contain_text("= 104")


def test_what_oembed_answers_is_a_frame(
    visit: Visit, browser: Browser, framed: str, course: CourseSite
) -> None:
    """As a blog does it: from the address to the page, to the link in its head, to the frame."""
    reader = browser.new_context().request
    head = reader.get(f"{framed}/s/{SCENE}?step=0,1,0").text()
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', head)
    assert link
    answer = reader.get(f"{link[1].replace('&amp;', '&')}&maxwidth=600").json()
    page = visit(course.write("blog.html", answer["html"]))
    expect(sentence(inside(page))).to_contain_text("= 104")
    assert page.locator("iframe").bounding_box() == {"x": 8, "y": 8, "width": 600, "height": 480}
