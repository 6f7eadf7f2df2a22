"""The tap tables the other way round: which output cells read an input cell, through which kernel cell."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from app.conv.taps import NONE, TapTable


@dataclass(frozen=True, slots=True)
class InverseAxis:
    """
    One axis, as taps in the order of what they read. `keys`: input cell · kernel + kernel cell, ascending;
    `outputs`: the output cells of these taps, ascending for equal keys. `max_outputs`: how many taps
    share a key at most, but at least 1. Only padding that borrows cells lets more than one do so.
    """

    kernel: int
    keys: Tensor
    outputs: Tensor
    max_outputs: int

    def lists(self, cells: range) -> Tensor:
        """(len(cells), kernel, max_outputs): the output cells that read each input cell, then NONE."""
        wanted = torch.arange(cells.start * self.kernel, cells.stop * self.kernel)
        first = torch.searchsorted(self.keys, wanted)
        end = torch.searchsorted(self.keys, wanted, right=True)
        places = first[:, None] + torch.arange(self.max_outputs)
        absent = places >= end[:, None]
        if not len(self.outputs):
            return torch.full((len(cells), self.kernel, self.max_outputs), NONE)
        lists = self.outputs[places.masked_fill(absent, 0)].masked_fill(absent, NONE)
        return lists.view(len(cells), self.kernel, self.max_outputs)

    def taps(self, cells: range) -> tuple[Tensor, Tensor]:
        """The taps that read these cells: the output cells, and for each the place in (cells, kernel)."""
        bounds = torch.tensor([cells.start * self.kernel, cells.stop * self.kernel])
        start, stop = torch.searchsorted(self.keys, bounds).tolist()
        return self.outputs[start:stop], self.keys[start:stop] - cells.start * self.kernel


@dataclass(frozen=True, slots=True)
class InverseTaps:
    """The taps of a layer, sorted by the input row or column that they read."""

    rows: InverseAxis
    cols: InverseAxis


def inverse_taps(taps: TapTable) -> InverseTaps:
    """The inverse taps of a layer; time and memory as the tap table, but for a logarithm."""
    return InverseTaps(_inverse_axis(taps.rows), _inverse_axis(taps.cols))


def _inverse_axis(table: Tensor) -> InverseAxis:
    kernel = table.shape[1]
    outputs, cells = (table != NONE).nonzero(as_tuple=True)
    keys, order = torch.sort(table[outputs, cells] * kernel + cells, stable=True)
    counts = torch.unique_consecutive(keys, return_counts=True)[1]
    max_outputs = int(counts.max()) if len(counts) else 1
    return InverseAxis(kernel, keys, outputs[order], max_outputs)
