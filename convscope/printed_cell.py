"""A number in the cell of a grid as text, as the page has it (`frontend/model/numbers.ts`)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from math import floor, log10
from typing import Final

from convscope.printed_ledger import MINUS, decimals_for

# Digits of a number by itself.
_DIGITS: Final = 3
MAX_DECIMALS: Final = 12
# Magnitudes outside which a number is written with an exponent.
_MIN_FIXED: Final = 1e-6
_MAX_FIXED: Final = 1e12


def cell_text(value: float, decimals: int, room: int) -> str:
    """
    A number of a grid with `decimals`: with more of them where these leave it no digit, or make another whole
    number of it, as far as `room` characters go; with an exponent where it would be 0 else.
    """
    text = number_text(value, decimals)
    if not _is_lost(value, decimals):
        return text
    own = decimals_for([value], _DIGITS, MAX_DECIMALS)
    first = max(decimals + 1, -floor(log10(abs(value))))
    for more in range(max(first, own), first - 1, -1):
        longer = number_text(value, more)
        if len(longer) <= room:
            return longer
    short = _exponent(value, 0).replace("-", MINUS)
    return short if _is_zero(text) and len(short) <= room else text


def mark_rounded(value: float, printed: str, decimals: int) -> str:
    """A term in its cell, printed so that all add up: marked where little of it is left."""
    if value and _is_zero(printed):
        return "\u22480"
    return f"\u2248{printed}" if decimals == 0 and _is_lost(value, decimals) else printed


def number_text(value: float, decimals: int) -> str:
    size = abs(value)
    if size >= _MAX_FIXED or (0 < size < _MIN_FIXED and decimals > -log10(_MIN_FIXED)):
        return _exponent(value, 3)
    text = f"{Decimal(size).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
    return text if value >= 0 or _is_zero(text) else MINUS + text


def _exponent(value: float, digits: int) -> str:
    text = re.sub("(?<=e.)0+(?=.)", "", f"{abs(value):.{digits}e}")
    return MINUS + text if value < 0 else text


def _is_lost(value: float, decimals: int) -> bool:
    """Whether it is smaller than a unit of its last decimal, or whole, with few digits, in print alone."""
    if decimals == 0:
        return abs(value) < 10 ** (_DIGITS - 1) and not float(value).is_integer()
    return 0 < abs(value) * 10.0**decimals < 1


def _is_zero(text: str) -> bool:
    return not re.search("[1-9]", text)
