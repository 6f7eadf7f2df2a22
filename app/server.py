"""The server process: uvicorn, which ends what is under way when it is told to stop, and exits with 0."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.settings import Settings


class Server(uvicorn.Server):
    """uvicorn's server, with two changes to how it stops."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.ending.begin()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            # uvicorn would send itself the signal again, and so exit with an error.
            self._captured_signals.clear()


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; what is under way then has `grace_seconds` to come to an end."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        # A line for each request costs more than a small answer does.
        access_log=settings.log_level == "debug",
        # h11 answers a request twice that has both Content-Length and Transfer-Encoding.
        http="httptools",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=settings.grace_seconds,
    )
    Server(config, app).run()
