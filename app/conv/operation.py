"""The operations, and the plan: everything that integers alone say about a layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Final, Literal, cast, get_args

from app.conv import shapes
from app.conv.errors import ConvError as ConvError
from app.conv.errors import Message, integer, one_of, shown, size
from app.conv.one_dimension import lift_shape, lower_shape
from app.conv.shapes import Axis, AxisTerm, Length
from app.conv.shapes import Size as Size

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: tuple[PaddingMode, ...] = get_args(PaddingMode)

_KERNEL_SIZE = cast(Size, None)


@dataclass(frozen=True, slots=True)
class Padding:
    """Cells added on each side; for a transposed convolution, cells cropped from it."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def __post_init__(self) -> None:
        for side in ("top", "bottom", "left", "right"):
            integer(getattr(self, side), f"padding {side}", 0, "/operation/padding")

    @property
    def sides(self) -> tuple[Size, Size]:
        """((top, bottom), (left, right))"""
        return (self.top, self.bottom), (self.left, self.right)

    @property
    def is_symmetric(self) -> bool:
        return self.top == self.bottom and self.left == self.right


@dataclass(frozen=True, slots=True)
class Conv2d:
    """torch.nn.Conv2d with four-sided padding; `flip` turns the kernel by 180° (true convolution)."""

    kind: ClassVar[str] = "conv2d"
    dimensions: ClassVar[Literal[1, 2]] = 2
    stride: Size = (1, 1)
    padding: Padding | Literal["same"] = Padding()
    padding_mode: PaddingMode = "zeros"
    dilation: Size = (1, 1)
    groups: int = 1
    flip: bool = False

    def __post_init__(self) -> None:
        _check_sizes(self, "stride", "dilation")
        _check_padding(self.padding, has_same=True)
        one_of(self.padding_mode, "padding_mode", PADDING_MODES)
        integer(self.groups, "groups", 1, "/operation/groups")
        one_of(self.flip, "flip", (False, True))
        if self.padding == "same" and self.stride != (1, 1):
            stride = self.stride if self.dimensions == 2 else self.stride[1]
            raise ConvError("same_needs_stride_1", "/operation/padding", stride=stride)

    def resolved(self, kernel_size: Size) -> Conv2d:
        """The same operation with four numbers in place of "same"; the odd cell goes bottom and right."""
        if isinstance(self.padding, Padding):
            return self
        height, width = (d * (k - 1) for d, k in zip(self.dilation, kernel_size, strict=True))
        top, left = height // 2, width // 2
        return replace(self, padding=Padding(top, height - top, left, width - left))


@dataclass(frozen=True, slots=True)
class ConvTranspose2d:
    """torch.nn.ConvTranspose2d with four-sided padding, that is: cropping."""

    kind: ClassVar[str] = "conv_transpose2d"
    dimensions: ClassVar[Literal[1, 2]] = 2
    stride: Size = (1, 1)
    padding: Padding = Padding()
    output_padding: Size = (0, 0)
    dilation: Size = (1, 1)
    groups: int = 1

    def __post_init__(self) -> None:
        _check_sizes(self, "stride", "dilation")
        size(self.output_padding, "output_padding", 0)
        _check_padding(self.padding)
        integer(self.groups, "groups", 1, "/operation/groups")
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                at = "/operation/output_padding"
                raise ConvError("output_padding_too_large", at, extra=extra, stride=stride, dilation=dilation)


@dataclass(frozen=True, slots=True)
class MaxPool2d:
    """torch.nn.MaxPool2d with four-sided padding; cells outside the input never win."""

    kind: ClassVar[str] = "max_pool2d"
    dimensions: ClassVar[Literal[1, 2]] = 2
    kernel_size: Size
    stride: Size = _KERNEL_SIZE
    padding: Padding = Padding()
    dilation: Size = (1, 1)
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        _check_pooling(self)


