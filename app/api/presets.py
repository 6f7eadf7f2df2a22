"""GET /presets: the scenes that come with the program."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from app.api import described
from app.api.answers import json_answer
from app.api.formats import PREFIX
from app.api.negotiation import JSON
from app.api.openapi import problems, ref
from app.languages import catalogue, negotiate
from app.scenes.presets import PRESETS, Preset

router = APIRouter(tags=["presets"])


@router.get(
    "/presets",
    summary="The scenes that come with the program",
    responses={
        200: {
            "description": "in the order of the page",
            "content": {JSON: {"schema": {"type": "array", "items": ref(described.Preset)}}},
        },
        **problems(),
    },
)
async def get_presets(
    lang: Annotated[str | None, Query(description="en or zh-CN, instead of Accept-Language")] = None,
    accept_language: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    language = negotiate(lang, accept_language)
    listed = [_listed(preset, language) for preset in PRESETS.values()]
    return json_answer(listed, headers={"Content-Language": language, "Vary": "Accept-Language"})


def _listed(preset: Preset, language: str) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": catalogue(language)[f"preset.{preset.name}.title"],
        "id": preset.scene.id,
        "links": {"self": f"{PREFIX}/scenes/{preset.scene.id}", "page": f"/s/{preset.scene.id}"},
    }
