"""Request ids, counts and log lines; the last place where an error becomes an answer."""

from __future__ import annotations

import logging
import re
from random import getrandbits
from time import perf_counter
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.observability.logs import REQUEST_ID, log_request
from app.observability.metrics import NO_ROUTE, Metrics
from app.services.running.shutdown import StreamAborted
from app.services.summary import API_PREFIX
from app.web.api.problems import as_problem
from app.web.client_address import client_of
from app.web.negotiation import preferred_language

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_log: Final = logging.getLogger("convscope")

# As nginx logs it: the client closed the connection before it had its answer.
_CLIENT_CLOSED: Final = 499


class RequestLogMiddleware:
    """Gives every answer its request id; counts, times and logs it.

    An error that nothing else answered becomes a problem here.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, method, status = perf_counter(), scope["method"], 0
        id = _request_id(scope)
        REQUEST_ID.set(id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", id.encode())]
            await send(message)

        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = _CLIENT_CLOSED
        except StreamAborted:
            pass  # the connection closes without the last chunk
        except Exception as error:
            _log.exception("a request failed")
            if status:
                raise
            await as_problem(error).response(preferred_language(scope))(scope, receive, send_with_id)
        finally:
            self._metrics.in_progress.dec()
            self._record(scope, id, method, status or _CLIENT_CLOSED, perf_counter() - started)

    def _record(self, scope: Scope, id: str, method: str, status: int, seconds: float) -> None:
        self._metrics.answered(method, _route(scope), status, seconds)
        log_request(
            request=id,
            method=method[:16],
            path=scope["path"][:200],
            status=status,
            milliseconds=round(seconds * 1000, 2),
            client=client_of(scope),
        )


def _route(scope: Scope) -> str:
    """The template of the route, with the prefix of the router that it is in."""
    path: str = getattr(scope.get("route"), "path", NO_ROUTE)
    in_api = scope["path"].startswith(API_PREFIX) and path != NO_ROUTE
    return API_PREFIX + path if in_api and not path.startswith(API_PREFIX) else path


def _request_id(scope: Scope) -> str:
    """The client's own, if it is harmless; else a new one."""
    sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return sent.decode() if _REQUEST_ID.fullmatch(sent) else f"{getrandbits(64):016x}"
