"""create_app: the only place that wires the web application together."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.telemetry import TelemetryConfig
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.conv.torch_setup import prepare
from app.lessons.lesson_files import lesson_scenes
from app.networks.layer_scenes import layer_scenes
from app.scenes.presets import built_in
from app.services.container import open_services
from app.services.networks.example import EXAMPLE
from app.services.networks.trained_examples import trained_networks
from app.settings import VERSION, Settings
from app.web.api.dependencies import services_of
from app.web.api.routes import add_api
from app.web.middleware.body_limit import BodyLimitMiddleware
from app.web.middleware.cross_origin import EXPOSED_HEADERS, CrossOriginMiddleware
from app.web.middleware.head_method import HeadMethodMiddleware
from app.web.middleware.host_check import HostCheckMiddleware
from app.web.middleware.rate_limit import RateLimitMiddleware
from app.web.middleware.request_log import RequestLogMiddleware
from app.web.middleware.security_headers import SecurityHeadersMiddleware
from app.web.middleware.token_check import TokenCheckMiddleware
from app.web.pages.routes import add_pages


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
    networks = [EXAMPLE, *trained_networks()]
    scenes = {**built_in(), **lesson_scenes()}
    for each in networks:
        scenes |= layer_scenes(each, settings)
    known = {each.id: each for each in networks}
    app.state.services = open_services(settings, scenes, known)
    add_api(app)
    _add_middleware(app, settings)
    add_pages(app)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add the middleware; the last one added is the outermost."""
    metrics = services_of(app).metrics
    app.add_middleware(BodyLimitMiddleware, limits=settings)
    app.add_middleware(HeadMethodMiddleware)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD"],
            expose_headers=EXPOSED_HEADERS,
        )
    app.add_middleware(RateLimitMiddleware, settings=settings, metrics=metrics)
    app.add_middleware(CrossOriginMiddleware, framed=bool(settings.frame_ancestors), metrics=metrics)
    if settings.token:
        app.add_middleware(TokenCheckMiddleware, token=settings.token, metrics=metrics)
    app.add_middleware(HostCheckMiddleware, hosts=settings.hosts, metrics=metrics)
    app.add_middleware(RequestLogMiddleware, metrics=metrics)
    app.add_middleware(SecurityHeadersMiddleware, settings=settings)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)


def _telemetry() -> TelemetryConfig:
    """Off unless the environment asks for it: looking for providers takes a tenth of a small answer."""
    wanted = any(name.startswith(("OTEL_", "FASTAPI_OTEL_")) for name in os.environ)
    return {"tracing": wanted, "metrics": wanted, "logs": wanted}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    services_of(app).close()
