"""/scenes/{id}/steps: the ledger of one output channel, in pages or as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from app.api import described
from app.api.answers import immutable, unchanged
from app.api.formats import (
    PARTS,
    Columns,
    column_kinds,
    numbers_per_step,
    safetensors_room,
    steps,
    to_json,
)
from app.api.found import Found
from app.api.negotiation import JSON, JSONL, SAFETENSORS, Accept, choose
from app.api.openapi import BINARY, answer, immutable_answers, ref
from app.api.paging import Page, answer_page
from app.api.problems import Busy
from app.api.work import Cut, Ending, Pool
from app.conv.errors import ConvError
from app.conv.ledger import Ledger, ledger
from app.scenes.limits import check
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.settings import Limits

router = APIRouter(prefix="/scenes", tags=["scenes"])
Whole = Annotated[int, Query(ge=0)]

# Numbers in one piece of a stream, after a first piece of one step.
_PIECE: Final = 100_000


@dataclass(frozen=True, slots=True)
class StepsPage(Page):
    """Steps, one for each window; `parts` are those of PARTS that they hold."""

    name = "steps"

    parts: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.scene.plan.windows

    @property
    def numbers_each(self) -> int:
        return numbers_per_step(self.scene.plan, self.parts)

    @property
    def numbers(self) -> int:
        return (self.stop - self.start) * self.numbers_each

    @property
    def more(self) -> dict[str, str]:
        return {"include": ",".join(self.parts)}

    def json(self) -> dict[str, Any]:
        return self.about | {"steps": self.steps()}

    def ledger(self, out: Columns | None = None) -> Ledger:
        scene = self.scene
        layer = (scene.plan, scene.taps, scene.input, scene.weight, scene.bias)
        return ledger(*layer, self.out_channel, self.start, self.stop, out)

    def steps(self) -> list[dict[str, Any]]:
        return steps(self.ledger(), self.scene.plan.output_shape[2], self.parts)

    def room(self) -> tuple[memoryview, Columns]:
        """The safetensors file of its columns, and where in it they are to be written."""
        # One entry of metadata: safetensors writes several in a random order.
        metadata = {"page": to_json(self.about).decode()}
        kinds = column_kinds(self.scene, self.stop - self.start, self.parts)
        return safetensors_room(kinds, metadata)

    def write(self, room: Columns) -> None:
        """Write the columns there; those that the ledger could compute in place are there already."""
        found = self.ledger(room)
        for name, place in room.items():
            if (column := getattr(found, name)) is not place:
                place.copy_(column)


def all_steps(scene: Scene, out_channel: int, parts: tuple[str, ...] = PARTS) -> StepsPage:
    """All windows of one output channel in one page."""
    return StepsPage(scene, out_channel, 0, scene.plan.windows, scene.plan.windows, parts)


_EXAMPLE: Final = all_steps(PRESETS["two-channels"].scene, 0)


@router.get(
    "/{id}/steps",
    summary="Every window of one output channel",
    responses=immutable_answers(
        answer(
            described.Steps,
            _EXAMPLE.json(),
            "a page of steps, as JSON; all of them, one a line; or columns of a page",
            **{JSONL: {"itemSchema": ref(described.Step)}, SAFETENSORS: BINARY},
        ),
        406,
        413,
    ),
)
async def get_steps(
    request: Request,
    scene: Found,
    out_channel: Whole = 0,
    start: Whole = 0,
    stop: Annotated[int | None, Query(ge=0)] = None,
    include: Annotated[str, Query(description="which of patch and products a step holds")] = ",".join(PARTS),
    accept: Accept = "",
) -> Response:
    """
    In raster order, windows `start` to `stop` - 1. Accept chooses the form. `next`, and the header Link, name
    the rest where a page does not hold it all; lines have no pages. A stream that must end early says so in
    its last line, a problem with the URL of the rest.
    """
    form = choose(accept, (JSON, JSONL, SAFETENSORS))
    asked = _asked(scene, out_channel, start, stop, _parts(include), request.app.state.settings)
    headers = immutable(request, form) | {"Vary": "Accept"}
    if answer := unchanged(request, headers):
        return answer
    if form == JSONL:
        headers["Convscope-Steps"] = str(asked.stop - asked.start)
        sent = asked.cut(0) if "head" in request.scope else asked
        sent = asked.cut(0) if "head" in request.scope else asked
        lines = _lines(request.app.state.pool, request.app.state.ending, sent)
        return StreamingResponse(lines, headers=headers, media_type=JSONL)
    page = asked.cut_to(request.app.state.settings.max_answer_numbers)
    return await answer_page(request, headers, page, page.numbers, _json if form == JSON else _columns, form)


def _parts(include: str) -> tuple[str, ...]:
    asked = [part for part in include.split(",") if part]
    if unknown := [part for part in asked if part not in PARTS]:
        raise ConvError(f"{unknown[0]!r:.40} is none of {', '.join(PARTS)}", "/include")
    return tuple(part for part in PARTS if part in asked)


def _asked(
    scene: Scene, out_channel: int, start: int, stop: int | None, parts: tuple[str, ...], limits: Limits
) -> StepsPage:
    """What is asked, all in one page. Raises ConvError for windows that are not there."""
    plan = scene.plan
    stop = plan.windows if stop is None else stop
    if out_channel >= plan.output_shape[0]:
        channels = plan.output_shape[0]
        raise ConvError(f"out_channel is {out_channel}, the output has {channels} channels", "/out_channel")
    if not start <= stop <= plan.windows:
        raise ConvError(f"start is {start} and stop {stop}, there are {plan.windows} windows", "/stop")
    check("numbers of one step", "max_answer_numbers", numbers_per_step(plan, parts), limits)
    return StepsPage(scene, out_channel, start, stop, stop, parts)


def _json(page: StepsPage) -> bytes:
    return to_json(page.json())


def _columns(page: StepsPage) -> memoryview:
    file, room = page.room()
    page.write(room)
    return file


def pieces(page: StepsPage) -> Iterator[StepsPage]:
    """A page in pieces: its first step, so that something is there at once, and then many at a time."""
    rest, most = page, 1
    while rest.start < page.stop:
        piece = rest.cut_to(most)
        yield piece
        rest, most = replace(rest, start=piece.stop), _PIECE


async def _lines(pool: Pool, ending: Ending, asked: StepsPage) -> AsyncIterator[bytes]:
    """One step a line. The first line leaves as soon as there is one; memory is that of one piece.

    A stream that must end early says so in its last line, a problem with the URL of the rest. Its headers say
    that it may be kept for ever, so it is cut then: no browser or proxy takes it for whole.
    """
    for piece in pieces(asked):
        if ending.due:
            yield _last_words(piece)
            raise Cut
        yield await pool.next(piece.numbers, _text, piece)


def _last_words(piece: StepsPage) -> bytes:
    url = replace(piece, stop=piece.start).next
    return Busy("the server is stopping; the other steps are at next", next=url).to_json() + b"\n"


def _text(page: StepsPage) -> bytes:
    return b"".join(to_json(step) + b"\n" for step in page.steps())
