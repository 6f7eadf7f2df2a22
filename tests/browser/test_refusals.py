"""A change that cannot be made: what is said of it, and how it is taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.page import OpenPage, field, make_scene, visit

_X = torch.arange(100.0).reshape(4, 5, 5) % 7
_K = torch.arange(72.0).reshape(4, 2, 3, 3) % 5 - 2.5

# All that the panel holds, and which of it is seen.
FORM = """() => [...document.querySelector('#panel-form').elements].map((control) => [
    control.name, control.type === 'checkbox' ? control.checked : control.value, control.checkVisibility(),
    control.disabled, control.getAttribute('aria-invalid')])"""


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def npy(numbers: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, np.asarray(numbers, np.float32))
    return content.getvalue()


def typed(name: str, value: str) -> Callable[[Page], object]:
    return lambda page: field(page, name).fill(value)


def chosen(name: str, value: str) -> Callable[[Page], object]:
    return lambda page: field(page, name).select_option(value)


def loaded(name: str, content: bytes) -> Callable[[Page], object]:
    def load(page: Page) -> None:
        field(page, f"{name}_source").select_option("file")
        field(page, f"{name}_file").set_input_files(file("a.npy", content))

    return load


def kernel_box(page: Page, name: str) -> Locator:
    return page.locator(f'#panel-form [name="kernels"][value="{name}"]')


REFUSED: dict[str, Callable[[Page], object]] = {
    "stride": typed("stride_h", "0"),
    "padding": typed("padding_top", "-1"),
    "dilation": typed("dilation_w", "9"),
    "groups": typed("groups", "3"),
    "kernel size": typed("kernel_size_h", "8"),
    "outputs": typed("outputs", "5"),
    "channels": typed("channels", "0"),
    "size": typed("input_w", "2"),
    "fractions as integers": chosen("dtype", "int32"),
    "no input": loaded("input", b"hello"),
    "no weight": loaded("weight", b"PK\x03\x04" + bytes(64)),
    "an input that is damaged": loaded("input", npy(np.zeros((4, 6, 6)))[:200]),
    "a weight of other channels": loaded("weight", npy(np.ones((4, 3, 3, 3)))),
    "numbers that are none": loaded("weight", npy(np.full((4, 2, 3, 3), np.nan))),
    "a file that is not chosen yet": chosen("input_source", "file"),
}


# A change that is made, and one after it that is refused.
REFUSED_AFTER: dict[str, tuple[Callable[[Page], object], Callable[[Page], object]]] = {
    "bias": (lambda page: field(page, "bias").check(), typed("bias_values", "two")),
    "kernels": (chosen("weight_source", "named"), lambda page: kernel_box(page, "gabor_0").check()),
    "padding": (chosen("padding_mode", "reflect"), typed("padding_top", "9")),
}


def test_undo_takes_back_a_refused_change_before_one_that_was_made(open_page: OpenPage, server: str) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d", "groups": 2}), expect_refusals=True)
    first = page.locator("#stage").get_attribute("data-scene") or ""
    page.get_by_role("button", name="Change", exact=True).click()
    field(page, "stride_h").fill("2")
    expect(page.locator("#stage")).not_to_have_attribute("data-scene", first)
    expect(page.locator("#panel-form")).to_have_attribute("aria-busy", "false")
    made = page.locator("#stage").get_attribute("data-scene") or ""
    undo = page.get_by_role("button", name="Undo")
    before = page.evaluate(FORM)
    for what, refuse in REFUSED.items():
        refuse(page)
        told = page.locator("#panel-form .field-error:visible")
        expect(told.first, what).to_be_visible()
        if "not chosen" not in what:
            expect(page.locator("#error-text"), what).to_have_text(re.compile(r"[^.] — the picture shows"))
        undo.click()
        expect(told, what).to_have_count(0)
        expect(page.locator("#error-message"), what).to_be_hidden()
        expect(page.locator("[data-offers]:visible"), what).to_have_count(0)
        assert page.evaluate(FORM) == before, what
        assert page.locator("#stage").get_attribute("data-scene") == made, what
    undo.click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", first)
    expect(field(page, "stride_h")).to_have_value("1")
    expect(undo).to_be_disabled()


@pytest.mark.parametrize("what", REFUSED_AFTER)
def test_undo_takes_back_one_change_after_the_other(open_page: OpenPage, server: str, what: str) -> None:
    page = open_page(make_scene(server, _X[:2], _K[:1], {"kind": "conv2d"}))
    stage = page.locator("#stage")
    first = stage.get_attribute("data-scene") or ""
    page.get_by_role("button", name="Change", exact=True).click()
    expect(field(page, "kind")).to_be_visible()
    before = page.evaluate(FORM)
    change, refuse = REFUSED_AFTER[what]
    change(page)
    expect(stage).not_to_have_attribute("data-scene", first)
    expect(page.locator("#panel-form")).to_have_attribute("aria-busy", "false")
    made = stage.get_attribute("data-scene") or ""
    refuse(page)
    expect(page.locator("#error-text")).to_contain_text("the picture shows the last layer that works")
    page.locator("#main").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#error-message")).to_be_hidden()
    expect(page.locator("#panel-form .field-error:visible")).to_have_count(0)
    assert stage.get_attribute("data-scene") == made
    page.get_by_role("button", name="Undo").click()
    expect(stage).to_have_attribute("data-scene", first)
    assert page.evaluate(FORM) == before


def test_another_scene_is_shown_in_the_panel_whatever_was_refused_before(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d", "groups": 2}))
    page.get_by_role("button", name="Change", exact=True).click()
    told = page.locator("#panel-form .field-error:visible")
    field(page, "groups").fill("3")
    expect(told).to_have_count(1)
    visit(page, scene_paths["two-channels"])
    expect(told).to_have_count(0)
    expect(field(page, "groups")).to_have_value("1")
    field(page, "groups").fill("2")
    expect(told).to_have_count(1)
    page.locator("#code-text").fill("nn.Conv2d(6, 9, 3, groups=3)")
    page.locator("#code-read").click()
    expect(field(page, "groups")).to_have_value("3")
    expect(told).to_have_count(0)


def test_of_two_files_only_what_is_wrong_with_the_second_is_said(open_page: OpenPage, server: str) -> None:
    page = open_page(make_scene(server, _X, _K, {"kind": "conv2d", "groups": 2}), expect_refusals=True)
    page.get_by_role("button", name="Change", exact=True).click()
    told = page.locator("#panel-form .field-error:visible")
    for content, reason in (
        (npy(np.full((4, 6, 6), np.nan)), "nan is not a number"),
        (b"hello", "no picture, .npy"),
        (npy(np.full((4, 6, 6), np.inf)), "outside the range"),
        (npy(np.zeros((1, 1, 4, 6, 6))), "no tensor with"),
    ):
        loaded("input", content)(page)
        expect(page.locator("#error-text")).to_contain_text(reason)
        expect(told).to_have_count(1)
        expect(told).to_contain_text(reason)


@pytest.mark.parametrize("what", ["stride", "padding", "dilation", "groups"])
def test_a_refusal_over_the_stage_names_its_field(open_page: OpenPage, server: str, what: str) -> None:
    page = open_page(make_scene(server, _X[:2], _K[:1], {"kind": "conv2d"}))
    page.get_by_role("button", name="Change", exact=True).click()
    expect(field(page, "kind")).to_be_visible()
    REFUSED[what](page)
    wrong = page.locator("#panel-form .field", has=page.locator(".field-error:visible"))
    name = wrong.get_attribute("aria-label")
    expect(page.locator("#error-text")).to_have_text(re.compile(rf"^{name}: .+ — the picture shows"))
