"""/scenes: making them, and everything below one."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api import described
from app.api.answers import immutable, json_answer, unchanged
from app.api.bodies import edited_scene, media_type, read_json, read_scene, scene_from
from app.api.examples import EDITS, SCENE
from app.api.formats import summary, to_json
from app.api.found import Found
from app.api.negotiation import SAFETENSORS
from app.api.openapi import BINARY, answer, immutable_answers, json_body, problems
from app.api.schemas import EditsBody, SceneBody
from app.api.uploads import read_upload
from app.api.work import Pool
from app.conv.errors import ConvError
from app.scenes.codec import encode
from app.scenes.limits import check, tap_numbers
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene, confirm, surely_within_range
from app.scenes.shelf import Shelf
from app.settings import Limits

router = APIRouter(prefix="/scenes", tags=["scenes"])


_CHAPTER: Final = PRESETS["two-channels"].scene
_SUMMARY: Final = summary(_CHAPTER)
_LOCATION: Final = {"headers": {"Location": {"schema": {"type": "string"}}}}


def _kept(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {
        200: answer(described.Summary, example, "the scene, which was there already") | _LOCATION,
        201: answer(described.Summary, example, "the scene, which is kept for good now") | _LOCATION,
    }


def _example(body: type[Any], example: Any, made: Any) -> dict[str, Any]:
    return summary(made(body.model_validate_json(to_json(example))))


_MADE: Final = _example(SceneBody, SCENE, lambda body: scene_from(body, {}, Limits()))
_EDITED: Final = _example(EditsBody, EDITS, lambda body: edited_scene(_CHAPTER, body, Limits()))
_FORM: Final = {
    "schema": {
        "type": "object",
        "properties": {
            "scene": {"type": "string", "description": "the body, as JSON; or a scene file saved from here"},
            **{
                name: {"type": "string", "format": "binary", "description": f"in place of {name}: {kinds}"}
                for name, kinds in (
                    ("input", "PNG, JPEG, WebP, .npy, .safetensors"),
                    ("weight", ".npy, .safetensors"),
                    ("bias", ".npy, .safetensors"),
                )
            },
        },
        "required": ["scene"],
    },
    "example": {"scene": to_json(SCENE).decode()},
}


@router.post(
    "",
    status_code=201,
    summary="Make a scene",
    openapi_extra=json_body(SceneBody, SCENE, **{"multipart/form-data": _FORM}),
    responses={**_kept(_MADE), **problems(400, 413, 415, 507)},
)
async def create_scene(
    request: Request,
    size: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{1,6},[0-9]{1,6}$", description="H,W: scales an uploaded picture"),
    ] = None,
    input_key: Annotated[str | None, Query(description="which tensor of the file for the input")] = None,
    weight_key: Annotated[str | None, Query(description="which tensor of the file for the weight")] = None,
    bias_key: Annotated[str | None, Query(description="which tensor of the file for the bias")] = None,
) -> Response:
    """
    From JSON, or from a form with the part `scene` and files in place of some of its tensors. Pictures become
    (C, H, W), 0...1, upright, the first frame, alpha over white. The scene is kept before it is answered.
    """
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


@router.post(
    "/{id}/edits",
    status_code=201,
    summary="Make a scene from another",
    openapi_extra=json_body(EditsBody, EDITS),
    responses={**_kept(_EDITED), **problems(400, 404, 413, 415, 500, 507)},
)
async def edit_scene(request: Request, scene: Found) -> Response:
    """
    Other tensors, other fields of the operation, other cells, in this order; null takes a weight or bias
    away. The old scene stays as it is.
    """
    body, size = await read_json(request, EditsBody)
    pool: Pool = request.app.state.pool
    cost = size + body.made + scene.input.numel()
    return await keep(request, await pool.run(cost, edited_scene, scene, body, request.app.state.settings))


@router.get(
    "/{id}",
    summary="What a scene is",
    responses=immutable_answers(answer(described.Summary, _SUMMARY, "the scene, without its numbers")),
)
async def get_scene(request: Request, scene: Found) -> Response:
    headers = immutable(request)
    return unchanged(request, headers) or json_answer(summary(scene), headers=headers)


@router.get(
    "/{id}/taps",
    summary="Which input cells make which output cells",
    responses=immutable_answers(
        answer(described.Taps, {"rows": [[0, 1], [1, 2]], "cols": [[0, 1], [1, 2]]}, "the tap tables"), 413
    ),
)
async def get_taps(request: Request, scene: Found) -> Response:
    """Rows and columns are independent: output (i, j) reads input (rows[i][u], cols[j][v]) through (u, v)."""
    headers = immutable(request)
    if answer := unchanged(request, headers):
        return answer
    numbers = tap_numbers(scene.plan)
    check("numbers in the answer", "max_answer_numbers", numbers, request.app.state.settings)
    pool: Pool = request.app.state.pool
    return await pool.run(numbers, _taps, scene, headers)


def _taps(scene: Scene, headers: dict[str, str]) -> Response:
    return json_answer({"rows": scene.taps.rows.numpy(), "cols": scene.taps.cols.numpy()}, headers=headers)


@router.get(
    "/{id}/file",
    summary="The scene file",
    responses=immutable_answers(
        {"description": "safetensors, the operation in its metadata", "content": {SAFETENSORS: BINARY}}
    ),
)
async def get_file(request: Request, scene: Found) -> Response:
    """`safetensors.torch.load_file` reads it, and POST /scenes takes it back."""
    headers = immutable(request, SAFETENSORS)
    if answer := unchanged(request, headers):
        return answer
    headers["Content-Disposition"] = f'attachment; filename="{scene.id}.safetensors"'
    pool: Pool = request.app.state.pool
    content = await pool.run(scene.nbytes, encode, scene)
    return Response(content, headers=headers, media_type=SAFETENSORS)
