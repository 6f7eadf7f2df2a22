"""All routes of the API."""

from __future__ import annotations

from fastapi import FastAPI

from app.services.summary import API_PREFIX
from app.web.api import openapi
from app.web.api.problems import add_problem_handlers
from app.web.api.routers import (
    figures,
    gradient_steps,
    gradients,
    health,
    lessons,
    network_figures,
    networks,
    presets,
    scatter,
    scenes,
    steps,
    tensors,
    torch_code,
    trace,
)


def add_api(app: FastAPI) -> None:
    """Add the API, its document and its problem answers to `app`."""
    openapi.describe_app(app)
    add_problem_handlers(app)
    for module in (
        trace,
        gradients,
        gradient_steps,
        scenes,
        steps,
        scatter,
        tensors,
        presets,
        torch_code,
        figures,
        lessons,
        networks,
        network_figures,
    ):
        app.include_router(module.router, prefix=API_PREFIX)
    app.include_router(health.router)
