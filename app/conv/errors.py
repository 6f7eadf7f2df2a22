"""What cannot be a layer, and the checks of single values that say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# No size, stride or padding that a machine could ever work with is larger; products of two stay in int64.
LARGEST = 2**31 - 1


class ConvError(ValueError):
    """A layer that cannot be. `at`: JSON pointer into the scene body; the message names both values."""

    def __init__(self, message: str, at: str = "/operation") -> None:
        super().__init__(message)
        self.at = at


def integer(value: Any, name: str, low: int, at: str) -> None:
    """Raise ConvError unless value is an int (never a bool) from low to 2^31 - 1."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConvError(f"{name} must be an integer, it is {shown(value)}", at)
    if not low <= value <= LARGEST:
        raise ConvError(f"{name} must be from {low} to {LARGEST}, it is {shown(value)}", at)


def size(value: Any, name: str, low: int) -> None:
    """Raise ConvError unless value is a pair (h, w) of integers, each at least low."""
    at = f"/operation/{name}"
    if not isinstance(value, tuple) or len(value) != 2:
        raise ConvError(f"{name} must be two integers (h, w), it is {shown(value)}", at)
    for number in value:
        integer(number, name, low, at)


def one_of(value: Any, name: str, choices: Sequence[Any]) -> None:
    """Raise ConvError unless value is one of choices, type included."""
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
        raise ConvError(f"{name} must be one of {list(choices)}, it is {shown(value)}", f"/operation/{name}")


def shown(value: Any) -> str:
    """A value as an error message may carry it: never longer than 40 characters."""
    try:
        text = repr(value)
    except ValueError:  # Python's own limit on the digits of an integer
        text = "too long to show"
    return text if len(text) <= 40 else text[:37] + "…"
