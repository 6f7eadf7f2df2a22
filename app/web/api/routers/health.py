"""Whether the process lives, whether it should be sent requests, and what it has counted."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from app.web.api.dependencies import ServicesDep
from app.web.api.openapi import TEXT, answer, problems
from app.web.api.response_models import Status
from app.web.api.responses import json_response

router = APIRouter(tags=["health"])

_NO_STORE: Final = {"Cache-Control": "no-store"}


@router.get(
    "/readyz",
    summary="Whether it should be sent requests",
    responses={200: answer(Status, {"status": "ready"}, "the store answers"), **problems()},
)
async def readyz(services: ServicesDep) -> Response:
    await services.readiness.check()
    return json_response({"status": "ready"}, headers=_NO_STORE)


@router.get(
    "/healthz",
    summary="Whether the process lives",
    responses={200: answer(Status, {"status": "ok"}, "it does"), **problems()},
)
async def healthz() -> Response:
    return json_response({"status": "ok"}, headers=_NO_STORE)


@router.get(
    "/metrics",
    summary="What it has counted",
    responses={200: {"description": "Prometheus' text form", "content": {"text/plain": TEXT}}, **problems()},
)
async def metrics(services: ServicesDep) -> Response:
    return Response(services.metrics.text(), headers=_NO_STORE, media_type=CONTENT_TYPE_PLAIN_0_0_4)
