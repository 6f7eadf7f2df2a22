"""What a scene may cost, checked with Python integers before anything is allocated."""

from __future__ import annotations

from math import prod
from typing import Final

from app.conv.operation import ConvTranspose2d, Padding, Plan
from app.settings import Limits

_LARGEST: Final = 2**63 - 1


class LimitExceeded(Exception):
    """Something was asked that is over a limit; `limit` is the name of the field of Limits."""

    def __init__(self, what: str, limit: str, value: float, asked: float) -> None:
        # Beyond 64 bits a number says no more, and JSON could not carry it.
        self.asked = min(asked, _LARGEST)
        self.limit = limit
        self.value = value
        super().__init__(f"{what}: {self.asked:,} asked, {limit} is {value:,}")


def check(what: str, limit: str, asked: int, limits: Limits) -> None:
    """Raise LimitExceeded if `asked` is over the named limit."""
    value = getattr(limits, limit)
    if asked > value:
        raise LimitExceeded(what, limit, value, asked)


def check_tensor(name: str, shape: tuple[int, ...], limits: Limits) -> None:
    check(f"elements of {name} with shape {shape}", "max_tensor_elements", prod(shape), limits)


def check_plan(plan: Plan, limits: Limits) -> None:
    """All that working on a layer may allocate or compute."""
    check(f"elements of the output with shape {plan.output_shape}", "max_output_elements",
          prod(plan.output_shape), limits)  # fmt: skip
    check("elements with padding", "max_output_elements", _padded(plan), limits)
    check("multiply-adds", "max_multiply_adds", plan.multiply_adds, limits)
    check("numbers in the tap tables", "max_tensor_elements", tap_numbers(plan), limits)


def tap_numbers(plan: Plan) -> int:
    (_, height, width), (kernel_height, kernel_width) = plan.output_shape, plan.kernel_size
    return height * kernel_height + width * kernel_width


def _padded(plan: Plan) -> int:
    """Elements of the tensor that padding, or for a transposed convolution cropping, belongs to."""
    transposed = isinstance(plan.operation, ConvTranspose2d)
    channels, height, width = plan.output_shape if transposed else plan.input_shape
    padding = plan.operation.padding
    assert isinstance(padding, Padding)  # a plan has "same" resolved
    (top, bottom), (left, right) = padding.sides
    return channels * (height + top + bottom) * (width + left + right)
