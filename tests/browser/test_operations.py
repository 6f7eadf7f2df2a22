"""Every operation on the stage: what the ledger says, beside torch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect
from torch import Tensor

from tests.support.page import OpenPage, make_scene, visit

_X = (torch.arange(50.0) * 7 % 11 - 3).reshape(2, 5, 5)
_K = (torch.arange(36.0) * 5 % 7 - 3).reshape(2, 2, 3, 3)
_DEPTHWISE = (torch.arange(18.0) % 5 - 2).reshape(2, 1, 3, 3)
_ONE = torch.tensor([[[[2.0]], [[-1.0]]], [[[0.0]], [[3.0]]]])
# X = K = [[0, 1], [2, 3]], the example of "Dive into Deep Learning".
_SQUARE = torch.arange(4.0).reshape(1, 2, 2)


def _pad(mode: str) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, w: F.conv2d(F.pad(x[None], (1, 1, 1, 1), mode=mode), w)[0]


Layer = tuple[dict[str, Any], Tensor | None, Callable[[Tensor, Any], Tensor]]

LAYERS: dict[str, Layer] = {
    "strided": (
        {"kind": "conv2d", "stride": 2, "padding": 1},
        _K,
        lambda x, w: F.conv2d(x[None], w, stride=2, padding=1)[0],
    ),
    "pointwise": ({"kind": "conv2d"}, _ONE, lambda x, w: F.conv2d(x[None], w)[0]),
    "dilated": (
        {"kind": "conv2d", "dilation": 2, "padding": 1},
        _K,
        lambda x, w: F.conv2d(x[None], w, dilation=2, padding=1)[0],
    ),
    "depthwise": (
        {"kind": "conv2d", "groups": 2},
        _DEPTHWISE,
        lambda x, w: F.conv2d(x[None], w, groups=2)[0],
    ),
    "flipped": ({"kind": "conv2d", "flip": True}, _K, lambda x, w: F.conv2d(x[None], w.flip(2, 3))[0]),
    "same": ({"kind": "conv2d", "padding": "same"}, _K, lambda x, w: F.conv2d(x[None], w, padding="same")[0]),
    "four sides": (
        {"kind": "conv2d", "padding": {"top": 0, "bottom": 1, "left": 2, "right": 0}},
        _K,
        lambda x, w: F.conv2d(F.pad(x[None], (2, 0, 0, 1)), w)[0],
    ),
    "reflect": ({"kind": "conv2d", "padding": 1, "padding_mode": "reflect"}, _K, _pad("reflect")),
    "replicate": ({"kind": "conv2d", "padding": 1, "padding_mode": "replicate"}, _K, _pad("replicate")),
    "circular": ({"kind": "conv2d", "padding": 1, "padding_mode": "circular"}, _K, _pad("circular")),
    "transposed": (
        {"kind": "conv_transpose2d", "stride": 2, "output_padding": 1},
        _K,
        lambda x, w: F.conv_transpose2d(x[None], w, stride=2, output_padding=1)[0],
    ),
    "max": (
        {"kind": "max_pool2d", "kernel_size": 2, "ceil_mode": True},
        None,
        lambda x, _: F.max_pool2d(x[None], 2, ceil_mode=True)[0],
    ),
    "average": (
        {"kind": "avg_pool2d", "kernel_size": 2, "stride": 1},
        None,
        lambda x, _: F.avg_pool2d(x[None], 2, stride=1)[0],
    ),
    "average of what is inside": (
        {"kind": "avg_pool2d", "kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
        None,
        lambda x, _: F.avg_pool2d(x[None], 3, 2, 1, count_include_pad=False)[0],
    ),
}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def value_of(terms: str) -> float:
    """The sum that a text such as `3·(−1) + 2·0 − 4` is."""
    assert re.fullmatch(r"[\d.·()−+ ]+", terms), terms
    return float(eval(terms.replace("−", "-").replace("·", "*")))


@pytest.fixture(scope="module")
def scenes(server: str) -> dict[str, str]:
    """The page of each layer, by name."""
    return {
        name: make_scene(server, _X, weight, operation) for name, (operation, weight, _) in LAYERS.items()
    }


def test_the_ledger_says_what_torch_computes(open_page: OpenPage, scenes: dict[str, str]) -> None:
    page = open_page("/")
    page.keyboard.press("Space")
    for name, (operation, weight, compute) in LAYERS.items():
        visit(page, scenes[name])
        expected = compute(_X, weight)
        expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^Y\[0, 0, 0\] = "))
        expect(page.locator("#timeline-position")).to_contain_text(f"of {expected[0].numel()}")
        alone = [compute(_X * (torch.arange(2) == c)[:, None, None], weight)[0] for c in (0, 1)]
        for window in range(4):
            page.keyboard.press("Shift+ArrowRight")
            row, col = divmod(window, expected.shape[2])
            expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^Y\[0, {row}, {col}\] = "))
            said = page.locator("#step-sentence").inner_text().rpartition(" = ")[2]
            # Three significant digits at least are printed.
            value = pytest.approx(float(expected[0, row, col]), rel=5e-3, abs=1e-3)
            assert number(said) == value, name
            rows = page.evaluate(
                "() => [...document.querySelectorAll('#ledger-lines tr')].map((row) =>"
                " [...row.cells].map((cell) => cell.textContent))"
            )
            assert number(rows[-1][-1]) == value, name
            lines = rows if weight is None else rows[:-1]
            for channel, terms, channel_sum, *_ in lines:
                if operation["kind"] != "max_pool2d":
                    assert value_of(terms) == pytest.approx(number(channel_sum), abs=1e-3), (name, terms)
                if weight is not None:
                    assert number(channel_sum) == float(alone[int(channel)][row, col]), name


STAMPED: dict[str, tuple[Tensor, Tensor, dict[str, Any]]] = {
    "stride 1": (_SQUARE, _SQUARE[None], {}),
    "stride 2": (_SQUARE, _SQUARE[None], {"stride": 2}),
    "two channels": (_X[:, :3, :3], _K, {"stride": 2, "padding": 1, "output_padding": 1}),
}
# What the book prints.
PRINTED = {
    "stride 1": [[0, 0, 1], [0, 4, 6], [4, 12, 9]],
    "stride 2": [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
}


@pytest.mark.parametrize("name", list(STAMPED))
def test_both_readings_of_a_transposed_convolution(open_page: OpenPage, server: str, name: str) -> None:
    x, weight, operation = STAMPED[name]
    path = make_scene(server, x, weight, {"kind": "conv_transpose2d"} | operation)
    page = open_page(path)
    output = F.conv_transpose2d(x[None], weight, **operation)[0, 0]
    assert output.tolist() == PRINTED.get(name, output.tolist())
    for row, col in ((0, 0), (1, 1), (2, 1)):
        page.goto(f"{server}{path}?step=0,{row},{col}")
        expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^Y\[0, {row}, {col}\] = "))
        said = page.locator("#step-sentence").inner_text().rpartition(" = ")[2]
        assert number(said) == float(output[row, col])
    page.get_by_role("radio", name="scatter").check(force=True)
    page.get_by_role("button", name="All terms").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")
    width, rest = x.shape[2], torch.zeros_like(x)
    for index in range(x[0].numel()):
        page.keyboard.press("Shift+ArrowRight")
        row, col = divmod(index, width)
        rest[:, row, col] = x[:, row, col]
        expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^X\[[0:], {row}, {col}\] = "))
        now = F.conv_transpose2d(rest[None], weight, **operation)[0, 0]
        for cell, terms, _, value in page.evaluate(
            "() => [...document.querySelectorAll('#ledger-lines tr')].map((row) =>"
            " [...row.cells].map((cell) => cell.textContent))"
        ):
            i, j = map(int, re.findall(r"\d+", cell)[1:])
            assert number(value) == value_of(terms) == float(now[i, j]), (cell, terms)
    assert torch.equal(now, output)
