"""Refuses query parameters that a call does not know, so that no misspelt one is silently ignored."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.conv.errors import ConvError, shown

# Steps call the output channel so, tensors so; both take either.
_OTHER_NAMES: Final = {"/out_channel": "channel", "/channel": "out_channel"}


class StrictQueryRoute(APIRoute):
    """A route that refuses query parameters which its handler does not know, and repeated ones."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler, known = super().get_route_handler(), tuple(_query_aliases(self.dependant))

        async def check_and_handle(request: Request) -> Response:
            check_query(request, known)
            try:
                return await handler(request)
            except ConvError as error:
                error.at = _as_sent(error.at, request)
                raise

        return check_and_handle


def _as_sent(at: str, request: Request) -> str:
    """The place of an error in a parameter that has two names, by the one that was sent."""
    other = _OTHER_NAMES.get(at)
    return f"/{other}" if other in request.query_params and at[1:] not in request.query_params else at


def check_query(request: Request, known: Sequence[str]) -> None:
    """Raise ConvError for a parameter that is unknown or given twice."""
    if not request.scope["query_string"]:
        return
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise _unknown(name, known)
        if name in seen:
            raise ConvError("parameter_repeated", f"/{name}", name=name)
        seen.add(name)


def _query_aliases(dependant: Dependant) -> Iterator[str]:
    """The parameters of a handler and of what it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _query_aliases(dependency)


def _unknown(name: str, known: Sequence[str]) -> ConvError:
    at = f"/{name[:40]}"
    if not known:
        return ConvError("parameter_of_none", at, name=shown(name))
    if close := get_close_matches(name, known, 1):
        return ConvError("parameter_unknown_close", at, name=shown(name), close=close[0])
    return ConvError("parameter_unknown", at, name=shown(name), known=", ".join(known))
