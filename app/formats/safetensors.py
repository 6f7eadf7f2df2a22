"""Safetensors files: one tensor read out of a file that may lie, and files laid out to be computed into."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Final

import numpy as np
import orjson
import safetensors
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.conv.errors import ConvError, quoted
from app.formats.tensor_keys import MAX_TENSORS, choose_tensor

Array = NDArray[Any]
# Tensors by name: their dtypes and shapes, and themselves.
TensorSpecs = Mapping[str, tuple[torch.dtype, tuple[int, ...]]]
Tensors = Mapping[str, Tensor]

_MAX_HEADER_BYTES: Final = 1 << 20
_NUMPY_DTYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_DTYPE_NAMES: Final = {
    torch.float64: "F64", torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.int16: "I16",
    torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
# Longer than any header: the first eight bytes of a text, read as a length, are larger.
_TEXT_AS_LENGTH: Final = 1 << 48


def is_safetensors(data: bytes) -> bool:
    """Whether the bytes begin as a safetensors file does: a length that text cannot be, then JSON."""
    return data[8:9] == b"{" and int.from_bytes(data[:8], "little") < _TEXT_AS_LENGTH


def to_safetensors(tensors: Tensors, metadata: dict[str, str] | None = None) -> memoryview:
    """A safetensors file; the library's own writer takes 40 times as long."""
    specs = {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()}
    file, columns = allocate_safetensors(specs, metadata)
    for name, tensor in tensors.items():
        columns[name].copy_(tensor)
    return file


def allocate_safetensors(
    specs: TensorSpecs, metadata: dict[str, str] | None = None
) -> tuple[memoryview, Tensors]:
    """A safetensors file without numbers yet, and tensors that are views of the file, to compute into."""
    head, places = safetensors_layout(specs, metadata)
    file = np.empty(max([len(head), *(stop for _, stop in places.values())]), np.uint8)
    file[: len(head)] = np.frombuffer(head, np.uint8)
    bytes_, tensors = torch.from_numpy(file), {}
    for name, (dtype, shape) in specs.items():
        start, stop = places[name]
        tensors[name] = bytes_[start:stop].view(dtype).view(shape)
    return file.data, tensors


def safetensors_layout(
    specs: TensorSpecs, metadata: dict[str, str] | None = None
) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """The first bytes of a file, and where each tensor begins and ends in it, in the order of the file."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    places, end = {}, 0
    # The widest first, as the library orders them: each number then lies where its type wants it.
    for name, (dtype, shape) in sorted(specs.items(), key=lambda item: -item[1][0].itemsize):
        start, end = end, end + prod(shape) * dtype.itemsize
        places[name] = (start, end)
        header[name] = {"dtype": _DTYPE_NAMES[dtype], "shape": shape, "data_offsets": [start, end]}
    text = orjson.dumps(header)
    text += b" " * (-len(text) % 8)
    head = len(text).to_bytes(8, "little") + text
    return head, {name: (len(head) + start, len(head) + stop) for name, (start, stop) in places.items()}


def read_safetensors(data: bytes, key: str | None, name: str, at: str) -> Array:
    """One tensor of a file: `key`, or else the one called `name`, or else the only one."""
    entries = _entries(data, at)
    _check_whole(data, at)
    chosen = choose_tensor(list(entries), key, name, at)
    entry = entries[chosen]
    start, end = (8 + int.from_bytes(data[:8], "little") + offset for offset in entry["data_offsets"])
    shape, raw = entry["shape"], data[start:end]
    if entry["dtype"] == "BF16":
        # The upper half of a float32.
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if entry["dtype"] not in _NUMPY_DTYPES:
        known = ", ".join([*_NUMPY_DTYPES, "BF16"])
        names = {"name": quoted(chosen), "dtype": entry["dtype"], "known": known}
        raise ConvError("safetensors_dtype_unknown", at, **names)
    return np.frombuffer(raw, _NUMPY_DTYPES[entry["dtype"]]).reshape(shape)


def safetensors_names(data: bytes, at: str) -> list[str]:
    """The names of the tensors in a file. Raises ConvError where its header cannot be read."""
    return list(_entries(data, at))


def _entries(data: bytes, at: str) -> dict[str, Any]:
    """What the header says of each tensor."""
    header = safetensors_header(data, at)
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise ConvError("safetensors_too_many_tensors", at, found=len(header), most=MAX_TENSORS)
    return header


def safetensors_header(data: bytes, at: str) -> dict[str, Any]:
    """The header of a file, as it claims to be. Raises ConvError where there is none, or a too long one."""
    length = int.from_bytes(data[:8], "little")
    if length > min(len(data) - 8, _MAX_HEADER_BYTES):
        sizes = {"length": length, "found": len(data), "most": _MAX_HEADER_BYTES}
        raise ConvError("safetensors_header_too_long", at, **sizes)
    try:
        header = orjson.loads(data[8 : 8 + length])
    except orjson.JSONDecodeError:
        raise ConvError("safetensors_header_not_json", at) from None
    if not isinstance(header, dict):
        raise ConvError("safetensors_header_no_object", at)
    return header


def _check_whole(data: bytes, at: str) -> None:
    """Raise ConvError for holes, overlaps and every other lie that safetensors itself finds."""
    try:
        safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError:
        raise ConvError("safetensors_unreadable", at) from None
