"""How many cases a test tries: in every run what shows each pair of parameters, more by `make thorough`."""

from __future__ import annotations

import os

_TIMES = int(os.environ.get("CONVSCOPE_CASES_TIMES", "1"))


def cases(count: int) -> int:
    return count * _TIMES
