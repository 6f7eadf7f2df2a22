"""uvicorn's configuration, with what connections share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import uvicorn

from app.services.running.shutdown import ShutdownState
from app.settings import Settings
from app.web.api.dependencies import services_of
from app.web.server.request_queue import RequestQueue

if TYPE_CHECKING:
    from app.web.server.protocol import HttpConnection

Refusal = Literal["malformed", "head", "slow", "busy"]


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration, and what all connections share. It travels to workers, then is loaded."""

    settings: Settings
    # Connections between two requests, the one that is idle for longest first.
    idle: dict[HttpConnection, None]
    # Connections whose peers take their answers more slowly than they are made.
    congested: set[HttpConnection]
    # Requests that wait to be begun.
    queue: RequestQueue
    shutdown: ShutdownState
    count_refusal: Callable[[Refusal], None]

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.idle, self.congested = {}, set()

    def load(self) -> None:
        super().load()
        # The application's own settings: a worker process may have read them later than its parent.
        services = services_of(self.loaded_app)
        self.settings = services.settings
        self.count_refusal = services.metrics.refused
        self.shutdown = services.shutdown
        self.timeout_keep_alive = self.settings.keep_alive_seconds
        self.timeout_graceful_shutdown = self.settings.grace_seconds
