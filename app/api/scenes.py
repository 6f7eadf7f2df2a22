"""/scenes: making them, and everything below one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.answers import immutable, json_answer, unchanged
from app.api.bodies import edited_scene, media_type, read_json, read_scene
from app.api.formats import summary
from app.api.found import Found
from app.api.negotiation import SAFETENSORS
from app.api.schemas import EditsBody
from app.api.uploads import read_upload
from app.api.work import Pool
from app.conv.errors import ConvError
from app.scenes.codec import encode
from app.scenes.limits import check, tap_numbers
from app.scenes.scene import Scene, confirm, surely_within_range
from app.scenes.shelf import Shelf

router = APIRouter(prefix="/scenes", tags=["scenes"])


@router.post("", status_code=201)
async def create_scene(
    request: Request,
    size: Annotated[str | None, Query(pattern=r"^[0-9]{1,6},[0-9]{1,6}$")] = None,
    input_key: str | None = None,
    weight_key: str | None = None,
    bias_key: str | None = None,
) -> Response:
    if media_type(request) == "multipart/form-data":
        keys = {"input": input_key, "weight": weight_key, "bias": bias_key}
        scene = await read_upload(request, keys, _size(size))
    else:
        scene = await read_scene(request)
    return await keep(request, scene)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    height, width = map(int, text.split(","))
    if min(height, width) < 1:
        raise ConvError(f"size is {text}, both must be 1 or more", "/size")
    return height, width


async def keep(request: Request, scene: Scene) -> Response:
    """Store a scene and answer its summary."""
    pool: Pool = request.app.state.pool
    if not surely_within_range(scene):
        await pool.run(scene.plan.multiply_adds, confirm, scene)
    store: Shelf = request.app.state.store
    created = await pool.file(store.put, scene)
    answer = summary(scene)
    return json_answer(answer, 201 if created else 200, {"Location": answer["links"]["self"]})


@router.post("/{id}/edits", status_code=201)
async def edit_scene(request: Request, scene: Found) -> Response:
    body, size = await read_json(request, EditsBody)
    pool: Pool = request.app.state.pool
    cost = size + body.made + scene.input.numel()
    return await keep(request, await pool.run(cost, edited_scene, scene, body, request.app.state.settings))


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


@router.get("/{id}/file")
async def get_file(request: Request, scene: Found) -> Response:
    headers = immutable(request, SAFETENSORS)
    if answer := unchanged(request, headers):
        return answer
    headers["Content-Disposition"] = f'attachment; filename="{scene.id}.safetensors"'
    pool: Pool = request.app.state.pool
    content = await pool.run(scene.nbytes, encode, scene)
    return Response(content, headers=headers, media_type=SAFETENSORS)
