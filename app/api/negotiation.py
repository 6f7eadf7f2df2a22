"""Which form of an answer a client takes (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Header

from app.api.problems import Problem

JSON: Final = "application/json"
JSONL: Final = "application/jsonl"
SAFETENSORS: Final = "application/vnd.safetensors"
NPY: Final = "application/x-npy"
PNG: Final = "image/png"

# OpenAPI lists the forms among the answers, and has no use for the header (3.1, Parameter Object).
Accept = Annotated[str, Header(include_in_schema=False)]

_LONGEST: Final = 1000


def choose(accept: str, offers: Sequence[str]) -> str:
    """The offer that the Accept header likes best; among equals, the first. Raises Problem 406."""
    ranges = [_range(part) for part in accept[:_LONGEST].split(",") if part.strip()]
    if not ranges:
        return offers[0]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    if _quality(best, ranges) == 0:
        raise Problem(406, f"Accept is {accept!r:.100}, there are {', '.join(offers)}")
    return best


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that takes the offer; 0 if none does."""
    for wanted in (offer, offer.partition("/")[0] + "/*", "*/*"):
        if found := [quality for name, quality in ranges if name == wanted]:
            return max(found)
    return 0.0
