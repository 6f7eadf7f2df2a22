"""Logs on standard error: one JSON object per line, or text on a terminal."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Any, Final

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from app.settings import Settings

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)

# One logger per process, as there is one standard error; None until logs are configured.
_requests: FilteringBoundLogger | None = None


def configure_logs(settings: Settings) -> None:
    """Send all log records, of this program and of its libraries, to standard error in one format."""
    global _requests
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True, key="time"),
        _add_request_id,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings)],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    _requests = _request_logger(settings) if settings.access_log else None


def _request_logger(settings: Settings) -> FilteringBoundLogger:
    """A logger without the standard library's records, which take longer than a small answer."""
    stamp = structlog.processors.TimeStamper("iso", utc=True, key="time")
    processors: list[Processor] = [structlog.stdlib.add_log_level, stamp]
    if _is_text(settings):
        logger: WrappedLogger = structlog.PrintLogger(sys.stderr)
        processors += _rendering(settings)
    else:
        logger = structlog.BytesLogger(sys.stderr.buffer)
        processors.append(structlog.processors.JSONRenderer(orjson.dumps))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    wrapped: FilteringBoundLogger = structlog.wrap_logger(
        logger,
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return wrapped


def log_request(**about: object) -> None:
    """Log one request on one line; JSON escapes line ends that a client may send."""
    if _requests is not None:
        _requests.info("request", **about)


def _is_text(settings: Settings) -> bool:
    return settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())


def _rendering(settings: Settings) -> list[Processor]:
    if _is_text(settings):
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_to_text)]


def _to_text(value: object, **_: Any) -> str:
    return orjson.dumps(value, default=repr).decode()


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if (id := REQUEST_ID.get()) is not None:
        event["request"] = id
    return event
