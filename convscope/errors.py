"""What a server refuses, as an exception."""

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
