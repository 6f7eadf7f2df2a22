"""Weights from checkpoints, batches, and examples from blank."""

from __future__ import annotations

import io
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.support.page import OpenPage, field, make_scene, visit

GENERATOR = torch.Generator().manual_seed(5)


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape, generator=GENERATOR)


def load(page: Page, name: str, path: Path) -> None:
    field(page, f"{name}_source").select_option("file")
    field(page, f"{name}_file").set_input_files(path)


def shown(page: Page, server: str, name: str) -> Tensor:
    """A tensor of the scene that the page shows."""
    scene = page.locator("#stage").get_attribute("data-scene")
    with urllib.request.urlopen(f"{server}/api/v1/scenes/{scene}/tensors/{name}?format=npy") as answer:
        return torch.from_numpy(np.load(io.BytesIO(answer.read())))


def expect_output(page: Page, server: str, expected: Tensor) -> None:
    scene = page.locator("#stage").get_attribute("data-scene")
    with urllib.request.urlopen(f"{server}/api/v1/scenes/{scene}") as answer:
        shapes: Any = json.load(answer)["shapes"]
    assert tuple(shapes["output"]) == tuple(expected.shape)
    torch.testing.assert_close(shown(page, server, "output"), expected, rtol=1e-4, atol=1e-4)


def settled(page: Page, before: str | None) -> str | None:
    """Waits for another scene."""
    expect(page.locator("#stage")).not_to_have_attribute("data-scene", before or "")
    return page.locator("#stage").get_attribute("data-scene")


def scene_of(page: Page) -> str | None:
    return page.locator("#stage").get_attribute("data-scene")


def save_checkpoint(checkpoint: dict[str, Tensor], path: Path) -> None:
    if path.suffix == ".safetensors":
        save_file(checkpoint, path)
    else:
        arrays = {name: tensor.numpy() for name, tensor in checkpoint.items()}
        np.savez_compressed(path, allow_pickle=False, **arrays)


@pytest.mark.parametrize("name", ["net.safetensors", "net.npz"])
def test_a_layer_loaded_from_a_checkpoint_has_its_bias_too(
    open_page: OpenPage, server: str, tmp_path: Path, name: str
) -> None:
    layer = nn.Conv2d(64, 128, 3, stride=2, padding=1, groups=2)
    checkpoint = {"norm.bias": numbers(128), "conv.weight": layer.weight.detach(), "conv.bias": numbers(128)}
    layer.load_state_dict({"weight": checkpoint["conv.weight"], "bias": checkpoint["conv.bias"]})
    save_checkpoint(checkpoint, tmp_path / name)
    page = open_page(make_scene(server, numbers(64, 6, 6), numbers(1, 64, 3, 3), {"kind": "conv2d"}))
    page.locator("#panel-open").click()
    first = scene_of(page)
    page.locator("#code-text").fill("nn.Conv2d(64, 128, 3, stride=2, padding=1, groups=2)")
    page.locator("#code-read").click()
    read = settled(page, first)
    expect(page.locator("#random-note")).to_have_text("Random numbers until they are loaded: kernel, bias.")
    load(page, "weight", tmp_path / name)
    loaded = settled(page, read)
    expect(field(page, "bias_key")).to_have_value("conv.bias")
    expect(page.locator("#random-note")).to_be_hidden()
    x = shown(page, server, "input")
    with torch.no_grad():
        expect_output(page, server, layer(x[None])[0])
    field(page, "bias_key").select_option("norm.bias")
    settled(page, loaded)
    expected = F.conv2d(x[None], checkpoint["conv.weight"], checkpoint["norm.bias"], 2, 1, groups=2)[0]
    expect_output(page, server, expected)


