"""How one cell of a network is made, for every operator that a formula fits."""

from __future__ import annotations

import re
from dataclasses import asdict
from math import isfinite
from operator import ge
from typing import Any, Final

import numpy as np
from torch import Tensor

from app.conv.errors import ConvError, Message, quoted
from app.i18n.languages import DEFAULT
from app.i18n.messages import render
from app.limits import Limits
from app.networks.cell_ledger import Cell, CellLedger, Index, computed_from_one_each, moved_from
from app.networks.network import Network, Node, TensorOf
from app.networks.reduced_cells import summed_from_many
from app.networks.refusals import NoSuchPart
from app.services.networks.printed_sum import round_sum
from app.services.summary import API_PREFIX
from app.store.network_store import StoredNetwork

# Which of channel, row and column a tensor has, by its rank.
_CELL_AXES: Final = {4: (0, 1, 2), 3: (0, 2), 2: (0,)}
_DIGITS: Final = 6
_FIXED: Final = (1e-6, 1e7)
_MINUS: Final = "\u2212"
# What a negative number cannot follow without parentheses, and what cannot follow it.
_OPERATORS: Final = ("+", _MINUS, "·", "/")
_SUM: Final = re.compile(r"\{[^}]*\}(?: [+\u2212] \{[^}]*\})+")
_PLACE: Final = re.compile(r"\{(?P<name>[^}]*)\}(?P<power>[\^³]?)")


def find_node(network: Network | StoredNetwork, name: str) -> Node:
    """Raises NoSuchPart."""
    for node in network.nodes:
        if node.name == name:
            return node
    raise NoSuchPart("network_has_no_node", name=quoted(name))


def cell_index(shape: tuple[int, ...], channel: int, row: int, col: int) -> Index:
    """
    The cell in a tensor (N, C, H, W), (N, C, L) with the row 0, (N, C) with row and column 0, (N) or () with
    all of them 0; of the first sample. Raises ConvError for one that is not there.
    """
    cell = (channel, row, col)
    axes = _CELL_AXES.get(len(shape), ())
    index = (0, *(cell[axis] for axis in axes))[: len(shape)]
    is_used_up = not any(each for axis, each in enumerate(cell) if axis not in axes)
    if len(index) != len(shape) or not is_used_up or any(map(ge, index, shape)):
        raise ConvError("network_no_such_cell", "/edge", cell=cell, shape=shape)
    return index


def node_cell_index(node: Node, channel: int, row: int, col: int) -> Index:
    """The cell of a node's first output. Raises NoSuchPart where it was not run, and ConvError."""
    if not node.outputs or node.outputs[0].shape is None:
        raise NoSuchPart("network_node_without_values", name=quoted(node.name))
    return cell_index(node.outputs[0].shape, channel, row, col)


def cell_structure(
    network: Network | StoredNetwork,
    node: Node,
    index: Index,
    tensor_of: TensorOf,
    limits: Limits,
    language: str = DEFAULT,
    scene_id: str | None = None,
) -> dict[str, Any]:
    """
    The cell `index` of the node's first output as the contract has it; `scene_id`: of a layer's. Raises
    ConvError where a number is not finite, and LimitExceeded for more terms than an answer may hold.
    """
    output = node.outputs[0].name
    made = float(tensor_of(output)[index])
    shapes = tensor_shapes(network)
    ledger = note = steps = None
    if scene_id is not None:
        steps = _steps_url(scene_id, index, shapes[output])
    elif (ledger := _ledger(Cell(node, output, index, shapes, network.opset, tensor_of, limits))) is None:
        note = node.note or Message("network_cell_of_other_operator", op=quoted(node.op))
    return {
        "node": node.name,
        "op": node.op,
        "edge": output,
        "index": index,
        "output": _finite(made, output),
        **_ledger_fields(ledger),
        "steps": steps,
        "note": None if note is None else render(note, language),
    }


