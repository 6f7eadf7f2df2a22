"""Whole tensors, by torch's own operators."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from app.conv.dtypes import check_range, check_tensors, surely_fits, working_dtype
from app.conv.errors import ConvError
from app.conv.im2col import by_channel, column_blocks, padded, pads_well, unfold_small
from app.conv.operation import Conv2d, ConvTranspose2d, MaxPool2d, Plan, plan
from app.conv.taps import taps

# Up to so many sums, checking them all is cheaper than bounding them by the tensors they come from.
SMALL = 2**12


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlation of one channel: X (H, W), K (kH, kW) -> (H−kH+1, W−kW+1)."""
    return corr2d_multi_in(X.unsqueeze(0), K.unsqueeze(0))


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """Summed over input channels: X (C_in, H, W), K (C_in, kH, kW) -> (H−kH+1, W−kW+1)."""
    return corr2d_multi_in_out(X, K.unsqueeze(0))[0]


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """One kernel per output channel: X (C_in, H, W), K (C_out, C_in, kH, kW) -> (C_out, …)."""
    return output(plan(Conv2d(), tuple(X.shape), tuple(K.shape)), X, K, None)


def corr2d_multi_in_out_1x1(X: Tensor, K: Tensor) -> Tensor:
    """The 1×1 layer as a matrix product: X (C_in, H, W), K (C_out, C_in, 1, 1) -> (C_out, H, W)."""
    layer = plan(Conv2d(), tuple(X.shape), tuple(K.shape))
    if layer.kernel_size != (1, 1):
        raise ConvError("kernel_not_1x1", "/weight", kernel=layer.kernel_size)
    check_tensors(layer, X, weight=K)
    _check_partial_sums(layer, X, K, None)
    x, weight = _to_sum(layer, X), _to_sum(layer, K)
    return (weight.flatten(1) @ x.flatten(1)).view(layer.output_shape).to(X.dtype)


