"""What a figure consists of, in units that become pixels or points: each template draws the same drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.services.figures.numbers import Number

Anchor = Literal["start", "middle", "end"]
# Tabular figures and letters are about so wide, in shares of the type's size; a Chinese character is square.
_NARROW: Final = 0.58
_FIRST_WIDE: Final = "\u2e80"


class Box(NamedTuple):
    """A cell of a grid, or a frame around several."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None
    stroke: str
    line_width: float = 1
    dashed: bool = False
    radius: float = 0


class Text(NamedTuple):
    """Runs of text in one line; y is the baseline."""

    x: float
    y: float
    runs: Sequence[str | Number]
    size: float
    color: str
    anchor: Anchor = "start"
    bold: bool = False


class Line(NamedTuple):
    """From point to point, or two points and a curve that leaves and arrives level; an arrow points right."""

    points: Sequence[tuple[float, float]]
    color: str
    width: float = 1
    arrow: bool = False
    curved: bool = False


class Tile(NamedTuple):
    """A plane in small: cells (rows, cols) are numbers of colours, GAP where there is none."""

    x: float
    y: float
    width: float
    height: float
    cells: NDArray[np.uint8]


class Sheet(NamedTuple):
    """Tiles beside each other, in the colours of one scale."""

    x: float
    y: float
    width: float
    height: float
    tiles: Sequence[Tile]
    colors: Sequence[str]


# The number after those of the colours of a scale.
GAP: Final = 127


@dataclass(slots=True)
class Drawing:
    """y grows downwards; `summary` says what is drawn, in one sentence, `description` how it comes about."""

    summary: str
    description: str
    background: str
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    width: float = 0
    height: float = 0


def text_width(text: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(1 if letter >= _FIRST_WIDE else _NARROW for letter in text)


def wrap(text: str, size: float, width: float) -> list[str]:
    """The lines of a text that are no wider than `width`, broken at spaces, or between Chinese characters."""
    lines, line = [], ""
    for word in _words(text):
        if line and text_width(line + word.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line else lines


def _words(text: str) -> list[str]:
    words = [""]
    for letter in text:
        words[-1] += letter
        if letter == " " or letter >= _FIRST_WIDE:
            words.append("")
    return words
