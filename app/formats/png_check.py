"""Finds damage in a PNG that Pillow overlooks: cut files, wrong checksums, missing rows (ISO/IEC 15948)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from app.conv.errors import ConvError

_SIGNATURE_BYTES: Final = 8
# Samples per pixel by colour type (11.2.2).
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Adam7: first column and row of each pass, and the steps between its columns and rows (8.2).
_PASSES: Final = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
_PIECE_BYTES: Final = 1 << 20
# Chunks that a decoder has to know (5.4); IEND ends them.
_CRITICAL: Final = (b"IHDR", b"PLTE", b"IDAT")
_PALETTE: Final = 3


class _Chunk(NamedTuple):
    kind: bytes
    content: memoryview


def check_png(data: bytes, at: str) -> None:
    """Raise ConvError unless all chunks are there and whole, and the image data holds all rows."""
    chunks = list(_chunks(data, at))
    expected = _image_bytes(chunks[0].content) if chunks and chunks[0].kind == b"IHDR" else None
    if expected is None:
        raise ConvError("picture_not_whole", at)
    _check_critical([chunk.kind for chunk in chunks], chunks[0].content[9] == _PALETTE, at)
    length, is_whole = _inflated((chunk.content for chunk in chunks if chunk.kind == b"IDAT"), expected)
    if length < expected:
        raise ConvError("png_rows_missing", at, found=length, expected=expected)
    if not is_whole:
        raise ConvError("png_data_unfinished", at)


def palette_size(data: bytes) -> int:
    """The number of colours of a PNG that has been checked."""
    return next((len(chunk.content) // 3 for chunk in _chunks(data, "") if chunk.kind == b"PLTE"), 0)


def _check_critical(kinds: list[bytes], needs_palette: bool, at: str) -> None:
    """One header, at most one palette, before the image data (5.6)."""
    seen: set[bytes] = set()
    for kind in kinds:
        is_critical = not kind[0] & 0x20
        is_late = kind == b"PLTE" and b"IDAT" in seen
        if is_critical and (kind not in _CRITICAL or is_late or (kind in seen and kind != b"IDAT")):
            raise ConvError("png_chunk_misplaced", at, chunk=kind.decode("latin-1"))
        seen.add(kind)
    if needs_palette and b"PLTE" not in seen:
        raise ConvError("png_palette_missing", at)


def _chunks(data: bytes, at: str) -> Iterator[_Chunk]:
    """The chunks up to IEND."""
    view, start = memoryview(data), _SIGNATURE_BYTES
    while True:
        length, kind = int.from_bytes(view[start : start + 4]), bytes(view[start + 4 : start + 8])
        end = start + 8 + length
        if end + 4 > len(data):
            raise ConvError("png_cut", at)
        if zlib.crc32(view[start + 4 : end]) != int.from_bytes(view[end : end + 4]):
            raise ConvError("png_wrong_checksum", at, chunk=kind.decode("latin-1"))
        if kind == b"IEND":
            return
        yield _Chunk(kind, view[start + 8 : end])
        start = end + 4


def _image_bytes(header: memoryview) -> int | None:
    """The bytes of all filtered rows, or None for a header that is none."""
    if len(header) != 13 or header[9] not in _SAMPLES or header[10] or header[11] or header[12] > 1:
        return None
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    bits_per_pixel = header[8] * _SAMPLES[header[9]]
    passes = _PASSES if header[12] else ((0, 0, 1, 1),)
    return sum(
        _pass_bytes(len(range(x, width, dx)), len(range(y, height, dy)), bits_per_pixel)
        for x, y, dx, dy in passes
    )


def _pass_bytes(width: int, height: int, bits_per_pixel: int) -> int:
    """One filter byte a row, then its pixels; a pass without columns has no rows (8.2)."""
    return height * (1 + -(-width * bits_per_pixel // 8)) if width else 0


def _inflated(pieces: Iterable[memoryview], expected: int) -> tuple[int, bool]:
    """
    How many bytes the stream holds, counted up to a piece beyond `expected`, and whether it ends, with the
    checksum that zlib compares.
    """
    inflater, total = zlib.decompressobj(), 0
    for piece in pieces:
        rest: bytes | memoryview = piece
        while rest and not inflater.eof and total <= expected + _PIECE_BYTES:
            total += len(inflater.decompress(rest, _PIECE_BYTES))
            rest = inflater.unconsumed_tail
    return total, inflater.eof
