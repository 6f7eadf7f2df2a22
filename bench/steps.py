"""What a step of the ledger costs in a small picture and in a large one: it should not matter."""

from __future__ import annotations

from itertools import cycle

import torch

from app.conv.ledger import ledger
from app.conv.operation import Conv2d, Padding, plan
from app.conv.taps import taps
from bench.measure import Work, seconds, shown, table

SIDES = (32, 2048)
OUT_CHANNELS, KERNEL = 16, 3


def run() -> str:
    rows = []
    for windows in (1, 100):
        times = seconds({str(side): _steps(side, windows) for side in SIDES})
        small, large = (times[str(side)] for side in SIDES)
        rows.append([f"{windows} windows", shown(small), shown(large), f"{large / small:.2f}×"])
    times = seconds({str(side): _taps(side) for side in SIDES})
    rows.append(["tap table, once a scene", *(shown(times[str(side)]) for side in SIDES), ""])
    head = ("steps of 16 filters of 3×3", *(f"3×{side}×{side}" for side in SIDES), "large/small")
    return table("Steps of the ledger, float32, one torch thread", head, rows)


def _steps(side: int, windows: int) -> Work:
    """Another place of the picture at each call, so that nothing stays in the processor's caches for it."""
    x, weight = torch.randn(3, side, side), torch.randn(OUT_CHANNELS, 3, KERNEL, KERNEL)
    layer = plan(Conv2d(padding=Padding(1, 1, 1, 1)), tuple(x.shape), tuple(weight.shape))
    table_ = taps(layer)
    starts = cycle(torch.randint(layer.windows - windows, (997,)).tolist())

    def work() -> object:
        start = next(starts)
        return ledger(layer, table_, x, weight, None, start % OUT_CHANNELS, start, start + windows)

    return work


def _taps(side: int) -> Work:
    layer = plan(Conv2d(padding=Padding(1, 1, 1, 1)), (3, side, side), (OUT_CHANNELS, 3, KERNEL, KERNEL))
    return lambda: taps(layer)
