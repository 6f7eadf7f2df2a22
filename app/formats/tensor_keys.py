"""Which of the tensors in a file is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.conv.errors import ConvError, quoted

MAX_TENSORS: Final = 4096
_MAX_NAMES_SHOWN: Final = 20


def choose_tensor(names: Sequence[str], key: str | None, name: str, at: str) -> str:
    """`key`, or else the tensor called `name`, or else the only one. Raises ConvError if it is not there."""
    if not names:
        raise ConvError("safetensors_without_tensors", at)
    if key is None and len(names) == 1:
        return names[0]
    chosen = name if key is None else key
    if chosen not in names:
        known_names = ", ".join(quoted(one) for one in names[:_MAX_NAMES_SHOWN])
        params = {"name": quoted(chosen), "key": f"{name}_key", "names": known_names}
        if (more := len(names) - _MAX_NAMES_SHOWN) > 0:
            raise ConvError("no_such_tensor_of_many", at, **params, more=more)
        raise ConvError("no_such_tensor", at, **params)
    return chosen
