"""The server processes: uvicorn, which ends what is under way when it is told to stop, and exits with 0."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors import multiprocess

from app.observability.logs import configure_logs
from app.settings import Settings
from app.store.open_store import open_store
from app.web.api.dependencies import services_of
from app.web.server.config import ServerConfig
from app.web.server.protocol import HttpConnection
from app.web.server.request_queue import RequestQueue

_TICKS_A_SECOND = 10


class Server(uvicorn.Server):
    """uvicorn's server, with two changes to how it stops, and an eye on connections that hang."""

    def __init__(self, config: ServerConfig) -> None:
        super().__init__(config)
        config.queue = RequestQueue(lambda: len(self.server_state.tasks) < config.settings.max_requests)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is there now stays: each full collection would look through it, for a tenth of a second.
        gc.collect()
        gc.freeze()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.config.loaded:
            services_of(self.config.loaded_app).shutdown.begin()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            # uvicorn would send itself the signal again, and so exit with an error.
            self._captured_signals.clear()

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                assert isinstance(connection, HttpConnection)
                connection.expire(now)
        return await super().on_tick(counter)


class Worker(multiprocess.Process):
    """One of several processes that serve the same socket."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is for the parent
        _prepare_process()
        super().target(sockets)

    @property
    def server(self) -> Server:
        if self._server is None:
            assert isinstance(self.config, ServerConfig)
            self._server = Server(self.config)
        assert isinstance(self._server, Server)
        return self._server

    def join(self) -> None:
        super().join()
        mark_process_dead(self.pid)  # type: ignore[no-untyped-call]


AppFactory = Callable[[Settings], FastAPI]


def server_for(
    create_app: AppFactory, settings: Settings, given: Mapping[str, Any] | None = None
) -> Callable[[], None]:
    """
    A function that serves until SIGTERM or SIGINT; requests under way then have `grace_seconds` to finish.

    A worker that dies is replaced, and SIGHUP replaces the workers one after the other with new ones, which
    read the settings anew, except those `given`. Raises ValueError or StoreUnavailable for a store that
    cannot be opened.
    """
    configure_logs(settings)
    _prepare_process()
    if settings.workers == 1:
        return Server(_config(settings, create_app(settings))).run
    open_store(settings)
    return partial(
        _serve_with_workers, settings, partial(_worker_app, create_app, settings, dict(given or {}))
    )


def _config(settings: Settings, app: Any) -> ServerConfig:
    return ServerConfig(
        app,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=HttpConnection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # What one request has set is not there in another that is begun while it ends.
        reset_contextvars=True,
        # A worker answers only once it has read its programs, which takes seconds on a busy machine.
        timeout_worker_healthcheck=60,
        factory=not isinstance(app, FastAPI),
    )


def _worker_app(create_app: AppFactory, before: Settings, given: dict[str, Any]) -> FastAPI:
    configure_logs(before)
    try:
        settings = Settings.read(**given)
        configure_logs(settings)
        return create_app(settings)
    except ValueError as error:
        logging.getLogger("convscope").error("%s", " ".join(str(error).split()))
        sys.exit(1)


def _serve_with_workers(settings: Settings, factory: partial[FastAPI]) -> None:
    # The supervisor makes its processes by this name.
    multiprocess.Process = Worker  # type: ignore[misc]
    with tempfile.TemporaryDirectory(prefix="convscope-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        config = _config(settings, factory)
        multiprocess.Multiprocess(config, [config.bind_socket()]).run()


def _prepare_process() -> None:
    # While threads compute, the loop waits so long for its turn, for each of its callbacks. With the usual
    # 5 ms a flood of large traces starves all else: 1.5 good answers a second, against 14.9.
    sys.setswitchinterval(0.0005)
    # Each connection is an open file; the usual bound, 1,024, is there for programs that use select().
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