@dataclass(frozen=True, slots=True)
class AvgPool2d:
    """torch.nn.AvgPool2d with four-sided padding and, beyond torch, dilation."""

    kind: ClassVar[str] = "avg_pool2d"
    dimensions: ClassVar[Literal[1, 2]] = 2
    kernel_size: Size
    stride: Size = _KERNEL_SIZE
    padding: Padding = Padding()
    dilation: Size = (1, 1)
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        _check_pooling(self)
        one_of(self.count_include_pad, "count_include_pad", (False, True))


@dataclass(frozen=True, slots=True)
class Conv1d(Conv2d):
    """torch.nn.Conv1d with two-sided padding, as a convolution of height 1."""

    kind: ClassVar[str] = "conv1d"
    dimensions: ClassVar[Literal[1, 2]] = 1


@dataclass(frozen=True, slots=True)
class ConvTranspose1d(ConvTranspose2d):
    """torch.nn.ConvTranspose1d with two-sided padding, as a transposed convolution of height 1."""

    kind: ClassVar[str] = "conv_transpose1d"
    dimensions: ClassVar[Literal[1, 2]] = 1


@dataclass(frozen=True, slots=True)
class MaxPool1d(MaxPool2d):
    """torch.nn.MaxPool1d with two-sided padding, as pooling of height 1."""

    kind: ClassVar[str] = "max_pool1d"
    dimensions: ClassVar[Literal[1, 2]] = 1


@dataclass(frozen=True, slots=True)
class AvgPool1d(AvgPool2d):
    """torch.nn.AvgPool1d with two-sided padding and, beyond torch, dilation, as pooling of height 1."""

    kind: ClassVar[str] = "avg_pool1d"
    dimensions: ClassVar[Literal[1, 2]] = 1


Convolution = Conv2d | ConvTranspose2d
Pooling = MaxPool2d | AvgPool2d
Operation = Convolution | Pooling
# Every operation by its kind.
OPERATIONS: Final[Mapping[str, type[Operation]]] = {
    operation.kind: operation
    for operation in (
        Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d, Conv1d, ConvTranspose1d, MaxPool1d, AvgPool1d,
    )
}  # fmt: skip


def _check_sizes(operation: Operation, *names: str) -> None:
    for name in names:
        size(getattr(operation, name), name, 1)


def _check_padding(padding: Any, *, has_same: bool = False) -> None:
    if isinstance(padding, Padding) or (has_same and padding == "same"):
        return
    choices = Message("term.four_numbers_or_same" if has_same else "term.four_numbers")
    raise ConvError("padding_unknown", "/operation/padding", choices=choices, value=shown(padding))


