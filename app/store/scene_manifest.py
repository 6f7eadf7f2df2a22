"""Scene <-> its manifest, JSON that holds small tensors and names large ones by their blobs."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import orjson
import torch
from torch import Tensor

from app.conv.dtypes import DTYPES
from app.conv.errors import CodedError, Message
from app.limits import Limits
from app.scenes.scene import Scene, describe, operation_from
from app.scenes.scene_file import NotAScene, scene_of
from app.store.blob_store import Blobs, blob_digest

# A file takes up a block at least, and time of its own: a tensor that is smaller stays in the manifest.
_MAX_BYTES_INSIDE: Final = 4096
_FORMAT: Final = 1

ReadBlob = Callable[[str], bytearray]


def write_manifest(scene: Scene) -> tuple[bytes, Blobs]:
    """The manifest and the blobs it names. The same scene gives the same bytes."""
    blobs: dict[str, memoryview] = {}
    tensors: dict[str, Any] = {}
    for name, tensor in scene.tensors.items():
        data = _to_bytes(tensor)
        tensors[name] = {"shape": list(tensor.shape)}
        if data.nbytes <= _MAX_BYTES_INSIDE:
            tensors[name]["base64"] = b64encode(data).decode()
        else:
            digest = tensors[name]["blob"] = blob_digest(data)
            blobs[digest] = data
    manifest = {
        "format": _FORMAT,
        "dtype": scene.dtype,
        "operation": describe(scene.plan.operation),
        "tensors": tensors,
    }
    return json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode(), blobs


def read_manifest(manifest: bytes, read_blob: ReadBlob, limits: Limits) -> Scene:
    """The scene of a manifest.

    Raises NotAScene, LimitExceeded if it is larger than is allowed now, and what `read_blob` raises.
    """
    try:
        fields = orjson.loads(manifest)
        if fields["format"] != _FORMAT:
            raise ValueError("another format")
        dtype = DTYPES[fields["dtype"]]
        tensors = {name: _tensor(entry, dtype, read_blob) for name, entry in fields["tensors"].items()}
        return scene_of(operation_from(fields["operation"]), tensors, limits)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        reason = error.message if isinstance(error, CodedError) else Message("scene_manifest_unusable")
        raise NotAScene("not_a_scene_manifest", reason=reason) from error


def _tensor(entry: Any, dtype: torch.dtype, read_blob: ReadBlob) -> Tensor:
    data = bytearray(b64decode(entry["base64"])) if "base64" in entry else read_blob(entry["blob"])
    array = np.frombuffer(data, _little_endian(dtype)).reshape(entry["shape"])
    if list(array.shape) != entry["shape"]:  # -1 stands for whatever fits
        raise ValueError("another shape")
    return torch.from_numpy(array)


def _to_bytes(tensor: Tensor) -> memoryview:
    array = tensor.numpy().astype(_little_endian(tensor.dtype), copy=False)
    return array.data.cast("B")


def _little_endian(dtype: torch.dtype) -> np.dtype[Any]:
    return np.dtype(f"<{'f' if dtype.is_floating_point else 'i'}{dtype.itemsize}")
