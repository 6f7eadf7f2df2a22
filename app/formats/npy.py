""".npy bytes -> NumPy arrays. Nothing is ever unpickled."""

from __future__ import annotations

import re
from io import BytesIO
from math import prod
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from app.conv.errors import ConvError
from app.formats.ast_lock import AST_LOCK

Array = NDArray[Any]

_MEMORY_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
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
    except Exception as error:  # The header is an expression of Python: parsing it may raise almost anything.
        # Python's message may say where in memory a part of the expression lies.
        said = _MEMORY_ADDRESS.sub("", str(error))
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
