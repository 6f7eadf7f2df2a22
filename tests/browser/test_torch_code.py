"""From PyTorch code to the scene, and back."""

from __future__ import annotations

import re
from typing import Any

import torch
from playwright.sync_api import Page, expect

from tests.support.page import OpenPage


def open_panel(page: Page) -> None:
    page.get_by_role("button", name="Change", exact=True).click()


def test_a_pasted_layer_becomes_the_scene(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"])
    open_panel(page)
    page.get_by_label("A layer in PyTorch code").fill(
        "self.conv = torch.nn.Conv2d(3, 5, (1, 3), padding='same', bias=False)"
    )
    page.get_by_role("button", name="Read the layer").click()
    expect(page.locator("#counts")).to_have_text(re.compile("^45 parameters"))
    expect(page.locator("#formula")).to_contain_text("= 7")
    expect(page.locator("#out-channel-chooser")).to_contain_text("of 5")


def test_what_cannot_be_read_is_pointed_at_and_stays(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    # A refused request is what this test is about; the browser logs it.
    page = open_page(scene_paths["two-channels"], expect_refusals=True)
    open_panel(page)
    area = page.get_by_label("A layer in PyTorch code")
    area.fill("nn.Conv2d(3, 5,\n  print('x'))")
    area.press("Control+Enter")
    expect(page.locator("#code-error")).to_have_text(re.compile(r"^Line 2, column 3: "))
    chosen = area.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert "print" in chosen
    expect(page.locator("#step-sentence")).to_have_text(re.compile("= 56$"))


def test_one_of_several_layers_is_chosen(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["strided-volume"], expect_refusals=True)
    open_panel(page)
    area = page.get_by_label("A layer in PyTorch code")
    area.fill(">>> net\nNet(\n  (a): Conv2d(3, 4, kernel_size=(1, 1))\n  (b): MaxPool2d(kernel_size=2)\n)")
    page.get_by_role("button", name="Read the layer").click()
    layers = page.get_by_label("Layers in the code")
    expect(layers).to_be_focused()
    layers.select_option("Line 4: MaxPool2d(kernel_size=2)")
    expect(page.locator("#counts")).to_have_text(re.compile("^no parameters"))
    layers.select_option("Line 3: Conv2d(3, 4, kernel_size=(1, 1))")
    expect(page.locator("#counts")).to_have_text(re.compile("^16 parameters"))
    expect(page.locator("#code-error")).to_be_hidden()
    area.press("End")
    area.press("Space")
    expect(layers).to_be_hidden()


def test_what_cannot_be_read_is_said_in_the_pages_language(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    # The browser asks for English, the address for Chinese: the address wins, in what the API says too.
    page = open_page(scene_paths["two-channels"] + "?lang=zh-CN", expect_refusals=True)
    page.locator("#panel-open").click()
    page.locator("#code-text").fill("nn.Conv2d(3, 5, 3, strides=2)")
    page.locator("#code-read").click()
    expect(page.locator("#code-error")).to_have_text(
        "第 1 行第 20 列：nn.Conv2d 没有参数 'strides'；是否想写 stride？"
    )


def test_the_code_shown_gives_the_same_numbers(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["three-filters"])
    open_panel(page)
    code = page.locator("#code-output")
    expect(code).to_contain_text("F.conv2d")
    assert page.locator("#panel").evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    names: dict[str, Any] = {}
    exec(code.inner_text(), names)
    expected = torch.tensor([[[56.0, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]])
    assert torch.equal(names["y"], expected)
