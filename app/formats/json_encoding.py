"""JSON bytes of results: numbers stay in NumPy arrays until orjson writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from torch import Tensor


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def to_array(tensor: Tensor) -> np.ndarray[Any, Any] | np.number[Any]:
    """A tensor as orjson can write it: a contiguous array, or a number for a tensor without dimensions."""
    return tensor.contiguous().numpy()[()]
