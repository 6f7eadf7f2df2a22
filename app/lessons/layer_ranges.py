"""Small integer layers, made from a seed, that a person can compute."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Annotated, Any, Final, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from app.conv.errors import ConvError
from app.conv.operation import OPERATIONS, Padding
from app.limits import Limits
from app.scenes.operation_models import StrictModel
from app.scenes.scene import Scene, make_scene

Count = Annotated[int, Field(ge=1, le=16)]
Range = Annotated[list[Count], Field(min_length=2, max_length=2)]
Kind = Literal["conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d"]

# Weights are never 0, so that each of them matters.
_WEIGHTS: Final = (-1, 1, 2, 3)
_INPUTS: Final = range(5)
_ATTEMPTS: Final = 100


class LayerRanges(StrictModel):
    """What the layers of a lesson's exercises are like; of each list one is chosen."""

    kinds: list[Kind] = Field(default=["conv2d"], min_length=1)
    in_channels: Range = Field(default=[2, 3], description="least and most")
    out_channels: Range = Field(default=[1, 2], description="least and most")
    height: Range = Field(default=[3, 4], description="least and most")
    width: Range = Field(default=[3, 4], description="least and most")
    kernel_sizes: list[Range] = Field(default=[[2, 2]], min_length=1, description="height, width")
    strides: list[Count] = Field(default=[1], min_length=1)
    paddings: list[Annotated[int, Field(ge=0, le=3)]] = Field(default=[0], min_length=1)
    dilations: list[Count] = Field(default=[1], min_length=1)
    groups: list[Count] = Field(default=[1], min_length=1)
    bias: bool = Field(default=False, description="whether there is a bias")

    @model_validator(mode="after")
    def _groups_divide(self) -> Self:
        for groups in self.groups:
            for channels in (self.in_channels, self.out_channels):
                if not _multiples(channels, groups):
                    raise ValueError(
                        f"no number of channels from {channels} is a multiple of {groups} groups"
                    )
        return self

    @property
    def is_flat(self) -> bool:
        """Whether the layers are of signals, of one dimension."""
        return self.height == [1, 1]

    @property
    def is_plain(self) -> bool:
        """Whether all are convolutions without stride, padding, dilation and groups."""
        lists = (self.strides, self.paddings, self.dilations, self.groups)
        return self.kinds == ["conv2d"] and lists == ([1], [0], [1], [1])

    @property
    def weighted(self) -> LayerRanges:
        """The same with a kernel in place of pooling."""
        kinds = [kind for kind in self.kinds if not kind.endswith("_pool2d")]
        return self.model_copy(update={"kinds": kinds or ["conv2d"]})


def _multiples(channels: list[int], factor: int) -> list[int]:
    least, most = channels
    return [count for count in range(least, most + 1) if count % factor == 0]


def random_layer(ranges: LayerRanges, random: Random, *, larger: int = 0) -> Scene:
    """
    A layer of these ranges; `larger` rows and columns may come on top. Raises RuntimeError for ranges in
    which no kernel fits its input.
    """
    for _ in range(_ATTEMPTS):
        with suppress(ConvError):
            return _random_layer(ranges, random, larger)
    raise RuntimeError(f"no layer can be made of {ranges}")


def _random_layer(ranges: LayerRanges, random: Random, larger: int) -> Scene:
    """Raises ConvError where the kernel that is chosen is larger than the input that is chosen."""
    kind, groups = random.choice(ranges.kinds), random.choice(ranges.groups)
    kernel_size = random.choice(ranges.kernel_sizes)
    height = _length(ranges.height, random, 0 if ranges.is_flat else larger)
    width = _length(ranges.width, random, larger)
    in_channels = random.choice(_multiples(ranges.in_channels, groups))
    out_channels = random.choice(_multiples(ranges.out_channels, groups))
    operation = _operation(ranges, kind, groups, kernel_size, random)
    # A signal has no height, and its kernel none either.
    first = 1 if ranges.is_flat else 0
    input = _integers(random, _INPUTS, in_channels, *[height, width][first:])
    if kind.endswith("_pool2d"):
        return make_scene(operation, input, None, None, Limits())
    channels = [out_channels, in_channels // groups]
    if kind == "conv_transpose2d":
        channels = [in_channels, out_channels // groups]
    weight = _integers(random, _WEIGHTS, *channels, *kernel_size[first:])
    bias = _integers(random, range(1, 5), out_channels) if ranges.bias else None
    return make_scene(operation, input, weight, bias, Limits())


def _length(size: list[int], random: Random, larger: int) -> int:
    return random.randint(*size) + random.randint(0, larger)


def _operation(ranges: LayerRanges, kind: str, groups: int, kernel_size: list[int], random: Random) -> Any:
    stride, padding = random.choice(ranges.strides), random.choice(ranges.paddings)
    dilation = random.choice(ranges.dilations)
    flat = ranges.is_flat
    # A signal has no rows to go by.
    sizes: dict[str, Any] = {
        "stride": (1 if flat else stride, stride),
        "dilation": (1 if flat else dilation, dilation),
        "padding": Padding(0, 0, padding, padding) if flat else Padding(*[padding] * 4),
    }
    further = {"kernel_size": tuple(kernel_size)} if kind.endswith("_pool2d") else {"groups": groups}
    operation: Any = OPERATIONS[kind.replace("2d", "1d") if flat else kind]
    return operation(**further, **sizes)


def _integers(random: Random, choices: Any, *shape: int) -> Tensor:
    count = torch.Size(shape).numel()
    return torch.tensor([float(random.choice(choices)) for _ in range(count)]).reshape(shape)
