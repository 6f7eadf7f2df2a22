"""What holds for every request: bodies within limits, security headers, request ids, counts and log lines."""

from __future__ import annotations

import logging
import re
from random import getrandbits
from time import perf_counter
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.formats import PREFIX
from app.api.problems import Busy, as_problem
from app.api.work import Cut
from app.gate import client_of
from app.logs import REQUEST_ID, log_request
from app.metrics import NO_ROUTE, Metrics
from app.scenes.limits import check
from app.settings import Limits, Settings

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_log: Final = logging.getLogger("convscope")

# As nginx logs it: the client closed the connection before it had its answer.
_GONE: Final = 499


class Watch:
    """Gives every answer its security headers and its request id; counts, times and logs it.

    An error that nothing else answered ends here, as a problem like all others.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = security_headers(settings)
        self._of_parts = [header for header in self._headers if header[0] in _FOR_PARTS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, method, status = perf_counter(), scope["method"], 0
        id = _request_id(scope)
        REQUEST_ID.set(id)

        async def send_more(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                security = self._of_parts if _is_part(headers) else self._headers
                message["headers"] = [*headers, *security, (b"x-request-id", id.encode())]
            await send(message)

        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, send_more)
        except ClientDisconnect:
            status = _GONE
        except Cut:
            pass  # the connection closes without the last chunk
        except Exception as error:
            _log.exception("a request failed")
            if status:
                raise
            await as_problem(error).response()(scope, receive, send_more)
        finally:
            self._metrics.in_progress.dec()
            self._tell(scope, id, method, status or _GONE, perf_counter() - started)

    def _tell(self, scope: Scope, id: str, method: str, status: int, seconds: float) -> None:
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
    in_api = scope["path"].startswith(PREFIX) and path != NO_ROUTE
    return PREFIX + path if in_api and not path.startswith(PREFIX) else path


def _is_part(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"content-type" and value.startswith(_PARTS) for name, value in headers)


def security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """What every answer carries; scripts and style sheets of these as much as they need."""
    ancestors = " ".join(settings.frame_ancestors) or "'none'"
    policy = "; ".join(f"{name} {sources}" for name, sources in (*_POLICY, ("frame-ancestors", ancestors)))
    # Whoever may show the page in a frame may demand of it what isolates their own.
    resources = "cross-origin" if settings.frame_ancestors or settings.cors_origins else "same-origin"
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": resources,
    }
    if not settings.frame_ancestors:
        headers["x-frame-options"] = "DENY"
    if settings.tls:
        headers["strict-transport-security"] = "max-age=63072000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


# A script or a style sheet is never a document: what says how a document behaves would only weigh, 600 bytes
# in each of the 27 that a page is made of.
_PARTS: Final = (b"text/javascript", b"text/css")
_FOR_PARTS: Final = (b"x-content-type-options", b"cross-origin-resource-policy", b"strict-transport-security")

# Everything that is not named falls under default-src: nothing.
_POLICY: Final = (
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("manifest-src", "'self'"),
    ("base-uri", "'none'"),
    ("form-action", "'self'"),
)
_FEATURES: Final = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip


def _request_id(scope: Scope) -> str:
    """The client's own, if it is harmless; else a new one."""
    sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return sent.decode() if _REQUEST_ID.fullmatch(sent) else f"{getrandbits(64):016x}"


class Head:
    """Answers HEAD as GET, without the body. Streams look for `head` in the scope, and do not begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_empty(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            # The server would otherwise miss the body that Content-Length announces.
            scope["method"] = "HEAD"
            await send(message)

        # The same scope, in which the routing leaves its route for those who count.
        scope["method"], scope["head"] = "GET", True
        await self._app(scope, receive, send_empty)


class Bodies:
    """Counts the bytes of bodies as they arrive, whether or not their length is announced.

    Reading more than max_body_bytes, or max_json_bytes of what is no form, raises LimitExceeded; more than
    max_pending_bytes in all requests together raises Busy. They are raised where the body is read, so they
    leave as every other problem does.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._pending = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        held, limit = 0, self._limit(scope)

        async def receive_counted() -> Message:
            nonlocal held
            if held == 0:
                check("bytes of the body", limit, _announced(scope), self._limits)
            message = await receive()
            size = len(message.get("body", b""))
            check("bytes of the body", limit, held + size, self._limits)
            if self._pending + size > self._limits.max_pending_bytes:
                raise Busy("the bodies of other requests fill the memory there is for them")
            held += size
            self._pending += size
            return message

        try:
            await self._app(scope, receive_counted, send)
        finally:
            self._pending -= held

    def _limit(self, scope: Scope) -> str:
        kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        any_kind = self._limits.max_body_bytes <= self._limits.max_json_bytes
        return "max_body_bytes" if any_kind or kind.startswith(b"multipart/") else "max_json_bytes"


def _announced(scope: Scope) -> int:
    """Content-Length; the server has refused what is not a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
