"""Times of several ways to do one thing, taken in turns, and tables of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

Work = Callable[[], Any]

ROUNDS = 15
ROUND_SECONDS = 0.02


def seconds(ways: Mapping[str, Work]) -> dict[str, float]:
    """
    The best time of one call of each way, in seconds. The ways take turns, so that a machine that slows
    down slows all of them down.
    """
    calls = {name: _calls_a_round(work) for name, work in ways.items()}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, work in ways.items():
            best[name] = min(best[name], _timed(work, calls[name]) / calls[name])
    return best


def _calls_a_round(work: Work) -> int:
    _timed(work, 1)
    return max(1, int(ROUND_SECONDS / max(_timed(work, 1), 1e-7)))


def _timed(work: Work, calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        work()
    return perf_counter() - start


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, ["-" * width for width in widths], *rows)
    ]
    return "\n".join((title, "", *lines, ""))


def shown(time: float) -> str:
    """1.23 µs, 45.6 µs, 789 µs, 1.23 ms, …"""
    for factor, unit in ((1e6, "µs"), (1e3, "ms"), (1, "s")):
        if time * factor < 1000 or unit == "s":
            value = time * factor
            return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    raise AssertionError