def _check_pooling(operation: Pooling) -> None:
    if operation.stride is None:
        object.__setattr__(operation, "stride", operation.kernel_size)
    _check_sizes(operation, "kernel_size", "stride", "dilation")
    _check_padding(operation.padding)
    one_of(operation.ceil_mode, "ceil_mode", (False, True))
    for sides, kernel in zip(operation.padding.sides, operation.kernel_size, strict=True):
        if max(sides) > kernel // 2:
            at = "/operation/padding"
            raise ConvError("padding_over_half_of_kernel", at, padding=max(sides), kernel=kernel)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A layer whose shapes fit together, "same" resolved. Made by `plan` alone.

    formulas: the output height and width, worked out. margins: the cells beyond the input that windows read,
    left, right, top, bottom, as torch.nn.functional.pad takes them; of a transposed layer all 0. A layer of
    one dimension has a height of 1 in all of these.
    """

    operation: Operation
    input_shape: tuple[int, int, int]
    weight_shape: tuple[int, int, int, int] | None
    bias_shape: tuple[int] | None
    output_shape: tuple[int, int, int]
    kernel_size: Size
    channels_per_step: int
    axes: tuple[Axis, Axis]
    formulas: tuple[str, str]
    margins: tuple[int, int, int, int]

    @property
    def dimensions(self) -> Literal[1, 2]:
        return self.operation.dimensions

    def own_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape of this plan as the layer's tensors have it: of one dimension without the height."""
        return lower_shape(self.dimensions, shape)

    @property
    def padding(self) -> Padding:
        """The operation's padding, never "same"."""
        return cast(Padding, self.operation.padding)

    @property
    def padding_mode(self) -> PaddingMode:
        return self.operation.padding_mode if isinstance(self.operation, Conv2d) else "zeros"

    @property
    def flip(self) -> bool:
        return isinstance(self.operation, Conv2d) and self.operation.flip

    @property
    def is_transposed(self) -> bool:
        return isinstance(self.operation, ConvTranspose2d)

    @property
    def is_complete(self) -> bool:
        """Whether every window finds an input cell at each of its taps."""
        return not self.is_transposed and (self.padding_mode != "zeros" or not any(self.margins))

    @property
    def is_plain(self) -> bool:
        """Whether torch has all of it: a convolution padded with zeros, the same on opposite sides."""
        operation = self.operation
        if not isinstance(operation, Conv2d) or operation.flip:
            return False
        return operation.padding_mode == "zeros" and self.padding.is_symmetric

    @property
    def groups(self) -> int:
        return self.input_shape[0] // self.channels_per_step

    def in_channels(self, out_channel: int) -> range:
        """The input channels that one output channel reads: those of its group."""
        group = out_channel // (self.output_shape[0] // self.groups)
        return range(group * self.channels_per_step, (group + 1) * self.channels_per_step)

    def out_channels(self, in_channel: int) -> range:
        """The output channels that read one input channel: those of its group."""
        group, per_group = in_channel // self.channels_per_step, self.output_shape[0] // self.groups
        return range(group * per_group, (group + 1) * per_group)

    @property
    def upstream_shape(self) -> tuple[int, int, int]:
        """The gradient of a loss to each output cell."""
        return self.output_shape

    @property
    def windows(self) -> int:
        return self.output_shape[1] * self.output_shape[2]

    @property
    def terms(self) -> int:
        """How many products (or inputs, for pooling) make one output cell, holes and padding included."""
        return self.channels_per_step * self.kernel_size[0] * self.kernel_size[1]

    @property
    def products(self) -> int:
        """Of all output cells, holes and padding included: what the limits hold."""
        return self.output_shape[0] * self.windows * self.terms

    @property
    def multiply_adds(self) -> int:
        """Padding included, and so what a transposed convolution crops; none of its holes."""
        if self.is_transposed:
            return prod(self.input_shape) * prod((self.weight_shape or (0,))[1:])
        return self.products

    @property
    def parameters(self) -> int:
        return prod(self.weight_shape or (0,)) + prod(self.bias_shape or (0,))


def plan(
    operation: Operation,
    input_shape: tuple[int, ...],
    weight_shape: tuple[int, ...] | None = None,
    bias_shape: tuple[int, ...] | None = None,
) -> Plan:
    """
    Check that a layer fits together and say its shapes, with Python integers alone.

    input_shape: (C_in, H, W), of one dimension (C_in, L); weight_shape: (C_out, C_in/groups, kH, kW),
    transposed (C_in, C_out/groups, kH, kW), of one dimension without kH, None for pooling; bias_shape:
    (C_out,) or None. Raises ConvError for whatever torch refuses.
    """
    axes_of_input = ("H", "W") if operation.dimensions == 2 else ("L",)
    shapes.check_shape(input_shape, ("C_in", *axes_of_input), "input")
    input_shape = lift_shape(operation.dimensions, input_shape)
    if isinstance(operation, MaxPool2d | AvgPool2d):
        _check_bare(operation, weight_shape, bias_shape)
        kernel_size, out_channels, per_step = operation.kernel_size, input_shape[0], 1
    else:
        kernel_size, out_channels, per_step = _check_weight(operation, input_shape[0], weight_shape)
        weight_shape = weight_shape and lift_shape(operation.dimensions, weight_shape)
        _check_bias(bias_shape, out_channels)
    if isinstance(operation, Conv2d):
        operation = operation.resolved(kernel_size)
    axes = _axes(operation, input_shape, kernel_size)
    height, width = _lengths(operation, axes)
    return Plan(
        operation,
        cast(tuple[int, int, int], input_shape),
        cast(tuple[int, int, int, int] | None, weight_shape),
        cast(tuple[int] | None, bias_shape),
        (out_channels, height.value, width.value),
        kernel_size,
        per_step,
        axes,
        (height.formula, width.formula),
        _margins(axes, height.value, width.value)
        if not isinstance(operation, ConvTranspose2d)
        else (0, 0, 0, 0),
    )


