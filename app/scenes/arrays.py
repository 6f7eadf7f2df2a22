""".npy and .safetensors bytes -> NumPy arrays. Nothing is ever unpickled."""

from __future__ import annotations

import re
from io import BytesIO
from math import prod
from typing import Any, Final

import numpy as np
import orjson
import safetensors
from numpy.lib import format as npy
from numpy.typing import NDArray

from app.conv.errors import ConvError
from app.scenes.astlock import AST_LOCK

Array = NDArray[Any]

_WHERE: Final = re.compile(r" at 0x[0-9a-f]+")
_MOST_HEADER: Final = 1 << 20
_MOST_TENSORS: Final = 4096
_SHOWN_NAMES: Final = 20
_MOST_DIMENSIONS: Final = 8
_DTYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def read_npy(data: bytes, at: str) -> Array:
    """An array of numbers of any width, order and byte order. Raises ConvError for every other file."""
    file = BytesIO(data)
    try:
        version = npy.read_magic(file)
        read_header = {(1, 0): npy.read_array_header_1_0}.get(version, npy.read_array_header_2_0)
        with AST_LOCK:
            shape, fortran, dtype = read_header(file)
        lengths_fit = all(type(length) is int and 0 <= length < 1 << 62 for length in shape)
        well_formed = version[0] < 4 and len(shape) <= _MOST_DIMENSIONS and lengths_fit
    except Exception as error:  # The header is an expression of Python: parsing it may raise almost anything.
        # Python's message may say where in memory a part of the expression lies.
        said = _WHERE.sub("", str(error))
        raise ConvError(f"the header of the .npy file cannot be read: {said:.100}", at) from None
    if not well_formed:
        raise ConvError(f"the .npy file has version {version} and shape {_short(shape)}", at)
    if dtype.hasobject:
        raise ConvError("the .npy file holds pickled objects, which are never loaded; save numbers", at)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ConvError(f"the .npy file holds {dtype}, expected real numbers of at most 8 bytes", at)
    expected, found = prod(shape) * dtype.itemsize, len(data) - file.tell()
    if expected != found:
        raise ConvError(
            f"the .npy file has shape {_short(shape)} of {dtype}: {expected} bytes, not {found}", at
        )
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _short(value: object) -> str:
    return f"{value!s:.80}"


def read_safetensors(data: bytes, key: str | None, name: str, at: str) -> Array:
    """One tensor of a file: `key`, or else the one called `name`, or else the only one."""
    header = safetensors_header(data, at)
    header.pop("__metadata__", None)
    if len(header) > _MOST_TENSORS:
        raise ConvError(f"the file holds {len(header)} tensors, at most {_MOST_TENSORS} are read", at)
    _check_whole(data, at)
    chosen = _choose(list(header), key, name, at)
    entry = header[chosen]
    start, end = (8 + int.from_bytes(data[:8], "little") + offset for offset in entry["data_offsets"])
    shape, raw = entry["shape"], data[start:end]
    if entry["dtype"] == "BF16":
        # The upper half of a float32.
        return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if entry["dtype"] not in _DTYPES:
        known = ", ".join([*_DTYPES, "BF16"])
        raise ConvError(f"tensor {chosen!r:.60} is {entry['dtype']}, expected one of {known}", at)
    return np.frombuffer(raw, _DTYPES[entry["dtype"]]).reshape(shape)


def safetensors_header(data: bytes, at: str) -> dict[str, Any]:
    """The header of a file, as it claims to be. Raises ConvError where there is none, or a too long one."""
    length = int.from_bytes(data[:8], "little")
    if length > min(len(data) - 8, _MOST_HEADER):
        raise ConvError(
            f"the safetensors header claims {length} bytes of {len(data)}, at most {_MOST_HEADER}", at
        )
    try:
        header = orjson.loads(data[8 : 8 + length])
    except orjson.JSONDecodeError as error:
        raise ConvError(f"the safetensors file cannot be read: {error!s:.100}", at) from None
    if not isinstance(header, dict):
        raise ConvError("the safetensors file cannot be read: its header is no object", at)
    return header


def _check_whole(data: bytes, at: str) -> None:
    """Raise ConvError for holes, overlaps and every other lie that safetensors itself finds."""
    try:
        safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise ConvError(f"the safetensors file cannot be read: {error!s:.100}", at) from None


def _choose(names: list[str], key: str | None, name: str, at: str) -> str:
    if key is None and len(names) == 1:
        return names[0]
    chosen = name if key is None else key
    if chosen not in names:
        shown = ", ".join(f"{one!r:.60}" for one in names[:_SHOWN_NAMES])
        more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        raise ConvError(f"the file has no tensor {chosen!r:.60}; {name}_key may be {shown}{more}", at)
    return chosen
