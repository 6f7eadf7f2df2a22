"""The security headers of every answer."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

Headers = list[tuple[bytes, bytes]]

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


# Scripts and style sheets are never documents, so that what says how a document behaves is left out.
_SUBRESOURCES: Final = (b"text/javascript", b"text/css")
_SUBRESOURCE_HEADERS: Final = (
    b"x-content-type-options",
    b"cross-origin-resource-policy",
    b"strict-transport-security",
)


class SecurityHeadersMiddleware:
    """Adds the security headers to every answer, but for those that it has already."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._headers = security_headers(settings)
        self._for_subresources = [header for header in self._headers if header[0] in _SUBRESOURCE_HEADERS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                security = self._for_subresources if _is_subresource(headers) else self._headers
                message["headers"] = [*headers, *_missing(headers, security)]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def security_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """What every answer carries; scripts and style sheets of these as much as they need."""
    # Whoever may show the page in a frame may demand of it what isolates their own.
    resources = "cross-origin" if settings.frame_ancestors or settings.cors_origins else "same-origin"
    headers = {
        "content-security-policy": content_policy(" ".join(settings.frame_ancestors) or "'none'"),
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


def content_policy(ancestors: str, **directives: str) -> str:
    """ancestors: the sites that may frame the page. directives: those that differ, `_` for `-`."""
    changed = {name.replace("_", "-"): sources for name, sources in directives.items()}
    policy = dict(_POLICY) | {"frame-ancestors": ancestors} | changed
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def _missing(headers: Headers, security: Headers) -> Headers:
    """An answer with a policy of its own says there who may frame it."""
    own = {name.lower() for name, _ in headers}
    if b"content-security-policy" in own:
        own.add(b"x-frame-options")
    return [header for header in security if header[0] not in own]


def _is_subresource(headers: Headers) -> bool:
    return any(name == b"content-type" and value.startswith(_SUBRESOURCES) for name, value in headers)
