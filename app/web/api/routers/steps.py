"""/scenes/{id}/steps: the ledger of one output channel or of all, in pages, as a stream or as one file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final

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
    one_channel,
    parse_parts,
    requested_steps,
)
from app.web.api import response_models
from app.web.api.byte_ranges import requested_range
from app.web.api.caching import not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.pagination import Start, Stop
from app.web.api.query_check import StrictQueryRoute
from app.web.api.step_forms import FormatQuery, form_answers, form_headers, respond_in_form, step_media_type
from app.web.negotiation import JSON, JSONL, SAFETENSORS, AcceptHeader

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)


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
    responses=form_answers(
        response_models.LayerSteps,
        response_models.StepLine,
        _EXAMPLE,
        "a page of steps, as JSON; all of them, one a line; or columns, of a page or with whole of all",
    ),
)
async def get_steps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[_OutChannel | None, Query(description="or all; 0 by default")] = None,
    channel: Annotated[_OutChannel | None, Query(description="the same as out_channel")] = None,
    start: Start = 0,
    stop: Stop = None,
    include: Annotated[
        str, Query(description="which of patch, products and tap_running_sums a step holds")
    ] = ",".join(DEFAULT_PARTS),
    bits: Annotated[
        int | None, Query(ge=2, le=64, description="names where an accumulator of so many bits overflows")
    ] = None,
    whole: Annotated[bool, Query(description="columns of all steps as one file, in place of a page")] = False,
    format: FormatQuery = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order, windows `start` to `stop` - 1, of all output channels one after the other. Accept or
    `format` chooses the form. `next` and the header Link name the rest where a page does not hold it all;
    lines have no pages. A stream that must end early says so in its last line, a problem with the URL of the
    rest.
    """
    media_type = step_media_type(format, accept)
    if whole and media_type == JSON:
        raise ConvError("whole_needs_a_file", "/whole")
    chosen: OutChannel | None = one_channel(out_channel, channel)
    page = StepsPage(
        scene, 0 if chosen is None else chosen, start, start, start, parse_parts(include), bits, format
    )
    requested = requested_steps(page, stop, services.settings)
    if whole and media_type != JSONL:
        return _file(request, services, requested, media_type)
    return await respond_in_form(request, services, requested, media_type)


def _file(request: Request, services: Services, requested: StepsPage, media_type: str) -> Response:
    """All steps that are asked for as one file, or a range of its bytes; an archive's length is not known."""
    headers = form_headers(request, requested, media_type)
    if response := not_modified(request, headers):
        return response
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
