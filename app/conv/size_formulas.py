"""The output's lengths as a reader works them out: shorter than torch's form."""

from __future__ import annotations

from typing import NamedTuple

from app.conv.operation import AvgPool2d, ConvTranspose2d, MaxPool2d, Plan
from app.conv.shapes import Axis


class SizeFormula(NamedTuple):
    """`⌊(7 + 2·1 − 3)/2⌋ + 1 = 4`, and the same with its letters: `⌊(H + 2p − k)/s⌋ + 1`."""

    numbers: str
    symbols: str


def size_formulas(plan: Plan) -> dict[str, SizeFormula]:
    """Of the output's height and width, or in one dimension of its length."""
    _, height, width = plan.output_shape
    first, second = plan.axes
    if plan.dimensions == 1:
        return {"length": _formula(plan, second, "L", width)}
    return {"height": _formula(plan, first, "H", height), "width": _formula(plan, second, "W", width)}


def _formula(plan: Plan, axis: Axis, letter: str, value: int) -> SizeFormula:
    """letter: of the input's size."""
    operation = plan.operation
    if isinstance(operation, ConvTranspose2d):
        extra = operation.output_padding[0 if letter == "H" else 1]
        return SizeFormula(f"{_transposed(axis, extra)} = {value}", _transposed_symbols(axis, letter, extra))
    ceil = isinstance(operation, MaxPool2d | AvgPool2d) and operation.ceil_mode
    left, right = "⌈⌉" if ceil else "⌊⌋"
    rounded = -(-_room(axis) // axis.stride) if ceil else _room(axis) // axis.stride
    # With ceil_mode the last window must not start in the padding behind the input.
    tail = " + 1" if rounded + 1 == value else " + 1 − 1"
    numbers = f"{left}({axis.size} + {axis.padding} − {_span(axis)})/{axis.stride}{right}{tail} = {value}"
    return SizeFormula(
        numbers, f"{left}({letter} + {_padding_symbol(axis)} − {_span_symbol(axis)})/s{right}{tail}"
    )


def _room(axis: Axis) -> int:
    return axis.size + axis.before + axis.after - axis.span


def _span(axis: Axis) -> str:
    return str(axis.kernel) if axis.dilation == 1 else f"({axis.dilation}·({axis.kernel}−1) + 1)"


def _span_symbol(axis: Axis) -> str:
    return "k" if axis.dilation == 1 else "(d·(k−1) + 1)"


def _padding_symbol(axis: Axis) -> str:
    return "2p" if axis.before == axis.after else "(p₁+p₂)"


def _transposed(axis: Axis, extra: int) -> str:
    added = f" + {extra}" if extra else ""
    return f"({axis.size}−1)·{axis.stride} − {axis.padding} + {_span(axis)}{added}"


def _transposed_symbols(axis: Axis, letter: str, extra: int) -> str:
    added = " + o" if extra else ""
    return f"({letter}−1)·s − {_padding_symbol(axis)} + {_span_symbol(axis)}{added}"
