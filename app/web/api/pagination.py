"""Answers in pages: from the response cache, or computed, with a link to the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from app.conv.errors import Message
from app.services.answer_pages import FormsPage, Page
from app.services.container import Services
from app.services.response_cache import Content
from app.services.shutdown import StreamAborted
from app.web.api.byte_ranges import binary_response
from app.web.api.content_coding import encoded, encoded_stream
from app.web.api.problems import busy_problem
from app.web.negotiation import JSON, JSONL, SAFETENSORS, ZIP


async def respond_with_page(
    request: Request,
    services: Services,
    headers: dict[str, str],
    page: Page,
    cost: int,
    make: Callable[[], Content],
    media_type: str = JSON,
) -> Response:
    """The encoded page. The ETag in `headers` names all that the content depends on."""
    if page.next:
        headers["Link"] = f'<{page.next}>; rel="next"'
    if (content := services.responses.get(headers["ETag"])) is None:
        content = await services.pool.run(cost, encoded(headers, make))
        services.responses.put(headers["ETag"], content)
    if media_type == JSON:
        return Response(content, headers=headers, media_type=media_type)
    return binary_response(request, content, headers, media_type)


async def respond_in_form(
    request: Request, services: Services, headers: dict[str, str], page: FormsPage, media_type: str
) -> Response:
    """The page as JSON or as columns."""
    makers: dict[str, Callable[[], Content]] = {
        JSON: page.json,
        SAFETENSORS: page.safetensors,
        ZIP: page.npz,
    }
    make = makers[media_type]
    return await respond_with_page(request, services, headers, page, page.cost, make, media_type)


def respond_with_lines(
    request: Request, services: Services, headers: dict[str, str], requested: FormsPage
) -> StreamingResponse:
    """One item a line, as a stream."""
    headers["Convscope-Steps"] = str(requested.stop - requested.start)
    sent = requested.take(0) if "head" in request.scope else requested
    lines = encoded_stream(headers, _stream_lines(services, sent))
    return StreamingResponse(lines, headers=headers, media_type=JSONL)


async def _stream_lines(services: Services, requested: FormsPage) -> AsyncIterator[bytes]:
    """
    One step a line. The first line leaves as soon as there is one; memory is that of one piece.

    A stream that must end early says so in its last line, a problem with the URL of the rest. Its headers
    allow caches to keep it for ever, so it is aborted then: no browser or proxy takes it for whole.
    """
    for piece in requested.pieces():
        if services.shutdown.due:
            yield _end_record(piece)
            raise StreamAborted
        yield await services.pool.next(piece.cost, piece.lines)


def _end_record(piece: FormsPage) -> bytes:
    url = piece.take(0).next
    problem = busy_problem(Message("stream_ended_early"), next=url)
    return problem.to_json() + b"\n"
