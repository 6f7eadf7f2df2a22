"""GET /lessons, and exercises: made from a seed, judged, never stored."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from app.conv.errors import ConvError, Message, shown
from app.formats.json_encoding import to_json
from app.lessons.answer_models import ANSWERS, AnswerBody
from app.lessons.exercises import KINDS, describe_exercise, judge, make_exercise
from app.lessons.lesson_files import Lesson, lessons
from app.services.summary import API_PREFIX
from app.web.api import response_models
from app.web.api.dependencies import ServicesDep
from app.web.api.openapi import answer, json_body, problems, ref
from app.web.api.openapi_examples import ANSWER
from app.web.api.parsing import read_json
from app.web.api.problems import Problem
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response
from app.web.negotiation import JSON, choose_language, preferred_language

router = APIRouter(tags=["lessons"], route_class=StrictQueryRoute)
# Numbers that making an exercise touches, about: many layers are tried.
_COST: Final = 100_000
_EXAMPLE: Final = "cell"
_KindPath = Annotated[str, Path(json_schema_extra={"enum": list(KINDS)}, examples=[_EXAMPLE])]


@router.get(
    "/lessons",
    summary="The lessons",
    responses={
        200: {
            "description": "in the order of the index, in the language of Accept-Language",
            "content": {JSON: {"schema": ref(response_models.Lessons)}},
        },
        **problems(),
    },
)
async def get_lessons(
    lang: Annotated[str | None, Query(description="en or zh-CN, instead of Accept-Language")] = None,
    accept_language: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    language = choose_language(lang, accept_language)
    entries = [_entry(lesson, language) for lesson in lessons().values()]
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return json_response({"lessons": entries}, headers=headers)


def _entry(lesson: Lesson, language: str) -> dict[str, Any]:
    page = f"/learn/{lesson.name}"
    return {
        "name": lesson.name,
        "title": lesson.texts[language].title,
        "minutes": lesson.description.minutes,
        "steps": len(lesson.steps),
        "links": {
            "page": page,
            "worksheet": f"{page}/worksheet",
            "exercises": [f"{API_PREFIX}/exercises/{kind}?lesson={lesson.name}" for kind in KINDS],
        },
    }


def _exercise_example() -> dict[str, Any]:
    about = {"kind": _EXAMPLE, "seed": 0, "lesson": None}
    text = to_json(about | describe_exercise(make_exercise(_EXAMPLE, 0, None), "en"))
    return orjson.loads(text)  # type: ignore[no-any-return]


def _judged_example() -> dict[str, Any]:
    body = ANSWERS[_EXAMPLE].model_validate(ANSWER)
    exercise = make_exercise(_EXAMPLE, body.seed, body.lesson)
    return orjson.loads(to_json(judge(exercise, body.answer, body.give_up, "en")))  # type: ignore[no-any-return]


@router.get(
    "/exercises/{kind}",
    summary="An exercise",
    responses={
        200: answer(response_models.Exercise, _exercise_example(), "the same seed, the same exercise"),
        **problems(404),
    },
)
async def get_exercise(
    request: Request,
    services: ServicesDep,
    kind: _KindPath,
    seed: Annotated[int, Query(ge=0, lt=2**63, description="of which the exercise is made")] = 0,
    lesson: Annotated[str | None, Query(description="whose kind of layer it is about")] = None,
) -> Response:
    """
    A small layer of integers and a question about it, in the language of Accept-Language. Nothing is stored.
    """
    _check(kind, lesson)
    language = preferred_language(request.scope)
    exercise = await services.pool.run(_COST, make_exercise, kind, seed, lesson)
    described = describe_exercise(exercise, language)
    return _not_stored({"kind": kind, "seed": seed, "lesson": lesson} | described, language)


@router.post(
    "/exercises/{kind}/answers",
    summary="Judge an answer",
    openapi_extra=json_body(AnswerBody, ANSWER),
    responses={
        200: answer(response_models.JudgedAnswer, _judged_example(), "whether it is right"),
        **problems(400, 404, 413, 415),
    },
)
async def post_answer(request: Request, services: ServicesDep, kind: _KindPath) -> Response:
    """
    A wrong answer is recomputed under each misconception; `diagnosis` is the only one that gives it. With
    `give_up` the right answer is told, with where it comes from.
    """
    _check(kind, None)
    body, _ = await read_json(request, services, ANSWERS[kind])
    _check(kind, body.lesson)
    language = preferred_language(request.scope)

    def judged() -> dict[str, Any]:
        exercise = make_exercise(kind, body.seed, body.lesson)
        return judge(exercise, body.answer, body.give_up, language)

    return _not_stored(await services.pool.run(_COST, judged), language)


def _check(kind: str, lesson: str | None) -> None:
    """Raise Problem for a kind, ConvError for a lesson that is not there."""
    if kind not in KINDS:
        raise Problem(404, Message("exercise_unknown", kind=shown(kind), kinds=", ".join(KINDS)))
    if lesson is not None and lesson not in lessons():
        names = ", ".join(lessons())
        raise ConvError("lesson_unknown", "/lesson", lesson=shown(lesson), lessons=names)


def _not_stored(content: dict[str, Any], language: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"}
    return json_response(content, headers=headers)
