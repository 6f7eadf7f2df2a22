"""The matrix views of large layers, in Chromium without a GPU: how long the main thread is busy at a time.

open: from the choice of the view to its first painted frame. scroll, next window: a frame's script and
painting. long tasks: those over 50 ms, as the browser itself reports them, while all of that happens.
"""

from __future__ import annotations

from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from bench.frames import SCENES, opened, path_of
from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

VIEWS = ("matrix", "sparse")
LARGE = ("photograph 3x128x128", "64x56x56 -> 64")

# Notes the browser's long tasks, and what each frame's script and painting take.
WATCH = """
window.long = [];
window.frames_ = [];
new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: 'longtask' });
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (paint) => ask((now) => {
    const begin = performance.now();
    paint(now);
    window.frames_.push(performance.now() - begin);
});
"""
FORGET = "long.length = frames_.length = 0"

OPEN = """(name) => new Promise((done) => {
    const begin = performance.now();
    document.querySelector(`input[name=view][value=${name}]`).click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
})"""


def scroll(page: Page) -> list[float]:
    """Milliseconds a frame, while the wheel turns: down, across, farther and nearer."""
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    for dx, dy in ((0, 240), (900, 0), (0, -120), (-400, 60)):
        for _ in range(15):
            page.mouse.wheel(dx, dy)
    page.keyboard.down("Control")
    for dy in (200, -200):
        for _ in range(8):
            page.mouse.wheel(0, dy)
    page.keyboard.up("Control")
    spent: list[float] = page.evaluate("frames_.splice(0)")
    return spent


def follow(page: Page) -> list[float]:
    """Milliseconds a frame, from window to window."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Shift+ArrowRight")
    spent: list[float] = page.evaluate("frames_.splice(0)")
    return spent


def run() -> str:
    """The table."""
    lines = [
        f"{'scene':24} {'view':8} {'open':>6} {'scroll median':>14} {'p95':>6} "
        f"{'next window median':>19} {'p95':>6} {'long tasks':>11}"
    ]
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in LARGE:
            for view in VIEWS:
                page = opened(browser, url, path_of(url, SCENES[name]), WATCH, FORGET)
                to_open = page.evaluate(OPEN, view)
                over, after = scroll(page), follow(page)
                long = page.evaluate("long.length")
                scrolled = f"{median(over):14.1f} {quantiles(over, n=20)[-1]:6.1f}"
                followed = f"{median(after):19.1f} {quantiles(after, n=20)[-1]:6.1f}"
                lines.append(f"{name:24} {view:8} {to_open:6.1f} {scrolled} {followed} {long:11}")
                page.close()
        browser.close()
    return "\n".join(["The matrix views (ms)", *lines, ""])