def tensor_shapes(network: Network | StoredNetwork) -> dict[str, tuple[int, ...]]:
    """Of edges and parameters."""
    return {
        name: tuple(tensor.shape if isinstance(tensor, Tensor) else tensor["shape"])
        for name, tensor in network.tensors.items()
    }


def _ledger(cell: Cell) -> CellLedger | None:
    for explain in (computed_from_one_each, summed_from_many, moved_from):
        try:
            if ledger := explain(cell):
                return ledger
        # Attributes or tensors that the operator needs are not there, as behind an unknown one.
        except (LookupError, ValueError):
            return None
    return None


def _steps_url(scene: str, index: Index, shape: tuple[int, ...]) -> str:
    """The step of a layer's scene that makes the cell."""
    _, channel, *cell = index
    step = int(np.ravel_multi_index(cell, shape[2:]))
    return f"{API_PREFIX}/scenes/{scene}/steps?out_channel={channel}&start={step}&stop={step + 1}"


def _ledger_fields(ledger: CellLedger | None) -> dict[str, Any]:
    if ledger is None:
        return {"formula": None, "worked": None, "value": None, "terms": [], "columns": []}
    for name, values in (
        *((term.name, [term.value]) for term in ledger.terms),
        *((column.name, column.values) for column in ledger.columns),
        ("value", [ledger.value]),
    ):
        for value in values:
            _finite(value, name)
    return {
        "formula": ledger.formula.replace("{", "").replace("}", ""),
        "worked": _worked(ledger),
        "value": ledger.value,
        "terms": [asdict(term) for term in ledger.terms],
        "columns": [column._asdict() for column in ledger.columns],
    }


def _worked(ledger: CellLedger) -> str:
    """The formula with numbers in place of names, and what it gives."""
    texts, total = _printed_sum(ledger) or (
        {term.name: _shown(term.value) for term in ledger.terms},
        _shown(ledger.value),
    )

    def operand(found: re.Match[str]) -> str:
        shown = texts[found["name"]]
        is_operand = found.string[: found.start()].rstrip().endswith(_OPERATORS) or found["power"]
        return (f"({shown})" if is_operand and shown.startswith(_MINUS) else shown) + found["power"]

    return f"{_PLACE.sub(operand, ledger.formula)} = {total}"


def _printed_sum(ledger: CellLedger) -> tuple[dict[str, str], str] | None:
    """The texts of the terms and of the total; None of formulas that do more than add and subtract."""
    values = {term.name: term.value for term in ledger.terms}
    if not _SUM.fullmatch(ledger.formula) or not any(map(_is_fixed, values.values())):
        return None
    if not all(_is_fixed(value) or abs(value) < _FIXED[0] for value in (*values.values(), ledger.value)):
        return None
    names = _PLACE.findall(ledger.formula)
    signs = [-1 if f"{_MINUS} {{{name}}}" in ledger.formula else 1 for name, _ in names]
    terms, total, decimals = round_sum(
        [sign * values[name] for sign, (name, _) in zip(signs, names, strict=True)], ledger.value
    )
    texts = {
        name: _with_minus(f"{sign * term + 0.0:.{decimals}f}")
        for sign, (name, _), term in zip(signs, names, terms, strict=True)
    }
    return texts, _with_minus(f"{total + 0.0:.{decimals}f}")


def _shown(value: float) -> str:
    """Six digits, and a minus sign that is one."""
    is_fixed = _is_fixed(value)
    write = np.format_float_positional if is_fixed else np.format_float_scientific
    options: dict[str, Any] = {"fractional": False} if is_fixed else {}
    return _with_minus(write(value + 0.0, precision=_DIGITS, unique=False, trim="-", **options))


def _is_fixed(value: float) -> bool:
    return value == 0 or _FIXED[0] <= abs(value) < _FIXED[1]


def _with_minus(number: str) -> str:
    return number.replace("-", _MINUS)


def _finite(value: float, name: str) -> float:
    if not isfinite(value):
        raise ConvError("network_tensor_not_finite", "/edge", name=quoted(name))
    return value
