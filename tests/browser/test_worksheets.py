"""Worksheets on paper: one sheet of questions, and one of answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from app.i18n.languages import LANGUAGES
from app.lessons.lesson_files import lessons

SEEDS = range(1, 31)
# The worksheets of other seeds, each from a new sheet on.
_ADD = """async (addresses) => {
  const main = document.querySelector('main');
  for (const address of addresses) {
    const text = await (await fetch(address)).text();
    const sheet = new DOMParser().parseFromString(text, 'text/html').querySelector('.worksheet');
    sheet.style.breakBefore = 'page';
    main.append(sheet);
  }
}"""


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("name", list(lessons()))
def test_a_worksheet_prints_on_two_sheets(browser: Browser, server: str, name: str) -> None:
    """Of many seeds, printed one after the other, in one language and the other."""
    page = browser.new_page()
    languages = list(LANGUAGES)
    addresses = [
        f"{server}/learn/{name}/worksheet?lang={languages[seed % len(languages)]}&seed={seed}"
        for seed in SEEDS
    ]
    page.goto(addresses[0])
    assert sheets(page) == 2
    page.evaluate(_ADD, addresses[1:])
    assert sheets(page) == 2 * len(SEEDS)
    page.close()
