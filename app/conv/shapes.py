"""Output lengths and shape checks, one axis at a time, each with its formula filled in.

The formulas are those of torch.nn.Conv2d, ConvTranspose2d, MaxPool2d and AvgPool2d ("Shape"),
with the two sides of the padding apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.conv.errors import ConvError, integer

Size = tuple[int, int]

AXES = ("height", "width")


@dataclass(frozen=True, slots=True)
class Length:
    """An output length in cells, and how it came about: floor((5 + 2·0 − 1·(3−1) − 1)/1 + 1) = 3."""

    value: int
    formula: str


def convolved(axis: str, n: int, sides: Size, kernel: int, stride: int, dilation: int) -> Length:
    """floor((n + padding − dilation·(kernel−1) − 1)/stride + 1)"""
    value = (n + sum(sides) - dilation * (kernel - 1) - 1) // stride + 1
    return _at_least_one(axis, value, _window_formula("floor", n, sides, kernel, stride, dilation))


def pooled(
    axis: str, n: int, sides: Size, kernel: int, stride: int, dilation: int, ceil_mode: bool
) -> Length:
    """As `convolved`; with ceil_mode the last window must start inside the input or the padding before it."""
    room = n + sum(sides) - dilation * (kernel - 1) - 1
    value = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    formula = _window_formula("ceil" if ceil_mode else "floor", n, sides, kernel, stride, dilation)
    if ceil_mode and (value - 1) * stride >= n + sides[0]:
        value -= 1
        formula += " − 1 (the last window would start beyond the input)"
    length = _at_least_one(axis, value, formula)
    _check_windows_read(axis, n, sides[0], kernel, stride, dilation, value)
    return length


def transposed(axis: str, n: int, sides: Size, kernel: int, stride: int, dilation: int, extra: int) -> Length:
    """(n−1)·stride − padding + dilation·(kernel−1) + output_padding + 1"""
    value = (n - 1) * stride - sum(sides) + dilation * (kernel - 1) + extra + 1
    formula = f"({n}−1)·{stride} − {_both(sides)} + {dilation}·({kernel}−1) + {extra} + 1"
    return _at_least_one(axis, value, formula)


def _window_formula(rounding: str, n: int, sides: Size, kernel: int, stride: int, dilation: int) -> str:
    return f"{rounding}(({n} + {_both(sides)} − {dilation}·({kernel}−1) − 1)/{stride} + 1)"


def _both(sides: Size) -> str:
    before, after = sides
    return f"2·{before}" if before == after else f"({before}+{after})"


def _at_least_one(axis: str, value: int, formula: str) -> Length:
    formula = f"{formula} = {value}".replace("= -", "= −")
    if value < 1:
        raise ConvError(f"the output {axis} would be smaller than 1: {formula}", "/operation")
    return Length(value, formula)


def _check_windows_read(
    axis: str, n: int, before: int, kernel: int, stride: int, dilation: int, windows: int
) -> None:
    """Refuse pooling windows that jump over the whole input: only those that start before it can."""
    if dilation <= n:
        return
    for start in range(-before, min(0, windows * stride - before), stride):
        if start % dilation >= n:
            raise ConvError(
                f"a window would read no input cell: it starts at {start}, takes {kernel} steps of "
                f"{dilation}, the input {axis} is {n}",
                "/operation/dilation",
            )


def check_shape(shape: tuple[int, ...], names: tuple[str, ...], tensor: str) -> None:
    """Raise ConvError unless shape has one size ≥ 1 for each name."""
    at = f"/{tensor}"
    layout = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
    if len(shape) != len(names):
        raise ConvError(f"{tensor} has {len(shape)} dimensions, it must have {len(names)}: {layout}", at)
    for length, name in zip(shape, names, strict=True):
        integer(length, f"{tensor} {name}", 1, at)


def check_divides(groups: int, channels: int, what: str) -> None:
    if channels % groups:
        raise ConvError(
            f"groups must divide the {what}: {groups} groups, {channels} {what}", "/operation/groups"
        )


def check_borrowed(axis: str, n: int, sides: Size, padding_mode: str) -> None:
    """Raise ConvError where a padding mode has too few cells to borrow from."""
    largest = {"reflect": n - 1, "circular": n}.get(padding_mode, max(sides))
    if max(sides) > largest:
        relation = "smaller than" if padding_mode == "reflect" else "at most"
        raise ConvError(
            f"{padding_mode} padding must be {relation} the input: padding is {max(sides)}, "
            f"the input {axis} is {n}",
            "/operation/padding",
        )
