"""Compression of large JSON answers and streams of lines, where Accept-Encoding takes gzip."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from fastapi import Request

from app.services.running.response_cache import Content
from app.web.negotiation import JSON, JSONL, choose_encoding

# Numbers in an answer from which it gains, about 16 KiB.
_MIN_NUMBERS: Final = 4000
# The fastest: the next ones take up to seven times as long for a tenth of the bytes.
_LEVEL: Final = 1


def coding_headers(request: Request, media_type: str, numbers: int) -> dict[str, str]:
    """Vary and Content-Encoding of an answer of so many numbers; none where it is never compressed."""
    if media_type not in (JSON, JSONL) or numbers < _MIN_NUMBERS:
        return {}
    coding = choose_encoding(request.headers.get("accept-encoding", ""), ("gzip",))
    return {"Vary": "Accept-Encoding", **({"Content-Encoding": coding} if coding else {})}


def encoded(headers: Mapping[str, str], make: Callable[[], Content]) -> Callable[[], Content]:
    """What makes the content in the Content-Encoding of the headers, if there is one."""
    if "Content-Encoding" not in headers:
        return make
    return lambda: gzip.compress(make(), _LEVEL, mtime=0)


async def encoded_stream(headers: Mapping[str, str], pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream in the Content-Encoding of the headers, if any; each piece can be read as it comes."""
    if "Content-Encoding" not in headers:
        async for piece in pieces:
            yield piece
        return
    compressor = zlib.compressobj(_LEVEL, wbits=31)
    async for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()
