"""From what a person does to what is painted, in Chromium without a GPU.

hover: from the pointer's event to the end of the frame with the answer, while it sweeps over the stage.
next window: the same from a key that goes to the next window (its step fetched before).
"""

from __future__ import annotations

from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from bench.frames import FLAGS, SCENES, VIEW, path_of
from bench.served import served

# Notes when an event arrived that asks for a frame, and when that frame was painted.
WATCH = """
window.spent = [];
let event = 0;
for (const kind of ['pointermove', 'keydown']) {
    addEventListener(kind, () => { event = performance.now(); }, true);
}
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (paint) => {
    const since = event;
    event = 0;
    return ask((now) => {
        paint(now);
        if (since) window.spent.push(performance.now() - since);
    });
};
"""


def opened(browser: Browser, url: str, path: str) -> Page:
    page = browser.new_page(viewport=VIEW)
    page.add_init_script(WATCH)
    page.goto(url + path)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_timeout(500)
    page.evaluate("window.spent.length = 0")
    return page


def hover(page: Page) -> list[float]:
    """Milliseconds, while the pointer sweeps over the whole stage."""
    box = page.locator("#stage").bounding_box()
    assert box
    for k in range(240):
        x = box["x"] + box["width"] * (0.05 + 0.9 * (k % 60) / 60)
        page.mouse.move(x, box["y"] + box["height"] * (0.3 + 0.1 * (k // 60)))
    spent: list[float] = page.evaluate("window.spent.splice(0)")
    return spent


def scrub(page: Page) -> list[float]:
    """Milliseconds from the key to the painted window."""
    for _ in range(60):
        page.keyboard.press("Shift+ArrowRight")
    spent: list[float] = page.evaluate("window.spent.splice(0)")
    return spent


def run() -> str:
    """The table."""
    lines = [f"{'scene':24} {'hover median':>13} {'p95':>6} {'next window median':>19} {'p95':>6}"]
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, scene in SCENES.items():
            page = opened(browser, url, path_of(url, scene))
            over, after = hover(page), scrub(page)
            figures = f"{median(over):13.1f} {quantiles(over, n=20)[-1]:6.1f}"
            lines.append(f"{name:24} {figures} {median(after):19.1f} {quantiles(after, n=20)[-1]:6.1f}")
            page.close()
        browser.close()
    return "\n".join(["From what a person does to the painted answer (ms)", *lines, ""])
