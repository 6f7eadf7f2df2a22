"""What a layer's parameters show: the kernel that turns, groups, cells that are never read, reasons."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect

from tests.support.page import OpenPage, field, make_scene, visit

_X = torch.arange(100.0).reshape(4, 5, 5) % 7
_K = torch.arange(144.0).reshape(4, 4, 3, 3) % 5 - 2


# Clicks `flip`, and counts the pictures of the kernel from the new scene on.
TURN = """() => new Promise((done) => {
    const stage = document.querySelector('#stage');
    const before = stage.dataset.scene;
    const pictures = new Set();
    const copy = new OffscreenCanvas(400, 400).getContext('2d', { willReadFrequently: true });
    let rest = 0;
    const look = () => {
        if (stage.dataset.scene !== before) {
            copy.drawImage(stage, 0, 0, stage.width * 0.45, stage.height, 0, 0, 400, 400);
            const { data } = copy.getImageData(0, 0, 400, 400);
            const size = pictures.size;
            const digest = (sum, word) => (Math.imul(sum, 31) + word) | 0;
            pictures.add(new Uint32Array(data.buffer).reduce(digest, 7));
            rest = pictures.size === size ? rest + 1 : 0;
        }
        rest < 30 ? requestAnimationFrame(look) : done(pictures.size);
    };
    document.querySelector('#panel-form [name=flip]').click();
    look();
})"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_flip_turns_the_kernel(open_page: OpenPage, server: str, motion: str) -> None:
    page = open_page(make_scene(server, _X[:1], _K[:1, :1], {"kind": "conv2d"}), reduced_motion=motion)
    page.get_by_role("button", name="Change", exact=True).click()
    expect(field(page, "flip")).to_be_visible()
    pictures = page.evaluate(TURN)
    # The way takes nine frames at least. Without it there are a few: the caption makes room for itself.
    assert pictures >= 9 if motion == "no-preference" else pictures <= 6
    expect(page.locator("#view-caption")).to_contain_text(
        "Deep learning calls the sliding product without the turn, a cross-correlation, “convolution”."
    )


def test_the_panel_writes_the_output_size_as_the_heading_does(open_page: OpenPage, server: str) -> None:
    x, k = _X, _K
    for operation, weight in (
        ({"kind": "conv2d", "padding": 1, "stride": 2}, k),
        ({"kind": "conv2d", "padding": {"top": 1, "bottom": 2, "left": 0, "right": 0}, "dilation": 2}, k),
        ({"kind": "conv_transpose2d", "stride": 2, "output_padding": 1}, k),
        ({"kind": "max_pool2d", "kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}, None),
    ):
        page = open_page(make_scene(server, x, weight, operation))
        heading = (page.locator("#formula").text_content() or "").strip()
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.locator("#panel-formula")).to_contain_text(heading)


def test_groups_go_from_one_to_depthwise(open_page: OpenPage, server: str) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d"}))
    page.get_by_role("button", name="Change", exact=True).click()
    slider = page.get_by_role("slider", name="groups, from 1 to depthwise")
    slider.focus()
    for groups, (parameters, multiply_adds) in {1: (144, 1296), 2: (72, 648), 4: (36, 324)}.items():
        counts = f"{parameters} parameters · {multiply_adds:,} multiply-adds"
        expect(page.locator("#counts")).to_have_text(counts)
        expect(page.locator("#panel-formula")).to_contain_text(counts)
        expect(field(page, "groups")).to_have_value(str(groups))
        rows = page.locator("#ledger-lines tr:not(.total)")
        expect(rows).to_have_count(4 // groups)
        page.keyboard.press("ArrowRight")
    expect(page.locator("#groups-most")).to_have_text("4: depthwise")


# Operations and what is said of them, beside the counts and over the picture.
SAID: dict[str, tuple[dict[str, Any], str, str]] = {
    "floor": (
        {"kind": "conv2d", "stride": 4},
        r"multiply-adds$",
        r"^The last 2 rows \(hatched\) are never read: another step of 4 .* the output 1 high\.",
    ),
    "padding": ({"kind": "conv2d", "padding": 1}, r"24\.9 % of the products read padding$", "^$"),
    "holes": (
        {"kind": "conv_transpose2d", "stride": 2, "output_padding": 1},
        r"% of the kernel cells find no input$",
        r"reach it \(dashed: none\)\. output_padding adds 1 row at the bottom and 1 column at",
    ),
    "divisor": (
        {"kind": "avg_pool2d", "kernel_size": 2, "padding": 1, "count_include_pad": False},
        "^no parameters · [0-9,]+ values averaged · .* read padding$",
        "lie inside the input, at most 4: padding does not count",
    ),
    "clipped": (
        {"kind": "max_pool2d", "kernel_size": 2, "ceil_mode": True},
        "^no parameters · [0-9,]+ values compared · .* read padding$",
        "^ceil_mode: the last windows hang over the edge",
    ),
}


def test_what_is_not_seen_at_once_is_said(open_page: OpenPage, server: str) -> None:
    page = open_page("/")
    page.keyboard.press("Space")
    for name, (operation, counts, caption) in SAID.items():
        weight = None if operation["kind"].endswith("pool2d") else _K
        visit(page, make_scene(server, _X, weight, operation))
        expect(page.locator("#counts"), name).to_have_text(re.compile(counts))
        expect(page.locator("#view-caption"), name).to_have_text(re.compile(caption))


def test_of_equal_largest_values_the_first_wins(open_page: OpenPage, server: str) -> None:
    x = torch.tensor([[[1.0, 7, 7, 2], [7, 0, 3, 1]]])
    page = open_page(make_scene(server, x, None, {"kind": "max_pool2d", "kernel_size": 2}))
    _, winners = F.max_pool2d(x, 2, return_indices=True)
    page.keyboard.press("Shift+ArrowRight")
    now = page.locator("#step-description")
    expect(now).to_have_text(
        "7 is the output cell Y[0, 0, 0]. "
        "It stands there 2 times: the first in reading order wins, as in torch."
    )
    page.keyboard.press("Shift+ArrowRight")
    expect(now).to_have_text("7 is the output cell Y[0, 0, 1].")
    # The first 7 in reading order is the one that torch names.
    assert winners.flatten().tolist() == [1, 2]


def test_refusals_give_their_reason_in_chinese(open_page: OpenPage, server: str) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d"}) + "?lang=zh-CN", expect_refusals=True)
    page.locator("#panel-open").click()
    why = page.locator('[data-at="/operation/padding"] .field-error')
    field(page, "padding_kind").select_option("same")
    field(page, "stride_h").fill("2")
    expect(why).to_have_text(re.compile("^“same” 让输出与输入一样大，这要求步幅为 1"))
    # What only the server knows is said by it, in the page's language.
    field(page, "stride_h").fill("1")
    field(page, "input_source").select_option("random")
    field(page, "input_distribution").select_option("normal")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"\.\d"))
    field(page, "dtype").select_option("int32")
    # At the input or, where its numbers are still to be made, at how they are.
    told = page.locator('[data-at^="/input"] .field-error:visible')
    expect(told).to_have_text(re.compile("int32"))
    expect(told).to_have_text(re.compile("[\u4e00-\u9fff]"))


