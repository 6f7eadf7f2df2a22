"""Python's own parser, for one thread at a time.

Before Python 3.12 two threads that build syntax trees at once may spoil each other's count of depth, and one
of them gets a SystemError (python/cpython#106905).
"""

from __future__ import annotations

from threading import Lock
from typing import Final

AST_LOCK: Final = Lock()
