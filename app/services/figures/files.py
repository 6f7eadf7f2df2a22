"""Figures as files: a drawing as SVG, or as TeX code for TikZ, from templates."""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from app.services.figures.drawing import Drawing
from app.services.figures.pictures import sheet_runs, sheet_url
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
    "\\": r"$\backslash$", "{": r"$\{$", "}": r"$\}$", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "\u00d7": r"$\times$",
    "\u2192": r"$\to$", "\u2212": r"$-$", "\u00b7": r"$\cdot$", "\u2013": "--",
    "\u2026": r"\ldots{}", "\u2248": r"$\approx$", "\u00b0": r"$^\circ$", "\u00f7": r"$\div$",
    "<": "$<$", ">": "$>$", "|": "$|$",
}  # fmt: skip
# Letters that TeX prints: those of Latin 1, and with `ctex` those of Chinese.
_LATIN: Final = re.compile("[\x20-\x7e\xc0-\xff]")
_CHINESE: Final = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uff5e]")


def escape_tex(text: str, language: str) -> str:
    """
    Text that TeX prints as it stands, letters that its fonts lack by their numbers; line breaks become
    spaces, so that a comment stays one.
    """
    escaped = "".join(_escape_letter(letter, language) for letter in re.sub(r"\s", " ", text))
    # Two hyphens would become a dash.
    return re.sub("-(?=-)", "-{}", escaped)


def _escape_letter(letter: str, language: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    is_printed = _LATIN.fullmatch(letter) or (language == "zh-CN" and _CHINESE.fullmatch(letter))
    return letter if is_printed else f"U+{ord(letter):04X}"


@pass_context
def _escape_value(context: Context, value: object) -> str:
    return escape_tex(str(value), context["language"])


# TeX has braces of its own.
_TEX: Final = Environment(
    loader=FileSystemLoader(_DIRECTORY),
    block_start_string="((*",
    block_end_string="*))",
    variable_start_string="(((",
    variable_end_string=")))",
    comment_start_string="((#",
    comment_end_string="#))",
    finalize=_escape_value,
    autoescape=False,  # noqa: S701 - it would escape for HTML; `finalize` escapes for TeX
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def to_svg(drawing: Drawing, language: str, width: int | None) -> bytes:
    """An SVG file; `width` in pixels, None: as drawn."""
    scale = 1 if width is None else width / drawing.width
    size = {"width": round(drawing.width * scale, 2), "height": round(drawing.height * scale, 2)}
    pictures = [(sheet, sheet_url(sheet)) for sheet in drawing.sheets]
    context = {"drawing": drawing, "language": language, "pictures": pictures, **size}
    return _SVG.get_template("drawing.svg").render(context).encode()


def to_tex(drawing: Drawing, language: str, width: int | None) -> bytes:
    """A TeX document of its own; `width` in points, None: as drawn."""
    scale = 1 if width is None else width / drawing.width
    used = {drawing.background, *(text.color for text in drawing.texts)}
    used |= {color for box in drawing.boxes for color in (box.fill, box.stroke) if color is not None}
    used |= {line.color for line in drawing.lines}
    runs = [run for sheet in drawing.sheets for run in sheet_runs(sheet)]
    used |= {run.color for run in runs}
    context = {"drawing": drawing, "language": language, "scale": scale, "runs": runs, "colors": sorted(used)}
    return _TEX.get_template("drawing.tex").render(context).encode()
