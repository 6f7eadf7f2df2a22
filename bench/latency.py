"""From what a person does to what is painted, in Chromium without a GPU.

hover: from the pointer's event to the end of the frame with the answer, while it sweeps over the stage.
next window: the same from a key that goes to the next window (its step fetched before).
scrub: frames until the step that the scrubber is moved to is told and painted (fetched before).
edit: from the key that ends the edit of an input cell to the frame with the numbers that the server computed.
"""

from __future__ import annotations

from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from bench.frames import SCENES, opened, path_of
from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

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
FORGET = "window.spent.length = 0"


def hover(page: Page) -> list[float]:
    """Milliseconds, while the pointer sweeps over the whole stage."""
    box = page.locator("#stage").bounding_box()
    assert box
    for k in range(240):
        x = box["x"] + box["width"] * (0.05 + 0.9 * (k % 60) / 60)
        page.mouse.move(x, box["y"] + box["height"] * (0.3 + 0.1 * (k // 60)))
    spent: list[float] = page.evaluate("window.spent.splice(0)")
    return spent


def follow(page: Page) -> list[float]:
    """Milliseconds from the key to the painted window."""
    for _ in range(60):
        page.keyboard.press("Shift+ArrowRight")
    spent: list[float] = page.evaluate("window.spent.splice(0)")
    return spent


# From window to window by the scrubber; how many frames each takes to be told, and so painted.
SCRUB = """async (windows) => {
    const [scrubber, told] = ['#scrubber', '#step-sentence'].map((name) => document.querySelector(name));
    const frames = [];
    for (let k = 0; k < 60; k++) {
        const was = told.textContent;
        scrubber.value = 1 + k % windows;
        scrubber.dispatchEvent(new Event('input', { bubbles: true }));
        let count = 0;
        do {
            await new Promise(requestAnimationFrame);
            count += 1;
        } while (told.textContent === was);
        frames.push(count);
    }
    return frames;
}"""


def scrub(page: Page, windows: int) -> list[float]:
    """Frames. The windows are visited before, so that their steps are there."""
    page.evaluate(SCRUB, windows)
    frames: list[float] = page.evaluate(SCRUB, windows)
    return frames


# Resolves once the frame is painted that follows new numbers in the sentence.
EDITED = """() => {
    const told = document.querySelector('#step-sentence');
    const was = told.textContent;
    let begin = 0;
    const note = ({ key }) => { if (key === 'Enter') begin = performance.now(); };
    addEventListener('keydown', note, true);
    window.edited = new Promise((done) => new MutationObserver((_, observer) => {
        if (!begin || told.textContent === was) return;
        observer.disconnect();
        removeEventListener('keydown', note, true);
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
    }).observe(told, { childList: true, characterData: true, subtree: true }));
}"""


def edit(page: Page) -> list[float]:
    """Milliseconds. The cell is under the first window, which is shown."""
    spent: list[float] = []
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    for k in range(30):
        page.locator("#cells-input").focus()
        page.keyboard.press(str(2 + k % 7))
        page.evaluate(EDITED)
        page.keyboard.press("Enter")
        spent.append(page.evaluate("window.edited"))
    return spent


def run() -> str:
    """The table."""
    columns = ("hover", "p95", "next window", "p95", "scrub (frames)", "p95", "edit", "p95")
    lines = ["  ".join([f"{'scene':24}", *columns])]
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, scene in SCENES.items():
            page = opened(browser, url, path_of(url, scene), WATCH, FORGET)
            ways = (hover(page), follow(page), scrub(page, 4), edit(page))
            figures = [figure for spent in ways for figure in (median(spent), quantiles(spent, n=20)[-1])]
            shown = (f"{figure:{len(head)}.1f}" for head, figure in zip(columns, figures, strict=True))
            lines.append("  ".join([f"{name:24}", *shown]))
            page.close()
        browser.close()
    return "\n".join(["From what a person does to the painted answer (median and 95 %, ms)", *lines, ""])
