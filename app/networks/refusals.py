"""How networks are refused."""

from __future__ import annotations

from app.conv.errors import CodedError, ConvError


class RunStopped(CodedError):
    """A run took more time or memory than it may."""


class NoSuchPart(CodedError, LookupError):
    """The network has no node or edge of this name."""


def refusal(code: str, at: str = "/model", /, **params: object) -> ConvError:
    """What cannot be a network."""
    return ConvError(code, at, **params)