def test_the_two_halves_of_a_separable_layer_lead_to_each_other(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["depthwise"])
    page.keyboard.press("Shift+ArrowRight")
    first = page.locator("#step-sentence").inner_text().rpartition(" = ")[2]
    page.get_by_role("link", name="Next: the pointwise half →").click()
    page.wait_for_url(f"**{scene_paths['pointwise']}")
    expect(page.locator("#cells-input [role=gridcell]").first).to_have_text(first)
    page.get_by_role("link", name="Before it: the depthwise half").click()
    page.wait_for_url(f"**{scene_paths['depthwise']}")


@pytest.mark.parametrize("tensor", ["input", "weight"])
def test_a_source_that_waits_to_be_filled_is_no_error(open_page: OpenPage, server: str, tensor: str) -> None:
    """It says what is to be done; only who sends the form without it has made a mistake."""
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d"}))
    page.get_by_role("button", name="Change", exact=True).click()
    said, refused = page.locator(f'[data-at="/{tensor}/file"] .field-error'), page.locator("#error-message")
    field(page, f"{tensor}_source").select_option("file")
    expect(said).to_have_text("Choose a file.")
    expect(said).to_have_class(re.compile("is-open"))
    expect(page.locator('#panel-form [aria-invalid="true"]')).to_have_count(0)
    expect(refused).to_be_hidden()
    field(page, "stride_h").press("Enter")
    expect(said).not_to_have_class(re.compile("is-open"))
    expect(field(page, f"{tensor}_file")).to_have_attribute("aria-invalid", "true")
    field(page, f"{tensor}_source").select_option("keep")
    expect(said).to_be_hidden()
    expect(page.locator('#panel-form [aria-invalid="true"]')).to_have_count(0)


def test_kernels_that_are_still_to_be_chosen_are_no_error(open_page: OpenPage, server: str) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d"}))
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "weight_source").select_option("named")
    for box in page.locator('#panel-form [name="kernels"]:checked').all():
        box.uncheck()
    said = page.locator('[data-at="/weight/kernels"] .field-error')
    expect(said).to_have_class(re.compile("is-open"))
    expect(page.locator('#panel-form [aria-invalid="true"]')).to_have_count(0)
