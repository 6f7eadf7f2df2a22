"""The title that an address gives a scene."""

from __future__ import annotations

import re
from typing import Final

# Characters of the longest title; frontend/state/scene_origins.ts has the same.
_MOST: Final = 80
# Control characters, and those that no XML document may hold.
_SPACES: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def clean_title(text: str) -> str:
    """A title on one line, of bounded length; empty: there is none."""
    return _SPACES.sub(" ", text).strip()[:_MOST].strip()
