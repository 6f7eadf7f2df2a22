"""Numbers of every file type as every scene type: exactly, or refused with the number and its place."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conv.errors import ConvError
from app.formats.conversion import from_array
from app.i18n.messages import render
from app.limits import Limits

FLOAT_TYPES = [np.dtype(name) for name in ("f2", "f4", "f8", ">f4")]
INTEGER_TYPES = [np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]
FILE_TYPES = [*FLOAT_TYPES, *INTEGER_TYPES, np.dtype(">i4"), np.dtype(">u8")]
FLOATS: dict[str, type[np.floating[Any]]] = {"float32": np.float32, "float64": np.float64}
INT32 = range(-(2**31), 2**31)
# Around every bound that a conversion may get wrong, and what is no finite number or no integer.
EDGES = [
    *(sign * 2.0**power + step for power in (7, 8, 15, 16, 24, 31, 32, 53, 63) for sign in (1, -1)
      for step in (-1.0, -0.5, 0.0, 0.5, 1.0)),
    65504.0, 3.4e38, 3.5e38, 1e308, 5e-324, 0.0, -0.0, 0.5, 1e-8, float("inf"), float("-inf"), float("nan"),
]  # fmt: skip
LIMITS = Limits()


def convert(number: np.generic, dtype: str) -> Any:
    """The converted number, or None where it was refused at its place."""
    array = np.array([[number]], number.dtype)
    try:
        return from_array(array, dtype, LIMITS, "/input").numpy()[0, 0]
    except ConvError as error:
        if error.at != "/input/0/0":
            raise
        return None


def check(number: np.generic, dtype: str) -> None:
    converted, exact = convert(number, dtype), number.item()
    finite = np.isfinite(exact)
    if dtype == "int32":
        fits = bool(finite) and Fraction(exact).denominator == 1 and int(exact) in INT32
        assert (converted is not None) == fits
        assert not fits or (converted.dtype == np.int32 and int(converted) == int(exact))
        return
    with np.errstate(over="ignore"):
        nearest = FLOATS[dtype](exact)
    assert (converted is not None) == bool(finite and np.isfinite(nearest))
    assert converted is None or (converted.dtype == FLOATS[dtype] and converted == nearest)


@pytest.mark.safety(32)
@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
@pytest.mark.parametrize("file_type", FILE_TYPES, ids=str)
def test_every_edge_of_every_type(file_type: np.dtype[Any], dtype: str) -> None:
    with np.errstate(all="ignore"):
        for edge in EDGES:
            if file_type.kind == "f":
                check(file_type.type(edge), dtype)
            elif np.isfinite(edge) and edge == int(edge):
                info = np.iinfo(file_type)
                check(file_type.type(min(max(int(edge), info.min), info.max)), dtype)


@pytest.mark.safety(32)
@given(st.floats(width=64), st.sampled_from(FLOAT_TYPES), st.sampled_from(["int32", "float32", "float64"]))
def test_any_float(number: float, file_type: np.dtype[Any], dtype: str) -> None:
    with np.errstate(over="ignore"):
        check(file_type.type(number), dtype)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1000000.5, "1000000.5 is not an integer"),
        (3e9, "3000000000 is not an integer"),
        (0.1, "0.1 is not an integer"),
        (np.float32(0.1), "0.1 is not an integer"),
        (np.float32(2**31), "2147483648 is not an integer"),
        (np.array(2**31, ">f4")[()], "2147483648 is not an integer"),
        (np.float32(2**40), "1099511627776 is not an integer"),
        (np.float64(1e39), "1e+39 is not an integer"),
        (np.uint64(2**63), "9223372036854775808 is not an integer"),
        (float("nan"), "nan is not a number that can be computed with"),
        (np.float16("-inf"), "-inf is not an integer"),
    ],
)
def test_a_refused_number_is_told_as_it_was_sent(number: Any, text: str) -> None:
    with pytest.raises(ConvError) as refused:
        from_array(np.array([number]), "int32", LIMITS, "/bias")
    assert render(refused.value.message).startswith(text)
