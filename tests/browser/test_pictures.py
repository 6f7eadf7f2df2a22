"""Pictures of the stage: what is saved and copied is what the stage shows."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.page import PHONE, OpenPage, make_scene, visit
from tests.support.painted_text import painted_texts, record_text
from tests.support.skip import skip_loudly

SVG = "{http://www.w3.org/2000/svg}"
# A step in the middle of each preset, and other views and directions of some.
SHOWN = {
    **{name: (name, "") for name in ("two-channels", "strided-volume", "edges", "max-pooling", "dilated")},
    "stamps": ("transposed", "view=scatter"),
    "matrix": ("three-filters", "view=matrix"),
    "sparse": ("two-channels", "view=sparse"),
    "gradient to the input": ("two-channels", "direction=input"),
    "gradient to the weight": ("two-channels", "direction=weight"),
}


def open_dialog(page: Page) -> None:
    page.keyboard.press("s")
    expect(page.locator("dialog.save")).to_be_visible()
    expect(page.locator(".save-preview")).to_have_attribute("src", re.compile("^blob:"))


def save(page: Page, path: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save", exact=True).click()
    target = path / download.value.suggested_filename
    download.value.save_as(target)
    return target


def read_image(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("group", name=group).get_by_text(name, exact=True).click()


def texts_of(svg: Path) -> Counter[str]:
    root = ElementTree.parse(svg).getroot()
    return Counter("".join(text.itertext()) for text in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("shown", SHOWN)
def test_an_svg_has_every_text_of_the_stage_as_text(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, shown: str
) -> None:
    preset, query = SHOWN[shown]
    page = open_page(f"{scene_paths[preset]}?{query}", prepare=record_text)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#stage")).to_have_attribute("data-scene", re.compile("."))
    open_dialog(page)
    svg = save(page, tmp_path)
    content = svg.read_text("utf-8")
    assert not re.search(r"<script|<foreignObject|url\((?!#)|href=\"(?!data:image/png)", content)
    # Programs that do not know it write numbers over each other.
    assert "textLength" not in content
    on_stage = Counter(text.text for text in painted_texts(page))
    assert set(texts_of(svg)) == set(on_stage)
    assert ElementTree.fromstring(content).find(f"{SVG}title") is not None


@pytest.mark.parametrize("ratio", [1, 2, 4])
def test_a_png_is_what_the_svg_is(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, ratio: int
) -> None:
    page = open_page(f"{scene_paths['three-filters']}?step=1.0.1")
    page.keyboard.press("End")
    open_dialog(page)
    svg = save(page, tmp_path).read_text("utf-8")
    choose(page, "Form", "PNG" if ratio == 1 else f"PNG {ratio}×")
    png = read_image(save(page, tmp_path))
    width, height = (float(size) for size in re.findall(r'(?:width|height)="([\d.]+)"', svg)[:2])
    assert png.size == (round(width * ratio), round(height * ratio))
    assert png.info["Title"] == "Three filters, three output channels"
    assert png.info["Description"].startswith("Y[")
    assert "/s/" in png.info["Source"]
    drawn = page.context.new_page()
    drawn.set_viewport_size({"width": round(width), "height": round(height)})
    drawn.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    shot = Image.open(io.BytesIO(drawn.screenshot())).convert("RGB")
    same = png.convert("RGB").resize(shot.size, Image.Resampling.BOX)
    difference = np.abs(np.asarray(same, float) - np.asarray(shot, float)).mean()
    assert difference < 1.5


@pytest.mark.parametrize("shown", SHOWN)
def test_a_drawing_program_sees_what_the_browser_does(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, shown: str
) -> None:
    """The SVG as librsvg draws it, beside the PNG of the same moment."""
    if shutil.which("rsvg-convert") is None:
        skip_loudly("no rsvg-convert on this machine: SVGs were drawn by Chromium alone")
    preset, query = SHOWN[shown]
    page = open_page(f"{scene_paths[preset]}?{query}")
    page.keyboard.press("End")
    open_dialog(page)
    svg = save(page, tmp_path)
    choose(page, "Form", "PNG")
    png = read_image(save(page, tmp_path)).convert("RGB")
    # What system-ui is, only a browser knows.
    drawn = tmp_path / "drawn.svg"
    drawn.write_text(
        re.sub('font-family="[^"]*"', 'font-family="sans-serif"', svg.read_text("utf-8")), "utf-8"
    )
    subprocess.run(["rsvg-convert", "-b", "white", "-o", tmp_path / "drawn.png", drawn], check=True)
    other = read_image(tmp_path / "drawn.png").convert("RGB")
    assert other.size == png.size
    # Letters are smoothed in another way: so squares of 8 pixels are compared.
    size = png.width // 8, png.height // 8
    ours, theirs = (np.asarray(each.resize(size, Image.Resampling.BOX), float) for each in (png, other))
    apart = np.abs(ours - theirs).max(axis=2)
    assert apart.mean() < 1.5 and apart.max() < 80, (apart.mean(), apart.max())


@pytest.mark.parametrize("query", ["view=sparse", "step=0,1,1"])
def test_cells_that_are_pixels_stay_sharp_where_pictures_are_smoothed(
    open_page: OpenPage, server: str, tmp_path: Path, query: str
) -> None:
    torch.manual_seed(0)
    layer = make_scene(server, torch.randn(2, 40, 40), torch.randn(1, 2, 3, 3), {"kind": "conv2d"})
    page = open_page(f"{layer}?{query}")
    open_dialog(page)
    sharp = [
        image
        for image in ElementTree.parse(save(page, tmp_path)).getroot().iter(f"{SVG}image")
        if "pixelated" in image.get("style", "")
    ]
    assert sharp
    for image in sharp:
        data = base64.b64decode(image.get("href", "").partition(",")[2])
        pixels = np.asarray(Image.open(io.BytesIO(data)))
        if float(image.get("width", "")) <= pixels.shape[1]:
            continue
        once = pixels[::8, ::8]
        assert np.array_equal(np.kron(once, np.ones((8, 8, 1), np.uint8)), pixels)


def test_a_picture_with_title_equation_and_terms_in_other_colours(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press("End")
    open_dialog(page)
    plain = texts_of(save(page, tmp_path))
    choose(page, "Contents", "with title, equation and terms")
    choose(page, "Colours", "dark")
    choose(page, "Ground", "transparent")
    extended = save(page, tmp_path)
    more = texts_of(extended) - plain
    assert more["Two input channels, one output channel"] == 1
    assert any("= 43 + 77 = 120" in text for text in more)
    assert "#14171d" not in re.sub('fill="#14171d" *rx', "", extended.read_text())[:2000]
    choose(page, "Form", "PNG")
    assert read_image(save(page, tmp_path)).convert("RGBA").getpixel((1, 1)) == (0, 0, 0, 0)
    assert page.evaluate("document.documentElement.dataset.theme") is None


@pytest.mark.parametrize("direction", ["input", "weight", "bias"])
def test_the_title_says_which_gradient_a_picture_shows(
    open_page: OpenPage, server: str, tmp_path: Path, direction: str
) -> None:
    layer = make_scene(
        server, torch.ones(1, 3, 3), torch.ones(1, 1, 2, 2), {"kind": "conv2d"}, bias=torch.ones(1)
    )
    page = open_page(f"{layer}?direction={direction}")
    page.keyboard.press("End")
    open_dialog(page)
    choose(page, "Contents", "with title, equation and terms")
    target = save(page, tmp_path)
    name = {"input": "dX", "weight": "dK", "bias": "db"}[direction]
    title = f"{page.locator('h1').text_content()}: gradient to the {direction}, {name}"
    assert ElementTree.parse(target).findtext(f"{SVG}title") == title
    assert texts_of(target)[title] == 1


def test_an_equation_has_the_numbers_of_its_picture(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    page = open_page(f"{scene_paths['edges']}?step=0,0,0")
    expect(page.locator("#step-sentence")).to_contain_text("Y[0, 0, 0] =")
    open_dialog(page)
    on_stage = texts_of(save(page, tmp_path))
    choose(page, "Contents", "with title, equation and terms")
    svg = save(page, tmp_path)
    assert svg.name.startswith("convscope-conv2d-3-") and svg.name.endswith("-Y-0-0-0.svg")
    (equation,) = [text for text in texts_of(svg) if text.startswith("Y[0, 0, 0] =")]
    *_, total = equation.split(" = ")
    assert on_stage[total], equation
    described = ElementTree.parse(svg).findtext(f"{SVG}desc") or ""
    assert re.search(rf"= {re.escape(total)}(?![.\d])", described), described


def test_light_text_on_nothing_is_warned_of(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    open_dialog(page)
    warning = page.get_by_text("on a white slide it cannot be read")
    for colours, ground, kind, is_warned in (
        ("dark", "paper", "picture", False),
        ("dark", "transparent", "picture", True),
        ("light", "transparent", "picture", False),
        ("dark", "transparent", "animation", False),
    ):
        choose(page, "Kind", "picture")
        choose(page, "Colours", colours)
        choose(page, "Ground", ground)
        choose(page, "Kind", kind)
        expect(warning).to_be_visible(visible=is_warned)


def test_the_picture_is_copied(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], permissions=["clipboard-read", "clipboard-write"])
    open_dialog(page)
    page.get_by_role("button", name="Copy as a picture").click()
    expect(page.locator("dialog.save [role=status]")).to_have_text("The picture is copied.")
    kinds = page.evaluate("navigator.clipboard.read().then((items) => items.flatMap(({types}) => types))")
    assert kinds == ["image/png"]


def test_the_dialog_pauses_and_gives_the_keys_back(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["edges"])
    page.keyboard.press("Space")
    expect(page.locator("#play.is-playing")).to_have_count(1)
    open_dialog(page)
    expect(page.locator("#play.is-playing")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.save")).to_be_hidden()
    page.keyboard.press("Space")
    expect(page.locator("#play.is-playing")).to_have_count(1)


def test_on_a_phone_the_dialog_fits(open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path) -> None:
    page = open_page(f"{scene_paths['two-channels']}?lang=zh-CN", **PHONE)
    page.locator("#more").click()
    page.get_by_role("button", name="图片", exact=True).click()
    dialog = page.locator("dialog.save")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
    with page.expect_download() as download:
        page.get_by_role("button", name="保存", exact=True).click()
    download.value.save_as(tmp_path / "phone.svg")
    assert texts_of(tmp_path / "phone.svg")


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


LEFT_OF_TEXT = """(selector) => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(selector));
  return range.getBoundingClientRect().left;
}"""


@pytest.mark.parametrize("form", ["A4", "Letter"])
@pytest.mark.parametrize("across", [False, True])
def test_a_step_prints_on_one_page(
    open_page: OpenPage, scene_paths: dict[str, str], form: str, across: bool
) -> None:
    page = open_page(scene_paths["strided-volume"], color_scheme="dark")
    page.keyboard.press("End")
    assert pages_of(page.pdf(format=form, landscape=across)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator(".timeline")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#ledger-lines tr").first).to_be_visible()
    # Paper is about as wide as a tablet: what is above one another begins at one line.
    page.set_viewport_size({"width": 700, "height": 990})
    assert page.evaluate(LEFT_OF_TEXT, "h1") == page.evaluate(LEFT_OF_TEXT, ".now-line")
    page.emulate_media(media="screen")
    expect(page.locator(".timeline")).to_be_visible()


@pytest.mark.parametrize("width", [330, 700, 1030])
def test_the_sentence_of_the_moment_is_whole_in_print(
    open_page: OpenPage, scene_paths: dict[str, str], width: int
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 990})
    long = {
        "#step-description": "A sentence of words. " * 12,
        ".addends": "1.25 + " * 60,
        ".total": " = 75.0",
    }
    line = page.locator(".now")
    for part, text in long.items():
        line.locator(part).evaluate("(each, text) => { each.textContent = text; }", text)
    outer = line.bounding_box()
    for part in long:
        inner = line.locator(part).bounding_box()
        assert outer and inner
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1, part
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1, part
        # A part in lines has no width of its own; one that is cut has more to scroll to.
        assert line.locator(part).evaluate("each => each.scrollWidth <= each.clientWidth"), part


# Paper across within its margins, in CSS pixels.
ACROSS = {"A4": (1032, 703), "Letter": (965, 725)}


@pytest.mark.parametrize("form", ACROSS)
@pytest.mark.parametrize(("width", "height", "is_beside"), [(1366, 768, False), (820, 1100, True)])
def test_a_picture_takes_the_height_of_the_paper_that_its_terms_leave(
    open_page: OpenPage, scene_paths: dict[str, str], form: str, width: int, height: int, is_beside: bool
) -> None:
    """Across, one that is wide stands above the terms, one that is high beside them."""
    page = open_page(scene_paths["strided-volume"], viewport={"width": width, "height": height})
    page.keyboard.press("End")
    aspect = page.evaluate("stage.width / stage.height")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper_width, paper_height = ACROSS[form]
    page.set_viewport_size({"width": paper_width, "height": paper_height})
    picture, ledger = (page.locator(each).bounding_box() for each in ("#stage", ".ledger"))
    assert picture and ledger
    shown = min(picture["width"], picture["height"] * aspect)
    if is_beside:
        assert ledger["x"] > picture["x"] + shown
        assert shown / aspect > 0.85 * paper_height
    else:
        assert ledger["y"] >= picture["y"] + shown / aspect
        assert shown > 0.8 * paper_width
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_paper_gets_more_pixels_than_the_screen(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(f"{scene_paths['two-channels']}?step=0,1,0")
    page.wait_for_function("() => stage.width === stage.clientWidth")
    shown = page.evaluate("stage.width")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("stage.width") == 3 * shown
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function("(shown) => stage.width === shown", arg=shown)


def test_all_terms_are_those_of_all_channels_opened_and_in_print(open_page: OpenPage, server: str) -> None:
    layer = make_scene(server, torch.ones(12, 3, 3), torch.ones(2, 12, 2, 2), {"kind": "conv2d"})
    page = open_page(f"{layer}?step=1,1,1")
    rows = page.locator("#ledger-lines th")
    expect(rows).to_have_text(["0–5", "6", "7", "8", "9", "10", "11", "Y[1, 1, 1]"])
    all_rows = [*map(str, range(12)), "Y[1, 1, 1]"]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(rows).to_have_text(all_rows)
    page.locator("#all-terms").click()
    expect(rows).to_have_text(all_rows)
    page.locator("#all-terms").click()
    expect(rows).to_have_count(8)


@pytest.mark.parametrize("form", ["A4", "Letter"])
@pytest.mark.parametrize("across", [False, True])
def test_gradients_and_stamps_print_on_one_page(
    open_page: OpenPage, server: str, form: str, across: bool
) -> None:
    torch.manual_seed(0)
    strided = {"kind": "conv2d", "stride": 2, "padding": 1}
    layer = make_scene(server, torch.randn(3, 7, 7), torch.randn(2, 3, 3, 3), strided, bias=torch.randn(2))
    transposed = {"kind": "conv_transpose2d", "stride": 2}
    stamps = make_scene(server, torch.ones(1, 2, 2), torch.ones(1, 1, 3, 3), transposed)
    page = open_page(layer)
    for path in (
        f"{layer}?direction=input&step=1,3,3",
        f"{layer}?direction=weight",
        f"{stamps}?step=0,1,1&view=scatter",
    ):
        visit(page, path)
        assert pages_of(page.pdf(format=form, landscape=across)) == 1, path


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_printed_title_says_which_gradient_it_is(
    open_page: OpenPage, scene_paths: dict[str, str], language: str
) -> None:
    path = f"{scene_paths['strided-volume']}?lang={language}"
    page = open_page(path)
    heading = page.locator("h1")
    title = heading.inner_text()

    def printed() -> str:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        text = heading.inner_text()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert heading.inner_text() == title
        return text

    for direction, name in {"input": "dX", "weight": "dK", "bias": "db"}.items():
        visit(page, f"{path}&direction={direction}")
        expect(page.locator("#gradient-tools")).to_be_visible()
        assert printed().startswith(title) and printed().endswith(name)
    page.locator("#direction").select_option("forward")
    expect(page.locator("#gradient-tools")).to_be_hidden()
    assert printed() == title


def test_paper_is_light_on_a_dark_page(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    with Image.open(io.BytesIO(page.locator("#stage").screenshot())) as light:
        assert np.asarray(light.convert("L"))[2, 2] > 240
    assert page.locator(".ledger").get_attribute("data-link") == page.url
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    with Image.open(io.BytesIO(page.locator("#stage").screenshot())) as dark:
        assert np.asarray(dark.convert("L"))[2, 2] < 60


def test_a_picture_of_an_unfinished_step_does_not_tell_its_result(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    """Neither to those who see it, nor in what is written into the file."""
    page = open_page(f"{scene_paths['two-channels']}?step=0,0,0&beat=0")
    open_dialog(page)
    choose(page, "Contents", "with title, equation and terms")
    expect(page.locator(".save-preview")).to_have_attribute(
        "alt", re.compile(r"^The window .*Y\[0, 0, 0\]\.$")
    )
    target = save(page, tmp_path)
    assert target.name == "convscope-conv2d-2-1-Y-0-0-0.svg"
    assert not re.search(r"\b(19|37|56)\b", " ".join(ElementTree.parse(target).getroot().itertext()))