@pytest.mark.parametrize("name", ["conv1", "conv2", "up"])
def test_of_a_checkpoint_the_weight_that_fits_the_layer_is_chosen(
    open_page: OpenPage, server: str, tmp_path: Path, name: str
) -> None:
    shapes = {"conv1": (6, 2, 5, 5), "conv2": (6, 3, 3, 3), "up": (6, 4, 3, 3)}
    checkpoint = {f"{layer}.weight": numbers(*shape) for layer, shape in shapes.items()}
    save_file(checkpoint, tmp_path / "net.safetensors")
    operation = {"kind": "conv_transpose2d"} if name == "up" else {"kind": "conv2d", "groups": 2}
    x = numbers(4 if name == "conv1" else 6, 7, 7)
    page = open_page(make_scene(server, x, numbers(*shapes[name]), operation))
    page.locator("#panel-open").click()
    before = scene_of(page)
    load(page, "weight", tmp_path / "net.safetensors")
    settled(page, before)
    expect(field(page, "weight_key")).to_have_value(f"{name}.weight")
    assert torch.equal(shown(page, server, "weight"), checkpoint[f"{name}.weight"])


def test_a_weight_that_does_not_fit_says_what_would(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    weight = numbers(6, 2, 3, 3)
    save_file({"conv.weight": weight}, tmp_path / "net.safetensors")
    x = numbers(4, 5, 5)
    path = make_scene(server, x, numbers(6, 4, 3, 3), {"kind": "conv2d"})
    fitting: dict[str, Tensor | None] = {
        "groups = 2": F.conv2d(x[None], weight, groups=2)[0],
        "input cut or repeated to 2 channels": F.conv2d(x[None, :2], weight)[0],
        "random input of 2 channels": None,
    }
    for button, expected in fitting.items():
        page = open_page(path)
        page.locator("#panel-open").click()
        before = scene_of(page)
        load(page, "weight", tmp_path / "net.safetensors")
        expect(page.locator('[data-at="/weight/file"] .field-error')).to_contain_text(
            "The weight 6×2×3×3 reads 2 input channels; the input has 4"
        )
        expect(page.locator("#error-text")).to_contain_text(
            "(this would fit: groups = 2, input cut or repeated to 2 channels, "
        )
        page.get_by_role("button", name=button).click()
        settled(page, before)
        if expected is None:
            expected = F.conv2d(shown(page, server, "input")[None], weight)[0]
        expect_output(page, server, expected)
        expect(page.locator("[data-offers=weight]")).to_be_hidden()


@pytest.mark.parametrize("weight_is_a_file", [True, False])
def test_an_input_file_that_does_not_fit_says_what_would(
    open_page: OpenPage, server: str, tmp_path: Path, weight_is_a_file: bool
) -> None:
    """The channels of the file are not those that the weight reads, or not to be divided into the groups."""
    x, weight = numbers(3, 6, 6), numbers(4, 2, 3, 3) if weight_is_a_file else numbers(4, 1, 3, 3)
    np.save(tmp_path / "x.npy", x.numpy())
    save_file({"conv.weight": weight}, tmp_path / "net.safetensors")
    groups = 1 if weight_is_a_file else 2
    said = "reads 2 input channels; the input has 3" if weight_is_a_file else "3 input channels cannot be"
    repeated = 2 if weight_is_a_file else 4
    path = make_scene(server, numbers(2, 5, 5), weight + 1, {"kind": "conv2d", "groups": groups})
    for button in (f"input cut or repeated to {repeated} channels", f"random input of {repeated} channels"):
        page = open_page(path)
        page.locator("#panel-open").click()
        before = scene_of(page)
        if weight_is_a_file:
            load(page, "weight", tmp_path / "net.safetensors")
            before = settled(page, before)
        load(page, "input", tmp_path / "x.npy")
        expect(page.locator('[data-at="/input/file"] .field-error')).to_contain_text(said)
        expect(page.locator("#error-text")).to_contain_text("(this would fit: ")
        page.get_by_role("button", name=button).click()
        settled(page, before)
        given = shown(page, server, "input")
        assert given.shape == (repeated, 6, 6)
        if "cut" in button:
            torch.testing.assert_close(given, torch.cat([x, x])[:repeated])
        if weight_is_a_file:
            expect_output(page, server, F.conv2d(given[None], weight)[0])
        expect(page.locator("[data-offers=input]")).to_be_hidden()


# Modes and formats of pictures, and the channels that they become.
PICTURES = {
    ("L", "PNG"): 1,
    ("1", "PNG"): 1,
    ("LA", "PNG"): 1,
    ("P", "PNG"): 3,
    ("RGB", "PNG"): 3,
    ("RGBA", "PNG"): 3,
    ("I;16", "PNG"): 1,
    ("L", "JPEG"): 1,
    ("RGB", "JPEG"): 3,
    ("CMYK", "JPEG"): 3,
    ("L", "WEBP"): 3,
    ("RGBA", "WEBP"): 3,
}


def save_picture(mode: str, form: str, path: Path) -> Path:
    seed = list(PICTURES).index((mode, form))
    numbers = np.random.default_rng(seed).integers(0, 255, (30, 28, 4), np.uint8)
    picture = Image.fromarray(numbers.astype(np.uint16)[:, :, 0] if mode == "I;16" else numbers)
    target = path / f"{mode.replace(';', '')}.{form.lower()}"
    (picture if mode == "I;16" else picture.convert("RGB").convert(mode)).save(target, form)
    return target


def test_a_picture_has_the_channels_that_the_server_reads(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path, server: str
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.locator("#panel-open").click()
    before = scene_of(page)
    for (mode, form), channels in PICTURES.items():
        load(page, "input", save_picture(mode, form, tmp_path))
        before = settled(page, before)
        expect(field(page, "channels")).to_have_value(str(channels))
        assert shown(page, server, "input").shape[0] == channels, (mode, form)


@pytest.mark.parametrize("read", [1, 2, 3, 4, 64])
def test_a_picture_that_does_not_fit_a_loaded_weight_says_what_would(
    open_page: OpenPage, server: str, tmp_path: Path, read: int
) -> None:
    weight = numbers(6, read, 3, 3)
    save_file({"conv.weight": weight}, tmp_path / "net.safetensors")
    pictures = {mode: save_picture(mode, "PNG", tmp_path) for mode in ("L", "RGB", "RGBA")}
    page = open_page(make_scene(server, numbers(read, 9, 9), numbers(6, read, 3, 3), {"kind": "conv2d"}))
    page.locator("#panel-open").click()
    before = scene_of(page)
    load(page, "weight", tmp_path / "net.safetensors")
    before = settled(page, before)
    for mode, path in pictures.items():
        has = 1 if mode == "L" else 3
        load(page, "input", path)
        offers = page.locator("[data-offers=input]")
        if has != read:
            said = page.locator('[data-at="/input/file"] .field-error')
            counted = "1 channel" if read == 1 else f"{read} channels"
            expect(said).to_contain_text(f"reads {counted.replace(' ', ' input ')}; the input has {has}")
            groups = [f"groups = {has // read}"] if has % read == 0 else []
            cut, random = f"input cut or repeated to {counted}", f"random input of {counted}"
            expect(offers.locator("button")).to_have_text([*groups, cut, random])
            offers.get_by_role("button", name=cut).click()
        before = settled(page, before)
        expect(offers).to_be_hidden()
        given = shown(page, server, "input")
        assert given.shape == (read, 30, 28)
        if has < read:
            torch.testing.assert_close(given[has:], torch.cat([given] * 2)[: read - has])
        expect_output(page, server, F.conv2d(given[None], weight)[0])


def test_a_refused_file_offers_nothing_of_the_one_before(
    open_page: OpenPage, scene_paths: dict[str, str], tmp_path: Path
) -> None:
    save_file({"conv.weight": numbers(3, 2, 3, 3), "conv.bias": numbers(3)}, tmp_path / "net.safetensors")
    (tmp_path / "net.pt").write_bytes(b"PK\x03\x04" + bytes(64))
    page = open_page(scene_paths["two-channels"])
    page.locator("#panel-open").click()
    before = scene_of(page)
    load(page, "weight", tmp_path / "net.safetensors")
    settled(page, before)
    expect(field(page, "weight_key")).to_be_visible()
    expect(field(page, "bias_key")).to_be_visible()
    field(page, "weight_file").set_input_files(tmp_path / "net.pt")
    expect(page.locator('[data-at="/weight/file"] .field-error')).to_contain_text(".pt")
    expect(field(page, "weight_key")).to_be_hidden()
    expect(field(page, "bias_key")).to_be_hidden()


def test_of_a_batch_one_input_is_chosen(open_page: OpenPage, server: str, tmp_path: Path) -> None:
    batch = numbers(3, 2, 6, 6)
    np.save(tmp_path / "batch.npy", batch.numpy())
    np.savez(tmp_path / "one.npz", x=batch[:1].numpy())
    weight = numbers(1, 2, 3, 3)
    page = open_page(make_scene(server, numbers(2, 5, 5), weight, {"kind": "conv2d"}))
    page.locator("#panel-open").click()
    before = scene_of(page)
    load(page, "input", tmp_path / "batch.npy")
    first = settled(page, before)
    expect(page.locator("[data-note=input]")).to_have_text("A batch of 3 inputs: choose one, from 0 to 2.")
    expect_output(page, server, F.conv2d(batch[:1], weight)[0])
    field(page, "input_index").fill("2")
    third = settled(page, first)
    expect_output(page, server, F.conv2d(batch[2:], weight)[0])
    load(page, "input", tmp_path / "one.npz")
    settled(page, third)
    expect(page.locator("[data-note=input]")).to_have_text("Its batch axis of 1 is dropped.")
    expect(field(page, "input_index")).to_be_hidden()


def test_an_example_from_blank_has_fresh_numbers(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    page = open_page(f"{scene_paths['two-channels']}?step=0,1,1")
    page.locator("#panel-open").click()
    before = scene_of(page)
    page.get_by_text("New example from blank").click()
    form = page.locator("#new-form")
    for name, value in {"input channels": 3, "height": 4, "width": 4, "kernel size": 2}.items():
        form.get_by_label(name, exact=True).fill(str(value))
    form.get_by_role("button", name="Make it").click()
    made = settled(page, before)
    # It stands at its beginning, whatever the moment of the scene before.
    expect(page.locator("#scrubber")).to_have_value("0")
    x, weight = shown(page, server, "input"), shown(page, server, "weight")
    assert (x.shape, weight.shape) == ((3, 4, 4), (2, 3, 2, 2))
    assert not torch.equal(x[0, :2, :2], weight[0, 0])
    expect_output(page, server, F.conv2d(x[None], weight)[0])
    form.get_by_role("button", name="Make it").click()
    again = settled(page, made)
    assert not torch.equal(shown(page, server, "input"), x)
    # Added channels and filters have numbers of their own; what fits stays.
    kept = shown(page, server, "weight")
    field(page, "outputs").fill("3")
    third = settled(page, again)
    grown = shown(page, server, "weight")
    assert torch.equal(grown[:2], kept)
    assert all(grown[2].any() and not torch.equal(grown[2], other) for other in kept)
    field(page, "channels").fill("4")
    settled(page, third)
    wider = shown(page, server, "input")
    assert all(wider[3].any() and not torch.equal(wider[3], other) for other in wider[:3])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", third or "")


def test_a_new_example_that_cannot_be_says_why(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"], expect_refusals=True)
    page.locator("#panel-open").click()
    page.get_by_text("New example from blank").click()
    form = page.locator("#new-form")
    form.get_by_label("kernel size", exact=True).fill("9")
    form.get_by_role("button", name="Make it").click()
    expect(page.locator("#new-error")).to_contain_text(re.compile("output height would be|= −3"))
    visit(page, scene_paths["depthwise"])


def test_a_layer_from_code_that_is_larger_than_the_input_offers_an_input_of_its_own_size(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    for code, shape in (
        ("nn.Conv2d(2, 3, 5, stride=2, dilation=2)", (3, 3, 3)),
        ("nn.MaxPool2d(4, stride=1)", (2, 3, 3)),
    ):
        page = open_page(scene_paths["two-channels"], expect_refusals=True)
        page.locator("#panel-open").click()
        before = scene_of(page)
        page.locator("#code-text").fill(code)
        page.locator("#code-read").click()
        expect(page.locator("#code-error")).to_be_visible()
        page.locator("#code-offers button").click()
        settled(page, before)
        assert shown(page, server, "output").shape == shape
        expect(page.locator("#code-error")).to_be_hidden()
        expect(page.locator("#code-offers")).to_be_hidden()
