"""
tests/goldens/printed_ledgers.json: steps with the texts of their numbers, which figures and page print alike.

`python -m tests.support.ledger_goldens` writes it; tests of both languages hold it against their code.
"""

from __future__ import annotations

import json
import random
from itertools import accumulate
from pathlib import Path
from typing import Any

from convscope.printed_ledger import print_ledger

GOLDENS = Path(__file__).parent.parent / "goldens" / "printed_ledgers.json"
# The magnitudes of the products, and the bias in shares of them.
STEPS = [
    *[(1.0, 0.3), (0.001, 0.0), (1000.0, -0.5), (1.0, 0.0002), (1.0, 1e-9), (30.0, 2.0), (0.05, 0.01)],
    *[(1.0, 0.12345), (1.0, -0.98765), (30.0, 0.0123456), (0.05, 2.34567)],
]


def goldens() -> str:
    """One step a line."""
    choose = random.Random(7)
    lines = [json.dumps(_golden(choose, *each), ensure_ascii=False) for each in STEPS]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _golden(choose: random.Random, magnitude: float, share: float) -> dict[str, Any]:
    products = [[(choose.random() - 0.5) * magnitude for _ in range(9)] for _ in range(3)]
    sums = [sum(each) for each in products]
    running, bias = list(accumulate(sums)), share * magnitude
    output = running[-1] + bias
    printed = print_ledger([each for channel in products for each in channel], sums, running, bias, output)
    return {
        "products": products, "channel_sums": sums, "running_sums": running, "bias": bias, "output": output,
        "printed": {
            "products": [printed.products(c, each) for c, each in enumerate(products)],
            "sums": printed.sums, "running": printed.running, "bias": printed.bias, "output": printed.output,
        },
    }  # fmt: skip


if __name__ == "__main__":
    GOLDENS.write_text(goldens(), "utf-8")
