"""Bodies of requests: JSON or multipart, parsed and turned into scenes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from torch import Tensor

from app.api.problems import Problem
from app.api.schemas import Bias, EditsBody, Input, OperationBody, SceneBody, ScenePart, Weight
from app.api.work import Pool
from app.conv.errors import ConvError
from app.conv.operation import Operation
from app.scenes.codec import decode
from app.scenes.edits import edited
from app.scenes.files import File, is_safetensors, tensor_from
from app.scenes.limits import check
from app.scenes.scene import Scene, describe, make_scene
from app.scenes.sources import from_kernels, from_lists, from_random, from_sample
from app.settings import Limits

B = TypeVar("B", bound=BaseModel)

TENSORS: Final = ("input", "weight", "bias")


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


async def read_scene(request: Request) -> Scene:
    """The scene that a JSON body describes."""
    return await scene_of(request, await read_body(request))


async def scene_of(request: Request, content: bytes) -> Scene:
    """The scene that JSON describes; parsing and making go to the pool if they are large."""
    pool: Pool = request.app.state.pool
    limits: Limits = request.app.state.settings
    body, size = await _parsed(request, SceneBody, content)
    return await pool.run(size + body.made, scene_from, body, {}, limits)


async def read_json(request: Request, model: type[B]) -> tuple[B, int]:
    """A JSON body, and about how many numbers it holds."""
    return await _parsed(request, model, await read_body(request))


async def _parsed(request: Request, model: type[B], content: bytes) -> tuple[B, int]:
    pool: Pool = request.app.state.pool
    size = len(content) // 4
    return await pool.run(size, parse, model, content, request.app.state.settings), size


async def read_body(request: Request) -> bytes:
    """The bytes of a JSON body. Raises Problem 415 for another kind."""
    if (found := media_type(request)) != "application/json":
        raise Problem(415, f"the body is {found!r:.60}, expected application/json")
    # As request.body(), in a third of its time.
    parts, more = [], True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def parse(model: type[B], content: bytes, limits: Limits) -> B:
    """A body, checked strictly. Raises pydantic's ValidationError with one error for each list at most."""
    # Numbers are separated by commas, and counting those costs next to nothing.
    check("numbers in the body", "max_json_numbers", content.count(b","), limits)
    return model.model_validate_json(content)


def scene_in(content: bytes, files: Mapping[str, File], limits: Limits) -> Scene:
    """The scene in JSON, or in a scene file, whose tensors other files may replace. Raises NotAScene."""
    if not is_safetensors(content):
        return scene_from(parse(ScenePart, content, limits), files, limits)
    saved = decode(content, limits)
    sent = {name: tensor_from(file, name, saved.dtype, limits) for name, file in files.items()}
    return edited(saved, saved.plan.operation, sent, (), limits)


def scene_from(body: ScenePart, files: Mapping[str, File], limits: Limits) -> Scene:
    """The scene that a body describes, together with the files sent in place of some of its fields."""
    operation = body.operation.build()
    for name in files:
        if getattr(body, name) is not None:
            raise ConvError(f"{name} is given twice, in the scene and as a file", f"/{name}")
    sent = {name: tensor_from(file, name, body.dtype, limits) for name, file in files.items()}
    input = sent.get("input")
    if input is None:
        input = _input(body.input, body.dtype, limits)
    weight, bias = sent.get("weight"), sent.get("bias")
    if body.weight is not None:
        weight = _weight(body.weight, operation, input, body.dtype, limits)
    if body.bias is not None:
        bias = _plain(body.bias, 1, body.dtype, limits, "/bias")
    return make_scene(operation, input, weight, bias, limits)


def edited_scene(scene: Scene, body: EditsBody, limits: Limits) -> Scene:
    """The scene with the edits that a body asks for."""
    operation = _edited_operation(scene.plan.operation, body.operation)
    replaced: dict[str, Tensor | None] = {name: None for name in TENSORS if name in body.model_fields_set}
    if body.input is not None:
        replaced["input"] = _input(body.input, scene.dtype, limits)
    if body.weight is not None:
        input = replaced.get("input") if "input" in replaced else scene.input
        if input is None:
            raise ConvError("a scene cannot be without input", "/input")
        replaced["weight"] = _weight(body.weight, operation, input, scene.dtype, limits)
    if body.bias is not None:
        replaced["bias"] = _plain(body.bias, 1, scene.dtype, limits, "/bias")
    return edited(scene, operation, replaced, body.cells, limits)


def _edited_operation(operation: Operation, fields: dict[str, Any] | None) -> Operation:
    """The operation with some fields changed; of another kind, it starts from that kind's defaults."""
    if fields is None:
        return operation
    base = describe(operation) if fields.get("kind", operation.kind) == operation.kind else {}
    return OperationBody.model_validate_json(orjson.dumps({"operation": base | fields})).operation.build()


def _input(source: Input | None, dtype: str, limits: Limits) -> Tensor:
    if source is None:
        raise ConvError("there is no input", "/input")
    if source.sample is not None and source.size is not None:
        return from_sample(source.sample, source.size, dtype, limits, "/input")
    return _plain(source, 3, dtype, limits, "/input")


def _weight(source: Weight, operation: Operation, input: Tensor, dtype: str, limits: Limits) -> Tensor:
    if source.kernels is not None:
        return from_kernels(source.kernels, operation, input.shape[0], dtype, limits, "/weight")
    return _plain(source, 4, dtype, limits, "/weight")


def _plain(source: Input | Weight | Bias, ndim: int, dtype: str, limits: Limits, at: str) -> Tensor:
    if source.random is not None:
        shape, seed, distribution = tuple(source.random.shape), source.random.seed, source.random.distribution
        return from_random(shape, seed, distribution, dtype, limits, f"{at}/random")
    assert source.data is not None  # the schema lets exactly one way through
    return from_lists(source.data, ndim, dtype, limits, f"{at}/data")
