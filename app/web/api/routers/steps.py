"""/scenes/{id}/steps: the ledger of one output channel, in pages or as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated, Final, Literal

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from app.conv.errors import Message
from app.scenes.presets import PRESETS
from app.services.container import Services
from app.services.response_cache import Content
from app.services.shutdown import StreamAborted
from app.services.steps import PARTS, StepsPage, all_steps, one_channel, parse_parts, requested_steps
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.openapi import BINARY, answer, immutable_answers, ref
from app.web.api.pagination import respond_with_page
from app.web.api.problems import busy_problem
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

_EXAMPLE: Final = orjson.loads(all_steps(PRESETS["two-channels"].scene, 0).json())


@router.get(
    "/{id}/steps",
    summary="Every window of one output channel",
    responses=immutable_answers(
        answer(
            response_models.Steps,
            _EXAMPLE,
            "a page of steps, as JSON; all of them, one a line; or columns of a page",
            **{JSONL: {"itemSchema": ref(response_models.Step)}, SAFETENSORS: BINARY, ZIP: BINARY},
        ),
        406,
        413,
    ),
)
async def get_steps(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    out_channel: Annotated[int | None, Query(ge=0, description="0 by default")] = None,
    channel: Annotated[int | None, Query(ge=0, description="the same as out_channel")] = None,
    start: NonNegative = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: Annotated[str, Query(description="which of patch and products a step holds")] = ",".join(PARTS),
    format: Annotated[Format | None, Query(description="instead of Accept; zip: columns as .npz")] = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    In raster order, windows `start` to `stop` - 1. Accept or `format` chooses the form. `next` and the header
    Link, name the rest where a page does not hold it all; lines have no pages. A stream that must end early
    says so in its last line, a problem with the URL of the rest.
    """
    media_type = _MEDIA_TYPES[format] if format else choose_media_type(accept, (JSON, JSONL, SAFETENSORS))
    out_channel = one_channel(out_channel, channel) or 0
    limits = services.settings
    requested = requested_steps(scene, out_channel, start, stop, parse_parts(include), limits)
    headers = immutable_headers(request, media_type) | {"Vary": "Accept"}
    if response := not_modified(request, headers):
        return response
    if media_type == JSONL:
        headers["Convscope-Steps"] = str(requested.stop - requested.start)
        sent = requested.take(0) if "head" in request.scope else requested
        return StreamingResponse(_stream_lines(services, sent), headers=headers, media_type=JSONL)
    page = requested.take_numbers(limits.max_answer_numbers)
    encoders: dict[str, Callable[[], Content]] = {
        JSON: page.json,
        SAFETENSORS: page.safetensors,
        ZIP: page.npz,
    }
    encode = encoders[media_type]
    return await respond_with_page(services, headers, page, page.numbers, encode, media_type)


async def _stream_lines(services: Services, requested: StepsPage) -> AsyncIterator[bytes]:
    """
    One step a line. The first line leaves as soon as there is one; memory is that of one piece.

    A stream that must end early says so in its last line, a problem with the URL of the rest. Its headers
    allow caches to keep it for ever, so it is aborted then: no browser or proxy takes it for whole.
    """
    for piece in requested.pieces():
        if services.shutdown.due:
            yield _end_record(piece)
            raise StreamAborted
        yield await services.pool.next(piece.numbers, piece.lines)


def _end_record(piece: StepsPage) -> bytes:
    url = replace(piece, stop=piece.start).next
    problem = busy_problem(Message("stream_ended_early"), next=url)
    return problem.to_json() + b"\n"
