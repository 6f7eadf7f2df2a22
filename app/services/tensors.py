"""A tensor of a scene, or one channel of it, encoded in one of four formats."""

from __future__ import annotations

from io import BytesIO
from math import prod
from typing import Any, Final, Literal

import numpy as np
from torch import Tensor

from app.conv.errors import ConvError
from app.formats.json_encoding import to_array, to_json
from app.formats.png import write_png
from app.formats.safetensors import to_safetensors
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.scenes.tensors import Name, tensor, tensor_shape

Format = Literal["json", "npy", "safetensors", "png"]


def check_tensor_request(
    scene: Scene, name: Name, channel: int | None, every: int, form: Format, limits: Limits
) -> int:
    """
    How many numbers the answer holds. Raises NoSuchTensor, ConvError or LimitExceeded, before anything is
    computed.
    """
    shape, axes = tensor_shape(scene, name, channel), _axes_of_size(scene, name)
    if form == "png" and not _is_plane(shape, axes):
        if channel is None and _is_plane(tensor_shape(scene, name, 0), axes):
            raise ConvError("picture_needs_one_channel", "/channel", shape=shape)
        raise ConvError("picture_needs_plane", "/format", shape=shape)
    shape = _thinned_shape(shape, axes, every)
    limit: Final = "max_answer_numbers" if form == "json" else "max_tensor_elements"
    check("term.tensor_numbers", limit, prod(shape), limits, name=name)
    return prod(shape)


def encode_tensor(
    scene: Scene, name: Name, channel: int | None, every: int, form: Format
) -> bytes | memoryview:
    """Every `every`-th row and column of a tensor."""
    values, axes = tensor(scene, name, channel), _axes_of_size(scene, name)
    if axes:
        values = (values[..., ::every] if axes == 1 else values[..., ::every, ::every]).contiguous()
    if form == "json":
        return to_json(tensor_structure(scene, name, channel, values))
    return encode_values(name, values, form)


def encode_values(
    name: str, values: Tensor, form: Literal["npy", "safetensors", "png"]
) -> bytes | memoryview:
    """A tensor as a file; a PNG is of one plane."""
    match form:
        case "safetensors":
            return to_safetensors({name: values})
        case "png":
            return _to_png(values)
        case "npy":
            file = BytesIO()
            np.save(file, values.numpy(), allow_pickle=False)
            return file.getvalue()


def tensor_structure(scene: Scene, name: str, channel: int | None, values: Tensor) -> dict[str, Any]:
    """A tensor as its call answers it in JSON."""
    return {
        "name": name,
        "channel": channel,
        "dtype": scene.dtype,
        "shape": list(values.shape),
        "data": to_array(values),
    }


def _axes_of_size(scene: Scene, name: Name) -> int:
    """How many axes of a tensor, the last ones, are rows and columns, or of one dimension cells."""
    return 0 if name in ("bias", "grad_bias") else scene.plan.dimensions


def _is_plane(shape: tuple[int, ...], axes: int) -> bool:
    """Whether there is one channel with rows and columns, or of one dimension with a row."""
    return axes > 0 and (len(shape) == axes or (len(shape) == axes + 1 and shape[0] == 1))


def _thinned_shape(shape: tuple[int, ...], axes: int, every: int) -> tuple[int, ...]:
    """The shape of every n-th row and column; a bias has none."""
    kept = len(shape) - axes
    return (*shape[:kept], *(-(-size // every) for size in shape[kept:]))


def _to_png(values: Tensor) -> bytes:
    """One channel from black, its smallest number, to white, its largest; a constant one is black."""
    numbers = values.double().view(-1, values.shape[-1])
    low, high = numbers.min(), numbers.max()
    return write_png(((numbers - low) / (high - low).clamp(min=1e-300) * 255).round().byte())
