"""Damaged pictures are refused, as far as their format lets one see the damage; whole ones never are."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.conv.errors import ConvError
from app.formats.images import read_picture
from app.limits import Limits

LIMITS = Limits()
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MODES = ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"]


def read(data: bytes) -> np.ndarray:
    return read_picture(data, None, LIMITS, "/input").planes


def refusal(data: bytes) -> str:
    with pytest.raises(ConvError) as refused:
        read(data)
    assert refused.value.at == "/input"
    return refused.value.message.code


def picture(mode: str, width: int, height: int, form: str) -> bytes:
    values = np.arange(width * height * 3).reshape(height, width, 3) * 7 % 251
    image = Image.fromarray(values.astype(np.uint8))
    image = Image.fromarray(values[..., 0].astype(np.uint16) * 256) if mode == "I;16" else image.convert(mode)
    file = BytesIO()
    image.save(file, form)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def grey_png(values: np.ndarray, *, interlaced: bool, rows: int | None = None) -> bytes:
    """An 8-bit grey PNG, written here, of which only the first filtered rows are kept."""
    height, width = values.shape
    passes = [values]
    if interlaced:
        starts = [
            (0, 0, 8, 8),
            (0, 4, 8, 8),
            (4, 0, 8, 4),
            (0, 2, 4, 4),
            (2, 0, 4, 2),
            (0, 1, 2, 2),
            (1, 0, 2, 1),
        ]
        passes = [values[y::dy, x::dx] for y, x, dy, dx in starts]
    lines = [b"\0" + row.tobytes() for part in passes if part.shape[1] for row in part]
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, int(interlaced))
    image = zlib.compress(b"".join(lines[:rows]))
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", image) + chunk(b"IEND", b"")


@pytest.mark.safety(33)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (7, 9), (8, 8), (9, 5), (33, 17)])
def test_whole_pngs_are_read_and_cut_ones_are_not(mode: str, size: tuple[int, int]) -> None:
    data = picture(mode, *size, "PNG")
    assert read(data).shape[1:] == size[::-1]
    assert read(data + b"what follows the end").shape[1:] == size[::-1]
    for length in range(len(data) - 1, len(data) // 2, -3):
        assert refusal(data[:length]) in ("png_cut", "picture_unreadable", "picture_not_whole")


@pytest.mark.safety(33)
@given(st.integers(1, 20), st.integers(1, 20), st.booleans(), st.data())
def test_every_row_must_be_there(width: int, height: int, interlaced: bool, data: st.DataObject) -> None:
    values = (np.arange(width * height).reshape(height, width) * 5 % 256).astype(np.uint8)
    whole = read(grey_png(values, interlaced=interlaced))
    assert np.array_equal(np.rint(whole[0] * 255), values)
    rows = data.draw(st.integers(0, height - 1))
    assert refusal(grey_png(values, interlaced=interlaced, rows=rows)) == "png_rows_missing"


@pytest.mark.safety(33)
@given(st.data())
def test_no_changed_byte_passes_a_checksum(data: st.DataObject) -> None:
    png = bytearray(picture("RGB", 9, 7, "PNG"))
    place = data.draw(st.integers(len(SIGNATURE), len(png) - 1))
    png[place] ^= data.draw(st.integers(1, 255))
    refusal(bytes(png))


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_cut_jpeg_and_webp_are_refused(form: str) -> None:
    data = picture("RGB", 33, 17, form)
    for length in range(len(data) - 1, len(data) // 3, -5):
        refusal(data[:length])


def png(*chunks: bytes, header: tuple[int, ...] = (2, 2, 8, 0, 0, 0, 0)) -> bytes:
    return SIGNATURE + b"".join([chunk(b"IHDR", struct.pack(">IIBBBBB", *header)), *chunks])


ROWS = zlib.compress(b"\0\0\1" * 2)
IMAGE, PALETTE, END = chunk(b"IDAT", ROWS), chunk(b"PLTE", bytes(range(6))), chunk(b"IEND", b"")
INDEXED = (2, 2, 8, 3, 0, 0, 0)
DAMAGED = {
    "no palette": (png(IMAGE, END, header=INDEXED), "png_palette_missing"),
    "a palette that is too short": (
        png(chunk(b"PLTE", bytes(3)), IMAGE, END, header=INDEXED),
        "png_colour_missing",
    ),
    "a palette after the image": (png(IMAGE, PALETTE, END, header=INDEXED), "png_chunk_misplaced"),
    "two palettes": (png(PALETTE, PALETTE, IMAGE, END, header=INDEXED), "png_chunk_misplaced"),
    "two headers": (
        png(chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)), IMAGE, END),
        "png_chunk_misplaced",
    ),
    "an unknown critical chunk": (png(chunk(b"ABCD", b""), IMAGE, END), "png_chunk_misplaced"),
    "no checksum of the data": (png(chunk(b"IDAT", ROWS[:-4]), END), "png_data_unfinished"),
    "a part of the checksum": (png(chunk(b"IDAT", ROWS[:-1]), END), "png_data_unfinished"),
    "a wrong checksum of the data": (png(chunk(b"IDAT", ROWS[:-1] + b"\7"), END), "picture_unreadable"),
    "another compression": (png(IMAGE, END, header=(2, 2, 8, 0, 1, 0, 0)), "picture_not_whole"),
    "another filter method": (png(IMAGE, END, header=(2, 2, 8, 0, 0, 1, 0)), "picture_not_whole"),
    "another interlacing": (png(IMAGE, END, header=(2, 2, 8, 0, 0, 0, 2)), "picture_not_whole"),
}


@pytest.mark.safety(33)
@pytest.mark.parametrize("name", DAMAGED)
def test_pngs_of_which_every_checksum_is_right(name: str) -> None:
    data, code = DAMAGED[name]
    assert refusal(data) == code


@pytest.mark.parametrize(
    "data",
    [
        png(IMAGE, END),
        png(PALETTE, IMAGE, END, header=INDEXED),
        png(chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", ROWS[:5]), chunk(b"IDAT", ROWS[5:]), END),
        png(chunk(b"abCd", b""), IMAGE, chunk(b"tIME", bytes(7)), END),
    ],
)
def test_what_a_png_may_have_beside(data: bytes) -> None:
    assert read(data).shape[1:] == (2, 2)
