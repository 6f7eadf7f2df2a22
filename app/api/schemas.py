"""The bodies that describe scenes: parsed strictly, normalised once, trusted from there on."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    model_validator,
)

from app.conv.errors import LARGEST
from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Padding, PaddingMode
from app.scenes.snippet import LONGEST
from app.scenes.sources import Distribution

T = TypeVar("T")
Rows = Annotated[list[T], Field(fail_fast=True)]
Number = Annotated[float, AllowInfNan(False)]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Random(Body):
    shape: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=1, max_length=4)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    distribution: Distribution = "normal"


class Source(Body):
    """One way to say what a tensor holds, and only one."""

    random: Random | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Source:
        ways = [name for name in type(self).model_fields if name != "size"]
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {', '.join(ways)}, got {', '.join(given) or 'none'}")
        return self

    @property
    def made(self) -> int:
        """Elements that are made here rather than sent."""
        return prod(self.random.shape) if self.random else 0


def _pair(value: Any) -> Any:
    """An integer stands for both: 2 -> (2, 2)."""
    if isinstance(value, list) and len(value) == 2:
        return tuple(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    raise ValueError("expected an integer or [h, w]")


Size = Annotated[tuple[int, int], BeforeValidator(_pair, json_schema_input_type=int | tuple[int, int])]


class Input(Source):
    data: Rows[Rows[Rows[Number]]] | None = None
    sample: str | None = None
    size: Size | None = None

    @model_validator(mode="after")
    def _sample_has_size(self) -> Input:
        if (self.sample is None) != (self.size is None):
            raise ValueError("sample and size go together")
        return self

    @property
    def made(self) -> int:
        return 3 * prod(self.size) if self.size else super().made


class Weight(Source):
    data: Rows[Rows[Rows[Rows[Number]]]] | None = None
    kernels: Annotated[list[str], Field(min_length=1, max_length=256)] | None = None


class Bias(Source):
    data: Rows[Number] | None = None


class FourSides(Body):
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def build(self) -> Padding:
        return Padding(self.top, self.bottom, self.left, self.right)


def _sides(value: Any) -> Any:
    """An integer or [h, w] -> four sides."""
    if isinstance(value, dict):
        return value
    try:
        height, width = _pair(value)
    except ValueError:
        raise ValueError("expected an integer, [h, w] or {top, bottom, left, right}") from None
    return {"top": height, "bottom": height, "left": width, "right": width}


def _sides_or_word(value: Any) -> Any:
    """Four sides, or None for "same": a union would add its members' names to the place of an error."""
    if value == "same":
        return None
    return {} if value == "valid" else _sides(value)


_AnySides = int | tuple[int, int] | FourSides
Sides = Annotated[FourSides, BeforeValidator(_sides, json_schema_input_type=_AnySides)]
ConvSides = Annotated[
    FourSides | None,
    BeforeValidator(_sides_or_word, json_schema_input_type=_AnySides | Literal["valid", "same"]),
]


class Conv2dBody(Body):
    kind: Literal["conv2d"]
    stride: Size = (1, 1)
    padding: ConvSides = FourSides()
    padding_mode: PaddingMode = "zeros"
    dilation: Size = (1, 1)
    groups: int = 1
    flip: bool = False

    def build(self) -> Operation:
        padding: Padding | Literal["same"] = "same" if self.padding is None else self.padding.build()
        return Conv2d(self.stride, padding, self.padding_mode, self.dilation, self.groups, self.flip)


class ConvTranspose2dBody(Body):
    kind: Literal["conv_transpose2d"]
    stride: Size = (1, 1)
    padding: Sides = FourSides()
    output_padding: Size = (0, 0)
    dilation: Size = (1, 1)
    groups: int = 1

    def build(self) -> Operation:
        padding = self.padding.build()
        return ConvTranspose2d(self.stride, padding, self.output_padding, self.dilation, self.groups)


class MaxPool2dBody(Body):
    kind: Literal["max_pool2d"]
    kernel_size: Size
    stride: Size | None = None
    padding: Sides = FourSides()
    dilation: Size = (1, 1)
    ceil_mode: bool = False

    def build(self) -> Operation:
        stride = self.stride or self.kernel_size
        return MaxPool2d(self.kernel_size, stride, self.padding.build(), self.dilation, self.ceil_mode)


class AvgPool2dBody(Body):
    kind: Literal["avg_pool2d"]
    kernel_size: Size
    stride: Size | None = None
    padding: Sides = FourSides()
    dilation: Size = (1, 1)
    ceil_mode: bool = False
    count_include_pad: bool = True

    def build(self) -> Operation:
        stride, padding = self.stride or self.kernel_size, self.padding.build()
        return AvgPool2d(
            self.kernel_size, stride, padding, self.dilation, self.ceil_mode, self.count_include_pad
        )


AnyOperation = Annotated[
    Conv2dBody | ConvTranspose2dBody | MaxPool2dBody | AvgPool2dBody, Discriminator("kind")
]


def _made(*sources: Source | None) -> int:
    """Elements that are made here rather than sent."""
    return sum(source.made for source in sources if source is not None)


class ScenePart(Body):
    """A scene in a form, where tensors may come as files instead."""

    input: Input | None = None
    weight: Weight | None = None
    bias: Bias | None = None
    operation: AnyOperation
    dtype: Literal["float32", "float64", "int32"] = "float32"

    @property
    def made(self) -> int:
        return _made(self.input, self.weight, self.bias)


class Cell(Body):
    """One number of a tensor, and its new value."""

    tensor: Literal["input", "weight", "bias"]
    index: Annotated[list[int], Field(max_length=4)]
    value: Number


class OperationBody(Body):
    operation: AnyOperation


class EditsBody(Body):
    """What is to be different. A tensor replaces the one there is; null takes a weight or bias away."""

    cells: Rows[Cell] = []
    operation: dict[str, Any] | None = None
    input: Input | None = None
    weight: Weight | None = None
    bias: Bias | None = None

    @property
    def made(self) -> int:
        return _made(self.input, self.weight, self.bias)


class SceneBody(ScenePart):
    """A scene."""

    input: Input


class CodeBody(Body):
    code: str = Field(description=f"one call of a layer, at most {LONGEST:,} characters")
