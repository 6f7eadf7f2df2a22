"""The layers of an nn.Sequential by their shapes alone: nothing is run, whatever their size."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final, NamedTuple

from torch import nn

from app.conv.operation import Plan, plan
from app.conv.taps import padding_share, taps
from app.networks.refusals import refusal
from app.networks.sequential import Step, module_steps
from app.networks.sequential_code import read_sequential

# Batch and features.
_FLAT: Final = 2
_MAX_COUNT: Final = 2**63 - 1
# Of larger tables of taps the share is not worked out.
_MAX_TAPS: Final = 1_000_000


class ReceptiveField(NamedTuple):
    """
    Along each axis, in cells of the network's input: how many one cell can depend on, how far neighbouring
    cells' fields lie apart, and where the first begins, below 0 on padding.
    """

    size: tuple[int, ...]
    jump: tuple[int, ...] | None
    start: tuple[int, ...]


class LayerRow(NamedTuple):
    """`output_shape`: of one sample; what is not known or means nothing of a layer is None."""

    name: str
    op: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    receptive_field: ReceptiveField | None
    padding_share: float | None


def layer_table(code: str, input_shape: Sequence[int], most: int) -> list[LayerRow]:
    """
    A row for each module on an input (C, H, W), (C, L) or (features). Raises ParseError for code, and
    ConvError for more than `most` modules, shapes that do not fit, and counts beyond 2⁶³.
    """
    rows: list[LayerRow] = []
    shape = (1, *input_shape)
    _check_count("input", prod(shape))
    axes = len(input_shape) - 1
    field: ReceptiveField | None = ReceptiveField((1,) * axes, (1,) * axes, (0,) * axes) if axes else None
    for step in module_steps(read_sequential(code, most), shape, None):
        planned = _plan(step, shape)
        field = _field_after(step, planned, field, input_shape)
        parameters = sum(prod(each) for name, each in step.state.items() if name in ("weight", "bias"))
        multiply_adds = _multiply_adds(step, planned, shape)
        _check_count(step.module.path, max(prod(step.shape), parameters, multiply_adds))
        share = None if planned is None else _padding_share(planned)
        row = (step.module.path, step.module.op, step.shape[1:], parameters, multiply_adds, field, share)
        rows.append(LayerRow(*row))
        shape = step.shape
    return rows


def _check_count(path: str, count: int) -> None:
    if count > _MAX_COUNT:
        raise refusal("network_counts_too_large", "/code", path=path, most=_MAX_COUNT)


def _plan(step: Step, shape: tuple[int, ...]) -> Plan | None:
    if step.module.layer is None:
        return None
    return plan(step.module.layer.operation, shape[1:], step.state.get("weight"), step.state.get("bias"))


def _multiply_adds(step: Step, planned: Plan | None, shape: tuple[int, ...]) -> int:
    if planned is not None:
        return planned.multiply_adds
    return prod(step.shape) * shape[-1] if step.module.op == "Linear" else 0


def _field_after(
    step: Step, planned: Plan | None, field: ReceptiveField | None, input_shape: Sequence[int]
) -> ReceptiveField | None:
    if field is None:
        return None
    if planned is not None:
        return _field_of_layer(planned, field)
    if step.module.op == "Linear" and len(step.shape) == _FLAT:
        return ReceptiveField(tuple(input_shape[1:]), None, (0,) * (len(input_shape) - 1))
    if _spans_an_axis(step):
        return None
    return field._replace(jump=None) if step.module.op == "Flatten" else field


def _spans_an_axis(step: Step) -> bool:
    """Whether each cell depends on one axis of rows or columns from end to end."""
    module = step.module.module
    if isinstance(module, nn.Softmax | nn.LogSoftmax):
        assert module.dim is not None
        return range(len(step.shape))[module.dim] > 1
    return step.module.op == "Linear"


def _field_of_layer(planned: Plan, field: ReceptiveField) -> ReceptiveField | None:
    """https://distill.pub/2019/computing-receptive-fields. Borrowed padding and steps below 1 have none."""
    if planned.is_transposed or field.jump is None or planned.padding_mode != "zeros":
        return None
    axes = planned.axes[-planned.dimensions :]
    size = (r + (a.kernel - 1) * a.dilation * j for r, a, j in zip(field.size, axes, field.jump, strict=True))
    jump = (a.stride * j for a, j in zip(axes, field.jump, strict=True))
    start = (s - a.before * j for s, a, j in zip(field.start, axes, field.jump, strict=True))
    return ReceptiveField(tuple(size), tuple(jump), tuple(start))


def _padding_share(planned: Plan) -> float | None:
    windows = planned.output_shape[1:]
    if sum(n * axis.kernel for n, axis in zip(windows, planned.axes, strict=True)) > _MAX_TAPS:
        return None
    return padding_share(planned, taps(planned))
