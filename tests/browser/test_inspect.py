"""The engineer's strip: one cell by its address, its terms, another implementation's value, files."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor

from tests.support.page import PHONE, OpenPage, make_scene
from tests.support.painted_text import painted_texts, record_text

GENERATOR = torch.Generator().manual_seed(3)


def integers(*shape: int) -> Tensor:
    return torch.randint(-9, 10, shape, generator=GENERATOR).float()


def inspect(page: Page) -> None:
    page.get_by_role("button", name="Inspect").click()
    expect(page.get_by_label("Go to Y[channel, row, column]")).to_be_focused()


def test_a_typed_address_goes_to_the_cell(open_page: OpenPage, server: str) -> None:
    x, w = integers(4, 6, 7), integers(6, 2, 3, 3)
    page = open_page(make_scene(server, x, w, {"kind": "conv2d", "groups": 2, "padding": 1}))
    inspect(page)
    address = page.get_by_label("Go to Y[channel, row, column]")
    expect(page.locator("#inspect-range")).to_have_text("Output cells: 0 … 5, 0 … 5, 0 … 6")
    expect(address).to_have_attribute("placeholder", "5, 5, 6")
    y = F.conv2d(x[None], w, padding=1, groups=2)[0]
    for text, cell in (("Y[4, 0, 6]", (4, 0, 6)), ("5,5,0", (5, 5, 0)), ("[0, 2, 3]", (0, 2, 3))):
        address.fill(text)
        address.press("Enter")
        value = str(int(y[cell])).replace("-", "−")
        expect(page.locator("#inspect-cell")).to_have_text(f"Y[{', '.join(map(str, cell))}] = {value}")
        expect(page.locator("#step-sentence")).to_have_text(re.compile(f"= {value}$"))
    address.fill("6, 0, 0")
    address.press("Enter")
    expect(page.locator("#inspect-range")).to_contain_text("channel, row, column in 0 … 5, 0 … 5, 0 … 6")
    page.keyboard.press("Escape")
    expect(page.locator("#inspect")).to_be_hidden()
    expect(page.get_by_role("button", name="Inspect")).to_be_focused()


def test_the_terms_of_a_cell_are_found_and_add_up(open_page: OpenPage, server: str) -> None:
    x, w = integers(64, 5, 5), integers(4, 32, 3, 3)
    path = make_scene(server, x, w, {"kind": "conv2d", "groups": 2})
    page = open_page(path + "?step=3,1,2&by=window")
    inspect(page)
    terms = (x[32:, 1:4, 2:5] * w[3]).flatten()
    rows = page.locator("#inspect-terms tr")
    expect(page.locator("#inspect-count")).to_have_text("Terms found: 288 of 288; the 100 largest are listed")
    first = rows.first.locator(".number").inner_text().replace("−", "-")
    assert abs(int(first)) == int(terms.abs().max())
    positive, negative = int(terms[terms > 0].sum()), int(terms[terms < 0].sum())
    expect(page.locator("#inspect-sums")).to_have_text(
        f"Positive terms {positive}, negative terms −{-negative}: together {int(terms.sum())}.".replace(
            "together -", "together −"
        )
    )
    page.get_by_label("Find in all terms").fill("K[3, 31, 2, 2]")
    expect(rows).to_have_count(1)
    weight, value = int(w[3, 31, 2, 2]), int(x[63, 3, 4])
    expected = f"X[63, 3, 4] {value} · K[3, 31, 2, 2] {weight}".replace("-", "−")
    expect(rows.first.locator("button")).to_have_text(expected)
    rows.first.locator("button").click()
    expect(page).to_have_url(re.compile(r"pin=p63,2,2|pin=p63%2C2%2C2"))


def test_another_implementations_value_is_traced_to_its_fault(open_page: OpenPage, server: str) -> None:
    x, w = integers(3, 7, 7), integers(2, 3, 3, 3)
    path = make_scene(server, x, w, {"kind": "conv2d", "stride": 2, "padding": 1})
    page = open_page(path + "?step=1,2,1&by=window")
    inspect(page)
    value = page.get_by_label("Compare with my value")
    verdict = page.locator("#inspect-verdict")
    right = F.conv2d(x[None], w, stride=2, padding=1)[0]
    for result, said in (
        (right, "This is the value of the cell."),
        (F.conv2d(x[None], w.flip(2, 3), stride=2, padding=1)[0], "flipped"),
        (F.conv2d(x[None], w, padding=1)[0], "the stride is ignored"),
        (F.conv2d(x[None, :1], w[:, :1], stride=2, padding=1)[0], "only input channel 0 is read"),
        (F.conv2d(x[None], w, stride=2, padding=2)[0], "the padding is off by one: 2"),
        (-right, "the weights have the other sign"),
        (right + 123456, "None of these readings gives it"),
    ):
        value.fill(str(int(result[1, 2, 1])))
        value.press("Enter")
        expect(verdict).to_contain_text(said)
    for printed, said in (
        (f"tensor({right[1, 2, 1]:.4f}, grad_fn=<SelectBackward0>)", "This is the value of the cell."),
        (f"[[{right[0, 2, 1]:.1f}]]", "the cell of output channel 0"),
        ("tensor(nan)", "A sum is nan where"),
        ("-inf", "A sum is inf where"),
    ):
        value.fill(printed)
        value.press("Enter")
        expect(verdict).to_contain_text(said)
    value.fill("")
    page.get_by_role("button", name="Compare").click()
    expect(verdict).to_be_empty()
    expect(value).to_be_focused()


def test_everything_can_be_downloaded(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    x, w = integers(2, 20, 20), integers(3, 2, 3, 3)
    page = open_page(make_scene(server, x, w, {"kind": "conv2d"}))
    inspect(page)
    page.locator("#inspect summary").click()
    links = page.locator("#inspect-downloads a")
    urls: dict[str, str] = {
        str(link.get_attribute("download")): server + str(link.get_attribute("href")) for link in links.all()
    }
    expected = {"input": x, "weight": w, "output": F.conv2d(x[None], w)[0]}
    for name, tensor in expected.items():
        with urllib.request.urlopen(urls[f"{name}.npy"]) as answer:
            assert np.array_equal(np.load(io.BytesIO(answer.read())), tensor.numpy())
        assert f"{name}.safetensors" in urls
    with page.expect_download() as download:
        page.get_by_role("link", name="PyTorch code with its file (ZIP)").click()
    with ZipFile(download.value.path()) as archive:
        script = archive.namelist()[0]
        archive.extractall(tmp_path)
    run = f"import json, runpy; print(json.dumps(runpy.run_path({script!r})['y'].tolist()))"
    command = [sys.executable, "-c", run]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    found: Any = json.loads(printed.splitlines()[-1])
    torch.testing.assert_close(torch.tensor(found), expected["output"])


def test_a_weight_of_a_grouped_layer_is_named_by_its_index_in_torch(open_page: OpenPage, server: str) -> None:
    for x, w, groups, output, channel, index in (
        (integers(64, 3, 3), integers(128, 32, 2, 2), 2, 77, 62, (77, 30, 1, 0)),
        (integers(6, 3, 3), integers(6, 1, 2, 2), 6, 4, 4, (4, 0, 1, 0)),
    ):
        path = make_scene(server, x, w, {"kind": "conv2d", "groups": groups})
        page = open_page(f"{path}?step={output},0,0&pin=k{channel},1,0")
        value = str(int(w[index])).replace("-", "−")
        name = f"K[{', '.join(map(str, index))}] = {value} "
        expect(page.locator("#step-description")).to_contain_text(name)


def test_a_pasted_error_is_explained_and_opens_a_layer_that_fits(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    for language, sentence, button in (
        ("en", "the weight [64, 3, 7, 7] with groups=1 reads 3", "Show, with random numbers"),
        ("zh-CN", "而权重 [64, 3, 7, 7]（groups=1）读取 3 个", "显示（用随机数）"),
    ):
        page = open_page(f"{scene_paths['two-channels']}?lang={language}")
        page.locator("#panel-open").click()
        page.locator("#code-text").fill(
            "Traceback (most recent call last):\n  File 'train.py', line 3, in forward\n"
            "    return F.conv2d(input, weight, bias)\n"
            "RuntimeError: Given groups=1, weight of size [64, 3, 7, 7], expected input[1, 1, 12, 12] "
            "to have 3 channels, but got 1 channels instead"
        )
        page.locator("#code-read").click()
        expect(page.locator("#torch-error-text")).to_contain_text(sentence)
        page.get_by_role("button", name=button).last.click()
        expect(page.locator("#counts")).to_contain_text(re.compile(r"9,?408"))
        expect(page.locator("#random-note")).to_be_visible()
        page.locator("#undo").click()
        expect(page.locator("#random-note")).to_be_hidden()


def test_a_quoted_torch_error_is_answered_with_the_layer_that_is_shown(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["strided-volume"])
    page.locator("#panel-open").click()
    page.locator("#code-text").fill("Kernel size can't be greater than actual input size")
    page.locator("#code-read").click()
    expect(page.locator("#torch-error-text")).to_contain_text("paste it")
    expect(page.locator("#torch-error-remedies")).to_contain_text("a kernel of at most 9 × 9")
    expect(page.locator("#code-error")).to_be_hidden()


def painted(page: Page) -> list[str]:
    return [text.text for text in painted_texts(page)]


def test_kernel_slices_on_the_stage_are_named_as_in_torch(open_page: OpenPage, server: str) -> None:
    for x, w, groups, step, names in (
        (integers(4, 4, 4), integers(4, 2, 2, 2), 2, "2,0,0", {"K[2, 0]", "K[2, 1]"}),
        (integers(2, 4, 4), integers(2, 1, 2, 2), 2, "1,0,0", {"K[1, 0]"}),
    ):
        path = make_scene(server, x, w, {"kind": "conv2d", "groups": groups})
        page = open_page(f"{path}?step={step}", viewport={"width": 1366, "height": 768}, prepare=record_text)
        # With their shapes, as K[2, 0] (2, 2).
        found = {text.partition(" (")[0] for text in painted(page) if text.startswith("K[")}
        assert found <= {f"K[{o}, {c}]" for o in range(w.shape[0]) for c in range(w.shape[1])}
        assert names <= found or not found


def test_small_weights_are_not_rounded_to_zeros(open_page: OpenPage, server: str) -> None:
    w = (torch.rand(1, 2, 3, 3, generator=GENERATOR) - 0.5) * 0.12
    w[0, 0, 0, 0] = 0.06
    path = make_scene(server, integers(2, 5, 5), w, {"kind": "conv2d"})
    page = None
    for view in ("stage", "matrix", "sparse"):
        page = open_page(f"{path}?view={view}&step=0,1,1", prepare=record_text, again=page)
        short = [text for text in painted(page) if re.fullmatch(r"[−-]?0\.0\d?", text)]
        assert short == [], view


def test_a_row_of_the_sparse_matrix_is_said_to_be_one_channels_part(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?view=sparse&step=0,1,1", prepare=record_text)
    texts = painted(page)
    assert "this row · X[1] = 77 is one channel's part of the output:" in texts
    assert "77 (X[1]) + 43 (X[0]) = 120 = Y[0, 1, 1]" in texts


def test_a_value_that_is_rounded_matches_as_far_as_it_is_typed(open_page: OpenPage, server: str) -> None:
    x, w = torch.randn(4, 6, 6, generator=GENERATOR), torch.randn(4, 2, 3, 3, generator=GENERATOR)
    path = make_scene(server, x, w, {"kind": "conv2d", "padding": 1, "groups": 2})
    page = open_page(path + "?step=3,1,2&by=window")
    inspect(page)
    exact = float(F.conv2d(x[None], w, padding=1, groups=2)[0, 3, 1, 2])
    value, verdict = page.get_by_label("Compare with my value"), page.locator("#inspect-verdict")
    for typed, said in (
        (f"{exact:.5f}", "to the digits that you typed"),
        (f"{exact:.2f}".replace("-", "−"), "to the digits that you typed"),
        (f"{exact + 0.0012:.7f}", "differs from it by +0.0012"),
        (f"{exact + 100:.3f}", "differs from it by +100"),
    ):
        value.fill(typed)
        value.press("Enter")
        expect(verdict).to_contain_text(said)


def test_on_a_phone_the_strip_is_a_sheet_below_the_stage_that_scrolls_as_one(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"], **PHONE)
    page.locator("#more").click()
    inspect(page)
    strip = page.locator("#inspect")
    for name, value in (("Compare with my value", "123456"), ("Find in all terms", "")):
        page.get_by_label(name).fill(value)
        page.get_by_label(name).press("Enter")
    expect(page.locator("#inspect-verdict")).to_contain_text("None of these")
    box = strip.bounding_box()
    assert box and box["y"] > 0.4 * 740
    assert strip.evaluate("each => each.scrollHeight > each.clientHeight")
    assert page.locator(".inspect-terms").evaluate("each => each.scrollHeight <= each.clientHeight")
    expect(page.locator("#inspect-close")).to_be_in_viewport()


def test_all_terms_leave_half_of_a_phone_to_the_stage_and_say_how_to_close_them(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"], **PHONE)
    opener = page.locator("#all-terms")
    opener.click()
    box = page.locator("#ledger-detail").bounding_box()
    assert box and box["height"] <= 0.5 * 740
    expect(opener).to_be_in_viewport()
    assert "×" in opener.evaluate("each => getComputedStyle(each, '::after').content")
    opener.click()
    assert "▾" in opener.evaluate("each => getComputedStyle(each, '::after').content")
