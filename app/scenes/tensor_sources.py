"""Where tensors come from: nested lists, random numbers, sample pictures, named kernels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
import torch
from torch import Tensor

from app.conv.dtypes import DTYPES
from app.conv.errors import LARGEST, ConvError, Message, quoted, shown
from app.conv.kernels import KERNELS, kernel
from app.conv.operation import ConvTranspose2d, Operation
from app.formats.conversion import from_array
from app.formats.images import read_picture
from app.limits import Limits, check_tensor
from app.scenes.tensor_axes import rank_message, tensor_axes
from app.settings import STATIC

Distribution = Literal["normal", "uniform", "integers"]
DISTRIBUTION_TERMS: Final[Mapping[Distribution, Message]] = {
    "normal": Message("term.normal"),
    "uniform": Message("term.uniform"),
    "integers": Message("term.integers"),
}
SAMPLES: Final = tuple(sorted(path.stem for path in (STATIC / "samples").glob("*.png")))
# Random integers are small enough to be added up by eye.
_SMALLEST, _LARGEST = -5, 5


def from_lists(
    data: list[Any], name: str, operation: Operation, dtype: str, limits: Limits, at: str
) -> Tensor:
    """Nested lists of finite Python numbers as the tensor of this name, with the axes that the layer's has.

    Raises ConvError, at its own place, for ragged or empty lists and for a number that `dtype` cannot hold.
    """
    ndim = tensor_axes(name, operation)
    try:
        array = np.array(data, dtype=np.float64)
    except ValueError:
        raise _ragged(data, ndim, at) from None
    if array.ndim != ndim and array.size:
        message = rank_message(name, array.ndim, operation.dimensions)
        raise ConvError(message.code, at, **message.params)
    if array.size == 0:
        raise ConvError("no_elements", at, shape=array.shape, ndim=ndim)
    return from_array(array, dtype, limits, at)


def _ragged(data: list[Any], ndim: int, at: str) -> ConvError:
    lengths, first = [], data
    while isinstance(first, list) and first:
        lengths.append(len(first))
        first = first[0]
    path = _odd_one(data, lengths)
    if path is None:
        return ConvError("lists_not_a_tensor", at, ndim=ndim)
    odd = data
    for index in path:
        odd = odd[index]
    expected = lengths[len(path)]
    return ConvError("lists_ragged", "/".join([at, *map(str, path)]), found=len(odd), expected=expected)


def _odd_one(items: list[Any], lengths: list[int]) -> tuple[int, ...] | None:
    """The path to the first list whose length is not that of the first one on its level."""
    if len(items) != lengths[0]:
        return ()
    if len(lengths) > 1:
        for index, item in enumerate(items):
            if (path := _odd_one(item, lengths[1:])) is not None:
                return (index, *path)
    return None


def from_random(
    shape: tuple[int, ...], seed: int, distribution: Distribution, dtype: str, limits: Limits, at: str
) -> Tensor:
    """Numbers from torch's generator: standard normal, uniform in [0, 1), or integers from -5 to 5."""
    check_tensor(at.strip("/"), shape, limits)
    generator = torch.Generator().manual_seed(seed)
    if distribution == "integers":
        return torch.randint(_SMALLEST, _LARGEST + 1, shape, generator=generator).to(DTYPES[dtype])
    if dtype == "int32":
        raise ConvError("random_not_integers", at, distribution=DISTRIBUTION_TERMS[distribution])
    draw = torch.randn if distribution == "normal" else torch.rand
    return draw(shape, generator=generator, dtype=DTYPES[dtype])


def from_sample(name: str, size: tuple[int, int], dtype: str, limits: Limits, at: str) -> Tensor:
    """A picture that comes with the program as (3, H, W), 0...1, scaled with a Lanczos filter."""
    if name not in SAMPLES:
        names = ", ".join(SAMPLES)
        raise ConvError("sample_unknown", f"{at}/sample", name=quoted(name), names=names)
    if dtype == "int32":
        raise ConvError("sample_not_integers", f"{at}/sample")
    if not all(1 <= length <= LARGEST for length in size):
        raise ConvError("sample_size_out_of_range", f"{at}/size", most=LARGEST, size=shown(size))
    check_tensor(at.strip("/"), (3, *size), limits)
    return _sample(name, size).to(DTYPES[dtype])


@lru_cache(maxsize=8)
def _sample(name: str, size: tuple[int, int]) -> Tensor:
    content = (STATIC / "samples" / f"{name}.png").read_bytes()
    return torch.from_numpy(read_picture(content, size, Limits(), "/input").planes)


def from_kernels(
    names: list[str], operation: Operation, in_channels: int, dtype: str, limits: Limits, at: str
) -> Tensor:
    """Named kernels as the weight of a convolution: one output channel each, alike on every input channel.

    The shape is (n, in_channels/groups, kH, kW) for n names; transposed, (in_channels, n/groups, kH, kW).
    """
    stacked = torch.stack(_same_size(names, at))
    if dtype == "int32" and not torch.equal(stacked, stacked.round()):
        raise ConvError("kernels_not_integers", f"{at}/kernels", names=", ".join(names))
    groups = getattr(operation, "groups", 1)
    if in_channels % groups or len(names) % groups:
        counts = {"groups": groups, "channels": in_channels, "kernels": len(names)}
        raise ConvError("groups_do_not_divide_kernels", "/operation/groups", **counts)
    check_tensor("weight", (in_channels // groups, *stacked.shape), limits)
    if isinstance(operation, ConvTranspose2d):
        grouped = stacked.view(groups, -1, *stacked.shape[1:])
        return grouped.repeat_interleave(in_channels // groups, 0).to(DTYPES[dtype])
    return stacked[:, None].expand(-1, in_channels // groups, -1, -1).to(DTYPES[dtype])


def _same_size(names: list[str], at: str) -> list[Tensor]:
    for i, name in enumerate(names):
        if name not in KERNELS:
            known = ", ".join(KERNELS)
            raise ConvError("kernel_unknown", f"{at}/kernels/{i}", name=quoted(name), names=known)
    kernels = [kernel(name) for name in names]
    for i, (name, one) in enumerate(zip(names, kernels, strict=True)):
        if one.shape != kernels[0].shape:
            own = {"name": name, "size": tuple(one.shape)}
            first = {"first_name": names[0], "first_size": tuple(kernels[0].shape)}
            raise ConvError("kernel_sizes_differ", f"{at}/kernels/{i}", **own, **first)
    return kernels
