"""The lessons' pages: the index, a whole lesson, one step beside the stage, and the worksheet."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from app.lessons.lesson_files import Lesson, Step, lessons
from app.lessons.still_pictures import draw_step
from app.services.figures.colors import Theme
from app.services.figures.files import to_svg
from app.web.api.dependencies import services_of
from app.web.pages.html_page import error_page, html_page, language_of, language_query, theme_of
from app.web.pages.lesson_context import LessonLinks, lesson_page, lesson_step
from app.web.pages.worksheet import worksheet_page

# Numbers that making some exercises touches, about.
_WORK: Final = 500_000


async def index(request: Request) -> Response:
    links = _links(request)
    entries = [lesson_page(lesson, links) for lesson in lessons().values()]
    return html_page(request, "learn.html", 200, lessons=entries, texts=links.texts)


async def whole_lesson(request: Request) -> Response:
    lesson = _lesson(request)
    if lesson is None:
        return error_page(request, 404)
    links = _links(request)
    return html_page(request, "lesson.html", 200, lesson=lesson_page(lesson, links), texts=links.texts)


async def step(request: Request) -> Response:
    lesson, step = _lesson(request), _step(request)
    if lesson is None or step is None:
        return error_page(request, 404)
    links = _links(request)
    page = lesson_step(lesson, step.number, links)
    return html_page(request, "lesson_step.html", 200, page=page, texts=links.texts)


async def step_picture(request: Request) -> Response:
    """For readers without scripts; `theme` and `lang` are in the address."""
    step = _step(request)
    if step is None:
        return error_page(request, 404)
    language = language_of(request)
    theme: Theme = "dark" if request.query_params.get("theme") == "dark" else "light"
    content = to_svg(draw_step(step, theme, language), language, None)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language", "Content-Language": language}
    return Response(content, headers=headers, media_type="image/svg+xml")


async def worksheet(request: Request) -> Response:
    lesson = _lesson(request)
    if lesson is None:
        return error_page(request, 404)
    links = _links(request)
    pool = services_of(request.app).pool
    page = await pool.run(_WORK, worksheet_page, lesson, _seed(request), links)
    return html_page(request, "worksheet.html", 200, page=page, texts=links.texts)


def _lesson(request: Request) -> Lesson | None:
    return lessons().get(request.path_params["lesson"])


def _step(request: Request) -> Step | None:
    lesson, number = _lesson(request), request.path_params["step"]
    return lesson.steps[number - 1] if lesson and 1 <= number <= len(lesson.steps) else None


def _links(request: Request) -> LessonLinks:
    return LessonLinks(language_of(request), language_query(request), theme_of(request))


def _seed(request: Request) -> int:
    """The one in the address; what is none counts as 1."""
    text = request.query_params.get("seed", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 1
