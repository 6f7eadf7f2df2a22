"""uvicorn's HTTP/1.1 protocol, with limits on what a peer may send and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.web.api.problems import Problem
from app.web.negotiation import preferred_language
from app.web.server.config import Refusal, ServerConfig
from app.web.server.problem_bytes import busy_bytes, problem_bytes
from app.web.server.request_head import HeadRefused, check_request_head, head_too_large

# A peer that sends or receives fewer bytes per second is slow.
_MIN_BYTES_PER_SECOND: Final = 4096
# After an early answer the rest of the request is read and dropped for this long: closing a connection with
# unread bytes would reset it, and the answer would be lost.
_LINGER_SECONDS: Final = 2.0
# A server that stops reads requests for this long from connections that are between two, or before the first:
# closing one while a request is on its way would reset it.
_LAST_REQUEST_SECONDS: Final = 1.0

# Health checks are answered also when the server is at its limits.
_HEALTH_PATHS: Final = ("/healthz", "/readyz", "/metrics")
_REFUSALS: Final[dict[int, Refusal]] = {431: "head", 408: "slow"}


class HttpConnection(HttpToolsProtocol):
    """Answers 400 to ambiguous requests, 431 to large heads, 408 to slow senders, and closes."""

    def __init__(
        self,
        config: ServerConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._config = config
        self._limits = config.settings
        self._phase: Literal["idle", "head", "body", "closing"] = "idle"
        self._deadline: float | None = None
        self._head = b""  # received since the last request line; the next one is in it
        self._parser_bytes = 0  # received since the last complete head or piece of a body
        self._body_bytes = 0
        self._unsent = 0
        self._unsent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.time() + self._limits.head_seconds
        self._config.queue.connected()
        idle = self._config.idle
        idle[self] = None
        if len(self.connections) > self._limits.max_connections:
            next(iter(idle)).transport.close()
        if self._config.shutdown.begun:
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._config.idle.pop(self, None)
        self._config.congested.discard(self)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection after the request under way, or soon if there is none."""
        if self._is_between_requests():
            self.loop.call_later(_LAST_REQUEST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._phase == "closing":
            return
        if self._deadline is None and self._phase == "idle":
            self._deadline = self.loop.time() + self._limits.head_seconds
        body_bytes = self._body_bytes
        self._head = self._head + data if self._phase == "head" else data
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The server upgrades to nothing: it answers the request, and what follows is not HTTP.
            self.cycle.keep_alive = False
            self._phase = "closing"
        except httptools.HttpParserError as error:
            refused = error.__context__
            self._refuse(refused if isinstance(refused, HeadRefused) else HeadRefused(400, "head.not_http"))
        else:
            self._limit_parser_bytes(len(data), body_received=self._body_bytes > body_bytes)

    def _limit_parser_bytes(self, size: int, *, body_received: bool) -> None:
        """Limit what the parser holds of an unfinished head or chunked trailer."""
        if self._phase == "idle" or body_received:
            self._parser_bytes = 0
            return
        self._parser_bytes += size
        if self._parser_bytes > self._limits.max_head_bytes + 256 * 1024 * (self._phase == "body"):
            self._refuse(head_too_large(self._limits))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = "head"
        self._parser_bytes = 0
        if self._deadline is None:
            self._deadline = self.loop.time() + self._limits.head_seconds

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        check_request_head(version, self.url, self.headers, self._limits)
        # The parser also takes several spaces where there may be one (RFC 9112, 3).
        line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, version.encode())
        _, found, self._head = self._head.partition(line)
        if not found or b"#" in self.url:
            raise HeadRefused(400, "head.target_not_strict")
        self._phase = "body"
        self._parser_bytes = self._body_bytes = 0
        self._deadline = self.loop.time() + self._limits.body_seconds
        self._config.idle.pop(self, None)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = "idle"
        self._deadline = None
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._config.shutdown.begun:
            cycle.keep_alive = False
        begin = partial(super()._start_asgi_task, cycle, app)
        if cycle.scope["path"] in _HEALTH_PATHS:
            begin()
        elif self._config.congested and self._is_too_much_unsent():
            self._refuse_busy(cycle, 1)
        else:
            self._config.queue.add(partial(self._begin, cycle, begin), partial(self._refuse_busy, cycle))

    @staticmethod
    def _begin(cycle: RequestResponseCycle, begin: Callable[[], None]) -> None:
        if not cycle.disconnected:
            begin()

    def _refuse_busy(self, cycle: RequestResponseCycle, retry_after: int) -> None:
        """Answer 503 without a task and a line in the log, at a fraction of what other answers cost."""
        self._config.count_refusal("busy")
        if cycle.disconnected:
            return
        scope: Any = cycle.scope
        head, body = busy_bytes(preferred_language(scope), retry_after, closes=not cycle.keep_alive)
        self.transport.write(head if scope["method"] == "HEAD" else head + body)
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _is_too_much_unsent(self) -> bool:
        unsent = sum(each.transport.get_write_buffer_size() for each in self._config.congested)
        return unsent > self._limits.max_unsent_bytes

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase == "body":
            self._deadline = self.loop.time() + _LINGER_SECONDS
        elif self.cycle.response_complete and self._phase == "idle":
            self._config.idle[self] = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._config.congested.add(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._config.congested.discard(self)
        self._unsent = 0

    def expire(self, now: float) -> None:
        """Close the connection to a peer that keeps the server waiting. Called about once a second."""
        if self.transport is None or self.parser is None:
            return
        if self._is_peer_stalled(now):
            self._config.count_refusal("slow")
            self.transport.abort()
        elif self._deadline is not None and now > self._deadline + self._extra_seconds():
            self._expire_request()

    def _is_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete

    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _extra_seconds(self) -> float:
        """Seconds beyond the deadline for a body that arrives fast enough and is still read."""
        return (
            self._body_bytes / _MIN_BYTES_PER_SECOND
            if self._phase == "body" and not self._is_answered()
            else 0.0
        )

    def _expire_request(self) -> None:
        if self.flow.read_paused:
            return  # the application is slow, not the peer
        if self._phase == "closing" or (self._phase == "body" and self._is_answered()):
            self.transport.close()
        elif self._phase == "idle" and self.cycle is None:
            self.transport.close()  # the peer has sent nothing yet
        else:
            self._refuse(HeadRefused(408, "request_too_slow"))

    def _is_peer_stalled(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        expected = self._limits.body_seconds * _MIN_BYTES_PER_SECOND
        if not unsent or not 0 <= self._unsent - unsent < expected:
            self._unsent, self._unsent_since = unsent, now
        return now - self._unsent_since > self._limits.body_seconds

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        self._refuse(HeadRefused(400, "head.unreadable"))

    def _refuse(self, refused: HeadRefused) -> None:
        """Answer and close the connection; a request under way is answered first."""
        self._config.count_refusal(_REFUSALS.get(refused.status, "malformed"))
        in_body, self._phase = self._phase == "body", "closing"
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not in_body:
                # The refusal is about a later request: the client would take it for the answer under way.
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        self.transport.write(b"".join(problem_bytes(Problem(refused.status, refused.message), closes=True)))
        self._deadline = self.loop.time() + _LINGER_SECONDS
        if self.transport.can_write_eof():
            self.transport.write_eof()
