"""All routes of the API."""

from __future__ import annotations

from fastapi import FastAPI

from app.api import code, health, openapi, presets, problems, scenes, stamps, steps, tensors, trace
from app.api.direct import Direct
from app.api.formats import PREFIX


def install(app: FastAPI) -> None:
    """Add the API and its problem answers to `app`."""
    openapi.install(app)
    problems.install(app)
    app.add_middleware(Direct, route=trace.ROUTE, prefix=PREFIX)
    for module in (trace, scenes, steps, stamps, tensors, presets, code):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
