"""create_app: the only place that wires everything together."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.telemetry import TelemetryConfig
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import api, pages
from app.api.kept import Kept
from app.api.work import Ending, Pool
from app.conv.runtime import prepare
from app.gate import Gate
from app.metrics import Metrics
from app.middleware import Bodies, Head, Watch
from app.ready import Readiness
from app.scenes.presets import built_in
from app.scenes.shelf import Shelf, open_store
from app.settings import VERSION, Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole application. Raises ValueError for a store that cannot be opened."""
    settings = settings or Settings()
    prepare()
    app = FastAPI(
        title="Convscope",
        version=VERSION,
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry=_telemetry(),
    )
    app.state.settings = settings
    app.state.metrics = metrics = Metrics()
    app.state.pool = Pool(settings, metrics)
    app.state.kept = Kept(settings.answer_bytes)
    app.state.ending = ending = Ending(settings.grace_seconds)
    app.state.store = store = Shelf(open_store(settings), built_in(), settings.cache_bytes, metrics)
    app.state.readiness = Readiness(store.check, ending)
    # Middleware that is added later is asked earlier.
    api.install(app)
    app.add_middleware(Bodies, limits=settings)
    app.add_middleware(Head)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD"],
            expose_headers=["Convscope-Steps", "ETag", "Link", "X-Request-ID"],
        )
    app.add_middleware(Gate, settings=settings, metrics=metrics)
    app.add_middleware(Watch, settings=settings, metrics=metrics)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    pages.install(app, api.first_answers)
    return app


def _telemetry() -> TelemetryConfig:
    """Off unless the environment speaks of it: looking for providers takes a tenth of a small answer."""
    wanted = any(name.startswith(("OTEL_", "FASTAPI_OTEL_")) for name in os.environ)
    return {"tracing": wanted, "metrics": wanted, "logs": wanted}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.pool.close()
    app.state.readiness.close()
