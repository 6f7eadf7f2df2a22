"""Pages of somebody else with our frames in them: what they say to the frames, and hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

READY = "html[data-ready]"

Visit = Callable[..., Page]

# What a page hears, and a way to ask its first frame.
LISTEN = """<script>
window.heard = [];
addEventListener('message', ({data, origin, source}) => {
  heard.push({...data, origin, ours: source === document.querySelector('iframe').contentWindow});
});
function send(message) { document.querySelector('iframe').contentWindow.postMessage(message, '*'); }
</script>"""

SANDBOXES = {
    "no attribute": "",
    "scripts alone": 'sandbox="allow-scripts"',
    "scripts and an origin": 'sandbox="allow-scripts allow-same-origin"',
    "as the snippets": 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"',
}


TRY_STORAGE = """() => [() => localStorage, () => sessionStorage, () => document.cookie].map((get) => {
  try { get(); return 'open'; } catch (error) { return error.name; }
})"""

# Messages that are no good one, whatever a good state is.
HOSTILE = """
(GOOD) => {
  const many = Object.fromEntries(Array.from({length: 50000}, (_, i) => ['k' + i, i]));
  const good = {convscope: 1, type: 'setState', state: GOOD};
  for (const message of [
    null, 7, 'play', JSON.stringify(good), [good], new Map([['convscope', 1]]), many, {...good, ...many},
    {type: 'play'}, {...good, convscope: 2}, {...good, convscope: '1'}, {...good, type: 'edit'},
    {...good, state: {...GOOD, scene: 'x'}}, {...good, state: {step: new Array(100000).fill(1)}},
    {...good, state: {step: '0,1,1'}}, {...good, state: {...GOOD, by: '__proto__'}},
    {...good, state: many},
    {...good, id: 'x'.repeat(100000)}, {convscope: 1, type: 'step', ticks: 1e308},
    {convscope: 1, type: 'constructor'}, new Uint8Array(1000000), new Error('x'), good.state,
  ]) send(message);
}"""


def inside(page: Page) -> FrameLocator:
    """The frame, when its scene is there."""
    frame = page.locator("iframe").first.content_frame
    expect(frame.locator(READY)).to_be_attached()
    return frame


def sees_no_frame(page: Page) -> None:
    """A page with a frame, an element and `LISTEN`: both are a sentence that refuses, and tell nothing."""
    for frame in page.locator("iframe").all():
        expect(frame.content_frame.get_by_text("CONVSCOPE_FRAME_ANCESTORS")).to_be_visible()
        expect(frame.content_frame.locator("canvas")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert len(page.frames) == 3
    assert page.evaluate("heard") == []


def heard(page: Page, kind: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = page.evaluate("(kind) => heard.filter(({type}) => type === kind)", kind)
    return messages


def wait_for(page: Page, kind: str, field: str = "true") -> None:
    page.wait_for_function(f"heard.some((each) => each.type === '{kind}' && {field})")
