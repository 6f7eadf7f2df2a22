"""The layers that code may name, and their arguments in torch's order."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from torch import nn

from app.conv.operation import OPERATIONS, Operation, Pooling


@dataclass(frozen=True, slots=True)
class Signature:
    """names: the arguments, of which the first `required` must be given; tensors: those that hold numbers."""

    operation: type[Operation]
    required: int
    names: tuple[str, ...]
    tensors: tuple[str, ...] = ()

    @property
    def is_pooling(self) -> bool:
        return issubclass(self.operation, Pooling)


# Arguments that change nothing that can be shown here, as long as they have torch's default.
FIXED: Final[Mapping[str, Any]] = {
    "device": None,
    "dtype": None,
    "return_indices": False,
    "divisor_override": None,
}
# A scene has a dtype of its own, so that these are read over.
DTYPE_NAMES: Final = ("dtype", *(f"torch.{name}" for name in (
    "float32", "float", "float64", "double", "float16", "half", "bfloat16",
)))  # fmt: skip


def _module(operation: type[Operation]) -> Signature:
    parameters = inspect.signature(getattr(nn, operation.__name__)).parameters
    required = sum(parameter.default is inspect.Parameter.empty for parameter in parameters.values())
    return Signature(operation, required, tuple(parameters))


def _function(kind: str, names: str) -> Signature:
    split = tuple(names.split())
    tensors = tuple(name for name in split if name in ("input", "weight", "bias"))
    return Signature(OPERATIONS[kind], 2, split, tensors)


_MODULES: Final[Mapping[str, Signature]] = {
    operation.__name__: _module(operation) for operation in OPERATIONS.values()
}
# Written out: these functions are built in, or dispatch on an argument, and have no signature to inspect.
_ARGUMENTS: Final[Mapping[str, str]] = {
    "conv": "input weight bias stride padding dilation groups",
    "conv_transpose": "input weight bias stride padding output_padding groups dilation",
    "max_pool": "input kernel_size stride padding dilation ceil_mode return_indices",
    "avg_pool": "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
}
_FUNCTIONS: Final[Mapping[str, Signature]] = {
    f"{name}{dimensions}d": _function(
        f"{name}{dimensions}d", names.removesuffix(" divisor_override") if dimensions == 1 else names
    )
    for dimensions in (2, 1)
    for name, names in _ARGUMENTS.items()
}
_MODULE_PREFIXES: Final = ("", "nn.", "torch.nn.")
_FUNCTION_PREFIXES: Final = ("", "F.", "functional.", "nn.functional.", "torch.nn.functional.")
# There is no torch.avg_pool2d.
_IN_TORCH: Final = tuple(name for name in _FUNCTIONS if name != "avg_pool2d")

# How a message names them.
NAMES: Final = (*(f"nn.{name}" for name in _MODULES), *(f"F.{name}" for name in _FUNCTIONS))
KNOWN: Final[Mapping[str, Signature]] = {
    **{prefix + name: each for name, each in _MODULES.items() for prefix in _MODULE_PREFIXES},
    **{prefix + name: each for name, each in _FUNCTIONS.items() for prefix in _FUNCTION_PREFIXES},
    **{f"torch.{name}": _FUNCTIONS[name] for name in _IN_TORCH},
}
