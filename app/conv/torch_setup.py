"""Threads and memory of torch, set once per process before its first tensor."""

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
    # Large results cost mostly page faults. With pages of 2 MiB instead of 4 KiB the channel sums of a
    # 64×56×56 → 64 layer take a third of the time. Torch reads this at its first large allocation.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """
    Keep up to 128 MiB of freed memory for reuse: the page faults of a page of steps take longer than
    computing it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc has it
        mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        mallopt(_M_TRIM_THRESHOLD, 128 << 20)
