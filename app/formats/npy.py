""".npy bytes -> NumPy arrays. Nothing is ever unpickled or parsed as Python.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.conv.errors import ConvError

Array = NDArray[Any]

MAGIC: Final = b"\x93NUMPY"
# Bytes that hold any header that is read: as NumPy has it, at most 10,000 characters.
MAX_START_BYTES: Final = 1 << 16
_MAX_HEADER_LENGTH: Final = 10_000
_MAX_DIMENSIONS: Final = 8
_MAX_DIGITS: Final = 18
# The bytes of the header's length, and how the header is written.
_VERSIONS: Final = {(1, 0): (2, "latin-1"), (2, 0): (4, "latin-1"), (3, 0): (4, "utf-8")}
# A dict of three entries in any order. Python 2 wrote long integers, 3L; a descr in brackets is a record.
# No part gives back what it has matched, so that no header takes more than one pass.
_ENTRY: Final = (
    r"""\s*+(['"])(?P<name{0}>\w++)\{1}\s*+:\s*+"""
    r"""(?P<value{0}>'[^']*+'|"[^"]*+"|True|False|\([^()]*+\)|\[[^\[\]]*+\])\s*+"""
)
_HEADER: Final = re.compile(
    r"\s*+\{" + ",".join(_ENTRY.format(i, 3 * i + 1) for i in range(3)) + r"(?:,\s*+)?\}\s*+"
)
_SHAPE: Final = re.compile(r"\(\s*+(?:\d++L?+\s*+(?:,\s*+\d++L?+\s*+)*(?:,\s*+)?)?\)", re.ASCII)
_DTYPE: Final = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248]|\?)")


@dataclass(frozen=True, slots=True)
class NpyHeader:
    """What the header of an .npy file says; the numbers begin at `offset`."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool
    offset: int

    @property
    def file_size(self) -> int:
        """Bytes of the whole file."""
        return self.offset + prod(self.shape) * self.dtype.itemsize


def read_npy(data: bytes, at: str) -> Array:
    """An array of numbers of any width, order and byte order. Raises ConvError for every other file."""
    header = read_header(data[:MAX_START_BYTES], at)
    check_size(header, len(data), at)
    flat = np.frombuffer(data, header.dtype, offset=header.offset)
    return flat.reshape(header.shape, order="F" if header.fortran_order else "C")


def check_size(header: NpyHeader, found: int, at: str) -> None:
    """Raise ConvError unless a file of `found` bytes holds just the header and its numbers."""
    if header.file_size != found:
        array = {"shape": _short(header.shape), "dtype": header.dtype}
        sizes = {"expected": header.file_size - header.offset, "found": found - header.offset}
        raise ConvError("npy_size_mismatch", at, **array, **sizes)


def read_header(start: bytes, at: str) -> NpyHeader:
    """The header in the first bytes of a file. Raises ConvError for what is no array of numbers."""
    text, offset = _header_text(start, at)
    entries = _entries(text)
    descr, order, shape = (entries.get(name, "") for name in ("descr", "fortran_order", "shape"))
    if not (order in ("True", "False") and _SHAPE.fullmatch(shape) and descr[:1] in ("'", '"', "[")):
        raise ConvError("npy_header_unreadable", at)
    lengths = re.findall(r"\d+", shape)
    if len(lengths) > _MAX_DIMENSIONS or any(len(length) > _MAX_DIGITS for length in lengths):
        raise ConvError("npy_header_unusable", at, shape=_short(shape), most=_MAX_DIMENSIONS)
    return NpyHeader(tuple(map(int, lengths)), _dtype(descr, at), order == "True", offset)


def _header_text(start: bytes, at: str) -> tuple[str, int]:
    """The header, and where it ends."""
    if len(start) < len(MAGIC) + 2:
        raise ConvError("npy_header_unreadable", at)
    version = start[len(MAGIC)], start[len(MAGIC) + 1]
    if version not in _VERSIONS:
        known = ", ".join(f"{major}.{minor}" for major, minor in _VERSIONS)
        raise ConvError("npy_version_unknown", at, version=".".join(map(str, version)), known=known)
    width, encoding = _VERSIONS[version]
    begin = len(MAGIC) + 2 + width
    length = int.from_bytes(start[begin - width : begin], "little")
    if length > _MAX_HEADER_LENGTH:
        raise ConvError("npy_header_too_long", at, length=length, most=_MAX_HEADER_LENGTH)
    if begin + length > len(start):
        raise ConvError("npy_header_cut_off", at, length=length, found=len(start))
    return start[begin : begin + length].decode(encoding, "replace"), begin + length


def _entries(text: str) -> dict[str, str]:
    match = _HEADER.fullmatch(text)
    return {match[f"name{i}"]: match[f"value{i}"] for i in range(3)} if match else {}


def _dtype(descr: str, at: str) -> np.dtype[Any]:
    name = descr.strip("'\"")
    if re.fullmatch(r"[<>|=]?O8?", name):
        raise ConvError("npy_holds_objects", at)
    if not _DTYPE.fullmatch(name):
        raise ConvError("npy_dtype_unknown", at, dtype=_short(name))
    return np.dtype(name)


def _short(value: object) -> str:
    return f"{value!s:.80}"
