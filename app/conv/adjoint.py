"""The layer whose output is the gradient to another layer's input."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from torch import Tensor

from app.conv.errors import ConvError
from app.conv.operation import Conv1d, Conv2d, Convolution, ConvTranspose1d, ConvTranspose2d, Plan


class Adjoint(NamedTuple):
    """An operation without bias, what it takes as input, and its weight."""

    operation: Convolution
    input: Tensor
    weight: Tensor


def adjoint(plan: Plan, weight: Tensor | None, upstream: Tensor) -> Adjoint:
    """
    Of a convolution the transposed one, and the other way round: its output is the gradient to the input.

    weight as in `plan`, upstream (C_out, H_out, W_out). Raises ConvError for pooling, and where padding
    borrows cells.
    """
    operation = plan.operation
    if weight is None or not isinstance(operation, Convolution):
        raise ConvError("gradient_of_pooling_is_no_layer", "/operation/kind", kind=operation.kind)
    if isinstance(operation, ConvTranspose2d):
        return _convolution(plan, operation, weight, upstream)
    if plan.padding_mode != "zeros" and any(plan.margins):
        mode = {"padding_mode": plan.padding_mode}
        raise ConvError("gradient_of_borrowed_is_no_layer", "/operation/padding_mode", **mode)
    return _transposed(plan, operation, weight, upstream)


def _transposed(plan: Plan, operation: Conv2d, weight: Tensor, upstream: Tensor) -> Adjoint:
    """What the windows leave over at the end of the padded input is output_padding."""
    down, across = (
        axis.size + axis.before + axis.after - axis.span - (windows - 1) * axis.stride
        for axis, windows in zip(plan.axes, plan.output_shape[1:], strict=True)
    )
    transposed = ConvTranspose1d if plan.dimensions == 1 else ConvTranspose2d
    adjoint = transposed(operation.stride, plan.padding, (down, across), operation.dilation, operation.groups)
    return Adjoint(adjoint, upstream, weight.flip(2, 3) if plan.flip else weight)


def _convolution(plan: Plan, operation: ConvTranspose2d, weight: Tensor, upstream: Tensor) -> Adjoint:
    """
    Output padding of a stride or more would make further windows. No input cell reaches it, so it is cut off
    the padding, and then the upstream.
    """
    padding, size = plan.padding, list(upstream.shape[1:])
    for axis, (side, extra) in enumerate(zip(("bottom", "right"), operation.output_padding, strict=True)):
        if extra >= operation.stride[axis]:
            after = getattr(padding, side)
            padding = replace(padding, **{side: max(0, after - extra)})
            size[axis] -= max(0, extra - after)
    convolution = Conv1d if plan.dimensions == 1 else Conv2d
    adjoint = convolution(operation.stride, padding, "zeros", operation.dilation, operation.groups)
    return Adjoint(adjoint, upstream[:, : size[0], : size[1]], weight)
