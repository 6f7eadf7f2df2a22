"""
tests/goldens/printed_cells.json: grids with the texts of their numbers, which figures and page print alike.

`python -m tests.support.cell_goldens` writes it; tests of both languages hold it against their code.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from convscope.printed_cell import MAX_DECIMALS, cell_text, mark_rounded
from convscope.printed_ledger import decimals_for

GOLDENS = Path(__file__).parent.parent / "goldens" / "printed_cells.json"
GRIDS: list[list[float]] = [
    [3.5, 250, -0.4, 12.25, 0.05, 80, 7, 8, 9],
    [0.004, 120, 0.5, -0.003],
    [2e8, 1e-3, -1e-3, 0.5],
    # Two numbers are as near as one another.
    [0.125, -0.125, 2.375, -1.0625, 1.45, 0.0005, -0.0005],
    [1, -2, 0, 300],
    [1e-9, -3e-7, 0.25, 1e-5],
    [1e15, 2.5, -1e12, 0.001],
    [999.96, -1234567.5, 0.9996, 99.96, 0.00996],
]
ROOMS = [3, 4, 5, 7, 12]
DIGITS = 3


def goldens() -> str:
    """One grid a line."""
    choose = random.Random(7)
    mixed = [[choose.gauss(0, 1) * 10 ** choose.randint(-6, 4) for _ in range(9)] for _ in range(12)]
    lines = [json.dumps(_golden(grid), ensure_ascii=False) for grid in GRIDS + mixed]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _golden(values: list[float]) -> dict[str, Any]:
    decimals = decimals_for(values, DIGITS, MAX_DECIMALS)
    texts = {room: [cell_text(each, decimals, room) for each in values] for room in ROOMS}
    marks = [(value, printed) for value in values for printed in ("0", "\u22126", "0.0")]
    return {
        "values": values,
        "decimals": decimals,
        "texts": texts,
        "marked": [[value, printed, mark_rounded(value, printed, decimals)] for value, printed in marks],
    }


if __name__ == "__main__":
    GOLDENS.write_text(goldens(), "utf-8")
