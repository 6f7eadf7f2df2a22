"""Worksheets on paper: one sheet of questions, and one of answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from app.i18n.languages import LANGUAGES
from app.lessons.lesson_files import lessons


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(lessons()))
def test_a_worksheet_prints_on_two_sheets(browser: Browser, server: str, name: str, language: str) -> None:
    page = browser.new_page()
    for seed in (1, 2, 3):
        page.goto(f"{server}/learn/{name}/worksheet?lang={language}&seed={seed}")
        assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 2, seed
    page.close()
