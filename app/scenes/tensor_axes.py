"""The axes of a scene's tensors by their names, of layers of two dimensions and of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.conv.errors import Message
from app.conv.one_dimension import Dimensions
from app.conv.operation import Operation

TENSOR_NAMES: Final = ("input", "weight", "bias", "upstream")
# Those that are no rows and columns, or cells; a target is that of a loss.
_AXES: Final[Mapping[str, int]] = {"input": 1, "weight": 2, "bias": 1, "upstream": 1, "target": 1}
_OUTPUT: Final[Mapping[Dimensions, str]] = {2: "(C_out, H_out, W_out)", 1: "(C_out, L_out)"}
_LAYOUTS: Final[Mapping[str, Mapping[Dimensions, str | Message]]] = {
    "input": {2: "(C_in, H, W)", 1: "(C_in, L)"},
    "weight": {2: Message("term.weight_layouts"), 1: Message("term.weight_layouts_1d")},
    "bias": {2: "(C_out,)", 1: "(C_out,)"},
    "upstream": _OUTPUT,
    "target": _OUTPUT,
}


def tensor_axes(name: str, operation: Operation) -> int:
    """How many axes the tensor of this name has."""
    return axes_of(name, operation.dimensions)


def axes_of(name: str, dimensions: Dimensions) -> int:
    return _AXES[name] + (0 if name == "bias" else dimensions)


def rank_message(name: str, found: int, dimensions: Dimensions | None) -> Message:
    """
    That the tensor of this name has `found` axes, and how many it must have. `dimensions`: of the layer, None
    where it is not known.
    """
    if dimensions is None and name != "bias":
        expected = Message("term.or", others=axes_of(name, 2), last=axes_of(name, 1))
        layout = Message("both_layouts", two=_LAYOUTS[name][2], one=_LAYOUTS[name][1])
        return Message("dimensions_mismatch", tensor=name, found=found, expected=expected, layout=layout)
    known = dimensions or 2
    axes, layouts = axes_of(name, known), _LAYOUTS[name]
    return Message("dimensions_mismatch", tensor=name, found=found, expected=axes, layout=layouts[known])
