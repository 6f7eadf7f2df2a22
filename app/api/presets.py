"""GET /presets: the scenes that come with the program."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from app.api.answers import json_answer
from app.api.formats import PREFIX
from app.languages import catalogue, negotiate
from app.scenes.presets import PRESETS, Preset

router = APIRouter(tags=["presets"])


@router.get("/presets")
async def get_presets(lang: str | None = None, accept_language: Annotated[str, Header()] = "") -> Response:
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
