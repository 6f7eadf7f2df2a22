"""Random layers: every kind and parameter, sizes 1 to 12, fitting or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

import torch
from hypothesis import strategies as st
from torch import Tensor

from app.conv.errors import ConvError
from app.conv.operation import (
    PADDING_MODES,
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    MaxPool1d,
    MaxPool2d,
    Operation,
    Padding,
    Plan,
    plan,
)

OPERATIONS: dict[str, type[Any]] = {
    "conv2d": Conv2d,
    "conv_transpose2d": ConvTranspose2d,
    "max_pool2d": MaxPool2d,
    "avg_pool2d": AvgPool2d,
    "conv1d": Conv1d,
    "conv_transpose1d": ConvTranspose1d,
    "max_pool1d": MaxPool1d,
    "avg_pool1d": AvgPool1d,
}
T = TypeVar("T")
DTYPES = (torch.float32, torch.float64, torch.int32)


@dataclass(frozen=True)
class Layer:
    """
    Parameters as drawn (padding: (top, bottom, left, right) or "same"), and tensors or None; of one dimension
    with a height of 1.
    """

    kind: str
    parameters: dict[str, Any]
    x: Tensor
    weight: Tensor | None
    bias: Tensor | None

    @property
    def family(self) -> str:
        """conv, conv_transpose, max_pool or avg_pool"""
        return self.kind[:-2]

    @property
    def dimensions(self) -> int:
        return int(self.kind[-2])

    def own(self, tensor: Tensor) -> Tensor:
        """A tensor as callers know it: of one dimension without the height."""
        return tensor.squeeze(-2) if self.dimensions == 1 and tensor.ndim > 1 else tensor

    @property
    def tensors(self) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Input, weight and bias as callers know them."""
        weight, bias = (each if each is None else self.own(each) for each in (self.weight, self.bias))
        return self.own(self.x), weight, bias

    @property
    def p(self) -> SimpleNamespace:
        return SimpleNamespace(**self.parameters)

    def operation(self) -> Operation:
        padding = self.parameters["padding"]
        own = padding if padding == "same" else Padding(*padding)
        made: Operation = OPERATIONS[self.kind](**{**self.parameters, "padding": own})
        return made

    def plan(self) -> Plan:
        shapes = (
            None if tensor is None else tuple(self.own(tensor).shape) for tensor in (self.weight, self.bias)
        )
        return plan(self.operation(), tuple(self.own(self.x).shape), *shapes)


class Choices(Protocol):
    """What a layer is drawn by."""

    def integer(self, low: int, high: int) -> int: ...

    def one_of(self, options: Sequence[T]) -> T: ...


class Drawn:
    """By hypothesis, which makes what fails as simple as it can."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def one_of(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))


class Diced(Random):
    """By a seed: a hundred times as fast."""

    def integer(self, low: int, high: int) -> int:
        return self.randint(low, high)

    def one_of(self, options: Sequence[T]) -> T:
        return self.choice(options)


def sizes(choices: Choices, low: int, high: int, *, flat: bool = False) -> tuple[int, int]:
    """(height, width); the height of one dimension is 1."""
    return 1 if flat else choices.integer(low, high), choices.integer(low, high)


def flag(choices: Choices) -> bool:
    return choices.integer(0, 1) == 1


def rarely(choices: Choices) -> bool:
    return choices.integer(0, 15) == 15


def paddings(choices: Choices, height: int, width: int) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) up to height and width; half of them with equal opposite sides."""
    top, bottom = sizes(choices, 0, height)
    left, right = sizes(choices, 0, width)
    return (top, top, left, left) if flag(choices) else (top, bottom, left, right)


def tensor(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    """Small integers for int32 and every other seed, normal numbers for the rest."""
    generator = torch.Generator().manual_seed(seed)
    if dtype == torch.int32 or seed % 2:
        return torch.randint(-9, 10, shape, generator=generator).to(dtype)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


@st.composite
def layers(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(OPERATIONS)) -> Layer:
    choices = Drawn(draw)
    return make_layer(choices, choices.one_of(kinds))


def seeded_layers(kind: str) -> Iterator[Layer]:
    """Layers of a kind without end, always the same ones, fitting or not."""
    choices = Diced(kind)
    while True:
        yield make_layer(choices, kind)


def fitting_layers(some: Iterable[Layer]) -> Iterator[tuple[Layer, Plan]]:
    for layer in some:
        with suppress(ConvError):
            yield layer, layer.plan()


def make_layer(choices: Choices, kind: str) -> Layer:
    seed, dtype = choices.integer(0, 10**6), choices.one_of(DTYPES)
    flat = kind.endswith("1d")
    kernel = sizes(choices, 1, 4, flat=flat)
    # Most of what a large layer shows, a small one shows in a tenth of the time.
    height, width = sizes(choices, 1, choices.one_of((4, 7, 12)), flat=flat)
    parameters: dict[str, Any] = {
        "stride": sizes(choices, 1, 4, flat=flat),
        "dilation": sizes(choices, 1, 3, flat=flat),
    }
    if "pool" in kind:
        channels = choices.integer(1, 3)
        most = [k // 2 + rarely(choices) for k in kernel]
        parameters |= {
            "kernel_size": kernel,
            "padding": paddings(choices, 0 if flat else most[0], most[1]),
            "ceil_mode": flag(choices),
        }
        if kind.startswith("avg"):
            parameters["count_include_pad"] = flag(choices)
            parameters["dilation"] = choices.one_of([(1, 1), parameters["dilation"]])
            dtype = torch.float32 if dtype == torch.int32 else dtype
        return Layer(kind, parameters, tensor((channels, height, width), dtype, seed), None, None)
    groups, per_group_in, per_group_out = (choices.integer(1, 3) for _ in range(3))
    in_channels, out_channels = groups * per_group_in, groups * per_group_out
    parameters |= {"groups": groups, "padding": paddings(choices, 0 if flat else 3, 3)}
    if kind in ("conv1d", "conv2d"):
        parameters |= {"padding_mode": choices.one_of(PADDING_MODES), "flip": flag(choices)}
        if choices.integer(0, 7) == 0:
            parameters["padding"] = "same"
            parameters["stride"] = parameters["stride"] if rarely(choices) else (1, 1)
        weight = (out_channels + rarely(choices), per_group_in + rarely(choices), *kernel)
    else:
        height, width = (height + 1) // 2, (width + 1) // 2
        steps = zip(parameters["stride"], parameters["dilation"], strict=True)
        extra = [choices.integer(0, max(own) - 1 + rarely(choices)) for own in steps]
        parameters["output_padding"] = (0 if flat else extra[0], extra[1])
        weight = (in_channels + rarely(choices), per_group_out, *kernel)
    x = tensor((in_channels + rarely(choices), height, width), dtype, seed)
    bias = tensor((out_channels + rarely(choices),), dtype, seed + 2) if flag(choices) else None
    return Layer(kind, parameters, x, tensor(weight, dtype, seed + 1), bias)
