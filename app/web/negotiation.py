"""What a client accepts: media types, languages, content codings (RFC 9110, 12.5), entity tags (13.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Header
from starlette.datastructures import Headers
from starlette.types import Scope

from app.conv.errors import CodedError, quoted
from app.i18n.languages import DEFAULT, LANGUAGES

JSON: Final = "application/json"
JSONL: Final = "application/jsonl"
SAFETENSORS: Final = "application/vnd.safetensors"
NPY: Final = "application/x-npy"
PNG: Final = "image/png"
ZIP: Final = "application/zip"
FORM: Final = "multipart/form-data"

# OpenAPI lists the media types among the answers, and has no use for the header (3.1, Parameter Object).
AcceptHeader = Annotated[str, Header(alias="accept", include_in_schema=False)]

_MAX_HEADER_LENGTH: Final = 1000


class NotAcceptable(CodedError):
    """The Accept header takes none of the media types that are offered."""


def parse_qualities(header: str) -> list[tuple[str, float]]:
    """The items of an Accept… header in lower case and their qualities, 0 … 1; a malformed one is 0."""
    items = []
    for part in header[:_MAX_HEADER_LENGTH].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            items.append((name, _quality(parameters)))
    return items


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def choose_media_type(accept: str, offers: Sequence[str]) -> str:
    """The offer that the Accept header likes best; among equals, the first. Raises NotAcceptable."""
    ranges = parse_qualities(accept)
    if not ranges:
        return offers[0]
    best = max(offers, key=lambda offer: _media_type_quality(offer, ranges))
    if _media_type_quality(best, ranges) == 0:
        raise NotAcceptable("not_acceptable", accept=quoted(accept, 100), offers=", ".join(offers))
    return best


def _media_type_quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that takes the offer; 0 if none does."""
    for candidate in (offer, offer.partition("/")[0] + "/*", "*/*"):
        if qualities := [quality for name, quality in ranges if name == candidate]:
            return max(qualities)
    return 0.0


def choose_language(requested: str | None, accept_language: str) -> str:
    """`?lang=` wins where it names a language of ours; else the best of Accept-Language."""
    if requested in LANGUAGES:
        return requested
    languages = {code.partition("-")[0].lower(): code for code in LANGUAGES}
    for tag, quality in sorted(parse_qualities(accept_language), key=lambda item: -item[1]):
        code = languages.get(tag.partition("-")[0])
        if code and quality > 0:
            return code
    return DEFAULT


def preferred_language(scope: Scope) -> str:
    """The best of a request's Accept-Language."""
    return choose_language(None, Headers(scope=scope).get("Accept-Language", ""))


def choose_encoding(accept_encoding: str, offers: Sequence[str]) -> str | None:
    """The first of the content codings offered that the client takes, or None."""
    accepted = {name for name, quality in parse_qualities(accept_encoding) if quality > 0}
    return next((offer for offer in offers if offer in accepted), None)


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names the entity tag; tags are compared weakly (RFC 9110, 8.8.3.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return bool(tags & {etag, "*"})


def etag_matches_strongly(if_match: str, etag: str) -> bool:
    """Whether If-Match names the entity tag, or any ("*"); a weak tag names none (RFC 9110, 13.1.1)."""
    return bool({tag.strip() for tag in if_match.split(",")} & {etag, "*"})
