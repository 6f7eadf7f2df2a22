"""GET /presets: the scenes that come with the program."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from app.i18n.languages import catalogue
from app.scenes.presets import PRESETS, Preset
from app.services.summary import page_url, scene_url
from app.web.api import response_models
from app.web.api.openapi import problems, ref
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response
from app.web.negotiation import JSON, choose_language

router = APIRouter(tags=["presets"], route_class=StrictQueryRoute)


@router.get(
    "/presets",
    summary="The scenes that come with the program",
    responses={
        200: {
            "description": "in the order of the page",
            "content": {JSON: {"schema": {"type": "array", "items": ref(response_models.Preset)}}},
        },
        **problems(),
    },
)
async def get_presets(
    lang: Annotated[str | None, Query(description="en or zh-CN, instead of Accept-Language")] = None,
    accept_language: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    language = choose_language(lang, accept_language)
    presets = [_entry(preset, language) for preset in PRESETS.values()]
    return json_response(presets, headers={"Content-Language": language, "Vary": "Accept-Language"})


def _entry(preset: Preset, language: str) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": catalogue(language)[f"preset.{preset.name}.title"],
        "id": preset.scene.id,
        "links": {"self": scene_url(preset.scene), "page": page_url(preset.scene)},
    }
