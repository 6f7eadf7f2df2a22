"""What the browser tests share: devices, touches, and ways to a scene's page."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any, Literal

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Locator, Page, expect
from torch import Tensor

OpenPage = Callable[..., Page]
Scheme = Literal["light", "dark"]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def fingers(page: Page) -> Callable[..., None]:
    """`touch(kind, *points)`: dispatches a touch event with fingers at these points of the screen."""
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touch_points = [{"x": x, "y": y} for x, y in points]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch_points})

    return touch


def field(page: Page, name: str) -> Locator:
    """A field of the panel."""
    return page.locator(f'#panel-form [name="{name}"]')


def make_scene(
    server: str,
    x: Tensor,
    weight: Tensor | None,
    operation: dict[str, Any],
    *,
    dtype: str = "float32",
    **others: Tensor | None,
) -> str:
    """Store a scene; returns the path of its page. others: bias, upstream."""
    tensors = {"input": x, "weight": weight, **others}
    given = {name: {"data": tensor.tolist()} for name, tensor in tensors.items() if tensor is not None}
    body: dict[str, Any] = {**given, "operation": operation, "dtype": dtype}
    request = urllib.request.Request(
        f"{server}/api/v1/scenes", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        page: str = json.load(answer)["links"]["page"]
    return page


def set_scheme(page: Page, scheme: Scheme) -> None:
    """Let the system change its colours, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html.is-dark")).to_have_count(int(scheme == "dark"))


def wait_until_painted(page: Page) -> None:
    """Wait until what was changed last is on the screen."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def visit(page: Page, path: str) -> None:
    """Go to another scene on the same page, as the browser's back and forward do."""
    page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )
    expect(page.locator("#stage")).to_have_attribute("data-scene", path.partition("?")[0].removeprefix("/s/"))


_SCAN = """([text, step, from]) => {
  const canvas = document.querySelector('#stage');
  const line = document.querySelector('#step-description');
  const { left, top } = canvas.getBoundingClientRect();
  const point = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
    clientX: left + x, clientY: top + y, pointerType: 'mouse', bubbles: true }));
  let found = null;
  for (let y = step / 2; y < canvas.clientHeight && !found; y += step)
    for (let x = from + step / 2; x < canvas.clientWidth && !found; x += step) {
      point('pointermove', x, y);
      if (line.textContent.startsWith(text)) found = [x, y];
    }
  for (const kind of ['pointermove', 'pointerleave']) point(kind, -1, -1);
  return found;
}"""


def find_cell(page: Page | Frame, text: str, *, step: int = 8, left: int = 0) -> tuple[float, float]:
    """Find where on the stage what is asked about begins with `text`, and wait until it is there.

    Returns the point in CSS pixels of the stage; `left`: where to begin looking.
    """
    try:
        x, y = page.wait_for_function(_SCAN, arg=[text, step, left]).json_value()
    except PlaywrightError as error:
        raise AssertionError(f"no {text!r} on the stage") from error
    return x, y


def point_at_cell(page: Page, text: str, *, step: int = 8) -> tuple[float, float]:
    """Move the pointer to a cell; see `find_cell`."""
    x, y = find_cell(page, text, step=step)
    point_at(page, x, y)
    expect(page.locator("#step-description")).to_contain_text(text)
    return x, y


def point_at(page: Page, x: float, y: float) -> None:
    """Move the pointer to a point of the stage."""
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.move(box["x"] + x, box["y"] + y)
