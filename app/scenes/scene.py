"""A scene: the tensors and the operation of one layer, immutable, named by its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property, lru_cache
from typing import Any, Final, get_type_hints

import torch
from torch import Tensor

from app.conv.correlate import output
from app.conv.dtypes import DTYPES, check_averages, dtype_name, surely_fits
from app.conv.errors import ConvError
from app.conv.inverse_taps import InverseTaps, inverse_taps
from app.conv.one_dimension import lift, lift_size, lower
from app.conv.operation import OPERATIONS, MaxPool2d, Operation, Padding, Plan, Size, plan
from app.conv.taps import TapTable, taps
from app.limits import Limits, check_plan, tap_numbers

_CANON: Final = b"convscope-scene-1\n"
_ID_LENGTH: Final = 40
# Many scenes share few layers: plans, and the tap tables of small layers, are cached.
_MAX_CACHED_TAPS: Final = 4096
cached_plan = lru_cache(maxsize=512)(plan)
_cached_taps = lru_cache(maxsize=128)(taps)


def layer_taps(planned: Plan) -> TapTable:
    return (_cached_taps if tap_numbers(planned) <= _MAX_CACHED_TAPS else taps)(planned)


@dataclass(frozen=True, eq=False)
class Scene:
    """
    One layer with its numbers; the tensors are contiguous, on the CPU, and never written to. They are as the
    plan has them, in one dimension with a height of 1; `tensors` is without.
    """

    plan: Plan
    dtype: str
    input: Tensor
    weight: Tensor | None
    bias: Tensor | None
    upstream: Tensor | None = None

    @cached_property
    def id(self) -> str:
        """A digest of the content: dtype, operation, shapes and numbers."""
        shapes = {name: list(tensor.shape) for name, tensor in self.tensors.items()}
        head = {"dtype": self.dtype, "operation": describe(self.plan.operation), "shapes": shapes}
        digest = hashlib.sha256(_CANON + json.dumps(head, sort_keys=True, separators=(",", ":")).encode())
        for tensor in self.tensors.values():
            array = tensor.numpy()
            digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).data)
        return digest.hexdigest()[:_ID_LENGTH]

    @cached_property
    def taps(self) -> TapTable:
        return layer_taps(self.plan)

    @cached_property
    def inverse_taps(self) -> InverseTaps:
        return inverse_taps(self.taps)

    @property
    def given_upstream(self) -> Tensor:
        """The upstream, or ones where the scene has none; these take no memory."""
        if self.upstream is not None:
            return self.upstream
        return torch.ones(1, dtype=self.input.dtype).expand(self.plan.output_shape)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The tensors of the scene by name as callers know them, without absent ones."""
        named = {
            "input": self.input,
            "weight": self.weight,
            "bias": self.bias,
            "upstream": self.upstream,
        }
        return {name: self.own(tensor) for name, tensor in named.items() if tensor is not None}

    def own(self, tensor: Tensor) -> Tensor:
        """A tensor of the arithmetic as callers know it: of a layer of one dimension without the height."""
        return lower(self.plan.dimensions, tensor)

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.tensors.values())


def make_scene(
    operation: Operation,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    limits: Limits,
    upstream: Tensor | None = None,
) -> Scene:
    """Plan the layer and check it against the limits; of one dimension the tensors have no height.

    Raises ConvError for a layer that cannot be and LimitExceeded for one that is too large, before anything
    in proportion to its output is allocated.
    """
    planned = plan_scene(operation, input, weight, bias, limits, upstream)
    expected = planned.own_shape(planned.output_shape)
    if upstream is not None and (shape := _shape(upstream)) != expected:
        raise ConvError("upstream_mismatch", "/upstream", found=shape, expected=expected)
    others = (
        each if each is None else lift(planned.dimensions, _canonical(each))
        for each in (weight, bias, upstream)
    )
    return Scene(planned, dtype_name(input.dtype), lift(planned.dimensions, _canonical(input)), *others)


def plan_scene(
    operation: Operation,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    limits: Limits,
    upstream: Tensor | None = None,
) -> Plan:
    """The plan of a scene that `make_scene` could make; no number is read. Raises as it does."""
    for name, tensor in (("weight", weight), ("bias", bias), ("upstream", upstream)):
        if tensor is not None and tensor.dtype != input.dtype:
            types = {"found": dtype_name(tensor.dtype), "expected": dtype_name(input.dtype)}
            raise ConvError("dtype_mismatch", f"/{name}", name=name, **types)
    planned = cached_plan(operation, _shape(input), _shape(weight), _shape(bias))
    check_plan(planned, limits)
    if (dtype := dtype_name(input.dtype)) not in DTYPES:
        raise ConvError("dtype_unknown", "/dtype", names=", ".join(DTYPES), found=dtype)
    check_averages(operation, input.dtype)
    return planned


def check_sums(scene: Scene) -> None:
    """Raise ConvError if any sum of the scene leaves the range of its dtype."""
    output(scene.plan, scene.input, scene.weight, scene.bias)


def sums_surely_fit(scene: Scene) -> bool:
    """Whether the largest magnitudes alone show that no sum can leave the range of the dtype."""
    if isinstance(scene.plan.operation, MaxPool2d):
        return True
    weight = torch.ones(1) if scene.weight is None else scene.weight
    return surely_fits(scene.plan, scene.input, weight, scene.bias)


def _shape(tensor: Tensor | None) -> Any:
    return None if tensor is None else tuple(tensor.shape)


def _canonical(tensor: Tensor) -> Tensor:
    # Adding zero turns -0.0 into 0.0, so that equal numbers make equal scenes.
    return (tensor + 0).contiguous()


@lru_cache(maxsize=1024)
def describe(operation: Operation) -> dict[str, Any]:
    """Every field of a normalised operation, as JSON has it. The dict is cached: do not change it."""
    values = asdict(operation).items()
    described = _described if operation.dimensions == 2 else _described_of_one_dimension
    return {"kind": operation.kind} | {name: described(value) for name, value in values}


def _described(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _described_of_one_dimension(value: Any) -> Any:
    """A size is one integer, and a padding has two sides."""
    if isinstance(value, dict):
        return {side: value[side] for side in ("left", "right")}
    return value[1] if isinstance(value, tuple) else value


def operation_from(described: Mapping[str, Any]) -> Operation:
    """The operation that `describe` gave."""
    kind = OPERATIONS[described["kind"]]
    return kind(**lifted_fields(kind, {field.name: _value(described[field.name]) for field in fields(kind)}))


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return Padding(**value) if isinstance(value, dict) else value


def lifted_fields(operation: type[Operation], values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an operation, the sizes of one dimension as pairs."""
    if operation.dimensions == 2:
        return dict(values)
    sizes = _size_fields()[operation.kind]
    return {
        name: lift_size(name, value) if name in sizes and value is not None else value
        for name, value in values.items()
    }


@cache
def _size_fields() -> Mapping[str, frozenset[str]]:
    """The names of the fields that are sizes, by kind."""
    return {
        kind: frozenset(name for name, hint in get_type_hints(operation).items() if hint == Size)
        for kind, operation in OPERATIONS.items()
    }
