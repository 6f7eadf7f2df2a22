"""Steps as one file, streamed while it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from app.services.container import Services
from app.services.pagination import FormsPage
from app.services.running.response_cache import Content
from app.services.running.shutdown import StreamAborted
from app.services.step_files import Piece, SafetensorsFile, npz_pieces
from app.web.api.byte_ranges import requested_range
from app.web.negotiation import SAFETENSORS


def respond_with_file(
    request: Request, services: Services, headers: dict[str, str], requested: FormsPage, media_type: str
) -> Response:
    """All steps that are asked for as one file, or a range of its bytes; an archive's length is not known."""
    status, pieces = 200, npz_pieces(requested)
    if media_type == SAFETENSORS:
        file = SafetensorsFile(requested)
        file_range = requested_range(request, headers, file.length)
        status, file_range = (200, range(file.length)) if file_range is None else (206, file_range)
        headers["Content-Length"] = str(len(file_range))
        pieces = file.pieces(file_range.start, file_range.stop)
    sent = iter(()) if "head" in request.scope else pieces
    return StreamingResponse(_stream_file(services, sent), status, headers, media_type)


async def _stream_file(services: Services, pieces: Iterator[Piece]) -> AsyncIterator[Content]:
    """
    The pieces of a file; each is made while the one before it is sent, and none before that one is there. A
    file that must end early has not its length, or no end.
    """
    content: Content | None = None
    for piece in pieces:
        if services.shutdown.due:
            raise StreamAborted
        following = asyncio.ensure_future(services.pool.next(piece.cost, piece.content))
        try:
            if content is not None:
                yield content
            content = await following
        finally:
            following.cancel()
    if content is not None:
        yield content
