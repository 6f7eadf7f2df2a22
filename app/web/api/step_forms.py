"""The forms of steps: JSON and columns in pages, lines as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Final

from fastapi import Query, Request
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from app.conv.errors import ConvError, Message
from app.services.container import Services
from app.services.pagination import FormsPage, StepFormat
from app.services.running.response_cache import Content
from app.services.running.shutdown import StreamAborted
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.content_coding import encoded_stream
from app.web.api.openapi import BINARY, answer, immutable_answers, ref
from app.web.api.page_answers import respond_with_page
from app.web.api.problems import busy_problem
from app.web.api.step_file_answers import respond_with_file
from app.web.negotiation import JSON, JSONL, SAFETENSORS, ZIP, choose_media_type

FormatQuery = Annotated[StepFormat | None, Query(description="instead of Accept; zip: columns as .npz")]
WholeQuery = Annotated[bool, Query(description="columns of all steps as one file, in place of a page")]
_MEDIA_TYPES: Final[dict[StepFormat, str]] = {
    "json": JSON,
    "jsonl": JSONL,
    "safetensors": SAFETENSORS,
    "zip": ZIP,
}


def form_answers(
    page: type[BaseModel], line: type[BaseModel], example: Any, description: str
) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that offers all forms: the models of a page as JSON and of a line."""
    forms = {JSONL: {"itemSchema": ref(line)}, SAFETENSORS: BINARY, ZIP: BINARY}
    return immutable_answers(answer(page, example, description, **forms), 406, 413, ranges=(SAFETENSORS, ZIP))


def step_media_type(format: StepFormat | None, accept: str) -> str:
    """The form that is asked for, by `format` or else by Accept. Raises NotAcceptable."""
    return _MEDIA_TYPES[format] if format else choose_media_type(accept, tuple(_MEDIA_TYPES.values()))


def form_headers(request: Request, requested: FormsPage, media_type: str) -> dict[str, str]:
    """The headers of steps in one form."""
    return immutable_headers(request, media_type, numbers=requested.numbers, vary="Accept")


async def respond_in_form(
    request: Request, services: Services, requested: FormsPage, media_type: str, *, whole: bool = False
) -> Response:
    """
    As many items as one answer may hold, as JSON or columns, or all as lines, or, `whole`, as one file of
    columns; 304 if the client has them. Raises LimitExceeded where a page cannot hold one item, and ConvError
    for a whole of JSON.
    """
    if whole and media_type == JSON:
        raise ConvError("whole_needs_a_file", "/whole")
    headers = form_headers(request, requested, media_type)
    if response := not_modified(request, headers):
        return response
    if media_type == JSONL:
        return _respond_with_lines(request, services, headers, requested)
    if whole:
        return respond_with_file(request, services, headers, requested, media_type)
    limits = services.settings
    if media_type == JSON:
        page = requested.json_page(limits)
        make: Callable[[], Content] = page.json
    else:
        page = requested.take_numbers(limits.max_answer_numbers)
        make = page.safetensors if media_type == SAFETENSORS else page.npz
    cost = page.cost + page.envelope_numbers
    return await respond_with_page(request, services, headers, page, cost, make, media_type)


def _respond_with_lines(
    request: Request, services: Services, headers: dict[str, str], requested: FormsPage
) -> StreamingResponse:
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
