"""/scenes/{id}/steps: the ledger of one output channel or of all, in pages, as a stream or as one file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import PlainValidator, WithJsonSchema
from starlette.responses import Response, StreamingResponse

from app.conv.errors import ConvError
from app.scenes.operation_models import field_error
from app.scenes.presets import PRESETS
from app.services.answer_pages import ALL, OutChannel
from app.services.container import Services
from app.services.response_cache import Content
from app.services.shutdown import StreamAborted
from app.services.step_files import Piece, SafetensorsFile, npz_pieces
from app.services.steps import (
    DEFAULT_PARTS,
    StepsPage,
    all_steps,
    json_page,
    one_channel,
    parse_parts,
    requested_steps,
)
from app.web.api import response_models
from app.web.api.byte_ranges import requested_range
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import BINARY, answer, immutable_answers, ref
from app.web.api.pagination import respond_in_form, respond_with_lines, respond_with_page
from app.web.api.query_check import StrictQueryRoute
from app.web.negotiation import JSON, JSONL, SAFETENSORS, ZIP, AcceptHeader, choose_media_type

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)
NonNegative = Annotated[int, Query(ge=0)]
Format = Literal["json", "jsonl", "safetensors", "zip"]
_MEDIA_TYPES: Final[dict[Format, str]] = {
    "json": JSON,
    "jsonl": JSONL,
    "safetensors": SAFETENSORS,
    "zip": ZIP,
}


def _parse_out_channel(value: Any) -> OutChannel:
    if value == ALL:
        return ALL
    if value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    raise field_error("field.not_an_out_channel")


_OutChannel = Annotated[
    OutChannel,
    PlainValidator(_parse_out_channel),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": ALL}]}),
]
_EXAMPLE: Final = orjson.loads(all_steps(PRESETS["two-channels"].scene, 0).json())


@router.get(
    "/{id}/steps",
    summary="Every window of one output channel, or of all",
    responses=immutable_answers(
        answer(
            response_models.LayerSteps,
            _EXAMPLE,
            "a page of steps, as JSON; all of them, one a line; or columns, of a page or with whole of all",
            **{JSONL: {"itemSchema": ref(response_models.StepLine)}, SAFETENSORS: BINARY, ZIP: BINARY},
        ),
        406,
        413,
        ranges=(SAFETENSORS, ZIP),
    ),
)
async def get_steps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[_OutChannel | None, Query(description="or all; 0 by default")] = None,
    channel: Annotated[_OutChannel | None, Query(description="the same as out_channel")] = None,
    start: NonNegative = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: Annotated[
        str, Query(description="which of patch, products and tap_running_sums a step holds")
    ] = ",".join(DEFAULT_PARTS),
    bits: Annotated[
        int | None, Query(ge=2, le=64, description="names where an accumulator of so many bits overflows")
    ] = None,
    whole: Annotated[bool, Query(description="columns of all steps as one file, in place of a page")] = False,
    format: Annotated[Format | None, Query(description="instead of Accept; zip: columns as .npz")] = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order, windows `start` to `stop` - 1, of all output channels one after the other. Accept or
    `format` chooses the form. `next` and the header Link name the rest where a page does not hold it all;
    lines have no pages. A stream that must end early says so in its last line, a problem with the URL of the
    rest.
    """
    media_type = (
        _MEDIA_TYPES[format] if format else choose_media_type(accept, (JSON, JSONL, SAFETENSORS, ZIP))
    )
    if whole and media_type == JSON:
        raise ConvError("whole_needs_a_file", "/whole")
    chosen: OutChannel | None = one_channel(out_channel, channel)
    page = StepsPage(
        scene, 0 if chosen is None else chosen, start, start, start, parse_parts(include), bits, format
    )
    requested = requested_steps(page, stop, services.settings)
    headers = immutable_headers(request, media_type, numbers=requested.numbers, vary="Accept")
    if response := not_modified(request, headers):
        return response
    if media_type == JSONL:
        return respond_with_lines(request, services, headers, requested)
    if whole:
        return _file(request, services, headers, requested, media_type)
    return await _page(request, services, headers, requested, media_type)


async def _page(
    request: Request, services: Services, headers: dict[str, str], requested: StepsPage, media_type: str
) -> Response:
    limits = services.settings
    if media_type != JSON:
        page = requested.take_numbers(limits.max_answer_numbers)
        return await respond_in_form(request, services, headers, page, media_type)
    page = json_page(requested, limits)
    cost = page.cost + page.envelope_numbers
    return await respond_with_page(request, services, headers, page, cost, page.json)


def _file(
    request: Request, services: Services, headers: dict[str, str], requested: StepsPage, media_type: str
) -> StreamingResponse:
    """All steps that are asked for as one file, or a range of its bytes; an archive's length is not known."""
    status, pieces = 200, npz_pieces(requested)
    if media_type == SAFETENSORS:
        file = SafetensorsFile(requested)
        asked = requested_range(request, headers, file.length)
        status, asked = (200, range(file.length)) if asked is None else (206, asked)
        headers["Content-Length"] = str(len(asked))
        pieces = file.pieces(asked.start, asked.stop)
    sent = iter(()) if "head" in request.scope else pieces
    return StreamingResponse(_stream_file(services, sent), status, headers, media_type)


async def _stream_file(services: Services, pieces: Iterator[Piece]) -> AsyncIterator[Content]:
    """
    The pieces of a file; each is made while the one before it is sent, and none before that one is there. A
    file that must end early has not its length, or no end.
    """
    made: Content | None = None
    for piece in pieces:
        if services.shutdown.due:
            raise StreamAborted
        following = asyncio.ensure_future(services.pool.next(piece.cost, piece.content))
        try:
            if made is not None:
                yield made
            made = await following
        finally:
            following.cancel()
    if made is not None:
        yield made
