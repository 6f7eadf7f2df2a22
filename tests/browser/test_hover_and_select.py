"""Asking cells, by pointer, keyboard and touch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from tests.support.page import PHONE, OpenPage, find_cell, make_scene, point_at_cell, wait_until_painted


def test_every_kind_of_cell_shows_its_relations_on_hover(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["three-filters"])
    page.keyboard.press("Shift+ArrowRight")
    now = page.locator("#step-description")
    point_at_cell(page, "X[0, 1, 1]")
    expect(now).to_have_text(
        re.compile(r"^X\[0, 1, 1\] = 4 reaches 4 output cells in each of 3 output channels\.")
    )
    point_at_cell(page, "K[0, 0, 0, 1]")
    expect(now).to_have_text(re.compile(r"^K\[0, 0, 0, 1\] = 1 multiplies 4 cells of input channel 0\."))
    point_at_cell(page, "0 · 0 = 0")
    point_at_cell(page, "Y[0, 1, 1]")
    expect(now).to_have_text(
        re.compile(r"^Y\[0, 1, 1\] = 120, made from 8 input cells: 4 in each of 2 channels\.")
    )
    page.mouse.move(640, 20)
    expect(now).to_have_text("56 is the output cell Y[0, 0, 0].")


@pytest.mark.parametrize("kind", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("width", [1366, 360])
def test_the_bias_says_what_it_is_added_to_and_is_pinned(
    open_page: OpenPage, server: str, kind: str, width: int
) -> None:
    x, weight = torch.arange(9.0).reshape(1, 3, 3), torch.ones(1, 2, 2, 2)
    if kind == "conv2d":
        weight = weight.transpose(0, 1)
    path = make_scene(server, x, weight, {"kind": kind}, bias=torch.tensor([0.5, -3]))
    page = open_page(path, viewport={"width": width, "height": 768})
    page.keyboard.press("Shift+ArrowRight")
    now = page.locator("#step-description")
    cells = 4 if kind == "conv2d" else 16
    point_at_cell(page, f"b[0] = 0.5 is added to each of the {cells} cells of output channel 0.")
    page.mouse.down()
    page.mouse.up()
    if page.locator("#cell-editor").is_visible():
        page.keyboard.press("Escape")
    page.mouse.move(width / 2, 20)
    expect(now).to_contain_text("pinned")
    page.keyboard.press("Escape")
    expect(now).not_to_contain_text("b[0]")


def test_a_click_on_an_output_cell_goes_there_and_stays_until_escape(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    point_at_cell(page, "Y[0, 1, 0]")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 1, 0\] = .* = 104$"))
    page.mouse.move(640, 20)
    expect(page.locator("#step-description")).to_contain_text("pinned")
    page.keyboard.press("Escape")
    expect(page.locator("#step-description")).to_have_text("104 is the output cell Y[0, 1, 0].")


def test_the_grids_can_be_walked_with_the_keyboard(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    now = page.locator("#step-description")
    grid = page.get_by_role("grid", name="input X, channel 0")
    expect(grid.get_by_role("gridcell")).to_have_text([str(value) for value in range(9)])
    grid.focus()
    expect(now).to_have_text(re.compile(r"^X\[0, 0, 0\] = 0"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(now).to_have_text(re.compile(r"^X\[0, 1, 1\] = 4 reaches 4"))
    page.keyboard.press("PageDown")
    expect(now).to_have_text(re.compile(r"^X\[1, 1, 1\] = 5 reaches 4"))
    page.get_by_role("grid", name="output Y, channel 0").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 1\] = .* = 72$"))


def test_a_large_grid_has_few_elements(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    count = "document.querySelectorAll('*').length"
    small = open_page(scene_paths["two-channels"]).evaluate(count)
    page = open_page(scene_paths["edges"])
    # The photograph has 49,152 input cells, the other scene 18.
    assert page.evaluate(count) <= small + 100
    grid = page.get_by_role("grid", name="input X, channel 0")
    assert grid.get_attribute("aria-rowcount") == "128"
    grid.focus()
    page.keyboard.press("End")
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^X\[0, 0, 127\] = "))


def test_touch_selects_and_a_double_tap_goes_to_the_step(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"], viewport={"width": 360, "height": 740}, has_touch=True)
    stage = page.locator("#stage")
    x, y = find_cell(page, "X[0, 1, 1]")
    stage.tap(position={"x": x, "y": y})
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^X\[0, .*pinned"))
    x, y = find_cell(page, "Y[0, 1, 0]")
    stage.dblclick(position={"x": x, "y": y})
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 1, 0\] = "))


def test_a_touch_that_asks_stops_time(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], viewport={"width": 360, "height": 740}, has_touch=True)
    x, y = find_cell(page, "X[0, 1, 1]")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#play")).to_have_class(re.compile("is-playing"))
    page.locator("#stage").tap(position={"x": x, "y": y})
    expect(page.locator("#play")).not_to_have_class(re.compile("is-playing"))
    expect(page.locator("#step-description")).to_contain_text("tap beside it to clear")
    page.locator("#stage").tap(position={"x": 4, "y": 2})
    expect(page.locator("#step-description")).not_to_contain_text("pinned")


def test_a_term_highlights_its_cells_and_a_cell_its_term(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="All terms").click()
    terms = page.locator("#ledger-lines .terms").first
    box = terms.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    expect(page.locator("#step-description")).to_have_text("0 · 0 = 0")
    point_at_cell(page, "X[0, 1, 0]")
    lit = "[...CSS.highlights.get('active-cell')].map(String)"
    # In the table and in the sentence.
    assert page.evaluate(lit) == ["3·2", "3·2"]
    point_at_cell(page, "Channel 1 adds up to 37.")
    assert page.evaluate(lit) == ["37"]
    page.locator("#ledger-lines [data-grid=running]").first.hover()
    expect(page.locator("#step-description")).to_have_text("The channels up to 0 add up to 19.")


def test_rounded_numbers_show_all_their_digits(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["edges"])
    page.keyboard.press("Shift+ArrowRight")
    steps = f"{server}/api/v1/scenes/{scene_paths['edges'][3:]}/steps?start=0&stop=1"
    step = page.request.get(steps).json()["steps"][0]
    page.get_by_role("button", name="All terms").click()
    page.locator("#ledger-lines [data-grid=sum]").first.hover()
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^Channel 0 adds up to .{7,}\.$"))
    said = page.locator("#step-description").inner_text().split()[-1].rstrip(".").replace("−", "-")
    assert np.float32(said) == np.float32(step["channel_sums"][0])
    printed = page.locator("#ledger-lines [data-grid=sum]").first.inner_text().replace("−", "-")
    assert abs(float(printed) - float(said)) <= 1e-3
    page.locator("#ledger-lines [data-grid=total]").hover()
    expect(page.locator("#step-description")).to_have_text(re.compile(r" is the output cell Y\[0, 0, 0\]\.$"))


def test_the_wheel_zooms_into_a_picture_until_numbers_can_be_read(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["edges"])
    page.keyboard.press("Shift+ArrowRight")
    point_at_cell(page, "X[0, ")
    before = page.locator("#stage").screenshot()
    for _ in range(8):
        page.mouse.wheel(0, -300)
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^X\[0, "))
    assert page.locator("#stage").screenshot() != before


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("query", "touched", "indices"),
    [
        # Channel and kernel cell of the row, window of the column: 0 + 1 and 0 + 1 is the place of the 7.
        ("view=matrix", "X[0, 1, 1] = 7", [0, 0, 0, 1, 1]),
        # The first window ends at column 2: its row has no weight at column 3, X[0, 0, 3].
        ("view=sparse", "S[0, 3] = 0", [0, 3, 0, 0, 0, 0, 0, 0, 3]),
        ("view=matrix&direction=input&step=0,1,1", "dY[0, 0, 1] = 1", [0, 0, 1]),
    ],
    ids=["matrix", "sparse", "gradient"],
)
def test_on_a_phone_what_is_said_of_a_place_is_in_sight(
    open_page: OpenPage, server: str, query: str, touched: str, indices: list[int], theme: str, language: str
) -> None:
    """Under a matrix that is higher than the screen, and not over the cell that is touched."""
    x, weight = torch.arange(1, 51).reshape(2, 5, 5), torch.arange(36).reshape(2, 2, 3, 3)
    path = make_scene(server, x, weight, {"kind": "conv2d"})
    page = open_page(f"{path}?{query}&lang={language}", color_scheme=theme, **PHONE)
    left, top = find_cell(page, touched)
    page.mouse.wheel(0, -9999)
    stage = page.locator("#stage").bounding_box()
    assert stage
    at = [stage["x"] + left, stage["y"] + top]
    page.touchscreen.tap(*at)
    said = page.locator("#step-description")
    expect(said).to_have_text(re.compile(f"^{re.escape(touched)}"))
    place = said if "sparse" in query else page.locator("#now-terms")
    assert [int(index) for index in re.findall(r"\d+", place.inner_text())] == indices
    line = page.locator(".now")
    shown, timeline = line.bounding_box(), page.locator(".timeline").bounding_box()
    assert shown and timeline and shown["height"] > 0
    assert at[1] < shown["y"] and shown["y"] + shown["height"] <= timeline["y"] + 1
    assert line.evaluate("({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth")
    assert line.evaluate("({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1")
    over = page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", at)
    assert over == "stage"


@pytest.mark.parametrize(("cell", "number"), [("X[1, 1, 1]", "6"), ("K[0, 1, 0, 0]", "7")])
def test_a_pointer_at_rest_asks_nothing_anew(open_page: OpenPage, cell: str, number: str) -> None:
    """Browsers tell of a move of the pointer, to where it was, when something over the cell is gone."""
    page = open_page("/?step=0,1,1")
    left, top = find_cell(page, cell)
    stage = page.locator("#stage").bounding_box()
    assert stage
    at = (stage["x"] + left, stage["y"] + top)
    page.mouse.click(*at)
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    said = page.locator("#step-description")
    changed = re.compile(re.escape(f"{cell} = {number}"))
    expect(said).to_have_text(changed)
    page.keyboard.press("Escape")
    expect(said).to_have_text(re.compile(r"Y\[0, 1, 1\]"))
    page.mouse.move(*at)
    wait_until_painted(page)
    expect(said).to_have_text(re.compile(r"Y\[0, 1, 1\]"))
    page.mouse.move(at[0] + 1, at[1])
    expect(said).to_have_text(changed)
