"""Layers of one dimension on the page: as signals on one axis, with every control that layers have."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from safetensors.torch import save_file
from torch import Tensor

from tests.support.page import PHONE, OpenPage, field, make_scene, point_at_cell, visit

GENERATOR = torch.Generator().manual_seed(9)


def numbers(*shape: int) -> Tensor:
    return torch.randint(-4, 5, shape, generator=GENERATOR).float()


X, K = numbers(3, 11), numbers(2, 3, 3)
TURNED = numbers(3, 2, 3)

# The operation, its weight, and what torch makes of X.
LAYERS: dict[str, tuple[dict[str, Any], Tensor | None, Tensor]] = {
    "conv1d": (
        {"kind": "conv1d", "padding": 2, "stride": 2, "dilation": 2},
        K,
        F.conv1d(X, K, padding=2, stride=2, dilation=2),
    ),
    "borrowed padding": (
        {"kind": "conv1d", "padding": 1, "padding_mode": "reflect"},
        K,
        F.conv1d(F.pad(X[None], (1, 1), mode="reflect")[0], K),
    ),
    "conv_transpose1d": (
        {"kind": "conv_transpose1d", "stride": 3, "padding": 1, "output_padding": 1},
        TURNED,
        F.conv_transpose1d(X, TURNED, stride=3, padding=1, output_padding=1),
    ),
    "max_pool1d": (
        {"kind": "max_pool1d", "kernel_size": 3, "stride": 2, "padding": 1},
        None,
        F.max_pool1d(X, 3, stride=2, padding=1),
    ),
    "avg_pool1d": ({"kind": "avg_pool1d", "kernel_size": 2}, None, F.avg_pool1d(X, 2)),
}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def drawn_as(page: Page) -> str | None:
    return page.locator("#stage").get_attribute("data-view")


def go_to(page: Page, *index: int) -> None:
    """To an output cell by its address."""
    page.locator("#inspect-address").fill(", ".join(map(str, index)))
    page.locator("#inspect-address").press("Enter")


@pytest.mark.parametrize("name", LAYERS)
def test_each_output_cell_is_what_torch_makes(open_page: OpenPage, server: str, name: str) -> None:
    operation, weight, expected = LAYERS[name]
    page = open_page(make_scene(server, X, weight, operation))
    assert drawn_as(page) == "signal"
    page.get_by_role("button", name="Inspect", exact=True).click()
    channels, length = expected.shape
    for channel, index in ((0, 0), (0, length // 2), (channels - 1, length - 1)):
        go_to(page, channel, index)
        sentence = page.locator("#step-sentence")
        expect(sentence).to_have_text(re.compile(rf"^Y\[{channel}, {index}\] = "))
        value = number(sentence.inner_text().rpartition("= ")[2])
        assert value == pytest.approx(float(expected[channel, index]), abs=0.01)


@pytest.mark.parametrize("granularity", ["product", "channel", "window"])
def test_a_signal_plays(open_page: OpenPage, scene_paths: dict[str, str], granularity: str) -> None:
    page = open_page(scene_paths["signal-edge"])
    page.get_by_role("radio", name=granularity, exact=True).check(force=True)
    page.locator("#speed").select_option("4")
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator("#timeline-position")).to_have_text("window 11 of 11")
    expect(page.locator("#step-description")).to_contain_text("0 is the output cell Y[0, 10].")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#timeline-position")).to_have_text("window 10 of 11")


def test_cells_of_signals_say_where_they_go(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["sensor"])
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    now = page.locator("#step-description")
    point_at_cell(page, "X[0, 2]")
    reached = "reaches 1 output cell in each of 2 output channels"
    expect(now).to_have_text(re.compile(rf"^X\[0, 2\] = 3 {reached}\."))
    point_at_cell(page, "K[0, 1, 0]")
    expect(now).to_have_text(re.compile(r"^K\[0, 1, 0\] = −1 multiplies"))
    x, y = point_at_cell(page, "Y[0, 3]")
    made = "made from 6 input cells: 3 in each of 2 channels"
    expect(now).to_have_text(re.compile(rf"^Y\[0, 3\] = .*, {made}\."))
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator("#timeline-position")).to_have_text("window 4 of 5")


def test_terms_light_cells_of_the_signal(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["moving-average"])
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="All terms").click()
    box = page.locator("#ledger-lines .terms").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    expect(page.locator("#step-description")).to_have_text("8 · 0.25 = 2")
    point_at_cell(page, "X[0, 1]")
    lit = "[...CSS.highlights.get('active-cell')].map(String)"
    # In the table and in the sentence.
    assert page.evaluate(lit) == ["12·0.25", "12·0.25"]


def test_a_number_of_a_signal_is_changed_and_changed_back(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["moving-average"])
    page.keyboard.press("Shift+ArrowRight")
    sentence = page.locator("#step-sentence")
    before = sentence.inner_text()
    point_at_cell(page, "X[0, 1]")
    page.mouse.down()
    page.mouse.up()
    editor = page.locator("#cell-value")
    expect(editor).to_be_focused()
    expect(editor).to_have_accessible_name("input[0, 1]: new value")
    page.keyboard.type("112")
    page.keyboard.press("Enter")
    expect(sentence).to_have_text(re.compile(r"= 35(\.0+)?$"))
    assert drawn_as(page) == "signal"
    page.keyboard.press("Control+z")
    expect(sentence).to_have_text(before)


def test_the_scatter_reading_adds_stamps(open_page: OpenPage, server: str) -> None:
    operation, weight, expected = LAYERS["conv_transpose1d"]
    page = open_page(make_scene(server, X, weight, operation) + "?view=scatter")
    assert drawn_as(page) == "signal"
    page.keyboard.press("End")
    expect(page.locator("#timeline-position")).to_have_text(re.compile("input cell 11 of 11"))
    point_at_cell(page, "Y[")
    text = page.locator("#step-description").inner_text()
    found = re.match(r"Y\[(\d+), (\d+)\] = (\S+?),? ", text)
    assert found
    assert number(found[3]) == float(expected[int(found[1]), int(found[2])])


@pytest.mark.parametrize("view", ["matrix", "sparse"])
def test_other_views_of_signals(open_page: OpenPage, scene_paths: dict[str, str], view: str) -> None:
    page = open_page(f"{scene_paths['sensor']}?view={view}")
    assert drawn_as(page) == view
    page.keyboard.press("End")
    expect(page.locator("#step-description")).to_contain_text("is the output cell Y[1, 4].")
    page.get_by_role("radio", name="sliding window").check(force=True)
    expect(page.locator("#stage")).to_have_attribute("data-view", "signal")


def gradients_of(name: str, upstream: Tensor) -> dict[str, Tensor]:
    """By direction, from the layers as torch makes them."""
    _, weight, _ = LAYERS[name]
    forward: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "conv1d": lambda x, w: F.conv1d(x, w, padding=2, stride=2, dilation=2),
        "borrowed padding": lambda x, w: F.conv1d(F.pad(x[None], (1, 1), mode="reflect")[0], w),
        "conv_transpose1d": lambda x, w: F.conv_transpose1d(x, w, stride=3, padding=1, output_padding=1),
        "max_pool1d": lambda x, _: F.max_pool1d(x[None], 3, stride=2, padding=1)[0],
        "avg_pool1d": lambda x, _: F.avg_pool1d(x[None], 2)[0],
    }
    x, w = X.clone().requires_grad_(), (torch.zeros(1) if weight is None else weight).clone().requires_grad_()
    y = forward[name](x, w)
    found = torch.autograd.grad(y, [x] if weight is None else [x, w], upstream)
    return dict(zip(("input", "weight"), found, strict=False)) | {"bias": upstream.sum(1)}


UPSTREAM = {name: numbers(*expected.shape) for name, (_, _, expected) in LAYERS.items()}


def open_gradient(open_page: OpenPage, server: str, name: str, query: str) -> Page:
    operation, weight, expected = LAYERS[name]
    bias = None if weight is None else torch.zeros(expected.shape[0])
    path = make_scene(server, X, weight, operation, upstream=UPSTREAM[name], bias=bias)
    page = open_page(f"{path}?{query}")
    expect(page.locator("#stage")).to_have_attribute("data-layout", re.compile("^signal "))
    return page


def last_number(page: Page, cell: str) -> float:
    sentence = page.locator("#step-sentence")
    expect(sentence).to_have_text(re.compile(f"^{re.escape(cell)} = "))
    return number((sentence.text_content() or "").partition(". ")[0].rpartition("= ")[2])


@pytest.mark.parametrize("name", LAYERS)
def test_a_gradient_to_the_input_is_drawn_as_signals(open_page: OpenPage, server: str, name: str) -> None:
    """At both ends and inside; pointing at its cells names them."""
    expected = gradients_of(name, UPSTREAM[name])["input"]
    page = open_gradient(open_page, server, name, "direction=input&step=0,0,0")
    for channel, index in ((0, 0), (1, 5), (2, 10)):
        visit(page, f"{urlsplit(page.url).path}?direction=input&step={channel},0,{index}")
        value = last_number(page, f"dX[{channel}, {index}]")
        assert value == pytest.approx(float(expected[channel, index]), abs=0.01)
    point_at_cell(page, "dX[2, 10] = ", step=4)
    point_at_cell(page, f"dY[{0 if LAYERS[name][1] is not None else 2}, 0] = ", step=4)


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "conv_transpose1d"])
def test_a_gradient_scatters_over_signals(open_page: OpenPage, server: str, name: str) -> None:
    """After the last stamp its cells are the gradient's."""
    expected = gradients_of(name, UPSTREAM[name])["input"]
    last = LAYERS[name][2].shape[1] - 1
    page = open_gradient(open_page, server, name, f"direction=input&reading=scatter&step=1,0,{last}")
    rows = page.locator("#ledger-lines tr")
    expect(rows.first).to_contain_text("dX[1, ")
    assert rows.count() > 0
    for row in rows.all():
        cell = int((row.locator("th").text_content() or "").removeprefix("dX[1, ").removesuffix("]"))
        now = number(row.locator("td").last.text_content() or "")
        assert now == pytest.approx(float(expected[1, cell]), abs=0.01)
    point_at_cell(page, f"dX[1, {cell}] = ", step=4)


