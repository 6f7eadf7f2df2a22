"""Random layers: every kind and parameter, sizes 1 to 12, fitting or not."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

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


def sizes(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


def rarely() -> st.SearchStrategy[bool]:
    return st.integers(0, 15).map(lambda n: n == 15)


@st.composite
def paddings(draw: st.DrawFn, height: int, width: int) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) up to height and width; half of them with equal opposite sides."""
    top, bottom = draw(sizes(0, height))
    left, right = draw(sizes(0, width))
    return (top, top, left, left) if draw(st.booleans()) else (top, bottom, left, right)


def tensor(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    """Small integers for int32 and every other seed, normal numbers for the rest."""
    generator = torch.Generator().manual_seed(seed)
    if dtype == torch.int32 or seed % 2:
        return torch.randint(-9, 10, shape, generator=generator).to(dtype)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


@st.composite
def layers(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(OPERATIONS)) -> Layer:
    kind, seed, dtype = (
        draw(st.sampled_from(kinds)),
        draw(st.integers(0, 10**6)),
        draw(st.sampled_from(DTYPES)),
    )
    flat = kind.endswith("1d")
    kernel, (height, width) = draw(_sizes(1, 4, flat)), draw(_sizes(1, 12, flat))
    parameters: dict[str, Any] = {"stride": draw(_sizes(1, 4, flat)), "dilation": draw(_sizes(1, 3, flat))}
    if "pool" in kind:
        channels = draw(st.integers(1, 3))
        most = [k // 2 + draw(rarely()) for k in kernel]
        parameters |= {
            "kernel_size": kernel,
            "padding": draw(paddings(0 if flat else most[0], most[1])),
            "ceil_mode": draw(st.booleans()),
        }
        if kind.startswith("avg"):
            parameters["count_include_pad"] = draw(st.booleans())
            parameters["dilation"] = draw(st.sampled_from([(1, 1), parameters["dilation"]]))
            dtype = torch.float32 if dtype == torch.int32 else dtype
        return Layer(kind, parameters, tensor((channels, height, width), dtype, seed), None, None)
    groups, per_group_in, per_group_out = draw(st.tuples(*[st.integers(1, 3)] * 3))
    in_channels, out_channels = groups * per_group_in, groups * per_group_out
    parameters |= {"groups": groups, "padding": draw(paddings(0 if flat else 3, 3))}
    if kind in ("conv1d", "conv2d"):
        parameters |= {"padding_mode": draw(st.sampled_from(PADDING_MODES)), "flip": draw(st.booleans())}
        if draw(st.integers(0, 7)) == 0:
            parameters["padding"] = "same"
            parameters["stride"] = parameters["stride"] if draw(rarely()) else (1, 1)
        weight = (out_channels + draw(rarely()), per_group_in + draw(rarely()), *kernel)
    else:
        height, width = (height + 1) // 2, (width + 1) // 2
        extra = draw(st.integers(0, min(parameters["stride"][flat:]) - 1 + draw(rarely())))
        parameters["output_padding"] = (0, extra) if flat else draw(sizes(0, extra))
        weight = (in_channels + draw(rarely()), per_group_out, *kernel)
    x = tensor((in_channels + draw(rarely()), height, width), dtype, seed)
    bias = tensor((out_channels + draw(rarely()),), dtype, seed + 2) if draw(st.booleans()) else None
    return Layer(kind, parameters, x, tensor(weight, dtype, seed + 1), bias)


def _sizes(low: int, high: int, flat: bool) -> st.SearchStrategy[tuple[int, int]]:
    """(height, width); the height of one dimension is 1."""
    return st.tuples(st.just(1) if flat else st.integers(low, high), st.integers(low, high))
