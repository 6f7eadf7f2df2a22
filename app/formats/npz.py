""".npz archives: ZIP files of .npy files, as numpy.savez writes them.

Nothing is extracted, and a member is inflated no further than its own header says it has to be.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from app.conv.errors import ConvError, quoted
from app.formats.errors import UnsupportedFile
from app.formats.npy import MAGIC, MAX_START_BYTES, check_size, read_header, read_npy
from app.formats.safetensors import Tensors
from app.formats.tensor_keys import MAX_TENSORS, choose_tensor
from app.limits import LimitExceeded, Limits, check_tensor

Array = NDArray[Any]

# A member's local header; an archive without members begins with the end of its directory.
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_END_MAGIC: Final = b"PK\x05\x06"
MAGICS: Final = (_LOCAL_MAGIC, _END_MAGIC)
_SUFFIX: Final = ".npy"
# The record at the end (APPNOTE.TXT, 4.3.16), of which there may be a larger one before it (4.3.15).
_END: Final = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR: Final = struct.Struct("<4sLQL")
_ZIP64_MAGIC: Final = b"PK\x06\x07"
# zipfile takes a time to read a member's extra fields that grows with the square of their length.
_MAX_DIRECTORY_BYTES: Final = 1 << 19
_ENCRYPTED: Final = 1


def read_npz(data: bytes, key: str | None, name: str, limits: Limits, at: str) -> Array:
    """One array of an archive: `key`, or else the one called `name`, or else the only one.

    Raises UnsupportedFile for archives of other files, ConvError for damaged ones, and LimitExceeded for an
    array that is too large, before it is inflated.
    """
    with _opened(data, at) as archive:
        members = _members(archive, at)
        return _read_member(archive, members[choose_tensor(list(members), key, name, at)], name, limits, at)


def to_npz(tensors: Tensors) -> bytes:
    """An archive of these tensors."""
    file = BytesIO()
    np.savez(file, **{name: tensor.numpy() for name, tensor in tensors.items()})  # type: ignore[arg-type]
    return file.getvalue()


def npz_names(data: bytes, at: str) -> list[str]:
    """The names of the arrays in an archive. Raises as read_npz does."""
    with _opened(data, at) as archive:
        return list(_members(archive, at))


def _opened(data: bytes, at: str) -> ZipFile:
    """The archive, once it is certain that its directory is short."""
    # Archives of torch have a large record, and one that is cut off has no directory at all.
    if data.startswith(_LOCAL_MAGIC) and not _first_name(data).endswith(_SUFFIX.encode()):
        raise UnsupportedFile("archive_not_opened")
    if len(data) < _END.size or data[-_END.size :][:4] != _END_MAGIC:
        raise ConvError("npz_directory_unreadable", at)
    *_, count, size, _, _ = _END.unpack(data[-_END.size :])
    locator = len(data) - _END.size - _ZIP64_LOCATOR.size
    if data[max(locator, 0) :][:4] == _ZIP64_MAGIC or count > MAX_TENSORS:
        raise ConvError("npz_too_many_members", at, found=count, most=MAX_TENSORS)
    if size > _MAX_DIRECTORY_BYTES:
        raise ConvError("npz_directory_too_long", at, found=size, most=_MAX_DIRECTORY_BYTES)
    try:
        return ZipFile(BytesIO(data))
    except Exception:  # A directory may be wrong in any way, and zipfile raises what comes of it.
        raise ConvError("npz_directory_unreadable", at) from None


def _first_name(data: bytes) -> bytes:
    """The name in the first member's local header (APPNOTE.TXT, 4.3.7)."""
    return data[30 : 30 + int.from_bytes(data[26:28], "little")]


def _members(archive: ZipFile, at: str) -> dict[str, ZipInfo]:
    """The members by the names of their arrays."""
    infos = archive.infolist()
    if not all(info.filename.endswith(_SUFFIX) for info in infos):
        raise UnsupportedFile("archive_not_opened")
    members = {info.filename.removesuffix(_SUFFIX): info for info in infos}
    if len(members) < len(infos):
        raise ConvError("npz_name_twice", at, found=len(infos), names=len(members))
    return members


def _read_member(archive: ZipFile, info: ZipInfo, name: str, limits: Limits, at: str) -> Array:
    quoted_name = quoted(info.filename)
    if info.flag_bits & _ENCRYPTED:
        raise ConvError("npz_member_encrypted", at, name=quoted_name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ConvError("npz_compression_unknown", at, name=quoted_name, method=info.compress_type)
    try:
        with archive.open(info) as file:
            start = file.read(MAX_START_BYTES)
            if not start.startswith(MAGIC):
                raise ConvError("npz_member_no_npy", at, name=quoted_name)
            header = read_header(start, at)
            check_tensor(name, header.shape, limits)
            check_size(header, info.file_size, at)
            # One byte more than there should be: only at its end is the checksum of a member compared.
            data = start + file.read(header.file_size - len(start) + 1)
    except (ConvError, LimitExceeded):
        raise
    except Exception:  # As for the directory.
        raise ConvError("npz_member_damaged", at, name=quoted_name) from None
    return read_npy(data, at)
