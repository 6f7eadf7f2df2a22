"""What the page calls what it shows, and how a picture that is loaded begins."""

from __future__ import annotations

import io
import re

import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.page import OpenPage, field, make_scene

NAME = "Two input channels, one output channel"


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def has_title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    expect(page).to_have_title(f"{text} · Convscope")


def test_an_edited_example_keeps_its_name_through_undo_redo_back_and_reload(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "padding_top").fill("1")
    has_title(page, f"{NAME} (edited)")
    expect(page).to_have_url(re.compile("from=two-channels"))
    expect(page.locator("#scene-line")).to_have_text("conv2d, 2 → 1 channel, kernel 2×2")
    edited = page.url
    page.locator("#undo").click()
    has_title(page, NAME)
    expect(page).not_to_have_url(re.compile("from="))
    page.locator("#redo").click()
    has_title(page, f"{NAME} (edited)")
    expect(page).to_have_url(edited)
    page.go_back()
    has_title(page, NAME)
    page.go_forward()
    has_title(page, f"{NAME} (edited)")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    has_title(page, f"{NAME} (edited)")
    field(page, "stride_h").fill("2")
    expect(page).not_to_have_url(edited)
    has_title(page, f"{NAME} (edited)")


def test_another_layer_has_a_name_of_its_own(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "outputs").fill("3")
    has_title(page, "conv2d, 2 → 3 channels, kernel 2×2")
    expect(page).not_to_have_url(re.compile("from="))


def test_a_picture_that_is_loaded_plays_window_by_window_and_says_that_it_is_reduced(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "input_source").select_option("file")
    data = io.BytesIO()
    Image.fromarray(np.full((480, 640, 3), 90, np.uint8)).save(data, "PNG")
    field(page, "input_file").set_input_files({"name": "a.png", "mimeType": "", "buffer": data.getvalue()})
    expect(page.locator("#picture-note")).to_have_text(
        "The picture is 640×480 pixels; it is read as 256×192. Type another height and width to change that."
    )
    expect(page.locator("[name=granularity]:checked")).to_have_value("window")
    page.locator("#undo").click()
    expect(page.locator("[name=granularity]:checked")).to_have_value("channel")


def test_a_long_name_is_fitted_at_once_as_it_is_after_a_reload(open_page: OpenPage, server: str) -> None:
    path = make_scene(server, torch.ones(3, 4, 4), torch.ones(2, 3, 3, 3), {"kind": "conv2d"})
    page = open_page(path, viewport={"width": 1366, "height": 768})
    page.locator("#rename").click()
    page.locator(".title-field").fill(
        "How three channels of a picture become one number, at the corner of it " * 2
    )
    page.keyboard.press("Enter")
    size = "(title) => getComputedStyle(title).fontSize"
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("How three channels")
    named = heading.evaluate(size)
    expect(page).to_have_url(re.compile("title="))
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert named == heading.evaluate(size)
