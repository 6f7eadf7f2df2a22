"""Builds scenes from request bodies, scene files and uploaded tensors, and edits them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from torch import Tensor

from app.conv.errors import ConvError, Message, quoted
from app.conv.operation import Operation
from app.formats.file_types import TensorFile, bias_beside_weight, read_tensor
from app.formats.safetensors import is_safetensors
from app.limits import Limits
from app.scenes.edits import converted, edit
from app.scenes.scene import Scene, describe, make_scene
from app.scenes.scene_file import decode
from app.scenes.tensor_axes import TENSOR_NAMES
from app.scenes.tensor_sources import from_kernels, from_lists, from_random, from_sample
from app.services.requests.body_errors import body_error
from app.services.requests.body_structure import check_structure
from app.services.requests.models import Bias, EditsBody, Input, OperationBody, SceneForm, Upstream, Weight

B = TypeVar("B", bound=BaseModel)


def parse_body(model: type[B], content: bytes, limits: Limits) -> B:
    """A JSON body, checked strictly. Raises NotJson, InvalidFields and LimitExceeded."""
    check_structure(content, model, limits)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise body_error(error, model, content) from None


class BuiltScene(NamedTuple):
    """A scene, and what was decided for its sender."""

    scene: Scene
    notes: list[Message]


def scene_from_bytes(content: bytes, files: Mapping[str, TensorFile], limits: Limits) -> BuiltScene:
    """
    The scene in JSON, where files stand in for tensors, or in a scene file, whose tensors files replace.

    Raises NotAScene for a damaged scene file, and what `read_files` and `scene_from_body` raise.
    """
    if is_safetensors(content):
        saved, decided = decode(content, limits), set[str]()
        tensors, notes = read_files(files, saved.plan.operation, saved.dtype, limits)
        drop_upstream = "upstream" not in tensors
        scene = edit(saved, saved.plan.operation, tensors, (), limits, drop_upstream=drop_upstream)
        notes += _upstream_notes(saved, scene) if drop_upstream else []
    else:
        body = parse_body(SceneForm, content, limits)
        decided = body.model_fields_set
        tensors, notes = read_files(files, body.operation.build(), body.dtype, limits)
        scene = scene_from_body(body, limits, tensors)
    silent_on_bias = "weight" in files and "bias" not in {*files, *decided}
    if silent_on_bias and (bias := bias_beside_weight(files["weight"])):
        notes.append(Message("bias_not_used", name=quoted(bias)))
    return BuiltScene(scene, notes)


def read_files(
    files: Mapping[str, TensorFile], operation: Operation, dtype: str, limits: Limits
) -> tuple[dict[str, Tensor], list[Message]]:
    """
    The tensors of a layer in files, by name, and notes on them. Raises ConvError, LimitExceeded,
    UnsupportedFile.
    """
    axes = operation.dimensions
    read = {name: read_tensor(file, name, dtype, limits, axes) for name, file in files.items()}
    tensors = {name: each.tensor for name, each in read.items()}
    return tensors, [note for each in read.values() for note in each.notes]


def scene_from_body(body: SceneForm, limits: Limits, sent: Mapping[str, Tensor] = {}) -> Scene:
    """
    The scene that a body describes, with tensors that came as files in place of some of its own.

    Raises ConvError and LimitExceeded.
    """
    operation = body.operation.build()
    for name in sent:
        if getattr(body, name) is not None:
            raise ConvError("tensor_given_twice", f"/{name}", name=name)
    input = sent.get("input")
    if input is None:
        input = _input(body.input, operation, body.dtype, limits)
    weight, bias, upstream = sent.get("weight"), sent.get("bias"), sent.get("upstream")
    if body.weight is not None:
        weight = _weight(body.weight, operation, input, body.dtype, limits)
    if body.bias is not None:
        bias = data_or_random(body.bias, "bias", operation, body.dtype, limits)
    if body.upstream is not None:
        upstream = data_or_random(body.upstream, "upstream", operation, body.dtype, limits)
    return make_scene(operation, input, weight, bias, limits, upstream)


def edited_scene(scene: Scene, body: EditsBody, limits: Limits) -> Scene:
    """The scene with the edits of a body: another dtype, tensors, fields of the operation, and cells."""
    operation = _edited_operation(scene.plan.operation, body.operation, limits)
    dtype = body.dtype or scene.dtype
    replaced: dict[str, Tensor | None] = {
        name: None for name in TENSOR_NAMES if name in body.model_fields_set
    }
    staying = {name: tensor for name, tensor in scene.tensors.items() if name not in replaced}
    kept = converted(staying, dtype, body.cells, limits)
    if body.input is not None:
        replaced["input"] = _input(body.input, operation, dtype, limits)
    if body.weight is not None:
        input = (kept | replaced).get("input")
        if input is None:
            raise ConvError("scene_needs_input", "/input")
        replaced["weight"] = _weight(body.weight, operation, input, dtype, limits)
    if body.bias is not None:
        replaced["bias"] = data_or_random(body.bias, "bias", operation, dtype, limits)
    if body.upstream is not None:
        replaced["upstream"] = data_or_random(body.upstream, "upstream", operation, dtype, limits)
    return edit(
        scene, operation, kept | replaced, body.cells, limits, drop_upstream="upstream" not in replaced
    )


def edit_notes(scene: Scene, body: EditsBody, edited: Scene) -> list[Message]:
    """What an edit decided for its sender: an upstream that does not fit another output is dropped."""
    return [] if "upstream" in body.model_fields_set else _upstream_notes(scene, edited)


def _upstream_notes(before: Scene, after: Scene) -> list[Message]:
    if before.upstream is None or after.upstream is not None:
        return []
    found, expected = (scene.plan.own_shape(scene.plan.output_shape) for scene in (before, after))
    shapes = {"found": found, "expected": expected}
    return [Message("upstream_dropped", **shapes)]


def _edited_operation(operation: Operation, changes: dict[str, Any] | None, limits: Limits) -> Operation:
    """The operation with some fields changed; one of another kind starts from that kind's defaults."""
    if changes is None:
        return operation
    base = describe(operation) if changes.get("kind", operation.kind) == operation.kind else {}
    return parse_body(OperationBody, orjson.dumps({"operation": base | changes}), limits).operation.build()


