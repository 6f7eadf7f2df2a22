"""Where the columns of a network's figure lie, in rows that wrap as lines of text do, and the lines there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import Final, NamedTuple

from app.services.networks.figure_columns import Columns

WIDTH: Final = 168.0
_COLUMN_GAP: Final = 40.0
_NODE_GAP: Final = 14.0
LANE_HEIGHT: Final = 10.0
_TRACK: Final = 6.0
_ROW_GAP: Final = 30.0
_RATIO: Final = 1.6

Point = tuple[float, float]


class Place(NamedTuple):
    """A node's or a lane's: its upper left corner and its height."""

    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


class Route(NamedTuple):
    """A line; level: it curves from one place to the next. arrow: it ends at a node."""

    points: Sequence[Point]
    arrow: bool
    level: bool


class Rows(NamedTuple):
    """
    places: of the items of each column. row_ends: of each column that a row ends with and goes on from, the y
    below that row. side: the x of the first column.
    """

    places: list[list[Place]]
    row_ends: dict[int, float]
    side: float
    width: float
    bottom: float


def lay_rows(columns: Columns, heights: Sequence[Sequence[float]], margin: float, top: float) -> Rows:
    """heights: of the items of each column."""
    highest = [sum(column) + _NODE_GAP * (len(column) - 1) for column in heights]
    count = _columns_of_a_row(highest)
    rows = [range(start, min(start + count, len(heights))) for start in range(0, len(heights), count)]
    tracks = [_tracks(columns, row[-1]) for row in rows]
    side = margin + (max(tracks) * _TRACK + _COLUMN_GAP / 2 if len(rows) > 1 else 0)
    places: list[list[Place]] = []
    row_ends: dict[int, float] = {}
    y = bottom = top
    for row, crossing in zip(rows, tracks, strict=True):
        height = max(highest[k] for k in row)
        for i, k in enumerate(row):
            x = side + i * (WIDTH + _COLUMN_GAP)
            places.append(_stacked(x, y + (height - highest[k]) / 2, heights[k]))
        bottom = y + height
        if crossing:
            row_ends[row[-1]] = bottom
        y = bottom + _ROW_GAP + crossing * _TRACK
    width = 2 * side + min(count, len(heights)) * (WIDTH + _COLUMN_GAP) - _COLUMN_GAP
    return Rows(places, row_ends, side, width, bottom)


def routes(columns: Columns, rows: Rows) -> Iterator[Route]:
    """Every line, those of lanes too."""
    for column, places in zip(columns.items, rows.places, strict=True):
        for item, place in zip(column, places, strict=True):
            if item.node is None:
                yield Route([(place.x, place.middle), (place.x + WIDTH, place.middle)], False, False)
    for k, hops in enumerate(columns.hops):
        tracks = {start: i * _TRACK for i, start in enumerate(sorted({hop.start for hop in hops}))}
        for start, end in hops:
            source, target = rows.places[k][start], rows.places[k + 1][end]
            arrow = columns.items[k + 1][end].node is not None
            begin, goal = (source.x + WIDTH, source.middle), (target.x, target.middle)
            if k in rows.row_ends:
                points = _around(begin, goal, rows.row_ends[k], tracks[start])
                yield Route(points, arrow, False)
            else:
                yield Route([begin, goal], arrow, True)


def _around(begin: Point, goal: Point, bottom: float, track: float) -> list[Point]:
    """From the end of a row to the beginning of the next, beside and below all that stands there."""
    right, below, left = begin[0] + 10 + track, bottom + 14 + track, goal[0] - 14 - track
    return [begin, (right, begin[1]), (right, below), (left, below), (left, goal[1]), goal]


def _tracks(columns: Columns, column: int) -> int:
    """How many lines lead on from a column, those of one edge together."""
    is_last = column >= len(columns.hops)
    return 0 if is_last else len({hop.start for hop in columns.hops[column]})


def _columns_of_a_row(heights: Sequence[float]) -> int:
    """With so many columns in each row the figure has the shape of a slide."""

    def unlikeness(count: int) -> float:
        rows = [max(heights[start : start + count]) for start in range(0, len(heights), count)]
        height = sum(rows) + _ROW_GAP * (len(rows) - 1)
        return abs(log(count * (WIDTH + _COLUMN_GAP) / height / _RATIO))

    return min(range(1, max(len(heights), 1) + 1), key=unlikeness)


def _stacked(x: float, y: float, heights: Sequence[float]) -> list[Place]:
    places = []
    for height in heights:
        places.append(Place(x, y, height))
        y += height + _NODE_GAP
    return places
