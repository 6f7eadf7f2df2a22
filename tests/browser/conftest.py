"""A real server and a real browser. A console error, a lost request or one to another host fails the test."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.support.chromium import CHROMIUM, TEST_FLAGS
from tests.support.course_site import CourseSite, course_site
from tests.support.frames import Visit
from tests.support.server_process import running_server

# Milliseconds, on a machine that is busy with other things too.
_PATIENCE = 20_000
expect.set_options(timeout=_PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=TEST_FLAGS)
        yield browser
        browser.close()


class PageOpener:
    """`open_page(path, **context options)`: a page that has loaded its scene.

    `expect_refusals`: the test asks for what is refused or cut off, and the browser logs that. `prepare`: is
    called with the page before it is loaded. `again`: a page of this test, which is loaded once more with
    nothing stored; that costs half of a page in a context of its own.
    """

    def __init__(self, browser: Browser, server: str) -> None:
        self.browser = browser
        self.server = server
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    def __call__(
        self,
        path: str = "/",
        *,
        expect_refusals: bool = False,
        prepare: Callable[[Page], None] | None = None,
        again: Page | None = None,
        **options: Any,
    ) -> Page:
        if again:
            page = again
            page.context.clear_cookies()
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
        else:
            page = self._new_page(expect_refusals, options)
            if prepare:
                prepare(page)
        page.goto(self.server + path)
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def _new_page(self, expect_refusals: bool, options: dict[str, Any]) -> Page:
        options = {"viewport": {"width": 1280, "height": 720}, "locale": "en-US"} | options
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("console", lambda message: self._note_console(message, expect_refusals))
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._note_failure(request, expect_refusals))
        page.on("request", lambda request: self._note_request(request.url))
        return page

    def _note_request(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(self.server):
            self.troubles.append(f"asked another host: {url}")

    def _note_console(self, message: ConsoleMessage, expect_refusals: bool) -> None:
        refusal = expect_refusals and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not refusal:
            self.troubles.append(f"console: {message.text}")

    def _note_failure(self, request: Request, expect_refusals: bool) -> None:
        # What the page itself gives up, because something newer is asked for, is no failure.
        if request.failure != "net::ERR_ABORTED" and not expect_refusals:
            self.troubles.append(f"failed: {request.url}")


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[PageOpener]:
    """See `PageOpener`."""
    opener = PageOpener(browser, server)
    yield opener
    for context in opener.contexts:
        context.close()
    assert opener.troubles == []


@pytest.fixture(scope="session")
def scene_paths(server: str) -> dict[str, str]:
    """The page of each preset, by name."""
    with urllib.request.urlopen(f"{server}/api/v1/presets") as answer:
        return {preset["name"]: f"/s/{preset['id']}" for preset in json.load(answer)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourseSite]:
    with course_site(tmp_path_factory.mktemp("course")) as site:
        yield site


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory, course: CourseSite) -> Iterator[str]:
    """A server whose pages the course may show."""
    with running_server(tmp_path_factory.mktemp("framed"), frame_ancestors=course.origin) as server:
        yield server.url


@pytest.fixture
def page_without_storage(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Cookies and storage of every kind are off, as people and schools set it; fails on an error."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    launch = browser.browser_type.launch_persistent_context
    context = launch(tmp_path, executable_path=CHROMIUM, args=TEST_FLAGS)
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """`visit(url, **context options)`: fails on a console error, and on a request that could write."""
    troubles: list[str] = []
    contexts = []

    def note_write(request: Request) -> None:
        if request.method != "GET":
            troubles.append(request.method)

    def note_error(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(message.text)

    def visit_(url: str, *, refused: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1000, "height": 900}, "locale": "en-US"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("request", note_write)
        if not refused:
            page.on("console", note_error)
        page.goto(url)
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert troubles == []
