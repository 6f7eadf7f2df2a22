"""Which axes of its first operand an operator takes together: means, softmax, normalisation."""

from __future__ import annotations

from typing import Any, Final

from app.networks.network import Node, TensorOf

_GLOBAL: Final = frozenset(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "InstanceNormalization"))
_SOFTMAX: Final = frozenset(("Softmax", "LogSoftmax"))
# Since this version softmax is along one axis, before it along all from that axis on.
_SOFTMAX_OF_ONE_AXIS: Final = 13


def reduced_axes(
    node: Node, shape: tuple[int, ...], opset: int | None, tensor_of: TensorOf
) -> list[int] | None:
    """In ascending order; None of other operators. `opset`: of ONNX, None of torch's modules."""
    axes = range(len(shape))
    if node.op in _GLOBAL:
        return list(axes[2:])
    if node.op in _SOFTMAX:
        is_old = opset is not None and opset < _SOFTMAX_OF_ONE_AXIS
        axis = axes[node.attributes.get("axis", node.attributes.get("dim", 1 if is_old else -1))]
        return list(axes[axis:]) if is_old else [axis]
    if node.op == "LayerNormalization":
        return list(axes[axes[node.attributes.get("axis", -1)] :])
    if node.op.startswith("Reduce"):
        return _reduced(node, axes, tensor_of)
    return None


def _reduced(node: Node, axes: range, tensor_of: TensorOf) -> list[int]:
    """Of older operators an attribute, of newer ones an input."""
    given: Any = node.attributes.get("axes")
    if given is None and len(node.inputs) > 1 and node.inputs[1]:
        given = [int(each) for each in tensor_of(node.inputs[1]).flatten()]
    if not given:
        return [] if node.attributes.get("noop_with_empty_axes") else list(axes)
    return sorted(axes[axis] for axis in given)
