"""
Layers and inputs as Python has them -> what the API takes. Torch and Pillow are known by what their objects
have, and never imported: who passes a module has imported torch.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Fields of the operation that a module has, beside what all have.
_CONV: Final = ("stride", "padding", "dilation", "groups")
_KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Conv": ("conv", (*_CONV, "padding_mode")),
    "ConvTranspose": ("conv_transpose", (*_CONV, "output_padding")),
    "MaxPool": ("max_pool", ("kernel_size", "stride", "padding", "dilation", "ceil_mode")),
    "AvgPool": ("avg_pool", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")),
}
_MODULES: Final = {
    f"{name}{dimensions}d": (f"{kind}{dimensions}d", fields)
    for name, (kind, fields) in _KINDS.items()
    for dimensions in (1, 2)
}


class Layer(NamedTuple):
    """An operation with PyTorch's names, and the numbers of the layer; None for those it has not."""

    operation: dict[str, Any]
    weight: Array | None
    bias: Array | None


def is_layer(value: object) -> bool:
    """Whether it is one of the modules that a scene shows."""
    return _torch_name(value) is not None


def layer_from(layer: object) -> Layer:
    """
    layer: Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, MaxPool1d, MaxPool2d, AvgPool1d or AvgPool2d of
    torch.nn, or an operation as the API has it. Raises TypeError for others, ValueError for what such a
    module has and the API has not.
    """
    if isinstance(layer, Mapping):
        return Layer(dict(layer), None, None)
    name = _torch_name(layer)
    if name is None:
        raise TypeError(
            f"a layer is one of {', '.join(_MODULES)} of torch.nn or an operation such as "
            f"{{'kind': 'conv2d'}}, not {type(layer).__name__}"
        )
    kind, fields = _MODULES[name]
    if getattr(layer, "divisor_override", None) is not None:
        raise ValueError("divisor_override cannot be shown; without it the average is over the window")
    operation = {"kind": kind} | {field: _plain(getattr(layer, field), kind) for field in fields}
    if operation.get("padding_mode") == "zeros":
        del operation["padding_mode"]
    weight, bias = getattr(layer, "weight", None), getattr(layer, "bias", None)
    return Layer(
        operation, None if weight is None else to_array(weight), None if bias is None else to_array(bias)
    )


def input_from(value: object, kind: str, index: int | None = None) -> Array | bytes:
    """
    A tensor, an array, nested lists, or a picture of Pillow, which becomes a PNG file.

    A batch of one loses its axis; of a larger one `index` chooses. Raises ValueError where it is not given,
    IndexError where there is no such sample.
    """
    if _is_picture(value):
        return _to_png(value)
    array = to_array(value)
    if array.ndim != (4 if kind.endswith("2d") else 3):
        if index is not None:
            raise ValueError(f"input_index chooses from a batch; the input has shape {array.shape}")
        return array
    count = len(array)
    if index is None and count != 1:
        raise ValueError(f"the input has {count} samples: choose one with input_index=0 … {count - 1}")
    if not -count <= (index or 0) < count:
        raise IndexError(f"input_index is {index}, and the input has {count} samples")
    chosen: Array = array[index or 0]
    return chosen


def to_array(value: Any) -> Array:
    """Tensors of other devices, with gradients, and of types that NumPy has not come as float32."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = (value.float() if str(value.dtype) in ("torch.bfloat16", "torch.float16") else value).numpy()
    return np.asarray(value)


def _torch_name(layer: object) -> str | None:
    """The class of torch.nn that it is or is made from."""
    return next(
        (
            base.__name__
            for base in type(layer).__mro__
            if base.__module__.startswith("torch.nn.modules.") and base.__name__ in _MODULES
        ),
        None,
    )


def _plain(value: Any, kind: str) -> Any:
    """As JSON has it: layers of one dimension have integers where torch keeps tuples of one."""
    if isinstance(value, tuple | list):
        return value[0] if kind.endswith("1d") else [*value]
    return value


def _is_picture(value: object) -> bool:
    return any(base.__module__.startswith("PIL.") for base in type(value).__mro__)


def _to_png(picture: Any) -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    # A PNG cannot be in these.
    plain = upright.convert("RGB") if upright.mode in ("CMYK", "YCbCr", "LAB", "HSV", "F") else upright
    file = io.BytesIO()
    plain.save(file, "PNG")
    return file.getvalue()
