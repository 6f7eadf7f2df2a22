"""One window's numbers as a sentence: `Y[0, 0, 0] = (0·0 + 1·1) + (1·1 + 2·2) + 3 = 1 + 5 + 3 = 9`."""

from __future__ import annotations

from torch import Tensor

from app.conv.ledger import Ledger, kernel_slices
from app.conv.operation import MaxPool2d
from app.lessons.layer_text import index_text
from app.lessons.lesson_texts import number
from app.lessons.misconceptions import Cell, ledger_at
from app.scenes.scene import Scene


def ledger_sentence(scene: Scene, cell: Cell) -> str:
    """How an output cell comes about, with all its terms; padding counts as 0."""
    numbers = ledger_at(scene, cell)
    name = f"Y[{index_text(scene.plan, cell)}]"
    return " = ".join([name, *_readings(scene, cell, numbers), number(float(numbers.outputs[0]))])


def _readings(scene: Scene, cell: Cell, numbers: Ledger) -> list[str]:
    """The same number, the terms written out and then summed up."""
    if scene.weight is None:
        return [_pooled(scene, cell, numbers)]
    patches, slices = numbers.patches[0], kernel_slices(scene.plan, scene.weight, cell[0])
    channels = [_terms(patch, kernel) for patch, kernel in zip(patches, slices, strict=True)]
    sums = [_signed(float(value)) for value in numbers.channel_sums[0]]
    bias = [] if scene.bias is None else [_signed(float(numbers.bias))]
    if len(sums) + len(bias) == 1:
        return [channels[0]]
    return [" + ".join([*(f"({terms})" for terms in channels), *bias]), " + ".join([*sums, *bias])]


def _terms(patch: Tensor, kernel: Tensor) -> str:
    pairs = zip(patch.flatten().tolist(), kernel.flatten().tolist(), strict=True)
    return " + ".join(f"{_signed(x)}·{_signed(w)}" for x, w in pairs)


def _pooled(scene: Scene, cell: Cell, numbers: Ledger) -> str:
    rows, cols = numbers.input_rows[0].tolist(), numbers.input_cols[0].tolist()
    read = [number(float(scene.input[cell[0], r, c])) for r in rows for c in cols if min(r, c) >= 0]
    if isinstance(scene.plan.operation, MaxPool2d):
        return f"max({', '.join(read)})"
    return f"({' + '.join(read)}) / {len(rows) * len(cols)}"


def _signed(value: float) -> str:
    """In brackets where a sign would follow another."""
    return f"({number(value)})" if value < 0 else number(value)
