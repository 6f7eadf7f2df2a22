"""The number types: exact int32, no overflow to infinity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from app.conv.errors import ConvError, Message
from app.conv.operation import AvgPool2d, Operation, Plan

# More than rounding can add to the bound of any sum that fits in memory.
ROUNDING = 1.01

DTYPES: Final[Mapping[str, torch.dtype]] = {
    "float32": torch.float32,
    "float64": torch.float64,
    "int32": torch.int32,
}


def check_tensors(plan: Plan, x: Tensor, **others: Tensor | None) -> None:
    """Raise ConvError unless the tensors (weight=, bias=) are the plan's, of one dtype that it can have."""
    for name, tensor in {"input": x, **others}.items():
        shape = getattr(plan, f"{name}_shape")
        actual = None if tensor is None else tuple(tensor.shape)
        if actual != shape:
            raise ConvError("shape_mismatch", f"/{name}", name=name, found=actual, expected=shape)
        if tensor is not None and tensor.dtype != x.dtype:
            types = {"found": dtype_name(tensor.dtype), "expected": dtype_name(x.dtype)}
            raise ConvError("dtype_mismatch", f"/{name}", name=name, **types)
    if x.dtype not in DTYPES.values():
        raise ConvError("dtype_unknown", "/dtype", names=", ".join(DTYPES), found=dtype_name(x.dtype))
    check_averages(plan.operation, x.dtype)


def check_averages(operation: Operation, dtype: torch.dtype) -> None:
    """Raise ConvError for averages of integers, which are none."""
    if dtype == torch.int32 and isinstance(operation, AvgPool2d):
        raise ConvError("averages_are_not_integers", "/dtype")


def check_range(values: Tensor, dtype: torch.dtype, what: str, at: str = "/input") -> Tensor:
    """The values, if each fits the dtype. Raises ConvError at this place otherwise. `what`: a term's code."""
    if values.numel() == 0:
        return values
    low, high = (bound.item() for bound in values.aminmax())
    if dtype == torch.int32:
        limits = torch.iinfo(dtype)
        worst = low if low < limits.min else high
        if not limits.min <= worst <= limits.max:
            bounds = {"low": limits.min, "high": limits.max}
            raise ConvError("int32_overflow", at, what=Message(what), value=int(worst), **bounds)
    elif not (math.isfinite(low) and math.isfinite(high)):
        raise ConvError("float_overflow", at, what=Message(what), dtype=dtype_name(dtype))
    return values


def check_numbers(dtype: torch.dtype, at: str, numbers: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """
    Numbers by their terms, each made of those before it, in the dtype. Raises ConvError, at this place, where
    one is out of range.
    """
    if dtype == torch.int32:
        return tuple(check_range(each, dtype, name, at).to(dtype) for name, each in numbers.items())
    # What has overflowed stays infinite, or becomes NaN, to the end.
    name, last = list(numbers.items())[-1]
    check_range(last, dtype, name, at)
    return tuple(numbers.values())


def surely_fits(plan: Plan, x: Tensor, weight: Tensor, bias: Tensor | None) -> bool:
    """Whether the largest magnitudes alone show that no product or sum leaves the dtype's range."""
    terms = plan.channels_per_step * plan.kernel_size[0] * plan.kernel_size[1]
    bound = largest(x) * largest(weight) * terms + (largest(bias) if bias is not None else 0)
    if x.dtype == torch.int32:
        return bound <= torch.iinfo(x.dtype).max
    return bound * ROUNDING < torch.finfo(x.dtype).max


def working_dtype(plan: Plan) -> torch.dtype:
    """
    The type to sum int32 products in. Each fits int32, so up to 2^22 of them sum to less than 2^53, which
    float64 holds exactly and multiplies fast; beyond that int64 is exact, and slower.
    """
    return torch.float64 if plan.terms <= 2**22 else torch.int64


def largest(values: Tensor) -> float:
    """The largest magnitude."""
    low, high = values.aminmax()
    return max(-low.item(), high.item())


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
