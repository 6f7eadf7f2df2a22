"""
The one place between layers of one dimension and their plans, which have a height of 1.

What callers send, store and get has no height axis: tensors (C, L), (O, C, k), sizes that are integers. The
arithmetic has the one of two dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:  # settings need limits, and no torch
    from torch import Tensor

Dimensions = Literal[1, 2]
# What the height of a size is where a layer has none; of other sizes 1.
_HEIGHTS: Final = {"output_padding": 0}


def lift_shape(dimensions: Dimensions, shape: tuple[int, ...]) -> tuple[int, ...]:
    """(…, L) -> (…, 1, L) for one dimension; a shape of one axis is that of a bias and stays."""
    return (*shape[:-1], 1, shape[-1]) if dimensions == 1 and len(shape) > 1 else shape


def lower_shape(dimensions: Dimensions, shape: tuple[int, ...]) -> tuple[int, ...]:
    """(…, 1, L) -> (…, L), and of a size (1, k) -> (k,); the other way than `lift_shape`."""
    return (*shape[:-2], shape[-1]) if dimensions == 1 and len(shape) > 1 else shape


def lift(dimensions: Dimensions, tensor: Tensor) -> Tensor:
    """(…, L) -> (…, 1, L) for one dimension, but a bias stays as it is."""
    return tensor.unsqueeze(-2) if dimensions == 1 and tensor.ndim > 1 else tensor


def lower(dimensions: Dimensions, tensor: Tensor) -> Tensor:
    """(…, 1, L) -> (…, L) for one dimension, but a bias stays as it is."""
    return tensor.squeeze(-2) if dimensions == 1 and tensor.ndim > 1 else tensor


def lift_size(name: str, length: int) -> tuple[int, int]:
    """A size of one dimension, such as a stride, as the (height, width) of a layer of height 1."""
    return _HEIGHTS.get(name, 1), length
