"""Answers in pages: what is asked for of one output channel, cut to what one answer may hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from app.api.formats import PREFIX, bias_of
from app.api.kept import Answer, Kept
from app.api.negotiation import JSON
from app.api.work import Pool
from app.scenes.scene import Scene


@dataclass(frozen=True, slots=True)
class Page(ABC):
    """Items start ... stop-1 of one output channel; `asked_stop` is where those asked for end."""

    # The last part of its URL.
    name: ClassVar[str]

    scene: Scene
    out_channel: int
    start: int
    stop: int
    asked_stop: int

    @property
    @abstractmethod
    def total(self) -> int:
        """How many items there are."""

    @property
    @abstractmethod
    def numbers_each(self) -> int:
        """How many numbers one item holds, the basis of the size of a page."""

    @property
    def more(self) -> dict[str, str]:
        """What else the URL of the rest says."""
        return {}

    @property
    def next(self) -> str | None:
        """The URL of the rest."""
        if self.stop >= self.asked_stop:
            return None
        query = {"out_channel": self.out_channel, "start": self.stop, "stop": self.asked_stop} | self.more
        return f"{PREFIX}/scenes/{self.scene.id}/{self.name}?{urlencode(query, safe=',')}"

    @property
    def about(self) -> dict[str, Any]:
        return {
            "scene": self.scene.id,
            "out_channel": self.out_channel,
            "in_channels": list(self.scene.plan.in_channels(self.out_channel)),
            "bias": bias_of(self.scene, self.out_channel),
            "start": self.start,
            "stop": self.stop,
            "total": self.total,
            "next": self.next,
        }

    def cut(self, items: int) -> Self:
        """Its first items, so many at most."""
        return replace(self, stop=min(self.stop, self.start + items))

    def cut_to(self, numbers: int) -> Self:
        """As many of its items as so many numbers hold, but one at least."""
        return self.cut(max(1, numbers // self.numbers_each))


P = TypeVar("P", bound=Page)


async def answer_page(
    request: Request,
    headers: dict[str, str],
    page: P,
    cost: int,
    make: Callable[[P], Answer],
    media_type: str = JSON,
) -> Response:
    """A page, made anew unless it was asked for lately. Its ETag names all that it depends on."""
    if page.next:
        headers["Link"] = f'<{page.next}>; rel="next"'
    kept: Kept = request.app.state.kept
    pool: Pool = request.app.state.pool
    if (content := kept.get(headers["ETag"])) is None:
        content = await pool.run(cost, make, page)
        kept.keep(headers["ETag"], content)
    return Response(content, headers=headers, media_type=media_type)
