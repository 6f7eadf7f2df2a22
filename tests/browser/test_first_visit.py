"""What a first visit costs, as far as it does not depend on the machine: bytes, requests, elements."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.support.page import wait_until_painted

BYTES = 95_000
REQUESTS = 7
NODES = 830
HEAP = 8 * 2**20


@pytest.fixture
def visitor(browser: Browser) -> Page:
    """With nothing in the cache."""
    return browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US").new_page()


def test_a_first_visit_is_light(visitor: Page, server: str) -> None:
    """HTML, CSS and scripts, with their headers, until nothing is under way."""
    requests: list[Request] = []
    visitor.on("requestfinished", lambda request: requests.append(request))
    visitor.goto(server)
    visitor.wait_for_selector("#play.is-playing")
    visitor.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in requests]
    kinds = Counter(request.resource_type for request in requests)
    urls = {urlsplit(request.url).path for request in requests}
    assert len(urls) <= REQUESTS, kinds
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= BYTES
    # The page names every script, so that none is found only once another has come.
    html = visitor.request.get(server).text()
    assert [url for url in urls if url.endswith(".js") and url not in html] == []
    # The first picture's numbers came with the page.
    assert not [url for url in urls if url.startswith("/api/")]
    visitor.context.close()


def cost_of_visit(browser: Browser, url: str) -> tuple[int, int]:
    """Bytes with headers, and files, of a visit with nothing in the cache."""
    page = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US").new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in requests]
    page.context.close()
    urls = {urlsplit(request.url).path for request in requests}
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), len(urls)


def test_a_lesson_costs_no_more_than_the_workbench_and_a_tenth(browser: Browser, server: str) -> None:
    first, files = cost_of_visit(browser, server)
    lesson, lesson_files = cost_of_visit(browser, f"{server}/learn/input-channels/4")
    assert lesson <= 1.1 * first and lesson_files <= 1.1 * files


@pytest.mark.parametrize(
    ("channels", "size", "outputs"),
    [(2, 3, 1), (3, 224, 16), (64, 56, 64), (512, 7, 512)],
    ids=["small", "wide", "deep", "many"],
)
def test_a_page_is_light_whatever_the_size(
    visitor: Page, server: str, channels: int, size: int, outputs: int
) -> None:
    """Elements, and JavaScript's heap beyond the tensors."""
    visitor.goto(server)
    body = {
        "input": {"random": {"shape": [channels, size, size]}},
        "weight": {"random": {"shape": [outputs, channels, 3, 3], "seed": 1}},
        "operation": {"kind": "conv2d", "padding": 1},
    }
    answer = visitor.request.post(f"{server}/api/v1/scenes", data=body)
    visitor.goto(server + answer.json()["links"]["page"])
    visitor.wait_for_selector("html[data-ready]", state="attached")
    visitor.locator("#forward").click()
    visitor.wait_for_load_state("networkidle")
    assert visitor.evaluate("document.querySelectorAll('*').length") <= NODES
    session = visitor.context.new_cdp_session(visitor)
    session.send("HeapProfiler.collectGarbage")
    # Typed arrays lie outside this figure.
    assert session.send("Runtime.getHeapUsage")["usedSize"] <= HEAP
    visitor.context.close()


SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
    .observe({ type: 'layout-shift', buffered: true });
"""


@pytest.mark.parametrize("size", [(1366, 900), (1280, 720)])
def test_nothing_moves_while_the_page_comes(browser: Browser, server: str, size: tuple[int, int]) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.add_init_script(SHIFTS)
    page.goto(server)
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("#timeline-position")).not_to_be_empty()
    wait_until_painted(page)
    shifts: list[float] = page.evaluate("shifts")
    page.close()
    assert sum(shifts) < 0.01, shifts