def _check_bare(operation: Pooling, *tensors: tuple[int, ...] | None) -> None:
    for name, shape in zip(("weight", "bias"), tensors, strict=True):
        if shape is not None:
            kind = operation.kind
            raise ConvError("tensor_not_taken", f"/{name}", kind=kind, name=name, shape=shown(shape))


def _check_weight(
    operation: Convolution, in_channels: int, weight_shape: tuple[int, ...] | None
) -> tuple[Size, int, int]:
    """The kernel size, C_out and C_in/groups."""
    if weight_shape is None:
        raise ConvError("weight_missing", "/weight", kind=operation.kind)
    transposed, groups = isinstance(operation, ConvTranspose2d), operation.groups
    names = ("C_in", "C_out/groups") if transposed else ("C_out", "C_in/groups")
    axes = ("kH", "kW") if operation.dimensions == 2 else ("k",)
    shapes.check_shape(weight_shape, (*names, *axes), "weight")
    first, second, *kernel_size = lift_shape(operation.dimensions, weight_shape)
    shapes.check_divides(groups, in_channels, "term.input_channels")
    what = "term.weight_input_channels" if transposed else "term.output_channels"
    shapes.check_divides(groups, first, what)
    expected = first if transposed else second * groups
    if expected != in_channels:
        channels = {"found": in_channels, "expected": expected}
        if transposed or groups == 1:
            raise ConvError("channels_mismatch", "/weight", **channels)
        raise ConvError("channels_mismatch_in_groups", "/weight", **channels, second=second, groups=groups)
    return cast(Size, tuple(kernel_size)), second * groups if transposed else first, in_channels // groups


def _check_bias(bias_shape: tuple[int, ...] | None, out_channels: int) -> None:
    if bias_shape is None:
        return
    shapes.check_shape(bias_shape, ("C_out",), "bias")
    if bias_shape[0] != out_channels:
        raise ConvError("bias_mismatch", "/bias", found=bias_shape[0], channels=out_channels)


def _axes(operation: Operation, input_shape: tuple[int, ...], kernel_size: Size) -> tuple[Axis, Axis]:
    padding, stride, dilation = cast(Padding, operation.padding), operation.stride, operation.dilation
    _, height, width = input_shape
    across: AxisTerm = "term.width" if operation.dimensions == 2 else "term.length"
    return (
        Axis("term.height", height, padding.top, padding.bottom, kernel_size[0], stride[0], dilation[0]),
        Axis(across, width, padding.left, padding.right, kernel_size[1], stride[1], dilation[1]),
    )


def _lengths(operation: Operation, axes: tuple[Axis, Axis]) -> list[Length]:
    if isinstance(operation, ConvTranspose2d):
        extra = operation.output_padding
        return [shapes.transposed(axis, more) for axis, more in zip(axes, extra, strict=True)]
    if isinstance(operation, Conv2d):
        for axis in axes:
            shapes.check_borrowed(axis, operation.padding_mode)
        return [shapes.convolved(axis) for axis in axes]
    return [shapes.pooled(axis, operation.ceil_mode) for axis in axes]


def _margins(axes: tuple[Axis, Axis], height: int, width: int) -> tuple[int, int, int, int]:
    down, across = axes
    return across.before, across.reach(width), down.before, down.reach(height)
