"""Files that people send, told apart by their content, never by their name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from numpy.typing import NDArray
from torch import Tensor

from app.conv.errors import ConvError, Message
from app.formats import npy, npz
from app.formats.conversion import from_array
from app.formats.errors import UnsupportedFile as UnsupportedFile
from app.formats.images import read_picture
from app.formats.safetensors import is_safetensors, read_safetensors, safetensors_names
from app.formats.tensor_keys import choose_tensor
from app.limits import Limits

Array = NDArray[Any]
Kind = Literal["picture", "npy", "npz", "safetensors"]


def kind_of(data: bytes) -> Kind:
    """Raises UnsupportedFile."""
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (data[:4], data[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return "picture"
    if data.startswith(npy.MAGIC):
        return "npy"
    if data.startswith(npz.MAGICS):
        return "npz"
    if is_safetensors(data):
        return "safetensors"
    if data[:1] == b"\x80":
        raise UnsupportedFile("pickle_not_loaded")
    if not data:
        raise UnsupportedFile("file_empty")
    raise UnsupportedFile("file_kind_unknown", start=data[:8])


@dataclass(frozen=True, slots=True)
class TensorFile:
    """
    A file for one tensor. `key` picks a tensor out of it, `size` scales a picture to (H, W), `index` picks
    one sample out of a batch.
    """

    data: bytes
    key: str | None = None
    size: tuple[int, int] | None = None
    index: int | None = None


class FileTensor(NamedTuple):
    """A tensor that was read, and what was decided for its sender."""

    tensor: Tensor
    notes: list[Message]


def read_tensor(file: TensorFile, name: str, dtype: str, limits: Limits, dimensions: int = 2) -> FileTensor:
    """The tensor in a file, for the field `name` of a scene; `dimensions`: of its layer.

    Raises UnsupportedFile for a kind of file that is not read, ConvError for content that cannot be used.
    """
    at, notes = f"/{name}", list[Message]()
    array = _read_array(file, name, limits, notes)
    if dimensions == 1 and kind_of(file.data) == "picture":
        raise ConvError("picture_needs_two_dimensions", at)
    if name == "input":
        array = _one_sample(array, file.index, dimensions, notes)
    return FileTensor(from_array(array, dtype, limits, at), notes)


# As torch names it, also reparametrised (weight_norm, pruning), and as other libraries do.
_WEIGHT_NAME: Final = re.compile(
    r"(?P<prefix>(?:.*[._/])?)"
    r"(?P<name>parametrizations\.weight\.original[01]?|weight(?:_orig|_v|_g)?|kernel|w)"
)


def bias_beside_weight(file: TensorFile) -> str | None:
    """The name of the bias that belongs to the weight in a file: of `conv1.weight`, `conv1.bias`."""
    at = "/weight"
    match kind_of(file.data):
        case "safetensors":
            names = safetensors_names(file.data, at)
        case "npz":
            names = npz.npz_names(file.data, at)
        case _:
            return None
    weight = choose_tensor(names, file.key, "weight", at)
    match = _WEIGHT_NAME.fullmatch(weight)
    bias = match and match["prefix"] + ("b" if match["name"] == "w" else "bias")
    return bias if bias in names else None


def _read_array(file: TensorFile, name: str, limits: Limits, notes: list[Message]) -> Array:
    at, kind = f"/{name}", kind_of(file.data)
    if file.key is not None and kind not in ("safetensors", "npz"):
        raise ConvError("key_needs_safetensors", at, key=f"{name}_key", kind=kind)
    if file.size is not None and kind != "picture":
        raise ConvError("size_needs_picture", at, kind=kind)
    match kind:
        case "picture":
            picture = read_picture(file.data, file.size, limits, at)
            if file.size not in (None, picture.full_size):
                notes.append(Message("picture_scaled", found=picture.full_size, size=file.size))
            return picture.planes
        case "npy":
            return npy.read_npy(file.data, at)
        case "npz":
            return npz.read_npz(file.data, file.key, name, limits, at)
        case "safetensors":
            return read_safetensors(file.data, file.key, name, at)


def _one_sample(array: Array, index: int | None, dimensions: int, notes: list[Message]) -> Array:
    """The input without its batch axis, where it is (N, C_in, H, W), or of one dimension (N, C_in, L)."""
    if array.ndim != 2 + dimensions or array.size == 0:
        if index is not None:
            raise ConvError("index_needs_batch", "/input_index", shape=array.shape)
        return array
    count = len(array)
    if index is None:
        if count > 1:
            raise ConvError("batch_needs_index", "/input", shape=array.shape, count=count, last=count - 1)
        notes.append(Message("batch_axis_dropped", shape=array.shape, left=array.shape[1:]))
    elif index >= count:
        raise ConvError("no_such_sample", "/input_index", index=index, count=count, last=count - 1)
    sample: Array = array[index or 0]
    return sample
