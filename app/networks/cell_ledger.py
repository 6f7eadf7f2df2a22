"""How one cell of a node's output is made: the terms that make it, a formula, and the value they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

from app.limits import Limits, check
from app.networks.elementwise_formulas import BATCH_NORM, FORMULAS, GELU_TANH, Formula, Number, variadic
from app.networks.moved_cells import Shape, cell_sources
from app.networks.network import Node, TensorOf

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A number of a formula; of the node's own numbers, and of sums, edge and index are None."""

    name: str
    value: float
    edge: str | None = None
    index: Index | None = None


class Column(NamedTuple):
    """Many numbers of one kind, with the cells that they are; of products and the like, None."""

    name: str
    values: list[float]
    edge: str | None = None
    indices: list[Index] | None = None


class CellLedger(NamedTuple):
    """`formula`: the terms' names in braces. A sum over columns is a term too."""

    formula: str
    terms: list[Term]
    columns: list[Column]
    value: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a node's output, and what its node reads; `opset`: of ONNX, None of torch's modules."""

    node: Node
    output: str
    index: Index
    shapes: Mapping[str, Shape]
    opset: int | None
    tensor_of: TensorOf
    limits: Limits

    def check_terms(self, count: int) -> None:
        """Raise LimitExceeded for a sum of more terms than an answer may hold."""
        check("term.cell_terms", "max_answer_numbers", _NUMBERS_A_TERM * count, self.limits)

    def number(self, edge: str, index: Index) -> float:
        return float(self.tensor_of(edge)[index])

    def term(self, name: str, edge: str, index: Index) -> Term:
        return Term(name, self.number(edge, index), edge, index)

    def broadcast(self, edge: str) -> Index:
        """The cell of an operand that is broadcast to the output."""
        shape = self.shapes[edge]
        own = self.index[len(self.index) - len(shape) :]
        return tuple(0 if size == 1 else i for i, size in zip(own, shape, strict=True))


# Two operands with their indices, and a product.
_NUMBERS_A_TERM: Final = 11
_TORCH_STATE: Final = {"weight": "γ", "bias": "β", "running_mean": "μ", "running_var": "σ²"}
_NORMS: Final = ("BatchNormalization", "BatchNorm1d", "BatchNorm2d")


def computed_from_one_each(cell: Cell) -> CellLedger | None:
    """Of operators that make a cell out of one cell of each operand; None of others."""
    node = cell.node
    if node.op in _NORMS:
        return _normalized(cell)
    if node.op == "Clip" or node.op in ("ReLU6", "Hardtanh"):
        return _clamped(cell)
    edges = [name for name in node.inputs if name]
    formula = FORMULAS.get(node.op) or variadic(node.op, len(edges))
    if node.op in ("Gelu", "GELU") and node.attributes.get("approximate") == "tanh":
        formula = GELU_TANH
    # Another output of Dropout is its mask.
    if formula is None or len(edges) < len(formula.operands) or cell.output != node.outputs[0].name:
        return None
    named = zip(formula.operands, edges, strict=False)
    terms = [cell.term(name, edge, cell.broadcast(edge)) for name, edge in named]
    return _worked_out(cell, formula, terms)


def _worked_out(cell: Cell, formula: Formula, terms: Sequence[Term]) -> CellLedger:
    own = [
        Term(name, _attribute(cell.node, parameter.attributes, parameter.default))
        for name, parameter in formula.parameters.items()
        if all(name != term.name for term in terms)
    ]
    given: dict[str, Number] = {term.name: np.float64(term.value) for term in (*terms, *own)}
    with np.errstate(all="ignore"):
        value = formula.value(*(given[name] for name in (*formula.operands, *formula.parameters)))
    if cell.node.op == "Div" and not cell.tensor_of(cell.output).is_floating_point():
        value = np.trunc(value)
    return CellLedger(formula.text, [*terms, *own], [], float(value))


def _attribute(node: Node, names: Sequence[str], default: float) -> float:
    return float(next((node.attributes[name] for name in names if name in node.attributes), default))


def _normalized(cell: Cell) -> CellLedger | None:
    """By the statistics that come with the model; what is normalised by its own batch has others."""
    node = cell.node
    if node.attributes.get("training_mode") or node.attributes.get("spatial", 1) == 0:
        return None
    names: Sequence[str] = BATCH_NORM.operands[1:]
    if node.op != "BatchNormalization":
        names = [_TORCH_STATE[edge.rpartition(".")[2]] for edge in node.inputs[1:]]
    channel = (cell.index[1],)
    state = {name: cell.term(name, edge, channel) for name, edge in zip(names, node.inputs[1:5], strict=True)}
    if not {"μ", "σ²"} <= state.keys():
        return None
    neutral = [Term("γ", 1.0), Term("β", 0.0)]
    x = cell.term("x", node.inputs[0], cell.index)
    others = [term for term in neutral if term.name not in state]
    return _worked_out(cell, BATCH_NORM, [x, *state.values(), *others])


def _clamped(cell: Cell) -> CellLedger:
    """Clip's bounds are attributes or inputs, and each may be left out; ReLU6 has its own."""
    node = cell.node
    terms = [cell.term("x", node.inputs[0], cell.index)]
    if node.op == "ReLU6":
        terms += [Term("low", 0.0), Term("high", 6.0)]
    for name, edge in zip(("low", "high"), node.inputs[1:], strict=False):
        if edge:
            terms.append(cell.term(name, edge, (0,) * len(cell.shapes[edge])))
    ledger = _worked_out(cell, FORMULAS["Clip"], terms)
    if all(abs(term.value) <= _LARGEST for term in ledger.terms):
        return ledger
    # A bound that no number reaches is none.
    text = "{x}"
    for name, formula in (("low", "max({low}, {x})"), ("high", "min({high}, %s)")):
        if any(term.name == name and abs(term.value) <= _LARGEST for term in ledger.terms):
            text = formula % text if "%" in formula else formula
    kept = [term for term in ledger.terms if f"{{{term.name}}}" in text]
    return ledger._replace(formula=text, terms=kept)


# ONNX's own way to say "no bound" is the largest float32.
_LARGEST: Final = 3e38


def moved_from(cell: Cell) -> CellLedger | None:
    """Of operators that only move numbers: the cell that this one is, or a constant; None of others."""
    node = cell.node
    sources = cell_sources(node, cell.output, cell.shapes, cell.opset or 0, cell.tensor_of)
    if sources is None:
        return None
    for edge, cells in sources.items():
        if (flat := int(cells[cell.index])) >= 0:
            index = tuple(int(i) for i in np.unravel_index(flat, cell.shapes[edge]))
            term = cell.term("x", edge, index)
            return CellLedger("{x}", [term], [], term.value)
    name = node.inputs[2] if len(node.inputs) > 2 else ""
    fill = float(cell.tensor_of(name)) if node.op == "Pad" and name else _attribute(node, ("value",), 0.0)
    return CellLedger("{c}", [Term("c", fill)], [], fill)


def numbers(tensor: Tensor) -> list[float]:
    """As JSON has them."""
    values: list[float] = tensor.to(torch.float64).flatten().tolist()
    return values
