"""Whether the process lives, whether it should be sent requests, and what it has counted."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from app.api.answers import json_answer

router = APIRouter(tags=["health"])

_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    if problem := await request.app.state.readiness.problem():
        raise problem
    return json_answer({"status": "ready"}, headers=_NOT_KEPT)


@router.get("/healthz")
async def healthz() -> Response:
    return json_answer({"status": "ok"}, headers=_NOT_KEPT)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    text = request.app.state.metrics.text()
    return Response(text, headers=_NOT_KEPT, media_type=CONTENT_TYPE_PLAIN_0_0_4)
