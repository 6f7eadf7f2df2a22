"""How torch uses the machine, chosen once for a process, before its first tensor."""

from __future__ import annotations

import ctypes
import os
from typing import Final

import torch

# malloc.h
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def prepare() -> None:
    """One thread a computation, and large pages for large tensors."""
    # With torch's default, two workers on two cores fight each other for them (measured: 1,670 small
    # convolutions a second against 237,652), and the pool runs layers side by side.
    torch.set_num_threads(1)
    # Most of what a large result costs is the system's making its pages. With 2 MiB each instead of 4 KiB the
    # channel sums of a 64×56×56 → 64 layer take a third. Torch reads this at its first large allocation.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """
    Up to 128 MiB that are free are used again instead of given back. Having the system make the pages of a
    page of steps anew takes longer than to compute it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc has it
        mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        mallopt(_M_TRIM_THRESHOLD, 128 << 20)
