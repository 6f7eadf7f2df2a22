"""Thousands of random interactions with one page: no error, a steady heap, at the end the API's own numbers.

`python -m bench soak`, or with a seed: `CONVSCOPE_SEED=7 python -m bench soak`.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import BrowserType, Page, sync_playwright

from bench.frames import path_of
from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

INTERACTIONS = 5000
# Interactions between two looks at the ledger.
CHECK = 500
WARM_SECONDS = 60.0
# The heap is the page's, not the compilers': without them, and collected so often that V8 also drops the
# bytecode of what has not run for a while.
NO_COMPILERS = "--js-flags=--no-opt --no-maglev --no-sparkplug"
COLLECTIONS = 12
FRAME = "() => new Promise(requestAnimationFrame)"
QUIET = """() => document.querySelector('#panel-form')?.getAttribute('aria-busy') !== 'true'
    && document.querySelector('.ledger').getAttribute('aria-busy') === 'false'"""
# Centres of what can be pressed and leads to no other page.
BUTTONS = """() => [...document.querySelectorAll('button, label:has([type=radio]), label.tints')]
    .filter((one) => one.checkVisibility() && !one.disabled && !one.closest('dialog, [popover]'))
    .filter((one) => !one.hasAttribute('popovertarget') && one.id !== 'help-open')
    .map((one) => one.getBoundingClientRect())
    .filter(({ top, bottom }) => top >= 0 && bottom <= innerHeight)
    .map(({ left, top, width, height }) => [left + width / 2, top + height / 2])"""
KEYS = ["ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowLeft", "Home", "End", " ", "+", "-"]
KEYS += ["1", "2", "3", "[", "]", "Escape", "Tab", "Shift+Tab", "Control+z", "Control+Shift+Z"]
CURSOR = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "PageDown", "PageUp", "Home", "End", "Enter"]
FIELDS = {
    "stride_h": (0, 3), "stride_w": (1, 3), "padding_top": (0, 3), "dilation_h": (1, 3), "groups": (1, 3),
    "kernel_size_h": (1, 4), "kernel_size_w": (1, 3), "input_h": (2, 7), "channels": (1, 4),
    "outputs": (1, 4),
}  # fmt: skip
CHOICES = {
    "kind": ["conv2d", "conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d"],
    "padding_mode": ["zeros", "reflect", "replicate", "circular"],
    "input_source": ["ramp", "random", "keep"],
}
SIZES = [(1280, 720), (360, 740), (900, 600), (1600, 900)]


@dataclass
class Report:
    """What a soak came to. Heap in bytes after garbage collection; `warm`: after the first `warm_seconds`."""

    interactions: int = 0
    seconds: float = 0.0
    warm: float = 0.0
    end: float = 0.0
    nodes: int = 0
    troubles: list[str] = field(default_factory=list)
    said: list[list[float]] = field(default_factory=list)
    computed: list[list[float]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        growth = (self.end / self.warm - 1) * 100 if self.warm else 0.0
        return "\n".join(
            (
                f"Soak: {self.interactions} interactions in {self.seconds:.0f} s",
                "  " + ", ".join(f"{count} {name}" for name, count in self.kinds.most_common()),
                f"  heap when warm {self.warm / 2**20:.2f} MB, at the end {self.end / 2**20:.2f} MB "
                f"({growth:+.1f} %), {self.nodes} nodes",
                f"  errors: {len(self.troubles)} {self.troubles[:5]}",
                f"  ledgers compared: {len(self.said)}, {sum(map(any, self.said))} of them not all zero; "
                f"the last {self.said[-1:]}, API {self.computed[-1:]}",
                "",
            )
        )


class Hand:
    """A person without a plan."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.random = Random(seed)
        self.acts = 0
        self.box = (0.0, 0.0, 9.0, 9.0)
        self.ways: list[tuple[int, Callable[[], None]]] = [
            (22, self.point), (10, self.click), (3, self.double), (22, self.key), (12, self.walk),
            (10, self.edit), (6, self.wheel), (4, self.drag), (10, self.press), (6, self.number),
            (3, self.choose), (3, self.scrub), (1, self.sheet), (1, self.resize), (1, self.past),
        ]  # fmt: skip

    def act(self) -> str:
        if self.acts % 10 == 0:
            self.look()
        self.acts += 1
        weights, ways = zip(*self.ways, strict=True)
        way = self.random.choices(ways, weights)[0]
        way()
        self.page.evaluate(FRAME)
        return str(way.__name__)

    def look(self) -> None:
        """Where the stage is, as far as it is in sight."""
        found = self.page.locator("#stage").bounding_box()
        if found:
            height = (self.page.viewport_size or {"height": 720})["height"]
            room = max(min(found["height"], height - found["y"]), 9)
            self.box = (found["x"], found["y"], found["width"], room)

    def somewhere(self) -> tuple[float, float]:
        x, y, width, height = self.box
        return x + self.random.random() * width, y + self.random.random() * height

    def point(self) -> None:
        self.page.mouse.move(*self.somewhere())

    def click(self) -> None:
        self.page.mouse.click(*self.somewhere())

    def double(self) -> None:
        self.page.mouse.dblclick(*self.somewhere())

    def key(self) -> None:
        self.page.keyboard.press(self.random.choice(KEYS))

    def walk(self) -> None:
        self.page.evaluate(f"document.querySelector('#cells-{self.grid()}').focus()")
        for _ in range(self.random.randint(1, 4)):
            self.page.keyboard.press(self.random.choice(CURSOR))

    def grid(self) -> str:
        return self.random.choice(["input", "weight", "output"])

    def edit(self) -> None:
        self.page.evaluate(
            f"document.querySelector('#cells-{self.random.choice(['input', 'weight'])}').focus()"
        )
        for key in [self.random.choice(CURSOR[:4]), "Enter", "Control+a"]:
            self.page.keyboard.press(key)
        self.page.keyboard.type(self.random.choice(["3", "-2", "7", "0", "x", "1e2", "12"]))
        self.page.keyboard.press(self.random.choice(["Enter", "Tab", "Escape", "Enter"]))
        self.page.keyboard.press("Escape")

    def wheel(self) -> None:
        self.page.mouse.move(*self.somewhere())
        self.page.mouse.wheel(0, self.random.choice([-400, -120, 120, 400]))

    def drag(self) -> None:
        self.page.mouse.move(*self.somewhere())
        self.page.mouse.down()
        self.page.mouse.move(*self.somewhere(), steps=2)
        self.page.mouse.up()

    def press(self) -> None:
        found = self.page.evaluate(BUTTONS)
        if found:
            self.page.mouse.click(*self.random.choice(found))

    def number(self) -> None:
        self.panel()
        name, (least, most) = self.random.choice(list(FIELDS.items()))
        self.set(name, str(self.random.randint(least, most)), "input")

    def choose(self) -> None:
        self.panel()
        name, values = self.random.choice(list(CHOICES.items()))
        self.set(name, self.random.choice(values), "change")

    def panel(self) -> None:
        self.page.evaluate(
            "document.querySelector('#panel:not([hidden])') ?? document.querySelector('#panel-open').click()"
        )
        self.page.wait_for_selector("#panel-form", state="attached")

    def set(self, name: str, value: str, event: str) -> None:
        self.page.evaluate(
            """([name, value, event]) => {
                const control = document.querySelector(`#panel-form [name="${name}"]`);
                if (!control.checkVisibility() || control.disabled) return;
                control.value = value;
                control.dispatchEvent(new Event(event, { bubbles: true }));
            }""",
            [name, value, event],
        )

    def scrub(self) -> None:
        box = self.page.locator("#scrubber").bounding_box()
        if box:
            self.page.mouse.click(
                box["x"] + box["width"] * self.random.random(), box["y"] + box["height"] / 2
            )

    def sheet(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.evaluate("document.querySelector('#help-open').click()")
        self.page.evaluate(FRAME)
        self.page.keyboard.press("Escape")

    def resize(self) -> None:
        width, height = self.random.choice(SIZES)
        self.page.set_viewport_size({"width": width, "height": height})
        self.look()

    def past(self) -> None:
        """Back and forward, as far as the page itself has made history."""
        self.page.evaluate(
            "history.state === null && history.length > 3 && (history.back(), history.forward())"
        )


@contextmanager
def page_of_steady_heap(chromium: BrowserType, url: str) -> Iterator[Page]:
    """A page with a scene of the server at `url`, in a browser whose compilers leave the heap alone."""
    browser = chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, NO_COMPILERS])
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(url + path_of(url, "three-filters"))
    page.wait_for_selector("html[data-ready]", state="attached")
    yield page
    browser.close()


