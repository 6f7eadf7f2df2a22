""".npy bytes -> NumPy arrays. Nothing is ever unpickled."""

from __future__ import annotations

from io import BytesIO
from math import prod
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from app.conv.errors import ConvError
from app.formats.ast_lock import AST_LOCK

Array = NDArray[Any]

_MAX_DIMENSIONS: Final = 8


def read_npy(data: bytes, at: str) -> Array:
    """An array of numbers of any width, order and byte order. Raises ConvError for every other file."""
    file = BytesIO(data)
    try:
        version = npy.read_magic(file)
        read_header = {(1, 0): npy.read_array_header_1_0}.get(version, npy.read_array_header_2_0)
        with AST_LOCK:
            shape, fortran, dtype = read_header(file)
        lengths_fit = all(type(length) is int and 0 <= length < 1 << 62 for length in shape)
        well_formed = version[0] < 4 and len(shape) <= _MAX_DIMENSIONS and lengths_fit
    except Exception:  # The header is an expression of Python: parsing it may raise almost anything.
        raise ConvError("npy_header_unreadable", at) from None
    if not well_formed:
        raise ConvError("npy_header_unusable", at, version=version, shape=_short(shape))
    if dtype.hasobject:
        raise ConvError("npy_holds_objects", at)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ConvError("npy_dtype_unknown", at, dtype=dtype)
    expected, found = prod(shape) * dtype.itemsize, len(data) - file.tell()
    if expected != found:
        array = {"shape": _short(shape), "dtype": dtype}
        raise ConvError("npy_size_mismatch", at, **array, expected=expected, found=found)
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _short(value: object) -> str:
    return f"{value!s:.80}"
