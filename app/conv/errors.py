"""Errors as codes with parameters, what cannot be a layer, and the checks of single values that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# No size, stride or padding that a machine could ever work with is larger; products of two stay in int64.
LARGEST = 2**31 - 1


class Message:
    """A code, and the values in the sentence that each catalogue has for it; a value may be a message too."""

    __slots__ = ("code", "params")

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        """For developers: `channels_mismatch: found=3, expected=2`."""
        params = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}: {params}" if params else self.code


class CodedError(Exception):
    """An error that the catalogues have a sentence for."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.message = Message(code, **params)

    def __str__(self) -> str:
        return str(self.message)


class ConvError(CodedError, ValueError):
    """A layer that cannot be. `at`: JSON pointer into the scene body; the parameters hold both values."""

    def __init__(self, code: str, at: str = "/operation", /, **params: object) -> None:
        super().__init__(code, **params)
        self.at = at


def integer(value: Any, name: str, low: int, at: str) -> None:
    """Raise ConvError unless value is an int (never a bool) from low to 2^31 - 1."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConvError("not_an_integer", at, name=name, value=shown(value))
    if not low <= value <= LARGEST:
        raise ConvError("integer_out_of_range", at, name=name, low=low, high=LARGEST, value=shown(value))


def size(value: Any, name: str, low: int) -> None:
    """Raise ConvError unless value is a pair (h, w) of integers, each at least low."""
    at = f"/operation/{name}"
    if not isinstance(value, tuple) or len(value) != 2:
        raise ConvError("not_two_integers", at, name=name, value=shown(value))
    for number in value:
        integer(number, name, low, at)


def item_range(start: int, stop: int, total: int, code: str) -> None:
    """Raise ConvError with this code, at the one that is wrong, unless 0 ≤ start ≤ stop ≤ total."""
    if not 0 <= start <= stop <= total:
        at = "/stop" if 0 <= start <= total else "/start"
        raise ConvError(code, at, start=start, stop=stop, total=total)


def one_of(value: Any, name: str, choices: Sequence[Any]) -> None:
    """Raise ConvError unless value is one of choices, type included."""
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
        raise ConvError(
            "not_one_of", f"/operation/{name}", name=name, choices=list(choices), value=shown(value)
        )


def shown(value: Any) -> str | Message:
    """A value as a message may carry it: never longer than 40 characters."""
    try:
        text = repr(value)
    except ValueError:  # Python's own limit on the digits of an integer
        return Message("term.too_long")
    return cut(text, 40)


def quoted(text: str, longest: int = 60) -> str:
    """A name or other text of the sender's as a message may carry it."""
    return cut(repr(text), longest)


def cut(text: str, longest: int) -> str:
    """Text of so many characters at most; dots say that it went on."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
