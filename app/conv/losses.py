"""Losses of an output, and their gradient to it: where an upstream comes from."""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from app.conv.dtypes import check_range, dtype_name
from app.conv.errors import ConvError

# Every loss by its kind.
LOSSES: Final = ("squared_error", "cross_entropy")


class Loss(NamedTuple):
    """A loss, and its gradient to each output cell, of the output's shape and dtype."""

    value: float
    upstream: Tensor


def squared_error(output: Tensor, target: Tensor) -> Loss:
    """
    The sum of (output − target)², both (C_out, …), as torch's mse_loss with reduction="sum".

    Raises ConvError for a target of another shape, and where the loss or its gradient leaves the range of the
    dtype.
    """
    found, expected = tuple(target.shape), tuple(output.shape)
    if found != expected:
        raise ConvError("target_mismatch", "/loss/target", found=found, expected=expected)
    wide = torch.int64 if output.dtype == torch.int32 else output.dtype
    difference = output.to(wide) - target.to(wide)
    upstream = check_range(2 * difference, output.dtype, "term.gradient", "/loss/target")
    value = check_range(difference.double().square().sum(), torch.float64, "term.loss", "/loss/target")
    return Loss(value.item(), upstream.to(output.dtype))


def cross_entropy(output: Tensor, target: int) -> Loss:
    """
    The cross-entropy of the class `target`, the logits being the means of the output channels.

    Raises ConvError for integers, and for a class that is no output channel.
    """
    channels, cells = len(output), output[0].numel()
    if not output.is_floating_point():
        raise ConvError("loss_needs_floats", "/dtype", kind="cross_entropy", dtype=dtype_name(output.dtype))
    if not 0 <= target < channels:
        raise ConvError("no_such_class", "/loss/target", target=target, channels=channels)
    logits = output.flatten(1).mean(1)
    value = -F.log_softmax(logits, 0)[target].item()
    to_logits = logits.softmax(0)
    to_logits[target] -= 1
    upstream = (to_logits / cells).view(-1, *[1] * (output.ndim - 1)).expand(output.shape)
    return Loss(value, upstream)
