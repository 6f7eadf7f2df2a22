"""Pictures, .npy and .safetensors, held against what their bytes mean."""

from __future__ import annotations

import contextlib
import io
import json
import pickle  # noqa: TID251
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from PIL import Image

from app.conv.errors import ConvError
from app.formats.file_types import TensorFile, UnsupportedFile, bias_beside_weight, read_tensor
from app.limits import LimitExceeded, Limits
from tests.formats.test_npz import REFUSED as REFUSED_ARCHIVES
from tests.support.refusals import refuses, sentence

LIMITS = Limits()
Pixels = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(1)
COLOURS = RANDOM.integers(0, 256, (6, 9, 3), np.uint8)


def read(data: bytes, dtype: str = "float64", limits: Limits = LIMITS, **asked: Any) -> torch.Tensor:
    return read_tensor(TensorFile(data, **asked), "input", dtype, limits).tensor


def saved(picture: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def expect(data: bytes, pixels: Pixels, tolerance: float = 1e-7) -> None:
    """`pixels` are (H, W, C), 0...1."""
    found = read(data)
    assert found.shape == (pixels.shape[2], *pixels.shape[:2])
    np.testing.assert_allclose(found.numpy(), pixels.transpose(2, 0, 1), atol=tolerance, rtol=0)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    """A PNG written by hand."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def deep_png(values: Pixels, colour: int, extra: bytes = b"") -> bytes:
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(values.shape[1], values.shape[0], 16, colour, rows, extra)


@pytest.mark.safety(14)
class TestPictures:
    def test_colours(self) -> None:
        expect(saved(Image.fromarray(COLOURS)), COLOURS / 255)
        expect(saved(Image.fromarray(COLOURS), "WEBP", lossless=True), COLOURS / 255)

    def test_jpeg(self) -> None:
        smooth = np.linspace(0, 255, 32 * 32 * 3).reshape(32, 32, 3).astype(np.uint8)
        expect(saved(Image.fromarray(smooth), "JPEG", quality=100, subsampling=0), smooth / 255, 0.02)

    def test_grey_has_one_channel(self) -> None:
        grey = COLOURS[:, :, 0]
        for format in ("PNG", "JPEG"):
            tolerance = 1e-7 if format == "PNG" else 0.03
            expect(saved(Image.fromarray(grey), format, quality=100), grey[:, :, None] / 255, tolerance)

    def test_one_bit(self) -> None:
        bits = COLOURS[:, :, 0] > 128
        expect(saved(Image.fromarray(bits)), bits[:, :, None].astype(float))

    def test_palette(self) -> None:
        picture = Image.fromarray(COLOURS).quantize(8)
        expect(saved(picture), np.asarray(picture.convert("RGB")) / 255)

    def test_palette_with_transparency(self) -> None:
        palette = chunk(b"PLTE", bytes([255, 0, 0, 0, 0, 255])) + chunk(b"tRNS", bytes([0, 51]))
        data = png(2, 1, 8, 3, bytes([0, 0, 1]), palette)
        expect(data, np.array([[[1, 1, 1], [0.8, 0.8, 1]]]))

    def test_alpha_lies_over_white(self) -> None:
        alpha = RANDOM.integers(0, 256, (6, 9, 1), np.uint8)
        over = (COLOURS / 255) * (alpha / 255) + (1 - alpha / 255)
        picture = Image.fromarray(np.concatenate([COLOURS, alpha], 2))
        expect(saved(picture), over, 1e-6)
        expect(saved(picture, "WEBP", lossless=True, exact=True), over, 1e-6)

    def test_grey_with_alpha(self) -> None:
        both = np.concatenate([COLOURS[:, :, :1], COLOURS[:, :, 1:2]], 2)
        grey, alpha = both[:, :, :1] / 255, both[:, :, 1:] / 255
        expect(saved(Image.fromarray(both, "LA")), grey * alpha + 1 - alpha, 1e-6)

    def test_a_transparent_colour(self) -> None:
        data = png(2, 1, 8, 2, bytes([0, 1, 2, 3, 1, 2, 4]), chunk(b"tRNS", struct.pack(">3H", 1, 2, 3)))
        expect(data, np.array([[[1, 1, 1], [1 / 255, 2 / 255, 4 / 255]]]))

    def test_sixteen_bits_keep_all_their_bits(self) -> None:
        grey = RANDOM.integers(0, 65536, (4, 5, 1))
        expect(deep_png(grey, 0), grey / 65535, 1e-7)
        colours = RANDOM.integers(0, 65536, (4, 5, 3))
        expect(deep_png(colours, 2), colours / 65535, 1e-7)
        alpha = RANDOM.integers(0, 65536, (4, 5, 4))
        over = alpha[:, :, :3] / 65535 * alpha[:, :, 3:] / 65535 + 1 - alpha[:, :, 3:] / 65535
        expect(deep_png(alpha, 6), over, 1e-6)

    def test_sixteen_bits_that_are_refused(self) -> None:
        with refuses(ConvError, "16 bits with alpha"):
            read(deep_png(RANDOM.integers(0, 65536, (4, 5, 2)), 4))
        with refuses(ConvError, "transparent colour"):
            read(deep_png(np.zeros((1, 1, 1)), 0, chunk(b"tRNS", b"\0\0")))

    def test_cmyk(self) -> None:
        white, red = np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 4), np.uint8)
        red[:, :, 1:3] = 255
        for ink, colour in ((white, [1, 1, 1]), (red, [1, 0, 0])):
            data = saved(Image.fromarray(ink, "CMYK"), "JPEG", quality=100)
            expect(data, np.broadcast_to(np.array(colour, float), (8, 8, 3)), 0.02)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_pictures_are_upright(self, orientation: int, format: str) -> None:
        upright = np.zeros((16, 24), np.uint8)
        upright[:8, :8] = 255
        # What a camera writes for each orientation (EXIF 2.3, tag 0x0112).
        turned: dict[int, Callable[[Pixels], Pixels]] = {
            1: lambda p: p,
            2: lambda p: p[:, ::-1],
            3: lambda p: p[::-1, ::-1],
            4: lambda p: p[::-1],
            5: lambda p: p.T,
            6: lambda p: p.T[::-1],
            7: lambda p: p.T[::-1, ::-1],
            8: lambda p: p.T[:, ::-1],
        }
        exif = Image.Exif()
        exif[0x0112] = orientation
        pixels = np.ascontiguousarray(turned[orientation](upright))
        data = saved(Image.fromarray(pixels).convert("RGB"), format, exif=exif, quality=100)
        expect(data, np.repeat(upright[:, :, None] / 255, 3, 2), 0.05)

    def test_the_first_frame_of_an_animation(self) -> None:
        frames = [Image.fromarray(COLOURS), Image.fromarray(255 - COLOURS)]
        for format, options in (("PNG", {}), ("WEBP", {"lossless": True})):
            data = saved(frames[0], format, save_all=True, append_images=frames[1:], **options)
            expect(data, COLOURS / 255)

    def test_scaling_down_averages(self) -> None:
        board = np.indices((64, 64)).sum(0) % 2 * np.uint8(255)
        small = read(saved(Image.fromarray(board.astype(np.uint8))), size=(8, 8))
        assert small.shape == (1, 8, 8)
        assert torch.allclose(small[:, 2:-2, 2:-2], torch.tensor(0.5, dtype=torch.float64), atol=0.02)
        assert small.min() >= 0
        assert small.max() <= 1

    def test_size_is_height_then_width(self) -> None:
        assert read(saved(Image.fromarray(COLOURS)), size=(2, 4)).shape == (3, 2, 4)

    def test_profiles_and_texts_change_nothing(self) -> None:
        bomb = zlib.compress(b"\0" * 50_000_000)
        for extra in (chunk(b"zTXt", b"k\0\0" + bomb), chunk(b"iCCP", b"k\0\0" + bomb)):
            data = png(1, 1, 8, 0, b"\0\xff", extra)
            peak = memory(partial(attempt, data))
            assert peak < 20_000_000


def attempt(data: bytes, **asked: Any) -> None:
    """Read a file that may be refused, but in no other way than it should be."""
    with contextlib.suppress(ConvError, LimitExceeded, UnsupportedFile):
        read(data, **asked)


def memory(work: Callable[[], None]) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.safety(13)
class TestBrokenPictures:
    @pytest.mark.parametrize("side", [50_000, 13_000])
    def test_bombs_are_refused_by_their_header(self, side: int) -> None:
        for data in (
            png(side, side, 8, 2, b"\0" * 1000),
            saved(Image.new("RGB", (8, 8)), "JPEG").replace(
                b"\x00\x08\x00\x08\x03", struct.pack(">HH", side, side) + b"\x03"
            ),
        ):
            with refuses(LimitExceeded, f"{side * side:,} asked, max_picture_pixels"):
                read(data)

    def test_a_webp_bomb(self) -> None:
        data = saved(Image.new("RGB", (16_000, 8_000)), "WEBP", lossless=True)
        assert len(data) < 10_000
        with refuses(LimitExceeded, "max_picture_pixels"):
            read(data)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    def test_truncated(self, format: str) -> None:
        noise = Image.fromarray(RANDOM.integers(0, 256, (64, 64, 3), np.uint8))
        data = saved(noise, format)
        for kept in (20, len(data) // 4, len(data) // 2, len(data) * 3 // 4):
            with refuses(ConvError, "cannot be read|is cut off"):
                read(data[:kept])

    def test_fewer_rows_than_claimed(self) -> None:
        with refuses(ConvError, "its rows take 3,001,000 bytes, 100 are there"):
            read(png(1000, 1000, 8, 2, b"\0" * 100))

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
    def test_damaged_bytes_never_surprise(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        for format in ("JPEG", "PNG", "WEBP"):
            data = saved(Image.fromarray(COLOURS), format, exif=exif)
            for position in range(12, len(data), max(1, len(data) // 150)):
                for value in (0, 255, data[position] ^ 1):
                    attempt(data[:position] + bytes([value]) + data[position + 1 :])

    def test_too_many_scans(self) -> None:
        data = saved(Image.fromarray(COLOURS), "JPEG")
        with refuses(ConvError, "scans"):
            read(data + b"\xff\xda" * 200)

    def test_too_large_for_a_tensor_unless_scaled(self) -> None:
        data = saved(Image.new("RGB", (100, 100)))
        limits = Limits(max_tensor_elements=3000)
        with refuses(LimitExceeded, "30,000 asked, max_tensor_elements is 3,000"):
            read(data, limits=limits)
        assert read(data, limits=limits, size=(30, 30)).shape == (3, 30, 30)


def npy_bytes(array: Pixels, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_with(header: str, data: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    text = header.encode("latin-1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + data


def header(descr: str, shape: str, fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


@pytest.mark.safety(11)
class TestNpy:
    @pytest.mark.parametrize(
        "dtype",
        ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ">f4", ">f8", ">i2", ">u8"],
    )
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_every_type_and_order(self, dtype: str, order: Any) -> None:
        values = np.arange(24).reshape(2, 3, 4) % 2 if dtype == "?" else np.arange(24).reshape(2, 3, 4)
        found = read(npy_bytes(np.array(values, dtype, order=order)))
        assert torch.equal(found, torch.from_numpy(values.astype(float)))

    def test_no_sum_of_small_integers_wraps(self) -> None:
        found = read(npy_bytes(np.full((1, 1, 2), 200, np.uint8)), "int32")
        assert (found + found).tolist() == [[[400, 400]]]

    def test_float64_is_kept_or_rounded_as_asked(self) -> None:
        values = np.array([[[0.1, 1 / 3]]])
        assert read(npy_bytes(values)).tolist() == values.tolist()
        assert read(npy_bytes(values), "float32").tolist() == values.astype(np.float32).tolist()

    REFUSED: ClassVar[dict[str, tuple[bytes, str]]] = {
        "object": (npy_bytes(np.array([[[None]]], object), allow_pickle=True), "pickled objects"),
        "structured": (npy_with(header("[('a', '<f4')]", "(1,)"), b"\0" * 4), "real numbers"),
        "complex": (npy_bytes(np.zeros((1, 1, 1), complex)), "real numbers"),
        "text": (npy_bytes(np.array([[["x"]]])), "real numbers"),
        "dates": (npy_bytes(np.zeros((1, 1, 1), "M8[s]")), "real numbers"),
        "long double": (npy_bytes(np.zeros((1, 1, 1), np.longdouble)), "real numbers"),
        "10^12 elements": (
            npy_with(header("'<f4'", "(10000, 10000, 10000)"), b"\0" * 16),
            "4000000000000 bytes",
        ),
        "10^30 elements": (npy_with(header("'<f4'", f"({10**30},)")), "shape"),
        "long numbers": (npy_with(header("'<f4'", f"({10**4000}, {10**4000})")), "shape"),
        "many dimensions": (npy_with(header("'<f4'", "(" + "1," * 500 + ")"), b"0000"), "shape"),
        "negative": (npy_with(header("'<f4'", "(-1, 1, 1)"), b"\0" * 4), "shape|header"),
        "two negatives": (npy_with(header("'<f4'", "(-1, -1, 1)"), b"\0" * 4), "shape|header"),
        "short": (npy_bytes(np.zeros((2, 2, 2)))[:-1], "64 bytes, not 63"),
        "long": (npy_bytes(np.zeros((2, 2, 2))) + b"x", "64 bytes, not 65"),
        "no header": (b"\x93NUMPY", "header"),
        "unknown version": (npy_with(header("'<f4'", "(1,)"), b"0000", version=(9, 0)), "version 9.0, known"),
        "header of code": (npy_with("__import__('os').abort()"), "header"),
        "header of nested lists": (npy_with("[" * 9000), "header"),
        "header of digits": (npy_with(header("'<f4'", "9" * 9000)), "header"),
        "long header": (npy_with(" " * 60_000), "header"),
        "header over the end": (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{}", "header"),
        "header of nothing": (npy_with(""), "header"),
        "wrong keys": (npy_with("{'shape': (1,)}"), "header"),
        "boolean shape": (npy_with(header("'<f4'", "(True, 1, 1)"), b"\0" * 4), "header|shape|expected"),
        "unknown type": (npy_with(header("'nonsense'", "(1,)")), "holds nonsense, expected real numbers"),
        "void": (npy_with(header("'|V8'", "(1, 1, 1)"), b"\0" * 8), "real numbers"),
        "NaN": (npy_bytes(np.array([[[1, float("nan")]]])), "nan is not a number"),
        "infinity": (npy_bytes(np.array([[[float("inf")]]])), "inf is outside"),
    }

    @pytest.mark.parametrize("case", REFUSED)
    def test_refused(self, case: str) -> None:
        data, says = self.REFUSED[case]
        with refuses(ConvError, says) as caught:
            read(data)
        assert len(sentence(caught.value)) < 400
        assert memory(lambda: attempt(data)) < 8_000_000

    def test_a_value_that_the_type_cannot_hold_is_named(self) -> None:
        with refuses(ConvError, "outside the range of float32") as caught:
            read(npy_bytes(np.array([[[0, 1], [1e300, 2]]])), "float32")
        assert caught.value.at == "/input/0/1/0"
        for dtype in ("float32", "float64", "int32"):
            with refuses(ConvError, "nan is not a number"):
                read(npy_bytes(np.array([[[0, np.nan]]])), dtype)
        with refuses(ConvError, r"0\.5 is not an integer"):
            read(npy_bytes(np.array([[[0.5]]])), "int32")

    def test_an_empty_file_is_said_to_be_empty(self) -> None:
        with refuses(UnsupportedFile, "the file is empty"):
            read(b"")

    def test_other_files_by_this_name(self, tmp_path: Path) -> None:
        canary = tmp_path / "canary"

        class Evil:
            def __reduce__(self) -> tuple[Any, ...]:
                return (Path.touch, (canary,))

        torch.save({"x": torch.zeros(3)}, tmp_path / "x.pt")
        files = [
            (tmp_path / "x.pt").read_bytes(),
            pickle.dumps(Evil()),
            npy_bytes(np.array([Evil()], object), allow_pickle=True),
            npy_with(header("'|O'", "(1,)"), pickle.dumps([Evil()])),
            b"GIF89a" + b"\0" * 50,
            b"",
            b"\0",
            b"{}",
        ]
        for data in files:
            with pytest.raises((UnsupportedFile, ConvError)):
                read(data)
        assert not canary.exists()
        with refuses(UnsupportedFile, r"\.pt.*never"):
            read((tmp_path / "x.pt").read_bytes())


@pytest.mark.safety(11)
class TestNpyHeaders:
    """Headers as other versions and other programs write them."""

    X = np.arange(6, dtype="<f4").reshape(1, 2, 3)

    @pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
    def test_every_version_is_read(self, version: tuple[int, int]) -> None:
        file = io.BytesIO()
        np.lib.format.write_array(file, self.X, version=version)
        assert read(file.getvalue()).tolist() == self.X.tolist()

    @pytest.mark.parametrize(
        "version", [(0, 0), (0, 1), (1, 1), (1, 255), (2, 7), (3, 1), (4, 0), (255, 255)]
    )
    def test_no_other_version_is_read(self, version: tuple[int, int]) -> None:
        data = npy_bytes(self.X)
        with refuses(ConvError, rf"version {version[0]}\.{version[1]}, known are 1\.0, 2\.0, 3\.0"):
            read(data[:6] + bytes(version) + data[8:])

    @pytest.mark.parametrize(
        "text",
        [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }          \n",
            "{'shape':(1,2,3),'fortran_order':False,'descr':'<f4'}",
            '{"descr": "<f4", "fortran_order": False, "shape": (1, 2, 3)}',
            "{ 'fortran_order' : False ,\t'descr' : '<f4' , 'shape' : ( 1 , 2 , 3 , ) , } \n",
            "{'descr': 'f4', 'fortran_order': False, 'shape': (1, 2, 3)}",
        ],
    )
    def test_what_numpy_reads_is_read(self, text: str) -> None:
        data = npy_with(text, self.X.tobytes())
        assert np.lib.format.read_array(io.BytesIO(data)).tolist() == self.X.tolist()
        assert read(data).tolist() == self.X.tolist()

    @pytest.mark.parametrize("shape", ["(1L, 2L, 3L)", "(1, 2L, 3L)", "(1L,2L,3L,)"])
    def test_long_integers_of_python_2_without_a_warning(self, shape: str) -> None:
        """Here warnings are errors; NumPy's own reader warns."""
        data = npy_with(header("'<f4'", shape), self.X.tobytes())
        with pytest.warns(UserWarning, match="Python 2"):
            np.lib.format.read_array(io.BytesIO(data))
        assert read(data).tolist() == self.X.tolist()

    @pytest.mark.parametrize("escape", [r"\d", r"\777", "1if 1else 2"])
    def test_headers_that_python_warns_of(self, escape: str) -> None:
        with pytest.raises(ConvError):
            read(npy_with(header(f"'{escape}'", "(1,)"), b"\0" * 4))
        with pytest.raises(ConvError):
            read(npy_with(header("'<f4'", f"({escape},)"), b"\0" * 4))

    def test_names_of_version_3_are_utf_8(self) -> None:
        file = io.BytesIO()
        with pytest.warns(UserWarning, match="format 3.0"):
            np.save(file, np.zeros(1, [("温度", "<f4")]))
        with refuses(ConvError, r"holds \[\('温度', '<f4'\)\], expected real numbers"):
            read(file.getvalue())

    def test_no_header_takes_long(self) -> None:
        """Each part repeated until the header is full."""
        parts = ["[]", "'a':[],", " ", "(1,", "'", "{'descr': [", "1 ,", "'a':(1L,),", "\\'", "L"]
        started = time.process_time()
        for part in parts:
            for start in ("{", "{'descr': '<f4', 'fortran_order': False, 'shape': ("):
                with pytest.raises(ConvError):
                    read(npy_with((start + part * 10_000)[:10_000]))
        assert time.process_time() - started < 2


def tensors(**named: torch.Tensor) -> bytes:
    return safetensors.torch.save(named)


def raw(entries: dict[str, Any] | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(start: int, end: int, shape: list[int], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


@pytest.mark.safety(12)
class TestSafetensors:
    @pytest.mark.parametrize(
        "dtype",
        [
            torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32,
            torch.int64, torch.uint8, torch.uint16, torch.uint32, torch.uint64, torch.bool,
        ],
    )  # fmt: skip
    def test_every_type(self, dtype: torch.dtype) -> None:
        values = (torch.arange(6.0).reshape(1, 2, 3) % 2).to(dtype)
        assert torch.equal(read(tensors(x=values)), values.double())

    def test_bfloat16_is_exact(self) -> None:
        values = torch.randn(1, 4, 5).bfloat16()
        assert torch.equal(read(tensors(x=values)), values.double())

    def test_float8_is_refused(self) -> None:
        with refuses(ConvError, "F8_E4M3, expected one of F64"):
            read(tensors(x=torch.zeros(1, 1, 1).to(torch.float8_e4m3fn)))

    def test_picking(self) -> None:
        one, two = torch.ones(1, 1, 1), torch.full((1, 1, 1), 2.0)
        assert read(tensors(only=two)) == 2
        assert read(tensors(input=one, other=two)) == 1
        assert read(tensors(input=one, other=two), key="other") == 2
        with refuses(ConvError, "no tensor 'input'; input_key may be 'a', 'b'"):
            read(tensors(a=one, b=two))
        with refuses(ConvError, "no tensor 'c'"):
            read(tensors(a=one), key="c")

    def test_names_are_shown_short_and_few(self) -> None:
        many = {f"</script>\r\n{i}" + "x" * 500: torch.zeros(1) for i in range(100)}
        with refuses(ConvError, "and 80 more") as caught:
            read(tensors(**many))
        assert len(sentence(caught.value)) < 2000
        assert "\n" not in sentence(caught.value)

    F = b"\0" * 8
    REFUSED: ClassVar[dict[str, tuple[bytes, str]]] = {
        "overlap": (raw({"a": entry(0, 8, [2]), "b": entry(4, 8, [1])}, F), "cannot be read"),
        "hole": (raw({"a": entry(0, 2, [1], "F16"), "b": entry(4, 8, [1])}, F), "cannot be read"),
        "beyond the end": (raw({"a": entry(0, 800, [200])}, F), "cannot be read"),
        "backwards": (raw({"a": entry(8, 0, [2])}, F), "cannot be read"),
        "wrong size": (raw({"a": entry(0, 8, [3])}, F), "cannot be read"),
        "overflowing shape": (raw({"a": entry(0, 8, [2**40, 2**40])}, F), "cannot be read"),
        "negative": (raw({"a": entry(0, 8, [-2])}, F), "cannot be read"),
        "unknown type": (raw({"a": entry(0, 8, [2], "Q99")}, F), "cannot be read"),
        "no JSON": (raw(b"{nonsense", F), "cannot be read"),
        "deep JSON": (raw(b"{" + b'"a":{' * 100_000, F), "cannot be read"),
        "header of 1 GB": (raw({"a": entry(0, 8, [2])}, F, 10**9), "claims 1000000000 bytes"),
        "header over the end": (raw({"a": entry(0, 8, [2])}, b"", 100), "claims 100 bytes"),
        "trailing bytes": (raw({"a": entry(0, 8, [2])}, F + b"x"), "cannot be read"),
        "header of 2 MB": (raw(b"{" + b" " * 2_000_000 + b"}"), "at most 1048576"),
        "no tensors": (raw({}), "holds no tensors"),
        "many tensors": (raw({str(i): entry(0, 0, [0]) for i in range(9000)}), "9000 tensors"),
        "NaN": (tensors(x=torch.tensor([[[float("nan")]]])), "nan is not a number"),
    }

    @pytest.mark.parametrize("case", REFUSED)
    def test_refused(self, case: str) -> None:
        data, says = self.REFUSED[case]
        with refuses(ConvError, says) as caught:
            read(data)
        assert len(sentence(caught.value)) < 2000
        assert memory(lambda: attempt(data)) < 12_000_000

    def test_flipped_bytes_never_surprise(self) -> None:
        whole = tensors(input=torch.ones(1, 2, 2), other=torch.zeros(3))
        for position in range(len(whole)):
            for value in (0, 255, whole[position] ^ 1, whole[position] ^ 16):
                attempt(whole[:position] + bytes([value]) + whole[position + 1 :])


def test_questions_that_the_kind_of_file_does_not_have() -> None:
    with refuses(ConvError, "this is a file of kind npy"):
        read(npy_bytes(np.zeros((1, 1, 1))), key="x")
    with refuses(ConvError, "size scales a picture"):
        read(npy_bytes(np.zeros((1, 1, 1))), size=(1, 1))


# What is refused, each by its name, for tests of a whole server.
REFUSED_FILES = {
    "a PNG of 50,000×50,000": png(50_000, 50_000, 8, 2, b"\0" * 1000),
    "a PNG of 13,000×13,000 without its rows": png(13_000, 13_000, 8, 2, b"\0" * 1000),
    "half a JPEG": saved(Image.fromarray(RANDOM.integers(0, 256, (64, 64, 3), np.uint8)), "JPEG")[:1500],
    "half a PNG": saved(Image.fromarray(COLOURS))[:-200],
    "a pickle": pickle.dumps([1]),
    **{f"npy: {name}": data for name, (data, _) in TestNpy.REFUSED.items()},
    **{f"npz: {name}": data for name, (data, *_) in REFUSED_ARCHIVES.items()},
    **{f"safetensors: {name}": data for name, (data, _) in TestSafetensors.REFUSED.items()},
}


@pytest.mark.parametrize(
    ("weight", "bias"),
    [
        ("weight", "bias"), ("conv.weight", "conv.bias"), ("a.b.weight_orig", "a.b.bias"),
        ("c.weight_v", "c.bias"), ("c.weight_g", "c.bias"), ("conv2d/kernel", "conv2d/bias"),
        ("conv.parametrizations.weight.original0", "conv.bias"), ("w", "b"), ("layers_w", "layers_b"),
        ("draw", None), ("conv.weights", None), ("overweight", None), ("conv.weight", None),
    ],
)  # fmt: skip
def test_the_bias_beside_a_weight(weight: str, bias: str | None) -> None:
    tensors = {weight: np.ones((1, 1, 2, 2), np.float32), "other.bias": np.ones(1, np.float32)}
    tensors |= {bias: np.ones(1, np.float32)} if bias else {}
    data = safetensors.numpy.save(tensors)
    assert bias_beside_weight(TensorFile(data, weight)) == bias
