"""Scene <-> the bytes of a safetensors file, with the operation in its metadata."""

from __future__ import annotations

import json

import safetensors.torch

from app.scenes.scene import Scene, describe, make_scene, operation_from
from app.settings import Limits


class NotAScene(ValueError):
    """Bytes that are not a scene file."""


def encode(scene: Scene) -> bytes:
    """The scene file: `safetensors.torch.load_file` reads it. The same scene gives the same bytes."""
    # One entry only: safetensors writes several in a random order.
    metadata = {"operation": json.dumps(describe(scene.plan.operation), sort_keys=True)}
    return safetensors.torch.save(scene.tensors, metadata)


def decode(data: bytes, limits: Limits) -> Scene:
    """The scene in a scene file. Raises NotAScene, and LimitExceeded if it is larger than is allowed now."""
    try:
        tensors = safetensors.torch.load(data)
        operation = operation_from(_described(data))
        return make_scene(operation, tensors["input"], tensors.get("weight"), tensors.get("bias"), limits)
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise NotAScene(f"not a scene file: {error!r:.200}") from error


def _described(data: bytes) -> dict[str, object]:
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    described: dict[str, object] = json.loads(header["__metadata__"]["operation"])
    return described
