"""Whether the process lives, whether it should be sent requests, and what it has counted."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from app.api.answers import json_answer
from app.api.described import Status
from app.api.openapi import TEXT, answer, problems

router = APIRouter(tags=["health"])

_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@router.get(
    "/readyz",
    summary="Whether it should be sent requests",
    responses={200: answer(Status, {"status": "ready"}, "the store answers"), **problems()},
)
async def readyz(request: Request) -> Response:
    if problem := await request.app.state.readiness.problem():
        raise problem
    return json_answer({"status": "ready"}, headers=_NOT_KEPT)


@router.get(
    "/healthz",
    summary="Whether the process lives",
    responses={200: answer(Status, {"status": "ok"}, "it does"), **problems()},
)
async def healthz() -> Response:
    return json_answer({"status": "ok"}, headers=_NOT_KEPT)


@router.get(
    "/metrics",
    summary="What it has counted",
    responses={200: {"description": "Prometheus' text form", "content": {"text/plain": TEXT}}, **problems()},
)
async def metrics(request: Request) -> Response:
    text = request.app.state.metrics.text()
    return Response(text, headers=_NOT_KEPT, media_type=CONTENT_TYPE_PLAIN_0_0_4)