def heap(page: Page) -> float:
    """Bytes in use after garbage collection, when nothing is under way."""
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    page.wait_for_function(QUIET)
    session = page.context.new_cdp_session(page)
    for _ in range(COLLECTIONS):
        session.send("HeapProfiler.collectGarbage")
    used = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    return used


def soak(
    page: Page, url: str, seed: int, interactions: int, warm_seconds: float, check: int = CHECK
) -> Report:
    """`page` shows a scene of `url`; what its console says is in the report."""
    report = Report()
    page.on("pageerror", lambda error: report.troubles.append(str(error)))
    page.on("console", lambda message: note(report, message.type, message.text))
    hand = Hand(page, seed)
    start = time.monotonic()
    for done in range(interactions):
        report.kinds[hand.act()] += 1
        if not report.warm and (time.monotonic() - start >= warm_seconds or done + 1 == interactions):
            report.warm = heap(page)
        if (done + 1) % check == 0 or done + 1 == interactions:
            said, computed = ledgers(page, url)
            report.said.append(said)
            report.computed.append(computed)
            hand.look()
    report.interactions, report.seconds = interactions, time.monotonic() - start
    report.end = heap(page)
    report.nodes = int(page.evaluate("document.querySelectorAll('*').length"))
    return report


def note(report: Report, kind: str, text: str) -> None:
    # What cannot be is refused, and the browser says so.
    if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
        report.troubles.append(text)


