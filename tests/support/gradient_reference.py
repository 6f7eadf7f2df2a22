"""What gradients are held against: torch.autograd in float64, and sums over index maps in plain Python."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from tests.support.random_layers import Layer
from tests.support.reference import Table, counts, kernel_of, tap_table, torch_output

Planes = list[list[list[float]]]


class Reference(NamedTuple):
    """Gradients to input, weight and bias; None for what the layer has not."""

    input: Tensor
    weight: Tensor | None
    bias: Tensor | None


def by_autograd(layer: Layer, upstream: Tensor) -> Reference | None:
    """In float64; None for the extensions that torch has no operator for."""
    x, weight, bias = (
        None if tensor is None else tensor.detach().double().requires_grad_()
        for tensor in (layer.x, layer.weight, layer.bias)
    )
    assert x is not None
    output = torch_output(replace(layer, x=x, weight=weight, bias=bias))
    if output is None:
        return None
    given = [tensor for tensor in (x, weight, bias) if tensor is not None]
    found = iter(torch.autograd.grad(output, given, upstream.double()))
    return Reference(
        next(found), None if weight is None else next(found), None if bias is None else next(found)
    )


def magnitudes(layer: Layer, upstream: Tensor) -> Reference:
    """The sums of the terms' magnitudes, to measure rounding by. Of a maximum the same cells win."""
    positive = layer
    if layer.weight is not None:
        positive = replace(layer, x=layer.x.abs(), weight=layer.weight.abs())
    return by_autograd(positive, upstream.abs()) or by_loops(positive, upstream.abs())


def by_loops(layer: Layer, upstream: Tensor) -> Reference:
    """Every window scatters its upstream over what it read; integers of Python, exact for int32."""
    shape, (kernel_height, kernel_width) = upstream.shape, kernel_of(layer)
    rows, cols = tap_table(layer, 0, shape[1]), tap_table(layer, 1, shape[2])
    x, above = layer.x.tolist(), upstream.tolist()
    to_input = [[[0.0] * layer.x.shape[2] for _ in range(layer.x.shape[1])] for _ in x]
    if layer.weight is None:
        _scatter_pooled(layer, rows, cols, above, to_input)
        return Reference(torch.tensor(to_input, dtype=torch.float64), None, None)
    weight = layer.weight.tolist()
    to_weight = torch.zeros_like(layer.weight, dtype=torch.float64).tolist()
    per_in, per_out = len(x) // layer.p.groups, len(above) // layer.p.groups
    for o, plane in enumerate(above):
        for c in range(o // per_out * per_in, (o // per_out + 1) * per_in):
            first, second = (c, o % per_out) if layer.family == "conv_transpose" else (o, c % per_in)
            own, total = weight[first][second], to_weight[first][second]
            for u in range(kernel_height):
                for v in range(kernel_width):
                    for i, line in enumerate(plane):
                        for j, value in enumerate(line):
                            r, k = rows[i][u], cols[j][v]
                            if r >= 0 and k >= 0:
                                to_input[c][r][k] += own[u][v] * value
                                total[u][v] += x[c][r][k] * value
    bias = None if layer.bias is None else torch.tensor([sum(map(sum, plane)) for plane in above]).double()
    return Reference(torch.tensor(to_input, dtype=torch.float64), torch.tensor(to_weight).double(), bias)


def _scatter_pooled(layer: Layer, rows: Table, cols: Table, above: Planes, to_input: Planes) -> None:
    x = layer.x.tolist()
    if layer.family == "avg_pool":
        down, across = counts(layer, 0, len(rows)), counts(layer, 1, len(cols))
    for c, plane in enumerate(above):
        for i, line in enumerate(plane):
            for j, value in enumerate(line):
                there = [(r, k) for r in rows[i] for k in cols[j] if r >= 0 and k >= 0]
                if layer.family == "max_pool":
                    r, k = max(there, key=lambda cell: x[c][cell[0]][cell[1]])  # the first
                    to_input[c][r][k] += value
                    continue
                for r, k in there:
                    to_input[c][r][k] += value / (down[i] * across[j])
