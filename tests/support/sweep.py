"""What the page says where a pointer goes over the stage."""

from __future__ import annotations

from playwright.sync_api import Page

_SWEEP = """async (step) => {
  const stage = document.querySelector('#stage');
  const [line, terms] = [document.querySelector('#step-description'), document.querySelector('#now-terms')];
  const { left, top, width, height } = stage.getBoundingClientRect();
  const said = new Set();
  for (let y = step / 2; y < height; y += step) for (let x = step / 2; x < width; x += step) {
    stage.dispatchEvent(new PointerEvent('pointermove',
      { clientX: left + x, clientY: top + y, pointerType: 'mouse', bubbles: true }));
    said.add(JSON.stringify([line.textContent, terms.textContent]));
  }
  stage.dispatchEvent(new PointerEvent('pointerleave'));
  return [...said].map((text) => JSON.parse(text));
}"""


def sweep(page: Page, *, step: int = 5) -> list[tuple[str, str]]:
    """Move the pointer over all of the stage; returns what is said, with what is said beside it."""
    said: list[list[str]] = page.evaluate(_SWEEP, step)
    return [(line, beside) for line, beside in said]
