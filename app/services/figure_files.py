"""Figures as files: a drawing as SVG, or as TeX code for TikZ, from templates."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.services.figure_drawing import Drawing
from app.settings import TEMPLATES

_DIRECTORY: Final = TEMPLATES / "figures"
_SVG: Final = Environment(
    loader=FileSystemLoader(_DIRECTORY),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# What stands for the characters that TeX reads as commands, and for signs its text fonts lack.
_SPECIAL: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "\u00d7": r"$\times$",
    "\u2192": r"$\to$", "\u2212": r"$-$", "\u00b7": r"$\cdot$", "\u2013": "--",
}  # fmt: skip


def escape_tex(text: str) -> str:
    """Text that TeX prints as it stands; line breaks become spaces, so that a comment stays one."""
    return "".join(_SPECIAL.get(letter, letter) for letter in re.sub(r"\s", " ", text))


# TeX has braces of its own.
_TEX: Final = Environment(
    loader=FileSystemLoader(_DIRECTORY),
    block_start_string="((*",
    block_end_string="*))",
    variable_start_string="(((",
    variable_end_string=")))",
    comment_start_string="((#",
    comment_end_string="#))",
    finalize=lambda value: escape_tex(str(value)),
    autoescape=False,  # noqa: S701 - it would escape for HTML; `finalize` escapes for TeX
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def to_svg(drawing: Drawing, language: str, width: int | None) -> bytes:
    """An SVG file; `width` in pixels, None: as drawn."""
    scale = 1 if width is None else width / drawing.width
    size = {"width": round(drawing.width * scale, 2), "height": round(drawing.height * scale, 2)}
    return _SVG.get_template("window.svg").render(drawing=drawing, language=language, **size).encode()


def to_tex(drawing: Drawing, language: str, width: int | None) -> bytes:
    """A TeX document of its own; `width` in points, None: as drawn."""
    scale = 1 if width is None else width / drawing.width
    used = {drawing.background, *(text.color for text in drawing.texts)}
    used |= {color for box in drawing.boxes for color in (box.fill, box.stroke) if color is not None}
    template = _TEX.get_template("window.tex")
    return template.render(drawing=drawing, language=language, scale=scale, colors=sorted(used)).encode()
