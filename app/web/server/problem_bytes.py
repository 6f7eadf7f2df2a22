"""Answers that connections give without asking the application."""

from __future__ import annotations

from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from app.conv.errors import Message
from app.i18n.languages import DEFAULT
from app.web.api.problems import MEDIA_TYPE, Problem, busy_problem


def problem_bytes(problem: Problem, language: str = DEFAULT, *, closes: bool) -> tuple[bytes, bytes]:
    """Head and body of an answer; `closes`: whether the connection ends with it."""
    body = problem.to_json(language)
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": len(body),
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **({"Connection": "close"} if closes else {}),
        **(problem.headers or {}),
    }
    lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[problem.status] + lines.encode() + b"\r\n", body


@lru_cache(256)
def busy_bytes(language: str, retry_after: int, *, closes: bool) -> tuple[bytes, bytes]:
    """Head and body of the answer to a request that waits for too long; made once, as many are needed."""
    return problem_bytes(busy_problem(Message("server_full"), retry_after), language, closes=closes)
