"""What is said of files that are not read."""

from __future__ import annotations

from app.conv.errors import CodedError


class UnsupportedFile(CodedError, ValueError):
    """A file of a kind that is not read."""
