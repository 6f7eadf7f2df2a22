"""Every operation on the stage: what the ledger says, beside torch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor

OpenPage = Callable[..., Page]

_X = (torch.arange(50.0) * 7 % 11 - 3).reshape(2, 5, 5)
_K = (torch.arange(36.0) * 5 % 7 - 3).reshape(2, 2, 3, 3)
_DEPTHWISE = (torch.arange(18.0) % 5 - 2).reshape(2, 1, 3, 3)


def _pad(mode: str) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, w: F.conv2d(F.pad(x[None], (1, 1, 1, 1), mode=mode), w)[0]


LAYERS: dict[str, tuple[dict[str, Any], Tensor | None, Callable[[Tensor, Any], Tensor]]] = {
    "strided": (
        {"kind": "conv2d", "stride": 2, "padding": 1},
        _K,
        lambda x, w: F.conv2d(x[None], w, stride=2, padding=1)[0],
    ),
    "dilated": ({"kind": "conv2d", "dilation": 2}, _K, lambda x, w: F.conv2d(x[None], w, dilation=2)[0]),
    "depthwise": (
        {"kind": "conv2d", "groups": 2},
        _DEPTHWISE,
        lambda x, w: F.conv2d(x[None], w, groups=2)[0],
    ),
    "flipped": ({"kind": "conv2d", "flip": True}, _K, lambda x, w: F.conv2d(x[None], w.flip(2, 3))[0]),
    "same": ({"kind": "conv2d", "padding": "same"}, _K, lambda x, w: F.conv2d(x[None], w, padding="same")[0]),
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
}


@pytest.mark.parametrize("name", list(LAYERS))
def test_the_ledger_says_what_torch_computes(
    open_page: OpenPage, server: str, name: str, tmp_path: Path
) -> None:
    operation, weight, compute = LAYERS[name]
    body: dict[str, Any] = {"input": {"data": _X.tolist()}, "operation": operation}
    if weight is not None:
        body["weight"] = {"data": weight.tolist()}
    page = open_page("/")
    answer = page.request.post(
        f"{server}/api/v1/scenes", data=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.ok, answer.text()
    page = open_page(answer.json()["links"]["page"])
    expected = compute(_X, weight)
    columns = expected.shape[2]
    for window in range(min(4, expected[0].numel())):
        page.keyboard.press("Shift+ArrowRight")
        row, col = divmod(window, columns)
        expect(page.locator("#sentence")).to_have_text(re.compile(rf"^Y\[0, {row}, {col}\] = "))
        said = page.locator("#sentence").inner_text().rpartition(" = ")[2].replace("−", "-")
        assert float(said) == pytest.approx(float(expected[0, row, col]), abs=1e-3)
        running = page.locator("#ledger-lines tr .number:last-child").last.inner_text().replace("−", "-")
        assert float(running) == pytest.approx(float(expected[0, row, col]), abs=1e-3)
    shot = tmp_path / f"{name}.png"
    page.screenshot(path=shot)
    assert shot.stat().st_size > 20_000