@pytest.mark.parametrize("name", ["conv1d", "borrowed padding", "conv_transpose1d"])
def test_gradients_to_weight_and_bias_are_drawn_as_signals(
    open_page: OpenPage, server: str, name: str
) -> None:
    expected = gradients_of(name, UPSTREAM[name])
    page = open_gradient(open_page, server, name, "direction=weight&step=0,0,0,0")
    path = urlsplit(page.url).path
    for o, c, v in ((0, 0, 0), (1, 2, 1), (1, 0, 2)):
        visit(page, f"{path}?direction=weight&step={o},{c},0,{v}")
        index = (c, o, v) if name == "conv_transpose1d" else (o, c, v)
        value = last_number(page, f"dK[{', '.join(map(str, index))}]")
        assert value == pytest.approx(float(expected["weight"][index]))
    for cell in ("X[0, 2] = ", "dY[1, 2] = ", f"dK[{', '.join(map(str, index))}] = "):
        point_at_cell(page, cell, step=4)
    for o in (0, 1):
        visit(page, f"{path}?direction=bias&step={o},0,0")
        assert last_number(page, f"db[{o}]") == pytest.approx(float(expected["bias"][o]))
        expect(page.locator("#stage")).to_have_attribute("data-layout", re.compile("^signal "))
    point_at_cell(page, "db[1] = ", step=4)
    point_at_cell(page, "dY[1, 0] = ", step=4)


