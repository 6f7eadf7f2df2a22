"""/scenes: making them, and everything below one."""

from __future__ import annotations

from math import prod
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.answers import immutable, json_answer, unchanged
from app.api.bodies import read_scene
from app.api.formats import array, summary
from app.api.found import Found
from app.api.work import Pool
from app.scenes.limits import check, tap_numbers
from app.scenes.results import Name, tensor, tensor_cost, tensor_shape
from app.scenes.scene import Scene, confirm, surely_within_range
from app.scenes.store import Shelf

router = APIRouter(prefix="/scenes", tags=["scenes"])


@router.post("", status_code=201)
async def create_scene(request: Request) -> Response:
    scene = await read_scene(request)
    pool: Pool = request.app.state.pool
    if not surely_within_range(scene):
        await pool.run(scene.plan.multiply_adds, confirm, scene)
    store: Shelf = request.app.state.store
    created = await pool.file(store.put, scene)
    answer = summary(scene)
    return json_answer(answer, 201 if created else 200, {"Location": answer["links"]["self"]})


@router.get("/{id}")
async def get_scene(request: Request, scene: Found) -> Response:
    headers = immutable(request)
    return unchanged(request, headers) or json_answer(summary(scene), headers=headers)


@router.get("/{id}/taps")
async def get_taps(request: Request, scene: Found) -> Response:
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    numbers = tap_numbers(scene.plan)
    check("numbers in the answer", "max_answer_numbers", numbers, request.app.state.settings)
    pool: Pool = request.app.state.pool
    return await pool.run(numbers, _taps, scene, headers)


def _taps(scene: Scene, headers: dict[str, str]) -> Response:
    return json_answer({"rows": scene.taps.rows.numpy(), "cols": scene.taps.cols.numpy()}, headers=headers)


@router.get("/{id}/tensors/{name}")
async def get_tensor(
    request: Request, scene: Found, name: Name, channel: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    shape = tensor_shape(scene, name, channel)
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    check(f"numbers of {name}", "max_answer_numbers", prod(shape), request.app.state.settings)
    pool: Pool = request.app.state.pool
    return await pool.run(tensor_cost(scene, name), _tensor, scene, name, channel, headers)


def _tensor(scene: Scene, name: Name, channel: int | None, headers: dict[str, str]) -> Response:
    found = tensor(scene, name, channel)
    about = {"name": name, "channel": channel, "dtype": scene.dtype, "shape": list(found.shape)}
    return json_answer(about | {"data": array(found)}, headers=headers)
