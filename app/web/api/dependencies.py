"""What handlers depend on: the services, and the scene that a URL names."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from app.scenes.scene import Scene
from app.services.container import Services
from app.services.scene_storage import find_scene


def services_of(app: Any) -> Services:
    """The services of an application."""
    services: Services = app.state.services
    return services


async def get_services(request: Request) -> Services:
    return services_of(request.app)


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_scene_by_id(
    services: ServicesDep, id: Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{40}$"})]
) -> Scene:
    return await find_scene(services, id)


SceneDep = Annotated[Scene, Depends(get_scene_by_id)]
