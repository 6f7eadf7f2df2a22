"""A first visit to `/`, with nothing in the cache, beside a static page that carries the same, in turns.

static: what the server sent, sent again by a bare Starlette: the same headers, HTML, CSS and scripts in as
many files and, but for a few, as many bytes. Its script fills the stage with a colour, and all else in it
is a comment. No page of this weight and build can take less.

first paint: first contentful paint. first cell: the first picture on the stage. Both from the start of the
navigation.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

import brotli
from playwright.sync_api import Browser, Request, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from bench.frames import VIEW
from bench.measure import table
from bench.served import served, started
from tests.support.chromium import CHROMIUM, FLAGS

ROUNDS = 15
KBIT = 1000 / 8
# Lighthouse's slow 4G (150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up) and its slow processor.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1600 * KBIT, "uploadThroughput": 750 * KBIT}
SLOW_PROCESSOR = 4
LINES = {"loopback": False, "slow 4G, processor / 4": True}

# Milliseconds until a new window has set itself up: its own frame is a page too, and no part of the visit.
WINDOW_START = 800

# A step of a lesson, which may cost a tenth more than the workbench.
LESSON = "/learn/input-channels/4"

WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
"""
SEEN = """() => performance.getEntriesByName('painted').length > 0
    && performance.getEntriesByName('first-contentful-paint').length > 0
    && document.readyState === 'complete'"""
TIMES = """() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
    performance.getEntriesByName('painted')[0].startTime]"""
# What has begun is over, long tasks included.
REST = "() => new Promise((done) => requestIdleCallback(() => setTimeout(done)))"

FILL = """
const room = document.querySelector('#stage').getContext('2d', { alpha: false });
requestAnimationFrame(() => {
    room.fillStyle = 'teal';
    room.fillRect(0, 0, 300, 150);
    performance.mark('painted');
});
"""


class Visit(NamedTuple):
    paint: float
    cell: float
    tasks: list[float]
    bytes: int
    requests: int


def visit(browser: Browser, url: str, slow: bool) -> Visit:
    """In a context of its own: nothing is in the cache."""
    page = browser.new_context(viewport=VIEW, locale="en-US").new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.add_init_script(WATCH)
    session = page.context.new_cdp_session(page)
    if slow:
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})
    page.wait_for_timeout(WINDOW_START)
    page.goto(url)
    page.wait_for_function(SEEN)
    page.wait_for_load_state("networkidle")
    page.evaluate(REST)
    paint, cell = page.evaluate(TIMES)
    tasks = page.evaluate("longTasks")
    sizes = [request.sizes() for request in {request.url: request for request in requests}.values()]
    page.context.close()
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    return Visit(paint, cell, tasks, weight, len(sizes))


def still(folder: Path, browser: Browser, url: str) -> None:
    """Writes the static page's files, one for each that a visit to `url` asks for."""
    page = browser.new_context(viewport=VIEW, locale="en-US").new_page()
    paths: list[str] = []
    page.on("requestfinished", lambda request: paths.append(request.url.removeprefix(url)))
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_load_state("networkidle")
    page.context.close()
    for path in dict.fromkeys(paths):
        with urllib.request.urlopen(url + path) as answer:
            content, headers = answer.read(), dict(answer.headers)
        if path.endswith(".js"):
            content = _idle(content.decode()).encode()
        file = folder / quote(path, safe="")
        file.write_bytes(brotli.compress(content))
        file.with_suffix(f"{file.suffix}{HEADERS}").write_text(json.dumps(_kept(headers)))


def _kept(headers: dict[str, str]) -> dict[str, str]:
    """Without those that the server adds again, and with those of a compressed answer."""
    again = ("date", "content-length", "content-encoding")
    return {name: value for name, value in headers.items() if name not in again} | {"content-encoding": "br"}


def _idle(script: str) -> str:
    comment = script.replace("*/", "* ")
    return f"{FILL}/*{comment}*/"


HEADERS = ".headers"
FILES = {path.name: path.read_bytes() for path in Path(os.environ.get("BENCH_ANSWERS", "/nowhere")).glob("*")}


async def send_file(request: Asked) -> Response:
    name = quote(request.url.path, safe="")
    if name not in FILES:
        return Response(status_code=404)
    return Response(FILES[name], headers=json.loads(FILES[name + HEADERS]))


static = Starlette(routes=[Route("/{path:path}", send_file)])


def run() -> str:
    """The table."""
    with served() as url, tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        still(Path(name), browser, url)
        command = [sys.executable, "-m", "uvicorn", "bench.visits:static", "--log-level", "error"]
        with started(command, {"BENCH_ANSWERS": name}) as other:
            rows = [row for line, slow in LINES.items() for row in _rows(browser, url, other.url, line, slow)]
        browser.close()
    head = (
        "line",
        "page",
        "first paint",
        "/ static",
        "first cell",
        "/ static",
        "long tasks",
        "kB",
        "requests",
    )
    return table("First visit (ms, medians)", head, rows)


def _rows(browser: Browser, ours: str, static: str, line: str, slow: bool) -> list[list[str]]:
    pages = {"ours": ours, "static": static, "lesson": f"{ours.rstrip('/')}{LESSON}"}
    visits: dict[str, list[Visit]] = {name: [] for name in pages}
    for url in pages.values():
        visit(browser, url, slow)  # the servers' own first answers are no part of it
    for _ in range(ROUNDS):
        for name, url in pages.items():
            visits[name].append(visit(browser, url, slow))
    least = {
        name: (median(v.paint for v in seen), median(v.cell for v in seen)) for name, seen in visits.items()
    }
    rows = []
    for name, seen in visits.items():
        (paint, cell), (still_paint, still_cell) = least[name], least["static"]
        tasks = [task for one in seen for task in one.tasks]
        longest = f"{len(tasks)}, longest {max(tasks):.0f}" if tasks else "none"
        figures = [f"{paint:.0f}", f"{paint / still_paint:.2f}", f"{cell:.0f}", f"{cell / still_cell:.2f}"]
        rows.append([line, name, *figures, longest, f"{seen[0].bytes / 1000:.1f}", str(seen[0].requests)])
    return rows
