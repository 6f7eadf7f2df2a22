"""Files that people send, told apart by their content, never by their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from app.conv.errors import CodedError, ConvError
from app.formats.conversion import from_array
from app.formats.images import read_picture
from app.formats.npy import read_npy
from app.formats.safetensors import is_safetensors, read_safetensors
from app.limits import Limits

Kind = Literal["picture", "npy", "safetensors"]


class UnsupportedFile(CodedError, ValueError):
    """A file of a kind that is not read."""


def kind_of(data: bytes) -> Kind:
    """Raises UnsupportedFile."""
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (data[:4], data[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return "picture"
    if data.startswith(b"\x93NUMPY"):
        return "npy"
    if data.startswith(b"PK\x03\x04"):
        raise UnsupportedFile("archive_not_opened")
    if is_safetensors(data):
        return "safetensors"
    if data[:1] == b"\x80":
        raise UnsupportedFile("pickle_not_loaded")
    raise UnsupportedFile("file_kind_unknown", start=data[:8])


@dataclass(frozen=True, slots=True)
class TensorFile:
    """A file for one tensor; `key` picks a tensor out of it, `size` scales a picture to (H, W)."""

    data: bytes
    key: str | None = None
    size: tuple[int, int] | None = None


def read_tensor(file: TensorFile, name: str, dtype: str, limits: Limits) -> Tensor:
    """The tensor in a file, for the field `name` of a scene.

    Raises UnsupportedFile for a kind of file that is not read, ConvError for content that cannot be used.
    """
    at, kind = f"/{name}", kind_of(file.data)
    if file.key is not None and kind != "safetensors":
        raise ConvError("key_needs_safetensors", at, key=f"{name}_key", kind=kind)
    if file.size is not None and kind != "picture":
        raise ConvError("size_needs_picture", at, kind=kind)
    match kind:
        case "picture":
            array = read_picture(file.data, file.size, limits, at)
        case "npy":
            array = read_npy(file.data, at)
        case "safetensors":
            array = read_safetensors(file.data, file.key, name, at)
    return from_array(array, dtype, limits, at)
