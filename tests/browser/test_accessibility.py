"""What axe finds: nothing, in either theme and language, with a dialog open, while time runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.page import OpenPage

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RUN = """async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations, passes } = await axe.run(document, { runOnly: tags });
    const told = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`);
    return { rules: passes.length, found: violations.flatMap(told) };
}"""


def violations(page: Page) -> list[Any]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    answer = page.evaluate(RUN)
    assert answer["rules"] > 10, "axe looked at nothing"
    return list(answer["found"])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    open_page: OpenPage, scene_paths: dict[str, str], theme: str, language: str
) -> None:
    page = open_page(f"{scene_paths['three-filters']}?lang={language}&pin=x0,1,1", color_scheme=theme)
    page.locator("#play").click()
    assert violations(page) == []
    assert page.locator("#play.is-playing").count() == 1
    page.locator("#panel-open").click()
    expect(page.locator("#panel")).to_be_visible()
    page.locator('[name="kernel_size_h"]').fill("9")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(page) == []
    page.keyboard.press("Escape")
    for sheet in ("examples", "legend", "facts-detail"):
        page.locator(f"[popovertarget={sheet}]").click()
        assert violations(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("dialog.save")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#embed-open").click()
    expect(page.locator(".embed-snippet")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#all-terms").click()
    assert violations(page) == []
    page.keyboard.press("p")
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_phone(open_page: OpenPage, scene_paths: dict[str, str], theme: str) -> None:
    phone = {"color_scheme": theme, "viewport": {"width": 320, "height": 640}, "has_touch": True}
    page = open_page(scene_paths["edges"], **phone)
    # The output of a picture is scrolled to on so small a screen: the timeline may cover half of it before.
    page.locator("#out-channel").evaluate("(chooser) => chooser.scrollIntoView({ block: 'center' })")
    assert violations(page) == []
    page = open_page(scene_paths["two-channels"], **phone)
    page.locator("#panel-open").click()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("controls", ["none", "play", "all"])
def test_axe_finds_nothing_in_a_frame(
    open_page: OpenPage, scene_paths: dict[str, str], theme: str, controls: str
) -> None:
    path = scene_paths["three-filters"].replace("/s/", "/embed/")
    page = open_page(f"{path}?step=0,1,1&controls={controls}&theme={theme}", color_scheme="light")
    assert violations(page) == []


def test_axe_finds_nothing_on_the_error_page(browser: Browser, server: str) -> None:
    page = browser.new_page()
    page.goto(f"{server}/s/nothing")
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("way", ["input", "input&reading=scatter", "weight", "bias"])
def test_axe_finds_nothing_in_a_gradient(open_page: OpenPage, scene_paths: dict[str, str], way: str) -> None:
    page = open_page(f"{scene_paths['strided-volume']}?direction={way}")
    expect(page.locator("#gradient-tools")).to_be_visible()
    page.get_by_label("upstream dY:").select_option("squared_error")
    expect(page.locator("#loss-value")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="target", exact=True).click()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_gradient_descent(
    open_page: OpenPage, scene_paths: dict[str, str], theme: str
) -> None:
    """After a run that went too far, which has most to say."""
    page = open_page(f"{scene_paths['strided-volume']}?direction=weight", color_scheme=theme)
    page.get_by_label("upstream dY:").select_option("squared_error")
    page.locator("#descent-open").click()
    page.locator("#descent-rate").fill("100")
    page.locator("#descent-run").click()
    expect(page.locator(".descent-outcome")).to_contain_text("diverges")
    assert violations(page) == []
