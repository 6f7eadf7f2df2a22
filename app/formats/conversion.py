"""Arrays of any real number type -> tensors of a scene's dtype, exactly or not at all."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.conv.errors import ConvError
from app.limits import Limits, check_tensor

_INT32: Final = torch.iinfo(torch.int32)
# Integers from here on are written with an exponent.
_MAX_DIGITS: Final = 1e21


def from_array(array: NDArray[Any], dtype: str, limits: Limits, at: str) -> Tensor:
    """Real numbers of any type as a tensor. Raises ConvError for one that `dtype` cannot hold."""
    check_tensor(at.split("/")[1], array.shape, limits)
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if dtype == "int32":
        # The bounds are no float16 or float32, but every such number is a float64.
        exact = array.astype(np.float64) if array.dtype.kind == "f" else array
        bad = (exact != np.rint(exact)) | (exact < _INT32.min) | (exact > _INT32.max)
        converted = array
    else:
        with np.errstate(over="ignore"):
            converted = np.asarray(array, dtype)
        bad = ~np.isfinite(converted)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place, value = "/".join([at, *map(str, index)]), _text(array[index])
        if value == "nan":
            raise ConvError("number_is_nan", place, value=value)
        if dtype == "int32":
            raise ConvError("number_not_int32", place, value=value, low=_INT32.min, high=_INT32.max)
        raise ConvError("number_out_of_range", place, value=value, dtype=dtype)
    return torch.from_numpy(np.array(converted, dtype, order="C"))


def _text(number: np.generic) -> str:
    """A number as it was sent: 1000000.5, 3000000000, 1e+39; of float32 2147483648, not 2.1474836e+09."""
    value = number.item()
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_DIGITS:
        return str(int(value))
    return str(number)
