"""Arrays <-> the files in which they travel."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def to_file(value: npt.ArrayLike | bytes) -> bytes:
    """As .npy; bytes are a file already."""
    if isinstance(value, bytes):
        return value
    file = io.BytesIO()
    np.save(file, np.asarray(value), allow_pickle=False)
    return file.getvalue()


def to_npz(values: Mapping[str, npt.ArrayLike]) -> bytes:
    """Several arrays by name."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{name: np.asarray(value) for name, value in values.items()})
    return file.getvalue()


def from_npy(content: bytes) -> Array:
    loaded: Array = np.load(io.BytesIO(content), allow_pickle=False)
    return loaded


def from_npz(content: bytes) -> dict[str, Array]:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
