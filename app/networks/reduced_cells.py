"""Cells that are made from many: matrix products, softmax, means and the like, interpolation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Final

import torch

from app.networks.axis_taps import axis_taps
from app.networks.cell_ledger import Cell, CellLedger, Column, Index, Term, numbers
from app.networks.reduced_axes import reduced_axes

_GLOBAL: Final = {"GlobalAveragePool": "ReduceMean", "GlobalMaxPool": "ReduceMax"}
_MATRIX: Final = ("Gemm", "MatMul", "Linear")


def summed_from_many(cell: Cell) -> CellLedger | None:
    """None of operators that are none of these."""
    op = cell.node.op
    if op in _MATRIX:
        return _matrix_product(cell)
    if op in ("Softmax", "LogSoftmax"):
        return _softmax(cell)
    if (op := _GLOBAL.get(op, op)) in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"):
        return _reduced(cell, op)
    if op in ("Resize", "Upsample"):
        return _interpolated(cell)
    return None


def _picked(cell: Cell, name: str, edge: str, indices: Sequence[Index]) -> Column:
    tensor = cell.tensor_of(edge)
    places = tuple(torch.tensor(axis) for axis in zip(*indices, strict=True))
    return Column(name, numbers(tensor[places]), edge, list(indices))


def _total(values: Sequence[float]) -> float:
    return float(torch.tensor(values, dtype=torch.float64).sum())


def _matrix_product(cell: Cell) -> CellLedger:
    node, a = cell.node, cell.node.attributes
    left, right = node.inputs[:2]
    row, col = cell.index[:-1], cell.index[-1]
    if node.op == "MatMul":
        a_indices, b_indices = _matmul_indices(cell, left, right)
    else:
        depth = cell.shapes[left][0 if a.get("transA") else -1]
        cell.check_terms(depth)
        a_indices = [(k, *row) if a.get("transA") else (*row, k) for k in range(depth)]
        is_turned = node.op == "Linear" or bool(a.get("transB"))
        b_indices = [(col, k) if is_turned else (k, col) for k in range(depth)]
    x, w = _picked(cell, "x", left, a_indices), _picked(cell, "w", right, b_indices)
    products = [one * other for one, other in zip(x.values, w.values, strict=True)]
    total = _total(products)
    terms, formula, value = [Term("Σ x·w", total)], "{Σ x·w}", total
    if (alpha := float(a.get("alpha", 1))) != 1:
        terms.append(Term("α", alpha))
        formula, value = "{α}·{Σ x·w}", alpha * value
    if len(node.inputs) > 2 and node.inputs[2]:
        bias = cell.term("b", node.inputs[2], cell.broadcast(node.inputs[2]))
        beta = float(a.get("beta", 1))
        terms += [bias] if beta == 1 else [Term("β", beta), bias]
        formula, value = formula + (" + {b}" if beta == 1 else " + {β}·{b}"), value + beta * bias.value
    return CellLedger(formula, terms, [x, w, Column("x·w", products)], value)


def _matmul_indices(cell: Cell, left: str, right: str) -> tuple[list[Index], list[Index]]:
    """As numpy.matmul: an operand of one axis has no row or no column in the output."""
    one, other = cell.shapes[left], cell.shapes[right]
    index = cell.index
    col, index = (index[-1:], index[:-1]) if len(other) > 1 else ((), index)
    row, batch = (index[-1:], index[:-1]) if len(one) > 1 else ((), index)
    own = _broadcast(batch, one[:-2])
    others = _broadcast(batch, other[:-2])
    depth = one[-1]
    cell.check_terms(depth)
    return [(*own, *row, k) for k in range(depth)], [(*others, k, *col) for k in range(depth)]


def _broadcast(index: Index, shape: tuple[int, ...]) -> Index:
    own = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else i for i, size in zip(own, shape, strict=True))


def _softmax(cell: Cell) -> CellLedger:
    edge, index = cell.node.inputs[0], cell.index
    x = _picked(cell, "x", edge, _along(cell, index, _axes(cell)))
    values = torch.tensor(x.values, dtype=torch.float64)
    peak = int(values.argmax())
    shifted = values - values[peak]
    powers = shifted.exp()
    own = x.indices.index(index) if x.indices else 0
    terms = [
        Term("x", x.values[own], edge, index),
        Term("m", x.values[peak], edge, x.indices[peak] if x.indices else None),
        Term("Σ exp(xᵢ − m)", float(powers.sum())),
    ]
    columns = [x, Column("exp(xᵢ − m)", numbers(powers))]
    if cell.node.op == "LogSoftmax":
        value = float(shifted[own] - powers.sum().log())
        return CellLedger("{x} − {m} − ln({Σ exp(xᵢ − m)})", terms, columns, value)
    return CellLedger("exp({x} − {m})/{Σ exp(xᵢ − m)}", terms, columns, float(powers[own] / powers.sum()))


def _axes(cell: Cell) -> list[int]:
    shape = cell.shapes[cell.node.inputs[0]]
    return reduced_axes(cell.node, shape, cell.opset, cell.tensor_of) or []


def _along(cell: Cell, index: Index, axes: Sequence[int]) -> list[Index]:
    """All cells of the first operand that differ from one along these axes alone."""
    shape = cell.shapes[cell.node.inputs[0]]
    cell.check_terms(prod(shape[axis] for axis in axes))
    ranges = [range(size) if axis in axes else (index[axis],) for axis, size in enumerate(shape)]
    return list(product(*ranges))


def _reduced(cell: Cell, op: str) -> CellLedger | None:
    edge = cell.node.inputs[0]
    axes = _axes(cell)
    keeps = cell.node.op.startswith("Global") or cell.node.attributes.get("keepdims", 1)
    index: list[int] = list(cell.index)
    if not keeps:
        for axis in axes:
            index.insert(axis, 0)
    x = _picked(cell, "x", edge, _along(cell, tuple(index), axes))
    values = torch.tensor(x.values, dtype=torch.float64)
    if op in ("ReduceMax", "ReduceMin"):
        place = int(values.argmax() if op == "ReduceMax" else values.argmin())
        name = "max xᵢ" if op == "ReduceMax" else "min xᵢ"
        term = Term(name, x.values[place], edge, x.indices[place] if x.indices else None)
        return CellLedger(f"{{{name}}}", [term], [x], term.value)
    total = Term("Σ xᵢ", float(values.sum()))
    if op == "ReduceSum":
        return CellLedger("{Σ xᵢ}", [total], [x], total.value)
    count = Term("n", float(len(values)))
    return CellLedger("{Σ xᵢ}/{n}", [total, count], [x], total.value / count.value)


def _interpolated(cell: Cell) -> CellLedger | None:
    edge = cell.node.inputs[0]
    size, made = cell.shapes[edge], cell.shapes[cell.output]
    if (taps := axis_taps(cell.node, size, made, cell.opset or 0, cell.tensor_of)) is None:
        return None
    lines: list[list[tuple[int, float]]] = [
        [(int(c), float(w)) for c, w in zip(each.cells[i], each.weights[i], strict=True) if c >= 0]
        for each, i in zip(taps, cell.index, strict=True)
    ]
    read = list(product(*lines))
    x = _picked(cell, "x", edge, [tuple(cell_ for cell_, _ in each) for each in read])
    w = [prod(weight for _, weight in each) for each in read]
    products = [value * weight for value, weight in zip(x.values, w, strict=True)]
    total = Term("Σ x·w", _total(products))
    return CellLedger("{Σ x·w}", [total], [x, Column("w", w), Column("x·w", products)], total.value)
