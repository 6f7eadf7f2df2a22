"""What handlers depend on: the services, and the scene that a URL names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request

from app.conv.errors import ConvError
from app.scenes.scene import Scene
from app.services.container import Services
from app.services.initial_data import InitialRequest, Reading
from app.services.scenes import find_scene


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


async def get_initial_request(
    include: Annotated[
        Literal["initial"] | None,
        Query(description="initial: adds taps, steps and tensors, each as its own call answers it, if few"),
    ] = None,
    out_channel: Annotated[
        int | None, Query(ge=0, description="output channel of the initial data, 0 by default")
    ] = None,
    start: Annotated[
        int | None, Query(ge=0, description="first window, or input cell, of the initial data, 0 by default")
    ] = None,
    reading: Annotated[
        Reading | None,
        Query(description="scatter: stamps in place of steps, of a transposed convolution; else gather"),
    ] = None,
) -> InitialRequest | None:
    if include:
        return InitialRequest(out_channel or 0, start or 0, reading or "gather")
    for name, value in {"out_channel": out_channel, "start": start, "reading": reading}.items():
        if value is not None:
            raise ConvError("parameter_needs_initial", f"/{name}", name=name)
    return None


InitialDep = Annotated[InitialRequest | None, Depends(get_initial_request)]
