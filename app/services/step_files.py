"""
Steps as one file, made in bounded memory: a column of it lies in one piece, so it is made column by column.

What several columns are made of is computed again for each of them, unless they are small enough to be kept
until it is their turn. That takes about twice the work of pages, and gives more than half their bytes a
second, since computing is a part of it; keeping all columns, in memory or on a disk, would take up to 16 GB
for a layer within the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import prod
from typing import Final, NamedTuple
from zipfile import ZipFile

import numpy as np
import torch
from torch import Tensor

from app.formats.safetensors import safetensors_layout
from app.services.pagination import FormsPage
from app.services.running.response_cache import Content

# Numbers that one piece is computed from: more would leave the processor's caches, fewer be all overhead.
_NUMBERS_PER_PIECE: Final = 2**19
# Bytes of the columns that are kept.
_MAX_KEPT: Final = 2**22


class Piece(NamedTuple):
    """The next bytes of a file, of so many steps, and what they cost; pieces are made one after the other."""

    cost: int
    steps: int
    content: Callable[[], Content]


class _ColumnMaker:
    """Makes the columns of the steps of a page, piece by piece."""

    def __init__(self, page: FormsPage) -> None:
        self._page, self.specs = page, page.column_specs
        self._kept: dict[str, Tensor] = {}
        self._kept_rows = range(0)
        sizes = {name: prod(shape) * dtype.itemsize for name, (dtype, shape) in self.specs.items()}
        room = _MAX_KEPT
        for name in sorted(sizes.keys() - page.without_sums, key=sizes.__getitem__):
            if (room := room - sizes[name]) >= 0:
                dtype, shape = self.specs[name]
                self._kept[name] = torch.empty(shape, dtype=dtype)

    def pieces(self, name: str, rows: range) -> Iterator[tuple[range, Piece]]:
        """Some rows of a column: the rows of each piece, and the piece."""
        numbers = self._page.numbers_behind(name)
        steps = max(1, _NUMBERS_PER_PIECE // numbers)
        for start in range(rows.start, rows.stop, steps):
            some = range(start, min(start + steps, rows.stop))
            yield some, Piece(len(some) * numbers, len(some), partial(self._content, name, some))

    def _content(self, name: str, rows: range) -> memoryview:
        is_there = rows.start >= self._kept_rows.start and rows.stop <= self._kept_rows.stop
        if name in self._kept and is_there:
            column = self._kept[name][rows.start : rows.stop]
        else:
            column = self._made(name, rows).to(self.specs[name][0])
        return np.ascontiguousarray(column.numpy()).data.cast("B")

    def _made(self, name: str, rows: range) -> Tensor:
        start = self._page.start
        page = self._page.moved(start + rows.start, start + rows.stop)
        if name in page.without_sums or rows.start != self._kept_rows.stop:
            return page.made([name])[name]
        made = page.made([name, *self._kept])
        for other, column in self._kept.items():
            column[rows.start : rows.stop] = made[other]
        self._kept_rows = range(self._kept_rows.start, rows.stop)
        return made[name]


class SafetensorsFile:
    """The steps of a page as one safetensors file, whole or a range of its bytes."""

    def __init__(self, page: FormsPage) -> None:
        self._columns = _ColumnMaker(page)
        self._head, self._places = safetensors_layout(self._columns.specs, page.metadata)
        self.length = max([len(self._head), *(stop for _, stop in self._places.values())])

    def pieces(self, first: int = 0, stop: int | None = None) -> Iterator[Piece]:
        """Bytes first … stop−1 (None: to the last); what comes before them is not computed."""
        stop = self.length if stop is None else stop
        if first < len(self._head):
            yield Piece(0, 0, lambda: self._head[first:stop])
        for name, (begin, end) in self._places.items():
            dtype, shape = self._columns.specs[name]
            row = prod(shape[1:]) * dtype.itemsize
            rows = range(max(0, first - begin) // row, max(0, -(-(min(end, stop) - begin) // row)))
            for some, piece in self._columns.pieces(name, rows):
                at = begin + some.start * row
                cut = slice(max(0, first - at), max(0, stop - at))
                yield piece._replace(content=partial(_cut, piece, cut))


def _cut(piece: Piece, part: slice) -> Content:
    return piece.content()[part]


def npz_pieces(page: FormsPage) -> Iterator[Piece]:
    """The steps of a page as one .npz archive, which numpy.load reads; its length is not known beforehand."""
    sink, columns = _Sink(), _ColumnMaker(page)
    with ZipFile(sink, "w") as archive:
        for name, (dtype, shape) in columns.specs.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                descr = np.lib.format.dtype_to_descr(torch.empty(0, dtype=dtype).numpy().dtype)
                header = {"descr": descr, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(member, header)
                for _, piece in columns.pieces(name, range(shape[0])):

                    def content(piece: Piece = piece) -> Content:
                        member.write(piece.content())
                        return sink.take()

                    yield piece._replace(content=content)
    yield Piece(0, 0, sink.take)


class _Sink:
    """A file to write to, out of which what was written is taken as it comes."""

    def __init__(self) -> None:
        self._written: list[Content] = []

    def write(self, content: Content, /) -> int:
        self._written.append(content)
        return len(content)

    def flush(self) -> None:
        """A file has it."""

    def close(self) -> None:
        """A file has it."""

    def take(self) -> Content:
        taken, self._written = self._written, []
        return taken[0] if len(taken) == 1 else b"".join(taken)
