"""Frames of the page, beside those of a blank page, in one Chromium without a GPU.

For each scene: the intervals between frames while it plays, at the usual and at the highest speed, with the
pointer at rest or sweeping over the output, in the matrix views of its gradients, and while the window's edge
is dragged at rest; and the processor time of the main thread for one frame (all its tasks: script, styles,
layout, painting, and the measurement itself, which the blank page shows alone).
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

SECONDS = 4
VIEW: Any = {"width": 1366, "height": 900}

INTERVALS = """(seconds) => new Promise((done) => {
    const times = [];
    const note = (now) => {
        times.push(now);
        if (now - times[0] < seconds * 1000) requestAnimationFrame(note);
        else done(times.slice(1).map((t, k) => t - times[k]));
    };
    requestAnimationFrame(note);
})"""


def shape(channels: int, size: int, outputs: int, kernel: int = 3) -> dict[str, Any]:
    """A body for random tensors of these sizes."""
    return {
        "input": {"random": {"shape": [channels, size, size], "seed": 0, "distribution": "normal"}},
        "weight": {
            "random": {"shape": [outputs, channels, kernel, kernel], "seed": 1, "distribution": "normal"}
        },
        "operation": {"kind": "conv2d", "padding": kernel // 2},
    }


SCENES: dict[str, str | dict[str, Any]] = {
    "chapter": "two-channels",
    "photograph 3x128x128": "edges",
    "2x8x8 -> 3": shape(2, 8, 3),
    "3x64x64 -> 16": shape(3, 64, 16),
    "3x224x224 -> 16": shape(3, 224, 16),
    "64x56x56 -> 64": shape(64, 56, 64),
}


def path_of(url: str, scene: str | dict[str, Any]) -> str:
    """The page of a preset by name, or of a body that is sent."""
    if isinstance(scene, str):
        presets = json.load(urllib.request.urlopen(f"{url}/api/v1/presets"))
        return next(f"/s/{preset['id']}" for preset in presets if preset["name"] == scene)
    request = urllib.request.Request(
        f"{url}/api/v1/scenes", json.dumps(scene).encode(), {"Content-Type": "application/json"}
    )
    page: str = json.load(urllib.request.urlopen(request))["links"]["page"]
    return page


def opened(browser: Browser, url: str, path: str, watch: str, forget: str) -> Page:
    """A page on the stage, at rest, with the script `watch`; `forget` drops what that saw of loading."""
    page = browser.new_page(viewport=VIEW)
    page.add_init_script(watch)
    page.goto(url + path)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_timeout(500)
    page.evaluate(forget)
    return page


def task_seconds(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def measure(page: Page, act: Callable[[Page, float], None] | None = None) -> dict[str, float]:
    """Median and 95th percentile of the intervals, the longest, and main-thread milliseconds per frame.

    act: what is done to the page meanwhile, for so many seconds.
    """
    session = page.context.new_cdp_session(page)
    # The thread's own time: what others do on the same machine does not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = task_seconds(session)
    if act:
        page.evaluate(f"window.intervals = ({INTERVALS})({SECONDS}); 0")
        act(page, SECONDS)
        intervals: list[float] = page.evaluate("window.intervals")
    else:
        intervals = page.evaluate(INTERVALS, SECONDS)
    spent = (task_seconds(session) - before) * 1000 / len(intervals)
    return {
        "median": median(intervals),
        "p95": quantiles(intervals, n=20)[-1],
        "longest": max(intervals),
        "main": spent,
    }


def sweep(page: Page, seconds: float) -> None:
    """The pointer over the right of the stage, where the output is, to and fro."""
    box = page.locator("#stage").bounding_box()
    assert box
    end = time.monotonic() + seconds
    k = 0
    while time.monotonic() < end:
        k += 1
        there = abs(k % 80 - 40) / 40
        x = box["x"] + box["width"] * (0.78 + 0.2 * there)
        page.mouse.move(x, box["y"] + box["height"] * (0.25 + 0.5 * (k % 23) / 23))


def drag_edge(page: Page, seconds: float) -> None:
    """The window's right edge, to and fro: another width each time the browser has painted one."""
    session = page.context.new_cdp_session(page)
    end = time.monotonic() + seconds
    k = 0
    while time.monotonic() < end:
        k += 1
        width = VIEW["width"] - 4 * abs(k % 160 - 80)
        size = {"width": width, "height": VIEW["height"], "deviceScaleFactor": 0, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", size)
        page.evaluate("() => new Promise(requestAnimationFrame)")


class Job(NamedTuple):
    """What a page is measured at: how it plays, if it does, what of the scene it shows, and what is done."""

    granularity: str
    speed: str | None
    query: str = ""
    act: Callable[[Page, float], None] | None = None

    def __str__(self) -> str:
        speed = f" {self.speed}x" if self.speed else ""
        act = f" {self.act.__name__}" if self.act else ""
        return f"{self.granularity}{speed}{act}"


def at_work(browser: Browser, url: str, path: str, job: Job) -> dict[str, float]:
    """A page at a job."""
    page = browser.new_page(viewport=VIEW)
    page.goto(f"{url}{path}?{job.query}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(f'input[value="{job.granularity}"]').check(force=True)
    if job.speed:
        page.locator("#speed").select_option(job.speed)
        page.locator("#play").click()
    figures = measure(page, job.act)
    figures["heap"] = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    figures["nodes"] = page.evaluate("document.querySelectorAll('*').length")
    page.close()
    return figures


JOBS = (
    Job("channel", "1"),
    Job("window", "16"),
    Job("channel", "1", act=sweep),
    Job("channel", None, act=drag_edge),
)

# Gradients, of layers whose matrices are small and large.
GRADIENT_SCENES = ("chapter", "2x8x8 -> 3", "3x64x64 -> 16")
GRADIENT_JOBS = {
    f"{view}, to the {direction}": [
        Job(granularity, speed, f"view={view}&direction={direction}")
        for granularity, speed in (("channel", "1"), ("window", "16"))
    ]
    for view in ("matrix", "sparse")
    for direction in ("input", "weight")
}


def run() -> str:
    """The table."""
    lines = [
        f"{'scene':24} {'job':26} {'median':>7} {'p95':>7} {'longest':>8} {'main':>8} {'nodes':>6}    MB"
    ]
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        blank = browser.new_page(viewport=VIEW)
        lines.append(row("blank page", "", measure(blank) | {"nodes": 0, "heap": 0}))
        blank.close()
        paths = {name: path_of(url, scene) for name, scene in SCENES.items()}
        for name, path in paths.items():
            lines.extend(row(name, str(job), at_work(browser, url, path, job)) for job in JOBS)
        for shown, jobs in GRADIENT_JOBS.items():
            lines.append(shown)
            for name in GRADIENT_SCENES:
                lines.extend(row(name, str(job), at_work(browser, url, paths[name], job)) for job in jobs)
        browser.close()
    return "\n".join(["Frames while playing (ms)", *lines, ""])


def row(name: str, job: str, figures: dict[str, float]) -> str:
    intervals = f"{figures['median']:7.1f} {figures['p95']:7.1f} {figures['longest']:8.1f}"
    page = f"{figures['main']:8.2f} {figures['nodes']:6.0f} {figures['heap']:5.1f}"
    return f"{name:24} {job:26} {intervals} {page}"
