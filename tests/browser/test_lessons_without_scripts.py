"""The steps of lessons where scripts are off: whole, with a still picture, and no control that is dead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from app.i18n.languages import LANGUAGES
from app.lessons.lesson_files import Step, StepTexts, lessons

# What seems to answer, and does not without scripts; what is cut off; pictures that are not there.
DEAD = """() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const cut = ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1;
  return {
    controls: [...document.querySelectorAll('button, input, select, textarea, [tabindex="0"]')]
      .filter(seen).map((element) => element.outerHTML),
    cut: [...document.querySelectorAll('html, .lesson-text, .lesson-text :is(h1, p, li, dd)')]
      .filter((element) => seen(element) && cut(element))
      .map((element) => element.outerHTML.slice(0, 200)),
    pictures: [...document.images].filter((image) => !image.naturalWidth).map(({ src }) => src),
    open: document.querySelectorAll('details[open]').length,
  };
}"""


SCREENS: list[ViewportSize] = [{"width": 1366, "height": 768}, {"width": 360, "height": 740}]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(lessons()))
def test_a_step_without_scripts(browser: Browser, server: str, name: str, language: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        for step in lessons()[name].steps:
            page.goto(f"{server}/learn/{name}/{step.number}?lang={language}")
            for screen in SCREENS:
                page.set_viewport_size(screen)
                assert page.evaluate(DEAD) == {"controls": [], "cut": [], "pictures": [], "open": 0}
                if screen["width"] > 1000:
                    # What presenting enlarges is whole, too.
                    page.evaluate("document.documentElement.classList.add('presenting')")
                    assert page.evaluate(DEAD)["cut"] == []
                    page.evaluate("document.documentElement.classList.remove('presenting')")
                if step.task:
                    check_task(page, step, lessons()[name].texts[language].steps[step.name], language)


def check_task(page: Page, step: Step, texts: StepTexts, language: str) -> None:
    """The answer opens, and closes again."""
    assert step.task is not None
    task = page.locator("#task")
    answer = task.get_by_text("Answer" if language == "en" else "答案", exact=True)
    answer.click()
    assert task.locator("details[open] > :not(summary)").first.inner_text()
    if step.task.kind == "choose":
        assert task.locator("li").count() == task.locator("dt").count() == len(texts.choices)
    answer.click()
