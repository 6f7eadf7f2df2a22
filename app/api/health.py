"""Whether the process lives."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.api.answers import json_answer

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Response:
    return json_answer({"status": "ok"})
