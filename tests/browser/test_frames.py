"""Playing costs the browser no frame, and a hand is answered in the next one, whatever the server does."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bench.frames import INTERVALS, VIEW

pytestmark = pytest.mark.exclusive

SECONDS = 2


def test_the_photograph_plays_at_the_pace_of_a_blank_page(
    browser: Browser, server: str, scene_paths: dict[str, str]
) -> None:
    blank = browser.new_page(viewport=VIEW)
    expected = median(blank.evaluate(INTERVALS, SECONDS))
    blank.close()
    page = browser.new_page(viewport=VIEW)
    page.goto(server + scene_paths["edges"])
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#speed").select_option("4")
    page.locator("#play").click()
    playing = median(page.evaluate(INTERVALS, SECONDS))
    assert page.locator("#play.is-playing").count() == 1
    page.close()
    assert playing <= expected * 1.1, f"{playing:.1f} ms between frames, a blank page {expected:.1f}"


# What differs on the page and its canvas between before something is done and the frame after it.
ONE_FRAME = """async (name) => {
    const stage = document.querySelector('#stage');
    const acts = {
        key: () => document.body.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true })),
        button: () => document.querySelector('#forward').click(),
        play: () => document.querySelector('#play').click(),
        parameter: () => {
            const field = document.querySelector('#panel-form [name=padding_top]');
            field.value = '1';
            field.dispatchEvent(new Event('input', { bubbles: true }));
        },
    };
    const look = () => {
        const canvas = new OffscreenCanvas(stage.width, stage.height);
        const copy = canvas.getContext('2d', { willReadFrequently: true });
        copy.drawImage(stage, 0, 0);
        const { data } = copy.getImageData(0, 0, stage.width, stage.height);
        return {
            picture: new Uint32Array(data.buffer).reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 7),
            playing: document.querySelector('#play').matches('.is-playing'),
            told: document.querySelector('#step-description').textContent,
            formula: document.querySelector('#panel-formula').textContent,
        };
    };
    await new Promise(requestAnimationFrame);
    const before = look();
    acts[name]();
    await new Promise(requestAnimationFrame);
    const after = look();
    return Object.keys(before).filter((part) => before[part] !== after[part]);
}"""


@pytest.mark.parametrize(
    ("act", "changed"),
    [
        ("key", {"picture", "told"}),
        ("button", {"picture", "told"}),
        ("play", {"playing"}),
        ("parameter", {"formula"}),
    ],
)
def test_input_changes_the_next_frame(
    open_page: Callable[..., Page], scene_paths: dict[str, str], act: str, changed: set[str]
) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#panel-formula")).not_to_be_empty()
    asked: list[Route] = []
    page.route("**/api/**", lambda route: asked.append(route))  # the server is silent
    assert changed <= set(page.evaluate(ONE_FRAME, act))
    for route in asked:
        route.continue_()
