"""How torch uses the machine, chosen once for a process, before its first tensor."""

from __future__ import annotations

import os

import torch


def prepare() -> None:
    """One thread a computation, and large pages for large tensors."""
    # With torch's default, two workers on two cores fight each other for them (measured: 1,670 small
    # convolutions a second against 237,652), and the pool runs layers side by side.
    torch.set_num_threads(1)
    # Most of what a large result costs is the system's making its pages. With 2 MiB each instead of 4 KiB the
    # channel sums of a 64×56×56 → 64 layer take a third. Torch reads this at its first large allocation.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
