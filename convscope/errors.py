"""What a server refuses, and that there is none, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ConvscopeError(Exception):
    """
    A problem answer (RFC 9457). `status`: of HTTP; `code`: of the message, as docs/errors.md lists them;
    `errors`: each with `at`, a JSON pointer, `message` and `code`.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code: str = problem.get("code", "")
        self.errors: list[dict[str, Any]] = problem.get("errors", [])
        super().__init__(
            f"{status}: {problem.get('detail') or problem.get('title') or 'no problem document'}"
        )


class NoServerError(ConnectionError):
    """No Convscope answers at an address: nothing does, or something else."""

    def __init__(self, url: str, reason: object) -> None:
        self.url = url
        super().__init__(
            f"no Convscope server answers at {url}: {reason}. "
            "Start one with `convscope serve`, or give the address of one that is running."
        )
