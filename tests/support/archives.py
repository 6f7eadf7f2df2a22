""".npz files, and archives that only look like them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

_LOCAL: Final = b"PK\x03\x04"
_CENTRAL: Final = b"PK\x01\x02"


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def encrypted(data: bytes) -> bytes:
    """The first member is marked as encrypted, in both headers."""
    return _with_field(_with_field(data, _LOCAL, 6, "<H", 1), _CENTRAL, 8, "<H", 1)


def with_size(data: bytes, size: int) -> bytes:
    """The directory says that the first member is `size` bytes, inflated."""
    return _with_field(data, _CENTRAL, 24, "<L", size)


def with_checksum(data: bytes, checksum: int) -> bytes:
    return _with_field(data, _CENTRAL, 16, "<L", checksum)


def with_offset(data: bytes, offset: int) -> bytes:
    """The directory says that the first member begins at `offset`."""
    return _with_field(data, _CENTRAL, 42, "<L", offset)


def with_directory_size(data: bytes, size: int) -> bytes:
    return _with_field(data, b"PK\x05\x06", 12, "<L", size)


def _with_field(data: bytes, magic: bytes, offset: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(magic) + offset, value)
    return bytes(changed)