def output(plan: Plan, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """
    The output (C_out, H_out, W_out) of x (C_in, H, W), in its dtype.

    Raises ConvError where a product or a sum that the ledger would show leaves the range of the dtype.
    """
    check_tensors(plan, x, weight=weight, bias=bias)
    if weight is None:
        return _max_pooled(plan, x) if isinstance(plan.operation, MaxPool2d) else _averaged(plan, x)
    _check_partial_sums(plan, x, weight, bias)
    shift = None if bias is None else _to_sum(plan, bias)
    return _convolved(plan, _to_sum(plan, x), _to_sum(plan, weight), shift).to(x.dtype)


def channel_sums(plan: Plan, x: Tensor, weight: Tensor | None, out_channels: range | None = None) -> Tensor:
    """
    What each input channel adds to each output channel: (C_out, C_in/groups, H_out, W_out).

    `out_channels` asks for some output channels only. Pooling: the output, (C_out, 1, H_out, W_out).
    The result may be a view whose strides are not contiguous. Raises ConvError as `output` does.
    """
    if out_channels is not None:
        _check_channels(plan, out_channels)
    if weight is None:
        whole = output(plan, x, None, None).unsqueeze(1)
        return whole if out_channels is None else whole[out_channels.start : out_channels.stop]
    check_tensors(plan, x, weight=weight)
    if x.dtype == torch.int32 and not surely_fits(plan, x, weight, None):
        _check_products(plan, x, weight)
    sums = _channel_sums(plan, x, weight, out_channels)
    if x.dtype == torch.int32 or (sums.numel() > SMALL and surely_fits(plan, x, weight, None)):
        return sums
    return check_range(sums, x.dtype, "term.channel_sum")


def _check_channels(plan: Plan, out_channels: range) -> None:
    channels = plan.output_shape[0]
    if out_channels.step != 1 or not 0 <= out_channels.start < out_channels.stop <= channels:
        raise ConvError("no_such_channels", "/out_channel", asked=out_channels, channels=channels)


def _to_sum(plan: Plan, tensor: Tensor) -> Tensor:
    return tensor.to(working_dtype(plan)) if tensor.dtype == torch.int32 else tensor


def _convolved(plan: Plan, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    operation = plan.operation
    top, left = plan.padding.top, plan.padding.left
    stride, dilation = operation.stride, operation.dilation
    if isinstance(operation, ConvTranspose2d):
        if plan.padding.is_symmetric and x[0].numel() <= plan.windows:
            extra = operation.output_padding
            return F.conv_transpose2d(x, weight, bias, stride, (top, left), extra, plan.groups, dilation)
        return _from_columns(plan, x, weight, bias)
    turned = weight.flip(2, 3) if plan.flip else weight
    if plan.padding_mode == "zeros" and plan.padding.is_symmetric:
        return F.conv2d(x, turned, bias, stride, (top, left), dilation, plan.groups)
    if pads_well(plan):
        return F.conv2d(padded(plan, x), turned, bias, stride, 0, dilation, plan.groups)
    return _from_columns(plan, x, weight, bias)


def _from_columns(plan: Plan, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The layer as matrix products: always possible, slower than torch's own operators."""
    factors = by_channel(plan, weight)
    result = x.new_zeros(plan.groups, factors.shape[1], plan.windows)
    for group, total in enumerate(result):
        inputs = slice(group * plan.channels_per_step, (group + 1) * plan.channels_per_step)
        for channels, windows, columns in column_blocks(plan, x[inputs]):
            total[:, windows] += torch.bmm(factors[inputs][channels], columns).sum(0)
    result = result.view(plan.output_shape)
    return result if bias is None else result + bias[:, None, None]


def _channel_sums(plan: Plan, x: Tensor, weight: Tensor, out_channels: range | None) -> Tensor:
    """As `channel_sums`, without range checks of products and floats."""
    factors, per_step, skipped = by_channel(plan, weight), plan.channels_per_step, 0
    if out_channels is not None:
        first, last = out_channels[0], out_channels[-1]
        inputs = slice(plan.in_channels(first).start, plan.in_channels(last).stop)
        skipped = first % factors.shape[1]
        x, factors = x[inputs], factors[inputs]
        if len(x) == per_step:
            factors = factors[:, skipped : skipped + len(out_channels)]
    sums = _times_columns(plan, x, factors).view(*factors.shape[:2], *plan.output_shape[1:])
    if len(x) == per_step:  # one group
        return sums.transpose(0, 1)
    sums = sums.view(-1, per_step, *sums.shape[1:]).transpose(1, 2).flatten(0, 1)
    return sums if out_channels is None else sums[skipped : skipped + len(out_channels)]


def _times_columns(plan: Plan, x: Tensor, factors: Tensor) -> Tensor:
    """x (C, H, W), factors (C, n, kH·kW) -> (C, n, windows). Raises ConvError where int32 would overflow."""
    columns = unfold_small(plan, x)
    if columns is not None:
        return torch.bmm(factors, columns)
    sums = x.new_empty(*factors.shape[:2], plan.windows)
    wide = _to_sum(plan, factors)
    # A sum of one term is a product: the matrix product takes twice as long for it.
    product = torch.mul if factors.shape[2] == 1 else torch.bmm
    for channels, windows, columns in column_blocks(plan, _to_sum(plan, x)):
        if x.dtype == torch.int32:
            part = product(wide[channels], columns)
            sums[channels, :, windows] = check_range(part, x.dtype, "term.channel_sum")
        else:
            product(factors[channels], columns, out=sums[channels, :, windows])
    return sums


def _max_pooled(plan: Plan, x: Tensor) -> Tensor:
    lowest = float("-inf") if x.is_floating_point() else torch.iinfo(x.dtype).min
    if pads_well(plan):
        stride, dilation = plan.operation.stride, plan.operation.dilation
        return F.max_pool2d(padded(plan, x, lowest), plan.kernel_size, stride, 0, dilation)
    result = x.new_empty(len(x), plan.windows)
    for channels, windows, columns in column_blocks(plan, x, lowest):
        result[channels, windows] = columns.amax(1)
    return result.view(plan.output_shape)


def _averaged(plan: Plan, x: Tensor) -> Tensor:
    if plan.operation.dilation == (1, 1) and pads_well(plan):
        sums = F.avg_pool2d(padded(plan, x), plan.kernel_size, plan.operation.stride, divisor_override=1)
    else:
        ones = x.new_ones(len(x), 1, plan.terms)
        sums = _times_columns(plan, x, ones).view(plan.output_shape)
    height, width = plan.output_shape[1:]
    divisors = taps(plan).divisors(torch.arange(height)[:, None], torch.arange(width))
    return check_range(sums, x.dtype, "term.window_sum") / cast(Tensor, divisors)


def _check_partial_sums(plan: Plan, x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise ConvError where any product, channel sum, running sum or output leaves the range."""
    if surely_fits(plan, x, weight, bias):
        return
    _check_products(plan, x, weight)
    for out_channel in range(plan.output_shape[0]):
        sums = _channel_sums(plan, x, weight, range(out_channel, out_channel + 1))[0]
        running = check_range(sums.cumsum(0), x.dtype, "term.running_sum")
        if bias is not None:
            check_range(running[-1] + bias[out_channel], x.dtype, "term.output")


def _check_products(plan: Plan, x: Tensor, weight: Tensor) -> None:
    """
    Raise ConvError where a product leaves the range: for each kernel cell only the smallest and the
    largest input it ever meets can be the worst.
    """
    exact = torch.int64 if x.dtype == torch.int32 else x.dtype
    factors = by_channel(plan, weight).to(exact)
    for channels, _, columns in column_blocks(plan, x):
        for bound in columns.aminmax(dim=2):
            check_range(factors[channels] * bound.to(exact).unsqueeze(1), x.dtype, "term.product")