def change_kind(page: Page, kind: str) -> None:
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "kind").select_option(kind)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{kind}"))


def test_a_layer_becomes_one_of_signals_and_back(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["sensor"])
    for kind in ("max_pool1d", "avg_pool1d", "conv_transpose1d", "conv1d"):
        if kind == "max_pool1d":
            change_kind(page, kind)
        else:
            field(page, "kind").select_option(kind)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{kind}"))
        expect(page.locator("#stage")).to_have_attribute("data-view", "signal")
    field(page, "kind").select_option("conv2d")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^conv2d"))
    expect(page.locator("#stage")).to_have_attribute("data-view", "stage")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))


def test_fields_of_signals_are_lengths(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["sensor"])
    page.get_by_role("button", name="Change", exact=True).click()
    expect(field(page, "stride_h")).to_be_hidden()
    expect(page.locator("#panel-formula")).to_contain_text("output length = ")
    field(page, "stride_w").fill("1")
    expect(page.locator("#timeline-position")).to_have_text(re.compile("of 9$"))
    field(page, "padding_kind").select_option("same")
    field(page, "dilation_w").fill("3")
    expect(page.locator("#timeline-position")).to_have_text(re.compile("of 9$"))
    field(page, "input_source").select_option("ramp")
    field(page, "input_w").fill("20")
    expect(page.locator("#timeline-position")).to_have_text(re.compile("of 20$"))