def _input(source: Input | None, operation: Operation, dtype: str, limits: Limits) -> Tensor:
    if source is None:
        raise ConvError("input_missing", "/input")
    if source.sample is not None and source.size is not None:
        if operation.dimensions == 1:
            raise ConvError("picture_needs_two_dimensions", "/input/sample")
        return from_sample(source.sample, source.size, dtype, limits, "/input")
    return data_or_random(source, "input", operation, dtype, limits)


def _weight(source: Weight, operation: Operation, input: Tensor, dtype: str, limits: Limits) -> Tensor:
    if source.kernels is not None:
        if operation.dimensions == 1:
            raise ConvError("kernels_need_two_dimensions", "/weight/kernels")
        return from_kernels(source.kernels, operation, input.shape[0], dtype, limits, "/weight")
    return data_or_random(source, "weight", operation, dtype, limits)


def data_or_random(
    source: Input | Weight | Bias | Upstream,
    name: str,
    operation: Operation,
    dtype: str,
    limits: Limits,
    at: str | None = None,
) -> Tensor:
    """
    Numbers that were sent, or are made here, for a tensor of this name; `at`: their place, /name by default.
    Raises ConvError and LimitExceeded.
    """
    at = at or f"/{name}"
    if source.random is not None:
        shape, seed, distribution = tuple(source.random.shape), source.random.seed, source.random.distribution
        return from_random(shape, seed, distribution, dtype, limits, f"{at}/random")
    assert source.data is not None  # the model lets exactly one way through
    return from_lists(source.data, name, operation, dtype, limits, f"{at}/data")
