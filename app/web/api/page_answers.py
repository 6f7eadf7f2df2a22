"""Answers in pages: from the response cache, or computed, with a link to the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.services.container import Services
from app.services.pagination import Page
from app.services.running.response_cache import Content
from app.web.api.byte_ranges import binary_response
from app.web.api.content_coding import encoded
from app.web.negotiation import JSON

Start = Annotated[int, Query(ge=0)]
Stop = Annotated[int | None, Query(ge=0)]


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
