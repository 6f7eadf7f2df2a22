"""
Small convolutions a second of two processes side by side, as two server workers are: with torch's default
of one thread a core, and with one thread each.

A worker's threads help nobody: while one worker's threads wait for each other at the end of each small
operator, the other worker's hold the cores. So the server asks for one (app/conv/runtime.py), takes its
parallelism from its workers and from its pool, and the other tables here are made with one thread too.
"""

from __future__ import annotations

import subprocess
import sys

from bench.measure import table

WORKER = """
import sys, time, torch
threads, side = int(sys.argv[1]), int(sys.argv[2])
if threads: torch.set_num_threads(threads)
x, weight = torch.randn(1, 16, side, side), torch.randn(16, 16, 3, 3)
for _ in range(3): torch.nn.functional.conv2d(x, weight)
print("ready", flush=True); sys.stdin.readline()
done, end = 0, time.perf_counter() + 2
while time.perf_counter() < end:
    torch.nn.functional.conv2d(x, weight); done += 1
print(done / 2)
"""


def run() -> str:
    rows = []
    for side in (8, 32, 128):
        default, one = (_rate(threads, side) for threads in (0, 1))
        rows.append(
            [f"16×{side}×{side} → 16, 3×3", f"{default:,.0f}/s", f"{one:,.0f}/s", f"{one / default:.1f}×"]
        )
    head = ("two processes", "torch's default", "one thread each", "gain")
    return table("Threads: why every process has one torch thread", head, rows)


def _rate(threads: int, side: int) -> float:
    command = [sys.executable, "-c", WORKER, str(threads), str(side)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    return sum(float(worker.communicate("go\n")[0]) for worker in workers)
