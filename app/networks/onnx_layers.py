"""The layer that a node of ONNX is: Conv, ConvTranspose, MaxPool, AveragePool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from app.conv.errors import ConvError
from app.conv.operation import (
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
)
from app.networks.network import Attributes

LAYERS: Final[Mapping[str, Mapping[int, type[Operation]]]] = {
    "Conv": {1: Conv1d, 2: Conv2d},
    "ConvTranspose": {1: ConvTranspose1d, 2: ConvTranspose2d},
    "MaxPool": {1: MaxPool1d, 2: MaxPool2d},
    "AveragePool": {1: AvgPool1d, 2: AvgPool2d},
}
_SAME: Final = ("SAME_UPPER", "SAME_LOWER")


def layer_operation(
    op: str, attributes: Attributes, input_shape: Sequence[int], kernel_size: Sequence[int]
) -> Operation:
    """
    The operation of a node; `input_shape`: (N, C, …), `kernel_size`: the weight's, or the pooling's own.

    Raises ConvError for one that no scene can have. https://onnx.ai/onnx/operators says what attributes mean.
    """
    size = list(input_shape[2:])
    axes = len(size)
    if axes not in LAYERS[op] or len(kernel_size) != axes:
        raise ConvError("network_layer_of_other_dimensions", shape=tuple(input_shape))
    kind = LAYERS[op][axes]
    stride, dilation = (_sizes(attributes, name, axes) for name in ("strides", "dilations"))
    extra = _sizes(attributes, "output_padding", axes, 0)
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel_size, strict=True)]
    if op == "ConvTranspose":
        pads = _cropping(attributes, size, spans, stride, extra)
    else:
        pads = _padding(attributes, size, spans, stride)
    fields: dict[str, Any] = {
        "stride": _lifted(stride, 1),
        "dilation": _lifted(dilation, 1),
        "padding": _sides(pads),
    }
    if op in ("Conv", "ConvTranspose"):
        fields["groups"] = attributes.get("group", 1)
    else:
        fields["kernel_size"] = _lifted(kernel_size, 1)
        fields["ceil_mode"] = bool(attributes.get("ceil_mode", 0))
    if op == "ConvTranspose":
        fields["output_padding"] = _lifted(extra, 0)
    if op == "AveragePool":
        fields["count_include_pad"] = bool(attributes.get("count_include_pad", 0))
    return kind(**fields)


def _sizes(attributes: Attributes, name: str, axes: int, default: int = 1) -> list[int]:
    return cast(list[int], attributes.get(name) or [default] * axes)


def _padding(
    attributes: Attributes, size: Sequence[int], spans: Sequence[int], stride: Sequence[int]
) -> list[int]:
    """Cells on each side, all beginnings first."""
    auto = attributes.get("auto_pad", "NOTSET")
    if auto in _SAME:
        needed = [
            max(0, (-(-n // s) - 1) * s + span - n) for n, s, span in zip(size, stride, spans, strict=True)
        ]
        return _split(needed, more_at_end=auto == "SAME_UPPER")
    if auto == "VALID":
        return [0] * (2 * len(size))
    return _sizes(attributes, "pads", 2 * len(size), 0)


def _cropping(
    attributes: Attributes,
    size: Sequence[int],
    spans: Sequence[int],
    stride: Sequence[int],
    extra: Sequence[int],
) -> list[int]:
    """What a transposed convolution crops, given or made so that the output has the given shape."""
    auto = attributes.get("auto_pad", "NOTSET")
    wanted = attributes.get("output_shape")
    if auto in _SAME and not wanted:
        wanted = [n * s for n, s in zip(size, stride, strict=True)]
    if not wanted:
        return [0] * (2 * len(size)) if auto == "VALID" else _sizes(attributes, "pads", 2 * len(size), 0)
    whole = [s * (n - 1) + e + span for n, s, e, span in zip(size, stride, extra, spans, strict=True)]
    cropped = [all_ - left for all_, left in zip(whole, wanted[-len(size) :], strict=True)]
    return _split(cropped, more_at_end=auto == "SAME_UPPER")


def _split(totals: Sequence[int], *, more_at_end: bool) -> list[int]:
    halves = [total // 2 for total in totals]
    others = [total - half for total, half in zip(totals, halves, strict=True)]
    return [*halves, *others] if more_at_end else [*others, *halves]


def _sides(pads: Sequence[int]) -> Padding:
    if len(pads) == 2:
        return Padding(0, 0, *pads)
    top, left, bottom, right = pads
    return Padding(top, bottom, left, right)


def _lifted(sizes: Sequence[int], height: int) -> tuple[int, int]:
    return (height, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1])
