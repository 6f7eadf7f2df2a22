"""All routes of the API."""

from __future__ import annotations

from fastapi import FastAPI

from app.api import code, health, openapi, presets, problems, scenes, stamps, steps, tensors, trace
from app.api.direct import DirectRoute
from app.api.formats import PREFIX


def install(app: FastAPI) -> None:
    """Add the API and its problem answers to `app`."""
    openapi.install(app)
    problems.install(app)
    # First and not included: looking an included route up takes as long as a small layer.
    app.router.add_api_route(
        f"{PREFIX}/trace",
        trace.trace,
        methods=["POST"],
        tags=["trace"],
        route_class_override=DirectRoute,
        **trace.DESCRIBED,
    )
    for module in (scenes, steps, stamps, tensors, presets, code):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
