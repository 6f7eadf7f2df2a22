"""Changing the scene as a person does: cells in place, blocks, parameters, files, undo."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.page import OpenPage, field, point_at_cell

FIRST = "Y[0, 0, 0] = (0·0 + 1·1 + 3·2 + 4·3) + (1·1 + 2·2 + 4·3 + 5·4) = 19 + 37 = 56"
EDITED = "Y[0, 0, 0] = (0·0 + 10·1 + 3·2 + 4·3) + (1·1 + 2·2 + 4·3 + 5·4) = 28 + 37 = 65"

PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""

DROP = """([name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(
            new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def chapter(open_page: OpenPage, scene_paths: dict[str, str]) -> Page:
    """The chapter's example, its first window just placed."""
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(FIRST)
    return page


def edit_cell(page: Page, grid: str, keys: list[str], text: str, end: str = "Enter") -> None:
    """Walk the cell cursor of a grid, type a number."""
    page.locator(f"#cells-{grid}").focus()
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#cell-value")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press(end)


def why(page: Page, at: str) -> Locator:
    return page.locator(f'#panel-form [data-at="{at}"] .field-error')


def sentence(page: Page) -> Locator:
    return page.locator("#step-sentence")


def where(page: Page) -> Locator:
    return page.locator("#timeline-position")


@pytest.mark.parametrize("goes_to", ["gradient", "matrix"])
def test_another_drawing_keeps_what_is_typed_and_takes_the_field_away(chapter: Page, goes_to: str) -> None:
    """Without a press of the pointer, as assistive technology does."""
    edit_cell(chapter, "input", ["ArrowRight"], "10", end="End")
    if goes_to == "gradient":
        chapter.locator("#direction").select_option("input")
        expect(chapter.locator("#cell-editor")).to_be_hidden()
        chapter.locator("#direction").select_option("forward")
    else:
        chapter.get_by_role("radio", name="matrix product").check(force=True)
        expect(chapter.locator("#cell-editor")).to_be_hidden()
    expect(sentence(chapter)).to_have_text(EDITED)


@pytest.fixture
def panel(chapter: Page) -> Page:
    chapter.get_by_role("button", name="Change", exact=True).click()
    expect(chapter.get_by_role("complementary", name="Change the scene")).to_be_visible()
    return chapter


def test_a_cell_is_typed_into_and_the_timeline_stays(chapter: Page) -> None:
    edit_cell(chapter, "input", ["ArrowRight"], "10")
    expect(sentence(chapter)).to_have_text(EDITED)
    expect(where(chapter)).to_have_text("window 1 of 4")
    expect(chapter.locator("#cell-editor")).to_be_hidden()
    expect(chapter.locator("#cells-input")).to_be_focused()


# What shows that the first page, which plays by itself, has come so far.
AUTOPLAY = {
    "at once": ("#timeline-position", re.compile("^window 1 of 4$")),
    "within the first window": ("#step-description", re.compile("^Channel 1")),
    "windows later": ("#timeline-position", re.compile("^window 3 of 4$")),
}


@pytest.mark.parametrize(("place", "text"), AUTOPLAY.values(), ids=AUTOPLAY)
def test_a_cell_changes_while_the_first_page_plays(
    open_page: OpenPage, place: str, text: re.Pattern[str]
) -> None:
    page = open_page("/")
    expect(page.locator(place)).to_have_text(text)
    edit_cell(page, "input", ["ArrowRight"], "10")
    expect(page.locator("#undo")).to_be_enabled()
    page.locator("#to-start").click()
    page.locator("#main").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(sentence(page)).to_have_text(EDITED)


# Every change of the panel: a field's name, and what is chosen or typed.
CHANGES: dict[str, str | bool] = {
    "kind": "max_pool2d", "stride_h": "2", "padding_top": "1", "padding_kind": "same", "dilation_w": "2",
    "groups_slider": "1", "flip": True, "bias": True, "dtype": "float64", "input_source": "random",
    "channels": "3", "input_h": "5", "weight_source": "random", "kernel_size_w": "3", "outputs": "3",
    "kernels": True,
}  # fmt: skip


def scene_of(page: Page) -> str:
    return page.locator("#stage").get_attribute("data-scene") or ""


def is_changed(page: Page, scene: str) -> None:
    """Another scene is shown, and nothing is on its way."""
    expect(page.locator("#stage")).not_to_have_attribute("data-scene", scene)
    expect(page.locator("#panel-form")).to_have_attribute("aria-busy", "false")


def prepare_field(page: Page, name: str) -> None:
    """Make the change that a field needs before it can be changed itself."""
    before = scene_of(page)
    if name == "kernels":
        field(page, "weight_source").select_option("named")
        is_changed(page, before)
    elif name == "groups_slider":
        field(page, "outputs").fill("2")
        is_changed(page, before)


def change_field(page: Page, name: str, value: str | bool) -> None:
    if name == "kernels":
        page.locator('#panel-form [name="kernels"][value="identity"]').check()
    elif value is True:
        field(page, name).check()
    elif field(page, name).evaluate("(control) => control.localName") == "select":
        field(page, name).select_option(str(value))
    else:
        field(page, name).fill(str(value))


def telling(page: Page) -> list[str]:
    """Scene, title and formula."""
    return [scene_of(page), *(page.locator(place).inner_text() for place in ("h1", "#formula"))]


def is_told(page: Page, scene_before: str, title_before: str) -> None:
    """Title, address and picture are those of another scene."""
    is_changed(page, scene_before)
    expect(page).to_have_url(re.compile(f"/s/{scene_of(page)}"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title_before)


def check_while_playing(
    open_page: OpenPage, change: Callable[[Page], None], prepare: Callable[[Page], None] | None = None
) -> None:
    """Make a change in the panel at each moment of the first page's playing: it leads to one scene, which a
    reload shows again."""
    page = None
    tellings = []
    for place, text in AUTOPLAY.values():
        page = open_page("/", again=page)
        page.locator("#speed").select_option("4")
        expect(page.locator(place)).to_have_text(text)
        title = page.locator("h1").inner_text()
        page.get_by_role("button", name="Change", exact=True).click()
        if prepare:
            prepare(page)
        scene = scene_of(page)
        change(page)
        is_told(page, scene, title)
        tellings.append(telling(page))
    assert page is not None
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert tellings == [telling(page)] * len(AUTOPLAY)


@pytest.mark.parametrize("name", CHANGES)
def test_everything_in_the_panel_changes_while_the_first_page_plays(open_page: OpenPage, name: str) -> None:
    check_while_playing(
        open_page,
        lambda page: change_field(page, name, CHANGES[name]),
        lambda page: prepare_field(page, name),
    )


@pytest.mark.parametrize("what", ["code", "a picture"])
def test_code_and_pictures_are_read_while_the_first_page_plays(open_page: OpenPage, what: str) -> None:
    def read(page: Page) -> None:
        if what == "code":
            page.locator("#code-text").fill("nn.Conv2d(2, 5, 3, padding=1)")
            page.locator("#code-read").click()
        else:
            data = io.BytesIO()
            Image.fromarray(np.full((30, 40, 3), 90, np.uint8)).save(data, "PNG")
            page.evaluate(DROP, ["a.png", list(data.getvalue())])

    check_while_playing(open_page, read)


def press(page: Page) -> None:
    """Press and release where the pointer is."""
    page.mouse.down()
    page.mouse.up()


def test_a_cell_is_clicked(chapter: Page) -> None:
    point_at_cell(chapter, "X[0, 0, 1]")
    press(chapter)
    editor = chapter.locator("#cell-value")
    expect(editor).to_be_focused()
    expect(editor).to_have_accessible_name(re.compile(r"^input\[0, 0, 1\]: new value$"))
    before = editor.input_value()
    chapter.keyboard.type("−2.5")
    chapter.keyboard.press("Enter")
    expect(sentence(chapter)).not_to_have_text(FIRST)
    point_at_cell(chapter, "X[0, 0, 1]")
    press(chapter)
    expect(editor).to_have_value("−2.5")
    chapter.keyboard.press("Escape")
    chapter.keyboard.press("Control+z")
    expect(sentence(chapter)).to_have_text(FIRST)
    assert before == "1"


def test_tab_goes_from_cell_to_cell(chapter: Page) -> None:
    """Also while the server takes its time: what is on its way counts as there."""
    held: list[Route] = []
    holding = [True]
    chapter.route("**/edits?*", lambda route: held.append(route) if holding[0] else route.continue_())
    edit_cell(chapter, "weight", [], "5", "Tab")
    expect(chapter.locator("#cell-value")).to_have_value("1")
    chapter.keyboard.type("6")
    chapter.keyboard.press("Shift+Tab")
    expect(chapter.locator("#cell-value")).to_have_value("5")
    chapter.keyboard.press("Escape")
    expect(sentence(chapter)).to_have_text(FIRST)
    holding[0] = False
    for route in held:
        route.continue_()
    expect(sentence(chapter)).to_have_text(re.compile(r"\(0·5 \+ 1·6 \+ 3·2 \+ 4·3\)"))


def test_tab_leads_from_the_kernel_to_the_bias(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"])
    page.keyboard.press("Shift+ArrowRight")
    edit_cell(page, "weight", ["PageDown", "PageDown", "End", "ArrowDown", "ArrowDown"], "1", "Tab")
    editor = page.locator("#cell-value")
    expect(editor).to_have_accessible_name("bias[0]: new value")
    page.keyboard.press("Shift+Tab")
    expect(editor).to_have_accessible_name("kernel[0, 2, 2, 2]: new value")
    page.keyboard.press("Tab")
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    expect(page.locator("#ledger-lines .total")).to_contain_text("+ 10")


def test_a_digit_on_the_cell_cursor_begins_the_number(chapter: Page) -> None:
    chapter.locator("#cells-input").focus()
    chapter.keyboard.press("ArrowRight")
    chapter.keyboard.type("10")
    chapter.keyboard.press("Enter")
    expect(sentence(chapter)).to_have_text(EDITED)


def test_text_that_is_no_number_is_reported_and_stays(chapter: Page) -> None:
    edit_cell(chapter, "input", [], "abc")
    expect(chapter.locator("#cell-error")).to_have_text("“abc” is not a number such as −2 or 0.5.")
    expect(chapter.locator("#cell-value")).to_have_value("abc")
    chapter.keyboard.press("Escape")
    expect(chapter.locator("#cell-editor")).to_be_hidden()
    expect(sentence(chapter)).to_have_text(FIRST)


def test_undo_and_redo(chapter: Page) -> None:
    undo = chapter.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    edit_cell(chapter, "input", ["ArrowRight"], "10")
    expect(sentence(chapter)).to_have_text(EDITED)
    edit_cell(chapter, "input", [], "7")
    expect(sentence(chapter)).to_have_text(re.compile(r"7·1"))
    chapter.keyboard.press("Control+z")
    expect(sentence(chapter)).to_have_text(EDITED)
    undo.click()
    expect(sentence(chapter)).to_have_text(FIRST)
    expect(undo).to_be_disabled()
    chapter.keyboard.press("Control+Shift+Z")
    expect(sentence(chapter)).to_have_text(EDITED)
    chapter.get_by_role("button", name="Redo").click()
    expect(sentence(chapter)).to_have_text(re.compile(r"7·1"))
    chapter.keyboard.press("Control+z")
    expect(sentence(chapter)).to_have_text(EDITED)
    chapter.keyboard.press("Control+y")
    expect(sentence(chapter)).to_have_text(re.compile(r"7·1"))


@pytest.mark.parametrize(
    "text",
    [
        "9\t8\n7\t6",
        "9,8\n7,6",
        "[[9. 8.]\n [7. 6.]]",
        "tensor([[9., 8.],\n        [7., 6.]])",
        "[[9,8],[7,6]]",
    ],
)
def test_a_pasted_block_fills_the_cells_from_here_on(chapter: Page, text: str) -> None:
    chapter.locator("#cells-input").focus()
    chapter.keyboard.press("Enter")
    chapter.evaluate(PASTE, text)
    expect(sentence(chapter)).to_have_text(re.compile(r"^Y\[0, 0, 0\] = \(9·0 \+ 8·1 \+ 7·2 \+ 6·3\)"))


def test_a_block_that_may_be_meant_two_ways_is_asked_about(chapter: Page) -> None:
    chapter.locator("#cells-input").focus()
    chapter.keyboard.press("Enter")
    chapter.evaluate(PASTE, "[[[9, 8], [7, 6]], [[5, 4], [3, 2]]]")
    expect(chapter.get_by_role("button", name="Into the cells from here on")).to_be_focused()
    chapter.get_by_role("button", name="In place of the whole tensor").click()
    expect(where(chapter)).to_have_text("window 1 of 1")
    expect(sentence(chapter)).to_have_text(
        re.compile(r"\(9·0 \+ 8·1 \+ 7·2 \+ 6·3\) \+ \(5·1 \+ 4·2 \+ 3·3 \+ 2·4\)")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\t2\n3", "Line 2, column 1: 1 here, 2 before. Read are rows of numbers"),
        ("1\t2\n3\tx", "Line 2, column 3: “x” is not a number. Read are rows of numbers"),
        ("[[1, 2], [3, nan]]", "Line 1, column 14: “nan” is not a finite number. Read are"),
        ("1 2 3 4\n5 6 7 8", "The block is 2×4; from this cell on there is room for 3×3."),
    ],
)
def test_a_block_that_cannot_be_read_says_where(chapter: Page, text: str, message: str) -> None:
    chapter.locator("#cells-input").focus()
    chapter.keyboard.press("Enter")
    chapter.evaluate(PASTE, text)
    expect(chapter.locator("#cell-error")).to_contain_text(message)
    expect(sentence(chapter)).to_have_text(FIRST)


def test_parameters_follow_and_the_window_stays(panel: Page) -> None:
    panel.keyboard.press("Escape")
    panel.keyboard.press("Shift+ArrowRight")
    expect(where(panel)).to_have_text("window 2 of 4")
    panel.get_by_role("button", name="Change", exact=True).click()
    field(panel, "padding_top").fill("1")
    expect(panel.locator("#formula")).to_have_text("output height = width = ⌊(3 + 2·1 − 2)/1⌋ + 1 = 4")
    expect(where(panel)).to_have_text("window 2 of 16")
    expect(panel.get_by_role("heading", level=1)).to_have_text(
        "Two input channels, one output channel (edited)"
    )
    field(panel, "stride_h").fill("2")
    expect(panel.locator("#formula")).to_have_text(
        re.compile(r"height = .*/2⌋ \+ 1 = 2\n.*width = .*/1⌋ \+ 1 = 4")
    )


def test_an_impossible_choice_says_why_and_is_not_changed(panel: Page) -> None:
    field(panel, "kernel_size_h").fill("4")
    expect(why(panel, "/operation/kernel_size")).to_have_text(
        "the kernel does not fit, the output height would be smaller than 1: "
        "floor((3 + 2·0 − 1·(4−1) − 1)/1 + 1) = 0"
    )
    expect(field(panel, "kernel_size_h")).to_have_value("4")
    expect(sentence(panel)).to_have_text(FIRST)
    field(panel, "stride_w").fill("0")
    expect(why(panel, "/operation/stride")).to_have_text("must be 1 or more, it is 0")
    field(panel, "stride_w").fill("1")
    field(panel, "kernel_size_h").fill("3")
    expect(panel.locator("#formula")).to_have_text(re.compile("− 3"))
    field(panel, "groups").fill("3")
    expect(why(panel, "/operation/groups")).to_have_text(
        re.compile("2 input channels cannot be divided into 3 groups$")
    )


def test_what_the_server_refuses_is_said_at_the_field(quiet_page: Page) -> None:
    page = quiet_page
    field(page, "input_source").select_option("random")
    field(page, "input_distribution").select_option("normal")
    expect(sentence(page)).to_have_text(re.compile(r"\.\d"))
    field(page, "dtype").select_option("int32")
    expect(why(page, "/input")).to_contain_text("is not an integer")


def test_each_kind_can_be_chosen(panel: Page) -> None:
    for kind, shown in (
        ("max_pool2d", r"= max\(0, 1, 3, 4\) = 4$"),
        ("avg_pool2d", r"= 2\.00$"),
        ("conv_transpose2d", r"^Y\[0, 0, 0\] = "),
        ("conv2d", r"^Y\[0, 0, 0\] = "),
    ):
        field(panel, "kind").select_option(kind)
        expect(panel.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{kind}"))
        expect(sentence(panel)).to_have_text(re.compile(shown))


def test_inputs_and_kernels_have_sources(panel: Page) -> None:
    field(panel, "input_source").select_option("sample")
    expect(where(panel)).to_have_text(re.compile(r"of 9025$"))
    field(panel, "weight_source").select_option("named")
    expect(where(panel)).to_have_text(re.compile(r"of 8836$"))
    panel.get_by_label("Laplacian 3×3").check()
    expect(panel.get_by_role("heading", level=1)).to_have_text("conv2d, 3 → 2 channels, kernel 3×3")
    panel.get_by_label("Gaussian 5×5").check()
    expect(why(panel, "/weight/kernels")).to_have_text(
        "The kernels of one layer have one size: Gaussian is 5×5, Sobel x is 3×3."
    )
    panel.get_by_label("Gaussian 5×5").uncheck()
    field(panel, "input_source").select_option("ramp")
    field(panel, "input_h").fill("4")
    field(panel, "input_w").fill("5")
    expect(where(panel)).to_have_text(re.compile(r"of 6$"))
    field(panel, "weight_source").select_option("random")
    field(panel, "weight_seed").fill("3")
    field(panel, "bias").check()
    field(panel, "bias_values").fill("1, −2")
    expect(panel.locator("#ledger-lines .total")).to_contain_text("1")


def safetensors(tensors: dict[str, np.ndarray[Any, Any]]) -> bytes:
    """The format by hand: a header of names, types, shapes and places, then the numbers."""
    header, data = {}, b""
    for name, array in tensors.items():
        raw = array.astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def npy(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def png(mode: str) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((30, 20)).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def upload(page: Page, name: str, file: str, content: bytes) -> None:
    field(page, f"{name}_source").select_option("file")
    field(page, f"{name}_file").set_input_files({"name": file, "mimeType": "", "buffer": content})


def test_an_npy_file_becomes_the_input(panel: Page) -> None:
    upload(panel, "input", "x.npy", npy(np.arange(32, dtype=np.float32).reshape(2, 4, 4)))
    expect(where(panel)).to_have_text("window 1 of 9")
    expect(sentence(panel)).to_have_text(re.compile(r"\(0·0 \+ 1·1 \+ 4·2 \+ 5·3\)"))


def test_a_safetensors_file_offers_its_kernels(panel: Page) -> None:
    content = safetensors(
        {
            "conv1.weight": np.ones((1, 2, 2, 2)),
            "conv1.bias": np.zeros(1),
            "conv2.weight": np.full((2, 2, 1, 1), 3.0),
        }
    )
    upload(panel, "weight", "net.safetensors", content)
    expect(sentence(panel)).to_have_text(re.compile(r"\(0·1 \+ 1·1 \+ 3·1 \+ 4·1\)"))
    expect(field(panel, "weight_key").locator("option")).to_have_count(2)
    field(panel, "weight_key").select_option("conv2.weight")
    expect(panel.get_by_role("heading", level=1)).to_have_text("conv2d, 2 → 2 channels, kernel 1×1")
    expect(sentence(panel)).to_have_text(re.compile(r"= \(0·3\) \+ \(1·3\) = "))


@pytest.mark.parametrize("mode", ["RGB"])
def test_a_picture_is_dropped_onto_the_page(chapter: Page, mode: str) -> None:
    chapter.evaluate(DROP, ["photo.png", list(png(mode))])
    expect(chapter.get_by_role("complementary", name="Change the scene")).to_be_visible()
    expect(where(chapter)).to_have_text(re.compile(f"of {29 * 19}$"))
    expect(field(chapter, "channels")).to_have_value("3")


def test_a_grey_picture_has_one_channel(quiet_page: Page) -> None:
    quiet_page.evaluate(DROP, ["photo.png", list(png("L"))])
    expect(where(quiet_page)).to_have_text(re.compile(f"of {29 * 19}$"))
    expect(field(quiet_page, "channels")).to_have_value("1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 what torch.save writes", "pickled"),
        (b"hello, world", "no picture"),
        (struct.pack("<Q", 10**9) + b'{"a": 1}', "damaged"),
        (safetensors({"bias": np.zeros(3)}), "no tensor with 4 dimensions"),
    ],
)
def test_a_file_that_is_no_kernel_says_what_it_is(panel: Page, content: bytes, message: str) -> None:
    upload(panel, "weight", "file.bin", content)
    expect(why(panel, "/weight/file")).to_contain_text(message)
    expect(sentence(panel)).to_have_text(FIRST)


@pytest.fixture
def quiet_page(open_page: OpenPage, scene_paths: dict[str, str]) -> Page:
    """The chapter's example with the panel open, where a refusal by the server is expected."""
    page = open_page(scene_paths["two-channels"], expect_refusals=True)
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="Change", exact=True).click()
    return page


def test_a_failing_network_loses_nothing(quiet_page: Page) -> None:
    page = quiet_page
    cut = re.compile(r"/api/v1/scenes(/|$)")

    def fail(route: Route) -> None:
        route.abort()

    page.route(cut, fail)
    field(page, "padding_top").fill("2")
    expect(page.locator('#panel-form [data-at=""] .field-error')).to_contain_text("does not answer")
    expect(field(page, "padding_top")).to_have_value("2")
    edit_cell(page, "input", ["ArrowRight"], "10")
    expect(page.locator("#cell-error")).to_contain_text("does not answer")
    expect(page.locator("#cell-value")).to_have_value("10")
    expect(sentence(page)).to_have_text(FIRST)
    page.unroute(cut, fail)
    page.locator("#cell-value").press("Enter")
    expect(sentence(page)).to_have_text(EDITED)
    expect(field(page, "padding_top")).to_have_value("2")
    page.locator("#panel-retry").click()
    expect(where(page)).to_have_text("window 1 of 36")


@pytest.mark.parametrize("width", [320, 360, 863, 1280])
def test_the_panel_fits(open_page: OpenPage, width: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 740}, reduced_motion="reduce")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#panel")).to_be_visible()
    box = page.locator("#panel").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("#panel-form")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll('#panel button, #panel input, #panel select, .bar button')]
            .filter((control) => control.offsetParent && !control.closest('.check'))
            .filter((control) => Math.min(control.offsetWidth, control.offsetHeight) < 24)
            .map((control) => control.outerHTML)"""
    )
    assert small == []


def test_the_panel_is_remembered_and_closes_with_escape(panel: Page) -> None:
    panel.reload()
    expect(panel.get_by_role("complementary", name="Change the scene")).to_be_visible()
    field(panel, "stride_h").focus()
    panel.keyboard.press("Escape")
    expect(panel.locator("#panel")).to_be_hidden()
    expect(panel.get_by_role("button", name="Change", exact=True)).to_be_focused()


def test_a_cell_of_a_heat_map_is_pinned_and_then_typed_over(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(f"{scene_paths['edges']}?pin=x0,40,40")
    now = page.locator("#step-description")
    expect(now).to_contain_text("type to change it")
    for keys, value in ((["0", ".", "5"], "0.5"), (["Enter", "1"], "1")):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("#cell-value")).to_be_focused()
        page.keyboard.press("Enter")
        expect(now).to_have_text(re.compile(rf"^X\[0, 40, 40\] = {re.escape(value)} reaches"))
    expect(page.locator("[name=granularity]:checked")).to_have_value("window")
