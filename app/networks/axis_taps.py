"""Which cells of its input an operator that works axis by axis reads: Resize, Pad, Slice, CenterCropPad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

from app.networks.network import Node, TensorOf


class AxisTaps(NamedTuple):
    """`cells`: (outputs, taps) indices of the input, -1 for none; `weights`: what each is multiplied by."""

    cells: Tensor
    weights: Tensor


BY_AXIS: Final = frozenset(("Resize", "Upsample", "Pad", "Slice", "CenterCropPad"))


def axis_taps(
    node: Node, size: Sequence[int], made: Sequence[int], opset: int, tensor_of: TensorOf
) -> list[AxisTaps] | None:
    """For each axis of the input's shape `size` and the output's `made`; None where they are not known."""
    try:
        match node.op:
            case "Slice":
                return _slice(node, size, made, tensor_of)
            case "Pad":
                return _pad(node, size, made, tensor_of)
            case "CenterCropPad":
                return [_centered(n, m) for n, m in _pairs(size, made)]
            case "Resize" | "Upsample":
                return _resize(node, size, made, opset, tensor_of)
    except (LookupError, ValueError):  # what says where to read is not there
        return None
    return None


def _pairs(size: Sequence[int], made: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(size, made, strict=True))


def _read(cells: Tensor, size: int) -> AxisTaps:
    """One tap for each output, none outside of the input."""
    inside = torch.where((cells >= 0) & (cells < size), cells, -1)
    return AxisTaps(inside[:, None], torch.ones(len(cells), 1))


def _centered(size: int, made: int) -> AxisTaps:
    first = (size - made) // 2 if size > made else -((made - size) // 2)
    return _read(torch.arange(made) + first, size)


def _integers(node: Node, place: int, attribute: str, tensor_of: TensorOf) -> list[int] | None:
    """A list that older operators have as an attribute, and newer ones as an input."""
    if attribute in node.attributes:
        return list(node.attributes[attribute])
    name = node.inputs[place] if place < len(node.inputs) else ""
    return [int(each) for each in tensor_of(name).flatten()] if name else None


def _by_axis(values: Sequence[int], axes: Sequence[int] | None, count: int, default: int) -> list[int]:
    """Values that are given for some axes, for all of them."""
    every = [default] * count
    for axis, value in zip(range(count) if axes is None else axes, values, strict=False):
        every[axis] = value
    return every


def _slice(node: Node, size: Sequence[int], made: Sequence[int], tensor_of: TensorOf) -> list[AxisTaps]:
    starts = _integers(node, 1, "starts", tensor_of) or []
    axes = _integers(node, 3, "axes", tensor_of)
    steps = _integers(node, 4, "steps", tensor_of) or [1] * len(starts)
    first = _by_axis(starts, axes, len(size), 0)
    step = _by_axis(steps, axes, len(size), 1)
    taps = []
    for (n, m), start, stride in zip(_pairs(size, made), first, step, strict=True):
        begin = start + n if start < 0 else start
        begin = min(max(begin, 0), n if stride > 0 else n - 1)
        taps.append(_read(begin + torch.arange(m) * stride, n))
    return taps


def _pad(node: Node, size: Sequence[int], made: Sequence[int], tensor_of: TensorOf) -> list[AxisTaps]:
    pads = _integers(node, 1, "pads", tensor_of) or []
    axes = _integers(node, 3, "axes", tensor_of) if len(node.inputs) > 3 else None
    before = _by_axis(pads[: len(pads) // 2], axes, len(size), 0)
    taps = []
    for (n, m), begin in zip(_pairs(size, made), before, strict=True):
        cells = torch.arange(m) - begin
        match node.attributes.get("mode", "constant"):
            case "edge":
                cells = cells.clamp(0, n - 1)
            case "reflect" if n > 1:
                cells = (n - 1) - (cells.remainder(2 * (n - 1)) - (n - 1)).abs()
            case "wrap":
                cells = cells.remainder(n)
        taps.append(_read(cells, n))
    return taps


def _resize(
    node: Node, size: Sequence[int], made: Sequence[int], opset: int, tensor_of: TensorOf
) -> list[AxisTaps] | None:
    attributes = node.attributes
    is_old = node.op == "Upsample" or opset < 11
    mode = attributes.get("mode", "nearest")
    policy = attributes.get("keep_aspect_ratio_policy", "stretch")
    if mode not in ("nearest", "linear", "bilinear") or attributes.get("antialias") or policy != "stretch":
        return None
    scales = _scales(node, is_old, size, made, tensor_of)
    transform = "asymmetric" if is_old else attributes.get("coordinate_transformation_mode", "half_pixel")
    rounding = "old" if is_old else attributes.get("nearest_mode", "round_prefer_floor")
    if transform not in _COORDINATES:
        return None
    taps = []
    for (n, m), scale in zip(_pairs(size, made), scales, strict=True):
        place = np.arange(m, dtype=np.float32)
        if scale != 1:
            place = _COORDINATES[transform](place, np.float32(scale), n, m).astype(np.float32)
        taps.append(_nearest(place, n, rounding, scale) if mode == "nearest" else _linear(place, n))
    return taps


def _scales(
    node: Node, is_old: bool, size: Sequence[int], made: Sequence[int], tensor_of: TensorOf
) -> list[float]:
    """Of each axis, as they are given, or from the sizes."""
    if "scales" in node.attributes:
        return list(node.attributes["scales"])
    place = 1 if is_old else 2
    name = node.inputs[place] if place < len(node.inputs) else ""
    given = tensor_of(name).flatten().tolist() if name else []
    if not given:
        return [m / n for n, m in _pairs(size, made)]
    scales = [1.0] * len(size)
    for axis, scale in zip(node.attributes.get("axes", range(len(size))), given, strict=True):
        scales[axis] = scale
    return scales


def _half_pixel(x: Any, scale: Any, _n: int, _m: int) -> Any:
    return (x + np.float32(0.5)) / scale - np.float32(0.5)


def _symmetric(x: Any, scale: Any, n: int, m: int) -> Any:
    offset = np.float32(n / 2 * (1 - m / (float(scale) * n)))
    return offset + _half_pixel(x, scale, n, m)


# https://onnx.ai/onnx/operators/onnx__Resize.html: output coordinate, scale, input and output size -> where.
_COORDINATES: Final[Mapping[str, Callable[[Any, Any, int, int], Any]]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _symmetric,
    "pytorch_half_pixel": lambda x, scale, n, m: _half_pixel(x, scale, n, m) if m > 1 else x * 0,
    "align_corners": lambda x, _scale, n, m: x * np.float32(n - 1) / np.float32(m - 1) if m > 1 else x * 0,
    "asymmetric": lambda x, scale, _n, _m: x / scale,
}


def _nearest(place: Any, size: int, rounding: str, scale: float) -> AxisTaps:
    rounded = {
        "round_prefer_floor": lambda: np.ceil(place - np.float32(0.5)),
        "round_prefer_ceil": lambda: np.floor(place + np.float32(0.5)),
        "floor": lambda: np.floor(place),
        "ceil": lambda: np.ceil(place),
        "old": lambda: np.ceil(place) if scale < 1 else np.floor(place),
    }[rounding]()
    return _read(torch.from_numpy(rounded).long().clamp(0, size - 1), size)


def _linear(place: Any, size: int) -> AxisTaps:
    """Two neighbours, each with the nearness of the other; beyond the edge the last cell alone."""
    inside = torch.from_numpy(np.clip(place, 0, size - 1))
    low = inside.floor().long()
    share = inside - low
    # A neighbour without weight is not read.
    high = torch.where(share > 0, (low + 1).clamp(max=size - 1), -1)
    return AxisTaps(torch.stack([low, high], 1), torch.stack([1 - share, share], 1))