def ledgers(page: Page, url: str) -> tuple[list[float], list[float]]:
    """The sums that the ledger prints and the API's, of the step that is shown."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate("document.querySelector('input[name=view][value=stage]').click()")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(QUIET)
    sentence = page.locator("#step-sentence").inner_text()
    # Signals have no rows.
    place = re.match(r"Y\[(\d+), (?:(\d+), )?(\d+)\]", sentence)
    assert place, sentence
    page.wait_for_function("location.pathname.startsWith('/s/')")
    scene = page.evaluate("location.pathname.split('/').at(-1)")
    channel, row, col = (int(index or 0) for index in place.groups())
    summary = get(f"{url}/api/v1/scenes/{scene}")
    index = row * summary["shapes"]["output"][-1] + col
    query = f"out_channel={channel}&start={index}&stop={index + 1}"
    step = get(f"{url}/api/v1/scenes/{scene}/steps?{query}")["steps"][0]
    number = "(cells) => cells.map((cell) => Number(cell.textContent.replace('−', '-')))"
    said = page.locator("#ledger-lines [data-grid=sum]").evaluate_all(number)
    said += [float(sentence.rpartition(" = ")[2].replace("−", "-"))]
    is_maximum = summary["operation"]["kind"].startswith("max_pool")
    sums = [step["output"]] if is_maximum else step["channel_sums"]
    return said, [*sums[:8], step["output"]]


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def run() -> str:
    """The report, with the seed to repeat it."""
    seed = int(os.environ.get("CONVSCOPE_SEED", "1"))
    with (
        served() as url,
        sync_playwright() as playwright,
        page_of_steady_heap(playwright.chromium, url) as page,
    ):
        report = soak(page, url, seed, INTERACTIONS, WARM_SECONDS)
    return f"{report}  seed {seed}\n"
