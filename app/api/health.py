"""Whether the process lives, and whether its store answers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.answers import json_answer
from app.api.work import Pool
from app.scenes.shelf import Shelf

router = APIRouter(tags=["health"])


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    store: Shelf = request.app.state.store
    pool: Pool = request.app.state.pool
    await pool.file(store.check)
    return json_answer({"status": "ready"})


@router.get("/healthz")
async def healthz() -> Response:
    return json_answer({"status": "ok"})
