"""What is sent as the input of a network -> an array for each of the model's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from app.conv.errors import ConvError
from app.formats import npy, npz
from app.formats.errors import UnsupportedFile
from app.formats.file_types import kind_of
from app.formats.images import read_picture
from app.formats.safetensors import read_safetensors, safetensors_names
from app.limits import Limits, check_tensor
from app.networks.run_messages import Array
from app.scenes.tensor_sources import from_random, from_sample
from app.services.body_structure import check_structure
from app.services.request_models import Input
from app.services.scene_builder import parse_body

_AT: Final = "/input"
# As ITU-R BT.601 weighs red, green and blue, and Pillow too.
_GREY: Final = np.array([0.299, 0.587, 0.114], np.float32)
_EXAMPLE: Final = '{"data": [[…]]}'
_KEYS: Final = {"data", "random", "sample", "size"}


class InputSpec(NamedTuple):
    """A model's input; a dimension that is not fixed is None."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


def network_inputs(
    content: bytes | None, described: Sequence[Mapping[str, Any]], limits: Limits
) -> dict[str, Array]:
    """
    The arrays that a picture, .npy, .npz, .safetensors or JSON tensor holds; of several inputs, the tensors
    of their names. Raises ConvError, LimitExceeded and UnsupportedFile.
    """
    specs = [InputSpec(each["name"], each["dtype"], tuple(each["shape"])) for each in described]
    if not specs:
        return {}
    if content is None:
        raise ConvError("network_input_missing", _AT, names=", ".join(f"{each.name!r:.60}" for each in specs))
    return {spec.name: _fitted(_array(content, spec, len(specs), limits), spec, limits) for spec in specs}


def _array(content: bytes, spec: InputSpec, count: int, limits: Limits) -> Array:
    try:
        kind = kind_of(content)
    except UnsupportedFile:
        if content[:1] == b"\x80":
            raise
        kind = None
    if count > 1 and kind not in ("npz", "safetensors"):
        raise ConvError("network_inputs_several", _AT, count=count)
    match kind:
        case "picture":
            return _picture(content, spec, limits)
        case "npy":
            return npy.read_npy(content, _AT)
        case "npz":
            return npz.read_npz(content, spec.name if count > 1 else None, spec.name, limits, _AT)
        case "safetensors":
            names = safetensors_names(content, _AT)
            key = spec.name if count > 1 or spec.name in names else None
            return read_safetensors(content, key, spec.name, _AT)
        case None:
            return _json_array(content, spec, limits)


def _picture(content: bytes, spec: InputSpec, limits: Limits) -> Array:
    """(C, H, W) of the model's size and channels, 0...1."""
    if len(spec.shape) not in (3, 4):
        raise ConvError("network_input_no_picture", _AT, expected=_shown(spec.shape))
    channels, height, width = spec.shape[-3:]
    size = (height, width) if height and width else None
    if size:
        check_tensor("input", (3, *size), limits)
    return _with_channels(read_picture(content, size, limits, _AT).planes, channels)


def _with_channels(planes: Array, channels: int | None) -> Array:
    if channels == 1 and len(planes) == 3:
        return np.tensordot(_GREY, planes, 1)[None]
    if channels == 3 and len(planes) == 1:
        return np.repeat(planes, 3, 0)
    return planes


def _json_array(content: bytes, spec: InputSpec, limits: Limits) -> Array:
    check_structure(content, Input, limits)
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE) from None
    if not isinstance(body, dict) or not body.keys() <= _KEYS:
        raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE)
    if body.keys() == {"data"}:
        return _numbers(body["data"])
    source = parse_body(Input, content, limits)
    if source.random is not None:
        shape, seed, distribution = tuple(source.random.shape), source.random.seed, source.random.distribution
        return from_random(shape, seed, distribution, "float32", limits, _AT).numpy()
    if source.sample is not None and source.size is not None:
        planes = from_sample(source.sample, source.size, "float32", limits, _AT).numpy()
        return _with_channels(planes, spec.shape[-3] if len(spec.shape) > 2 else None)
    raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE)


def _numbers(data: Any) -> Array:
    try:
        array = np.array(data)
    except ValueError:
        raise ConvError("network_input_ragged", _AT) from None
    if array.dtype.kind not in "iuf":
        raise ConvError("network_input_ragged", _AT)
    return array


def _fitted(array: Array, spec: InputSpec, limits: Limits) -> Array:
    """The array in the model's type, with the batch axis that it may lack."""
    if array.ndim == len(spec.shape) - 1:
        array = array[None]
    fits = array.ndim == len(spec.shape) and all(
        expected in (None, found) for expected, found in zip(spec.shape, array.shape, strict=True)
    )
    if not fits or not array.size:
        params = {"name": f"{spec.name!r:.60}", "found": array.shape, "expected": _shown(spec.shape)}
        raise ConvError("network_input_differs", _AT, **params)
    check_tensor("input", array.shape, limits)
    with np.errstate(over="ignore", invalid="ignore"):
        converted = array.astype(spec.dtype)
    is_exact = np.isfinite(converted).all() if converted.dtype.kind == "f" else (converted == array).all()
    if not is_exact:
        raise ConvError("network_input_out_of_range", _AT, dtype=spec.dtype)
    return np.ascontiguousarray(converted)


def _shown(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"
