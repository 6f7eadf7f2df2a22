"""What the arithmetic is held against: index maps by plain loops, and torch.nn.functional."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.support.random_layers import Layer

Table = list[list[int]]
Sides = tuple[tuple[int, int], tuple[int, int]]


def sides(layer: Layer, kernel_size: tuple[int, int]) -> Sides:
    """((top, bottom), (left, right)); "same" as torch.nn.Conv2d resolves or refuses it."""
    padding = layer.p.padding
    if padding == "same":
        return same_sides(kernel_size, layer.p.stride, layer.p.dilation)
    top, bottom, left, right = padding
    return (top, bottom), (left, right)


def same_sides(kernel_size: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]) -> Sides:
    """A kernel whose first cell alone is 1 moves the input by the padding before it."""
    module = torch.nn.Conv2d(
        1, 1, kernel_size, stride, "same", dilation, bias=False, padding_mode="circular"
    ).requires_grad_(False)
    module.weight.zero_()[0, 0, 0, 0] = 1
    height, width = (step * (size - 1) for step, size in zip(dilation, kernel_size, strict=True))
    x = torch.zeros(1, 1, height + 1, width + 1)
    x[0, 0, 0, 0] = 1
    top, left = divmod(int(module(x).argmax()), width + 1)
    return (top, height - top), (left, width - left)


def tap_table(layer: Layer, axis: int, length: int) -> Table:
    """The input cell that each of `length` output cells reads through each kernel cell, or -1."""
    kernel_size = kernel_of(layer)
    size, kernel = layer.x.shape[1 + axis], kernel_size[axis]
    before, after = sides(layer, kernel_size)[axis]
    stride, dilation = layer.p.stride[axis], layer.p.dilation[axis]
    table = [[-1] * kernel for _ in range(length)]
    if layer.family == "conv_transpose":
        for cell in range(size):
            for u in range(kernel):
                reached = cell * stride + u * dilation - before
                if 0 <= reached < length:
                    table[reached][u] = cell
        return table
    cells = padded_cells(layer, size, before, after)
    flip = layer.family == "conv" and layer.p.flip
    for i in range(length):
        for u in range(kernel):
            position = i * stride + u * dilation
            if position < len(cells):
                table[i][kernel - 1 - u if flip else u] = cells[position]
    return table


def kernel_of(layer: Layer) -> tuple[int, int]:
    if layer.weight is None:
        height, width = layer.p.kernel_size
    else:
        height, width = layer.weight.shape[2:]
    return height, width


def padded_cells(layer: Layer, size: int, before: int, after: int) -> list[int]:
    """The cells' own numbers, sent through torch's padding."""
    mode = layer.p.padding_mode if layer.family == "conv" else "zeros"
    cells = torch.arange(float(size)).view(1, 1, size)
    if mode == "zeros":
        grown = F.pad(cells, (before, after), value=-1)
    else:
        grown = F.pad(cells, (before, after), mode=mode)
    return [int(cell) for cell in grown[0, 0]]


def counts(layer: Layer, axis: int, length: int) -> list[int]:
    """How many cells each output cell averages over along one axis."""
    size, (before, after) = layer.x.shape[1 + axis], sides(layer, kernel_of(layer))[axis]
    last = size + after if layer.p.count_include_pad else size
    first = -before if layer.p.count_include_pad else 0
    found = [0] * length
    for i in range(length):
        for u in range(layer.p.kernel_size[axis]):
            found[i] += first <= i * layer.p.stride[axis] + u * layer.p.dilation[axis] - before < last
    return found


def pooled_length(layer: Layer, axis: int) -> int:
    """How many windows there are, by trying one after the other."""
    size, (before, after) = layer.x.shape[1 + axis], sides(layer, kernel_of(layer))[axis]
    stride, dilation = layer.p.stride[axis], layer.p.dilation[axis]
    span = dilation * (layer.p.kernel_size[axis] - 1) + 1
    windows = 0
    while True:
        start = windows * stride
        inside = start + span <= before + size + after
        if layer.p.ceil_mode:  # some of it inside the padded input, its start not in the padding after
            inside = start + span < before + size + after + stride and start < before + size
        if not inside:
            return windows
        windows += 1


def torch_output(layer: Layer) -> Tensor | None:
    """
    (C_out, H_out, W_out) by torch.nn.functional; None for the extensions that torch has no operator for.
    Raises RuntimeError or ValueError where torch refuses.
    """
    if layer.dimensions == 1:
        result = by_torch_1d(layer)
    else:
        result = {"conv": _convolved, "conv_transpose": _transposed}.get(layer.family, _pooled)(layer)
    if result is not None and result.numel() == 0:  # refused in float64, let through in float32
        raise RuntimeError("Output size is too small")
    return result


def _convolved(layer: Layer) -> Tensor:
    p, (x, weight, bias) = layer.p, _wide(layer)
    (top, bottom), (left, right) = sides(layer, kernel_of(layer))
    mode = "constant" if p.padding_mode == "zeros" else p.padding_mode
    grown = F.pad(x, (left, right, top, bottom), mode=mode)
    turned = weight.flip(2, 3) if p.flip else weight
    return F.conv2d(grown, turned, bias, p.stride, 0, p.dilation, p.groups)[0].to(layer.x.dtype)


def _transposed(layer: Layer) -> Tensor:
    p, (x, weight, bias) = layer.p, _wide(layer)
    (top, bottom), (left, right) = sides(layer, kernel_of(layer))
    symmetric = (top, left) == (bottom, right)
    padding = (top, left) if symmetric else 0
    y = F.conv_transpose2d(x, weight, bias, p.stride, padding, p.output_padding, p.groups, p.dilation)[0]
    if not symmetric:
        y = y[:, top : max(top, y.shape[1] - bottom), left : max(left, y.shape[2] - right)]
    return y.to(layer.x.dtype)


def _wide(layer: Layer) -> tuple[Tensor, Tensor, Tensor | None]:
    """Input (1, C, H, W), weight and bias; integers as int64, the only ones torch has all operators for."""
    x, weight, bias = layer.x.unsqueeze(0), layer.weight, layer.bias
    assert weight is not None
    if x.dtype != torch.int32:
        return x, weight, bias
    return x.long(), weight.long(), None if bias is None else bias.long()


def _pooled(layer: Layer) -> Tensor | None:
    p, x, ((top, bottom), (left, right)) = layer.p, layer.x.unsqueeze(0), sides(layer, kernel_of(layer))
    if max(top, bottom) > p.kernel_size[0] // 2 or max(left, right) > p.kernel_size[1] // 2:
        padding = (max(top, bottom), max(left, right))  # refused by torch where it is on both sides
        F.max_pool2d(x, p.kernel_size, p.stride, padding, p.dilation)
    symmetric = (top, left) == (bottom, right)
    if layer.family == "avg_pool":
        if not symmetric or p.dilation != (1, 1):
            return None
        return F.avg_pool2d(x, p.kernel_size, p.stride, (top, left), p.ceil_mode, p.count_include_pad)[0]
    if symmetric:
        return F.max_pool2d(x, p.kernel_size, p.stride, (top, left), p.dilation, p.ceil_mode)[0]
    if p.ceil_mode:
        return None
    grown = F.pad(x, (left, right, top, bottom), value=float(nothing(x.dtype)))
    return F.max_pool2d(grown, p.kernel_size, p.stride, 0, p.dilation)[0]


def by_torch_1d(layer: Layer) -> Tensor | None:
    """As `torch_output`, by torch's functions of one dimension, and the height put back."""
    p, wide = layer.p, torch.int64 if layer.x.dtype == torch.int32 else layer.x.dtype
    x, weight, bias = (
        None if tensor is None else layer.own(tensor).to(wide)
        for tensor in (layer.x, layer.weight, layer.bias)
    )
    assert x is not None
    (left, right), stride, dilation = sides(layer, kernel_of(layer))[1], p.stride[1], p.dilation[1]
    if weight is None:
        result = _pooled_1d(layer, layer.own(layer.x), left, right)
    elif layer.family == "conv":
        mode = "constant" if p.padding_mode == "zeros" else p.padding_mode
        grown = F.pad(x[None], (left, right), mode=mode)[0]
        result = F.conv1d(grown, weight.flip(2) if p.flip else weight, bias, stride, 0, dilation, p.groups)
    else:
        extra = p.output_padding[1]
        padding = left if left == right else 0
        result = F.conv_transpose1d(x, weight, bias, stride, padding, extra, p.groups, dilation)
        if left != right:
            result = result[:, left : max(left, result.shape[1] - right)]
    return None if result is None else result.to(layer.x.dtype).unsqueeze(1)


def _pooled_1d(layer: Layer, x: Tensor, left: int, right: int) -> Tensor | None:
    p, kernel, stride, dilation = layer.p, *(size[1] for size in _pooling_sizes(layer))
    if max(left, right) > kernel // 2:
        F.max_pool1d(x.double(), kernel, stride, max(left, right), dilation)  # refused
    if layer.family == "avg_pool":
        if left != right or dilation != 1:
            return None
        return F.avg_pool1d(x, kernel, stride, left, p.ceil_mode, p.count_include_pad)
    if left == right:
        return F.max_pool1d(x.double(), kernel, stride, left, dilation, p.ceil_mode)
    if p.ceil_mode:
        return None
    grown = F.pad(x.double(), (left, right), value=float("-inf"))
    return F.max_pool1d(grown, kernel, stride, 0, dilation)


def _pooling_sizes(layer: Layer) -> tuple[tuple[int, int], ...]:
    return layer.p.kernel_size, layer.p.stride, layer.p.dilation


def nothing(dtype: torch.dtype) -> float:
    """What torch's maximum over no cell at all is."""
    return torch.iinfo(dtype).min if dtype == torch.int32 else float("-inf")