def test_code_of_a_signal_is_read(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("#code-text").fill("nn.Conv1d(2, 4, 5, padding=2, stride=2)")
    page.locator("#code-read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("conv1d, 2 → 4 channels, kernel 5")
    expect(page.locator("#stage")).to_have_attribute("data-view", "signal")
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0\] = "))


def test_a_file_of_signals_becomes_the_input(
    open_page: OpenPage, server: str, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    """A batch, of which one is chosen."""
    batch = numbers(5, 2, 9)
    save_file({"signals": batch, "kernel": numbers(2, 2, 3)}, tmp_path / "signals.safetensors")
    page = open_page(scene_paths["sensor"])
    page.get_by_role("button", name="Change", exact=True).click()
    before = page.locator("#stage").get_attribute("data-scene") or ""
    field(page, "input_source").select_option("file")
    field(page, "input_file").set_input_files(tmp_path / "signals.safetensors")
    field(page, "input_key").select_option("signals")
    field(page, "input_index").fill("3")
    expect(page.locator("#stage")).not_to_have_attribute("data-scene", before)
    page.locator("#undo").wait_for()
    expect(page.locator("#undo")).to_be_enabled()

    def shown() -> Any:
        scene = page.locator("#stage").get_attribute("data-scene")
        with urllib.request.urlopen(f"{server}/api/v1/scenes/{scene}/tensors/input?format=json") as answer:
            return json.load(answer)["data"]

    for _ in range(100):
        if shown() == batch[3].tolist():
            break
        page.wait_for_timeout(100)
    assert shown() == batch[3].tolist()


def test_a_signal_from_blank(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    page.locator("#new-example summary").click()
    new = page.locator("#new-example")
    new.locator("[name=signal]").check()
    new.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^conv1d"))
    expect(page.locator("#stage")).to_have_attribute("data-view", "signal")


def test_a_signal_on_a_phone(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["sensor"], **PHONE)
    page.locator("#forward").tap()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    point_at_cell(page, "X[1, 3]", step=4)
    point_at_cell(page, "Y[0, 2]", step=4)


def test_a_long_signal_turns_its_pages(open_page: OpenPage, server: str) -> None:
    x = torch.arange(300.0)[None] % 17
    page = open_page(make_scene(server, x, numbers(1, 1, 3), {"kind": "conv1d"}))
    point_at_cell(page, "X[0, 1]")
    page.keyboard.press("End")
    point_at_cell(page, "X[0, 299]")
    point_at_cell(page, "Y[0, 297]")
