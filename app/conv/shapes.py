"""Output lengths and shape checks, one axis at a time, each with its formula filled in.

The formulas are those of torch.nn.Conv2d, ConvTranspose2d, MaxPool2d and AvgPool2d ("Shape"),
with the two sides of the padding apart.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from app.conv.errors import ConvError, Message, integer

Size = tuple[int, int]
AxisTerm = Literal["term.height", "term.width", "term.length"]


class Axis(NamedTuple):
    """One axis of a layer, in cells; `before` and `after` are padding, or cropping where transposed."""

    term: AxisTerm
    size: int
    before: int
    after: int
    kernel: int
    stride: int
    dilation: int

    @property
    def span(self) -> int:
        """From the first cell of a kernel to its last, dilation included."""
        return self.dilation * (self.kernel - 1) + 1

    def reach(self, windows: int) -> int:
        """How many cells beyond the input's end so many windows read (not for transposed layers)."""
        return max(0, (windows - 1) * self.stride - self.before + self.span - self.size)

    @property
    def padding(self) -> str:
        return f"2·{self.before}" if self.before == self.after else f"({self.before}+{self.after})"


class Length(NamedTuple):
    """An output length in cells, and how it came about: floor((5 + 2·0 − 1·(3−1) − 1)/1 + 1) = 3."""

    value: int
    formula: str


def convolved(axis: Axis) -> Length:
    """floor((n + padding − dilation·(kernel−1) − 1)/stride + 1)"""
    room = axis.size + axis.before + axis.after - axis.span
    return _at_least_one(axis, room // axis.stride + 1, _window_formula("floor", axis))


def pooled(axis: Axis, ceil_mode: bool) -> Length:
    """As `convolved`; with ceil_mode the last window must start inside the input or the padding before it."""
    if not ceil_mode:
        length = convolved(axis)
    else:
        room = axis.size + axis.before + axis.after - axis.span
        value, formula = -(-room // axis.stride) + 1, _window_formula("ceil", axis)
        if (value - 1) * axis.stride >= axis.size + axis.before:
            value, formula = value - 1, f"{formula} − 1"
        length = _at_least_one(axis, value, formula)
    _check_windows_read(axis, length.value)
    return length


def transposed(axis: Axis, extra: int) -> Length:
    """(n−1)·stride − padding + dilation·(kernel−1) + output_padding + 1"""
    value = (axis.size - 1) * axis.stride - axis.before - axis.after + axis.span + extra
    formula = (
        f"({axis.size}−1)·{axis.stride} − {axis.padding} + {axis.dilation}·({axis.kernel}−1) + {extra} + 1"
    )
    return _at_least_one(axis, value, formula)


def _window_formula(rounding: str, axis: Axis) -> str:
    span = f"{axis.dilation}·({axis.kernel}−1)"
    return f"{rounding}(({axis.size} + {axis.padding} − {span} − 1)/{axis.stride} + 1)"


def _at_least_one(axis: Axis, value: int, formula: str) -> Length:
    formula = f"{formula} = {value}".replace("= -", "= −")
    if value < 1:
        raise ConvError("output_too_small", axis=Message(axis.term), formula=formula)
    return Length(value, formula)


def _check_windows_read(axis: Axis, windows: int) -> None:
    """Refuse pooling windows that jump over the whole input: only those that start before it can."""
    if axis.dilation <= axis.size:
        return
    for start in range(-axis.before, min(0, windows * axis.stride - axis.before), axis.stride):
        if start % axis.dilation >= axis.size:
            where = {"start": start, "dilation": axis.dilation, "axis": Message(axis.term), "size": axis.size}
            raise ConvError("window_reads_nothing", "/operation/dilation", **where)


def check_shape(shape: tuple[int, ...], names: tuple[str, ...], tensor: str) -> None:
    """Raise ConvError unless shape has one size ≥ 1 for each name."""
    at = f"/{tensor}"
    if len(shape) != len(names):
        layout = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        dimensions = {"found": len(shape), "expected": len(names)}
        raise ConvError("dimensions_mismatch", at, tensor=tensor, **dimensions, layout=layout)
    for length, name in zip(shape, names, strict=True):
        integer(length, f"{tensor} {name}", 1, at)


def check_divides(groups: int, channels: int, what: str) -> None:
    if channels % groups:
        counts = {"channels": channels, "what": Message(what), "groups": groups}
        raise ConvError("groups_do_not_divide", "/operation/groups", **counts)


def check_borrowed(axis: Axis, padding_mode: str) -> None:
    """Raise ConvError where a padding mode has too few cells to borrow from."""
    widest = max(axis.before, axis.after)
    at, sizes = "/operation/padding", {"padding": widest, "axis": Message(axis.term), "size": axis.size}
    if padding_mode == "reflect" and widest >= axis.size:
        raise ConvError("reflect_padding_too_large", at, **sizes)
    if padding_mode == "circular" and widest > axis.size:
        raise ConvError("circular_padding_too_large", at, **sizes)
