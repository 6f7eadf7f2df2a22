"""Reads request bodies: JSON, parsed at once if it is small, or multipart/form-data."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel

from app.conv.errors import Message, quoted
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.requests.models import SceneBody
from app.services.scene_builder import parse_body, scene_from_body
from app.web.api.problems import Problem
from app.web.negotiation import JSON

B = TypeVar("B", bound=BaseModel)


def content_type(request: Request) -> str:
    """The media type of the body, without parameters."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower()


def check_encoding(request: Request) -> None:
    """Raise Problem 415 for a compressed body: its size is only known once it is inflated."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise Problem(415, Message("content_encoding_unknown", coding=quoted(coding)))


async def check_no_body(request: Request) -> None:
    """Raise Problem 422 for a body where none is taken; no more than its first bytes are awaited."""
    async for content in request.stream():
        if content:
            raise Problem(422, Message("body_not_taken"))


async def read_scene(request: Request, services: Services, *also_read: str) -> Scene:
    """
    The scene that a JSON body describes; parsing and building go to the pool if they are large. `also_read`:
    other media types that the call reads, for the message about one that it does not.
    """
    body, size = await read_json(request, services, SceneBody, *also_read)
    cost = size + body.generated_elements
    return await services.pool.run(cost, scene_from_body, body, services.settings)


async def read_json(request: Request, services: Services, model: type[B], *also_read: str) -> tuple[B, int]:
    """A JSON body, and about how many numbers it holds. Raises Problem 415 for another form."""
    if (sent := content_type(request)) != JSON:
        expected: str | Message = JSON
        for other in also_read:
            expected = Message("term.or", others=expected, last=other)
        raise Problem(415, Message("media_type_unknown", found=quoted(sent), expected=expected))
    check_encoding(request)
    content = await request.body()
    size = len(content) // 4
    return await services.pool.run(size, parse_body, model, content, services.settings), size
