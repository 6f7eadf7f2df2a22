"""Networks for tests: posted to a server, found on their page."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import httpx2
import numpy as np
import torch
from onnx import helper
from playwright.sync_api import Frame, Page, expect
from torch import Tensor, nn

from tests.support.onnx_models import Made, exported, model_of, numbers


class Posted(NamedTuple):
    """A network on a server: its id, and the path of its page."""

    id: str
    path: str
    summary: dict[str, Any]


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def post_network(server: str, made: Made, input: Any = None) -> Posted:
    """Posts a model with its own input, or another array."""
    sent = next(iter(made.inputs.values())) if input is None else input
    files = {"model": made.model, "input": npy(sent)}
    answer = httpx2.post(f"{server}/api/v1/networks", files=files, timeout=120)
    assert answer.status_code in (200, 201), answer.text
    summary = answer.json()
    return Posted(summary["id"], f"/n/{summary['id']}", summary)


class Digits(NamedTuple):
    """A small network over a 12 × 12 plane, and what torch makes of it, by module."""

    made: Made
    module: nn.Sequential

    def values(self, input: Tensor | None = None) -> list[Tensor]:
        """The output of each module on an input, the model's own by default."""
        made: list[Tensor] = []
        value = torch.from_numpy(self.made.inputs["x"]) if input is None else input
        for layer in self.module:
            value = layer(value)
            made.append(value)
        return made


def digits() -> Digits:
    torch.manual_seed(3)
    module = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(32, 4),
    )  # fmt: skip
    return Digits(exported(module, 1, 1, 12, 12), module.eval().requires_grad_(requires_grad=False))


def deep(nodes: int = 175) -> Made:
    """Blocks of three convolutions, their activations and a sum around them, as in a ResNet of 50 layers."""
    made: list[Any] = []
    constants: dict[str, Any] = {}

    def add(op: str, inputs: list[str], **attributes: Any) -> str:
        name = f"e{len(made)}"
        made.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    edge = "x"
    while len(made) + 7 <= nodes:
        start = edge
        for kernel in (1, 3, 1):
            weight = f"w{len(made)}"
            constants[weight] = numbers(16, 16, kernel, kernel, seed=len(made)) / (4 * kernel)
            edge = add("Conv", [edge, weight], pads=[kernel // 2] * 4)
            edge = add("Relu", [edge])
        edge = add("Add", [start, edge])
    while len(made) < nodes:
        edge = add("Relu", [edge])
    return model_of(made, {"x": numbers(1, 16, 28, 28)}, [edge], constants)


_SCAN = """([text, step]) => {
  const canvas = document.querySelector('#graph-canvas');
  const line = document.querySelector('#graph-line');
  const { left, top } = canvas.getBoundingClientRect();
  const point = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
    clientX: left + x, clientY: top + y, pointerType: 'mouse', bubbles: true }));
  let found = null;
  for (let x = step / 2; x < canvas.clientWidth && !found; x += step)
    for (let y = step / 2; y < canvas.clientHeight && !found; y += step) {
      point('pointermove', x, y);
      if (line.textContent.startsWith(text)) found = [left + x, top + y];
    }
  point('pointerleave', -1, -1);
  return found;
}"""


def find_on_graph(page: Page | Frame, text: str, step: int = 4) -> tuple[float, float]:
    """A point of the window, or the frame, where what is pointed at on the graph begins with `text`."""
    x, y = page.wait_for_function(_SCAN, arg=[text, step]).json_value()
    return x, y


def find_on_plane(page: Page, text: str, step: int = 6) -> tuple[float, float]:
    """The same on the open channel's plane, by what stands below it."""
    plane = page.locator("#node canvas[role=application]")
    plane.scroll_into_view_if_needed()
    script = _SCAN.replace("'#graph-canvas'", "'#node canvas[role=application]'")
    script = script.replace("'#graph-line'", "'#node .node-value'")
    x, y = page.wait_for_function(script, arg=[text, step]).json_value()
    return x, y


def open_node(page: Page, name: str) -> None:
    """By the search."""
    page.keyboard.press("/")
    page.locator("#search").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#node h2")).to_contain_text(name)
