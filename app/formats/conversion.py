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


def from_array(array: NDArray[Any], dtype: str, limits: Limits, at: str) -> Tensor:
    """Real numbers of any type as a tensor. Raises ConvError for one that `dtype` cannot hold."""
    check_tensor(at.split("/")[1], array.shape, limits)
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if dtype == "int32":
        bad = (array != np.rint(array)) | (array < _INT32.min) | (array > _INT32.max)
        why = f"is not an integer from {_INT32.min} to {_INT32.max}, as int32 needs"
        converted = array
    else:
        with np.errstate(over="ignore"):
            converted = np.asarray(array, dtype)
        bad, why = ~np.isfinite(converted), f"is outside the range of {dtype}"
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ConvError(f"{array[index]:g} {why}", "/".join([at, *map(str, index)]))
    return torch.from_numpy(np.array(converted, dtype, order="C"))
