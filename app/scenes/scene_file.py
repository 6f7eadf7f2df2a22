"""Scene <-> the bytes of a safetensors file, with the operation in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import orjson
import safetensors.torch
import torch
from torch import Tensor

from app.conv.errors import CodedError, ConvError, Message
from app.conv.operation import Operation
from app.formats.safetensors import safetensors_header
from app.limits import Limits
from app.scenes.scene import Scene, describe, make_scene, operation_from

_NAMES: Final = {"input", "weight", "bias", "upstream", "__metadata__"}


class NotAScene(CodedError, ValueError):
    """Bytes that are not a scene file."""


def encode(scene: Scene) -> bytes:
    """The scene file: `safetensors.torch.load_file` reads it. The same scene gives the same bytes."""
    # One entry only: safetensors writes several in a random order.
    metadata = {"operation": json.dumps(describe(scene.plan.operation), sort_keys=True)}
    return safetensors.torch.save(scene.tensors, metadata)


def decode(data: bytes, limits: Limits) -> Scene:
    """The scene in a scene file. Raises NotAScene, and LimitExceeded if it is larger than is allowed now."""
    try:
        header = safetensors_header(data, "/scene")
        operation = _operation(header)
        return scene_of(operation, safetensors.torch.load(data), limits)
    except (safetensors.SafetensorError, LookupError, TypeError, ValueError, AttributeError) as error:
        reason = error.message if isinstance(error, CodedError) else Message("safetensors_unreadable")
        raise NotAScene("not_a_scene_file", reason=reason) from error


def scene_of(operation: Operation, tensors: Mapping[str, Tensor], limits: Limits) -> Scene:
    """The scene of tensors that come from where they may be damaged. Raises NotAScene too."""
    if not all(torch.isfinite(tensor).all() for tensor in tensors.values()):
        raise NotAScene("scene_file_not_finite")
    others = (tensors.get("weight"), tensors.get("bias"), limits, tensors.get("upstream"))
    return make_scene(operation, tensors["input"], *others)


def _operation(header: Mapping[str, Any]) -> Operation:
    """The operation in a header. Raises NotAScene for what is no header of a scene file."""
    if not header.keys() <= _NAMES:
        raise NotAScene("scene_file_has_other_tensors")
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or "operation" not in metadata:
        raise NotAScene("scene_file_without_operation")
    if "input" not in header:
        raise NotAScene("scene_file_without_input")
    try:
        return operation_from(orjson.loads(metadata["operation"]))
    except ConvError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError):
        raise NotAScene("scene_file_operation_unusable") from None
