"""JSON responses out of NumPy arrays."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from app.formats.json_encoding import to_json
from app.web.negotiation import JSON


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(to_json(value), status, headers=headers, media_type=JSON)


def stored_response(created: bool, summary: dict[str, Any]) -> Response:
    """The summary of a scene that is stored now, or was before."""
    return json_response(summary, 201 if created else 200, {"Location": summary["links"]["self"]})
