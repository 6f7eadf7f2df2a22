"""/scenes: making scenes, and what a scene consists of."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.conv.errors import ConvError
from app.formats.json_encoding import to_json
from app.limits import Limits, check, tap_numbers
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.scenes.scene_file import encode
from app.services.initial_data import edit_cost, initial_data
from app.services.requests.models import EditsBody, SceneBody
from app.services.scene_builder import edit_notes, edited_scene, scene_from_body
from app.services.scenes import store_scene
from app.services.summary import summarize, taps_structure
from app.web.api import response_models
from app.web.api.byte_ranges import binary_response
from app.web.api.caching import check_edited_scene, immutable_headers, not_modified
from app.web.api.content_coding import encoded
from app.web.api.dependencies import InitialDep, SceneDep, ServicesDep
from app.web.api.openapi import BINARY, answer, immutable_answers, json_body, problems, stored_answers
from app.web.api.openapi_examples import EDITS, SCENE
from app.web.api.parsing import content_type, read_json, read_scene
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response, stored_response
from app.web.api.uploads import SIZE, FileQuery, check_files_are_there, read_upload
from app.web.negotiation import FORM, JSON, SAFETENSORS, preferred_language

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)

_CHAPTER: Final = PRESETS["two-channels"].scene
_SUMMARY: Final = summarize(_CHAPTER)
_FILE_KINDS: Final = {
    "input": "PNG, JPEG, WebP, .npy, .npz, .safetensors",
    "weight": ".npy, .npz, .safetensors",
    "bias": ".npy, .npz, .safetensors",
    "upstream": ".npy, .npz, .safetensors",
}
_FORM: Final = {
    "schema": {
        "type": "object",
        "properties": {
            "scene": {"type": "string", "description": "the body, as JSON; or a scene file saved from here"},
            **{
                name: {"type": "string", "format": "binary", "description": f"in place of {name}: {kinds}"}
                for name, kinds in _FILE_KINDS.items()
            },
        },
        "required": ["scene"],
    },
    "example": {"scene": to_json(SCENE).decode()},
}


def _example(body: type[Any], example: Any, build: Any) -> dict[str, Any]:
    return summarize(build(body.model_validate_json(to_json(example))))


_CREATED: Final = _example(SceneBody, SCENE, lambda body: scene_from_body(body, Limits()))
_EDITED: Final = _example(EditsBody, EDITS, lambda body: edited_scene(_CHAPTER, body, Limits()))


@router.post(
    "",
    status_code=201,
    summary="Make a scene",
    openapi_extra=json_body(SceneBody, SCENE, **{FORM: _FORM}),
    responses={**stored_answers(_CREATED), **problems(400, 413, 415, 507)},
)
async def create_scene(
    request: Request,
    services: ServicesDep,
    initial: InitialDep,
    size: Annotated[
        str | None,
        Query(json_schema_extra={"pattern": SIZE.pattern}, description="H,W: scales an uploaded picture"),
    ] = None,
    input_key: Annotated[str | None, Query(description="which tensor of the file for the input")] = None,
    weight_key: Annotated[str | None, Query(description="which tensor of the file for the weight")] = None,
    bias_key: Annotated[str | None, Query(description="which tensor of the file for the bias")] = None,
    upstream_key: Annotated[
        str | None, Query(description="which tensor of the file for the upstream")
    ] = None,
    input_index: Annotated[
        int | None,
        Query(ge=0, description="which sample of an uploaded batch, (N, C_in, H, W) or (N, C_in, L)"),
    ] = None,
) -> Response:
    """
    From JSON, or from a form with the part `scene` and files in place of some of its tensors. Pictures become
    (C, H, W), 0...1, upright, the first frame, alpha over white. The scene is kept before it is answered.
    `notes` say, in the language that Accept-Language asks for, what was decided for the sender.
    """
    keys = {"input": input_key, "weight": weight_key, "bias": bias_key, "upstream": upstream_key}
    query = FileQuery(keys, _parse_size(size), input_index)
    if content_type(request) == FORM:
        scene, notes = await read_upload(request, services, query)
    else:
        check_files_are_there(query, ())
        scene, notes = await read_scene(request, services, FORM), []
    data = initial_data(scene, initial) if initial else None
    created = await store_scene(services, scene)
    return stored_response(created, summarize(scene, data, notes, preferred_language(request.scope)))


def _parse_size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    if not SIZE.fullmatch(text):
        raise ConvError("size_unreadable", "/size")
    height, width = map(int, text.split(","))
    if min(height, width) < 1:
        raise ConvError("size_not_positive", "/size", size=text)
    return height, width


@router.post(
    "/{id}/edits",
    status_code=201,
    summary="Make a scene from another",
    openapi_extra=json_body(EditsBody, EDITS),
    responses={**stored_answers(_EDITED), **problems(400, 404, 412, 413, 415, 500, 507)},
)
async def edit_scene(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    initial: InitialDep,
) -> Response:
    """
    Another dtype, other tensors, other fields of the operation, other cells, in this order; null takes a
    weight, bias or upstream away. An upstream goes, with a note, where the output has another shape. The old
    scene stays as it is. The initial tensors are those that differ from it.
    """
    check_edited_scene(request)
    body, size = await read_json(request, services, EditsBody)
    cost = size + body.generated_elements + scene.input.numel()
    edited = await services.pool.run(cost, edited_scene, scene, body, services.settings)
    data = None
    if initial:
        data = await services.pool.run(edit_cost(edited), initial_data, edited, initial, scene)
    created, notes = await store_scene(services, edited), edit_notes(scene, body, edited)
    return stored_response(created, summarize(edited, data, notes, preferred_language(request.scope)))


@router.get(
    "/{id}",
    summary="What a scene is",
    responses=immutable_answers(answer(response_models.Summary, _SUMMARY, "the scene, without its numbers")),
)
async def get_scene(
    request: Request,
    scene: SceneDep,
    initial: InitialDep,
) -> Response:
    headers = immutable_headers(request)
    if response := not_modified(request, headers):
        return response
    data = initial_data(scene, initial) if initial else None
    return json_response(summarize(scene, data), headers=headers)


@router.get(
    "/{id}/taps",
    summary="Which input cells make which output cells",
    responses=immutable_answers(
        answer(response_models.Taps, {"rows": [[0, 1], [1, 2]], "cols": [[0, 1], [1, 2]]}, "the tap tables"),
        413,
    ),
)
async def get_taps(request: Request, services: ServicesDep, scene: SceneDep) -> Response:
    """Rows and columns are independent: output (i, j) reads input (rows[i][u], cols[j][v]) through (u, v)."""
    numbers = tap_numbers(scene.plan)
    headers = immutable_headers(request, numbers=numbers)
    if response := not_modified(request, headers):
        return response
    check("term.answer_numbers", "max_answer_numbers", numbers, services.settings)
    content = await services.pool.run(numbers, encoded(headers, lambda: _taps_json(scene)))
    return Response(content, headers=headers, media_type=JSON)


def _taps_json(scene: Scene) -> bytes:
    return to_json(taps_structure(scene))


@router.get(
    "/{id}/file",
    summary="The scene file",
    responses=immutable_answers(
        {"description": "safetensors, the operation in its metadata", "content": {SAFETENSORS: BINARY}},
        ranges=(SAFETENSORS,),
    ),
)
async def get_file(request: Request, services: ServicesDep, scene: SceneDep) -> Response:
    """`safetensors.torch.load_file` reads it, and POST /scenes takes it back."""
    headers = immutable_headers(request, SAFETENSORS)
    if response := not_modified(request, headers):
        return response
    headers["Content-Disposition"] = f'attachment; filename="{scene.id}.safetensors"'
    content = await services.pool.run(scene.nbytes, encode, scene)
    return binary_response(request, content, headers, SAFETENSORS)
