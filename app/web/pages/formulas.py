"""Formulas of the pages: LaTeX becomes MathML, which browsers draw without a script."""

from __future__ import annotations

from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import Markup


@lru_cache(maxsize=1024)
def formula(latex: str, *, block: bool = False) -> Markup:
    """latex: from files of ours. The MathML element, with the LaTeX as its alternative text."""
    # Formulas come with the program, never from a request.
    return Markup(convert(latex, display="block" if block else "inline"))  # noqa: S704
