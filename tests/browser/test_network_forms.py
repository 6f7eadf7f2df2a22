"""What a network is opened from: a file or code; what becomes its input: pictures, one of several."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors.torch import save_file
from torch import nn

from tests.browser.test_accessibility import violations
from tests.support.networks import find_on_plane, npy, open_node, post_network
from tests.support.onnx_models import exported, several
from tests.support.page import OpenPage

CODE = "nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))"


def write_code(page: Page, code: str, shape: str) -> None:
    page.get_by_text("PyTorch code", exact=True).click()
    page.get_by_label("nn.Sequential(…)").fill(code)
    page.get_by_label("Shape of one input").fill(shape)


def values_of(page: Page, server: str, edge: str) -> np.ndarray:
    id = page.url.split("/n/")[1][:40]
    answer = page.request.get(f"{server}/api/v1/networks/{id}/tensors/{edge}?format=npy")
    values: np.ndarray = np.load(io.BytesIO(answer.body()))
    return values


def test_code_with_its_weights_is_run(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    torch.manual_seed(5)
    module = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    save_file(module.state_dict(), tmp_path / "weights.safetensors")
    given = torch.randn(1, 3, 8, 8)
    (tmp_path / "x.npy").write_bytes(npy(given.numpy()))
    page = open_page("/n")
    write_code(page, CODE, "")
    page.get_by_label("Weights").set_input_files(tmp_path / "weights.safetensors")
    page.get_by_label("Input, if you have one").set_input_files(tmp_path / "x.npy")
    page.get_by_role("button", name="Run and open").click()
    page.wait_for_url(re.compile(r"/n/[0-9a-f]{40}$"))
    with torch.no_grad():
        np.testing.assert_allclose(values_of(page, server, "2"), module(given), rtol=1e-5, atol=1e-6)


def test_code_alone_has_a_table_of_layers(open_page: OpenPage) -> None:
    page = open_page("/n")
    write_code(page, CODE, "3, 32, 32")
    page.get_by_role("button", name="Show its layers as a table").click()
    rows = page.locator("#open-shapes tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("4 × 32 × 32")
    # 4 filters of 3 × 3 × 3 and a bias each; one multiply-add for each weight and output cell.
    expect(rows.nth(0)).to_contain_text("112")
    expect(rows.nth(0)).to_contain_text(f"{32 * 32 * 4 * 27:,}")
    expect(rows.nth(2)).to_contain_text("4 × 16 × 16")
    assert violations(page) == []
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("code", "shape", "said"),
    [
        ("", "", "Write or paste nn.Sequential"),
        (CODE, "", "Type the shape of one input"),
        ("nn.Sequential(nn.Conv2d(3, 4, 3), nn.Frob())", "3, 8, 8", "'Frob' is no module"),
        (CODE, "3, x, 8", "Type the shape"),
        (CODE, "5, 8, 8", "input has 5 channels, weight expects 3"),
    ],
)
def test_what_is_wrong_with_code_is_said(open_page: OpenPage, code: str, shape: str, said: str) -> None:
    page = open_page("/n", expect_refusals=True)
    write_code(page, code, shape)
    page.get_by_role("button", name="Show its layers as a table").click()
    expect(page.locator("#open-error")).to_contain_text(said)


def test_without_a_model_nothing_is_sent(open_page: OpenPage) -> None:
    page = open_page("/n")
    page.get_by_role("button", name="Run and open").click()
    expect(page.locator("#open-error")).to_have_text("Choose an .onnx file first.")


def test_a_picture_is_prepared_as_the_reader_says(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    posted = post_network(server, exported(nn.Sequential(nn.ReLU()), 1, 3, 6, 10))
    pixels = np.random.default_rng(4).integers(0, 256, (6, 10, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    page = open_page(posted.path)
    open_node(page, "x")
    page.get_by_label("Picture, .npy or .safetensors").set_input_files(tmp_path / "x.png")
    page.wait_for_function("(old) => !location.pathname.includes(old)", arg=posted.id)
    np.testing.assert_allclose(values_of(page, server, "x")[0], pixels.transpose(2, 0, 1) / 255, atol=1e-6)
    before = page.url
    page.get_by_text("How a picture becomes the input").click()
    page.get_by_label("order of channels").select_option("BGR")
    page.wait_for_function("(old) => location.href !== old", arg=before)
    expect(page.locator("#input-note")).to_contain_text("channels in the order blue, green, red")
    before = page.url
    page.get_by_label("mean", exact=False).fill("0.5, 0.25, 0")
    page.keyboard.press("Tab")
    page.wait_for_function("(old) => location.href !== old", arg=before)
    mean = np.array([0.5, 0.25, 0])[:, None, None]
    expected = pixels[:, :, ::-1].transpose(2, 0, 1) / 255 - mean
    np.testing.assert_allclose(values_of(page, server, "x")[0], expected, atol=1e-6)


def test_one_of_several_inputs_is_changed(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    made = several()
    model = tmp_path / "two.onnx"
    model.write_bytes(made.model)
    page = open_page("/n")
    page.get_by_label("Model (.onnx)").set_input_files(model)
    page.get_by_role("button", name="Run and open").click()
    page.wait_for_url(re.compile(r"/n/[0-9a-f]{40}$"))
    page.wait_for_selector("html[data-ready]", state="attached")
    former = values_of(page, server, "a")
    old = page.url
    open_node(page, "b")
    page.mouse.click(*find_on_plane(page, "b [0, 2, 3] ="))
    page.get_by_label("number", exact=True).fill("7.5")
    page.get_by_role("button", name="Set", exact=True).click()
    page.wait_for_function("(old) => location.pathname !== new URL(old).pathname", arg=old)
    np.testing.assert_array_equal(values_of(page, server, "a"), former)
    assert values_of(page, server, "b")[0, 0, 2, 3] == 7.5
    assert values_of(page, server, "sum")[0, 0, 2, 3] == pytest.approx(former[0, 0, 2, 3] + 7.5)
