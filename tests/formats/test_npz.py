""".npz files: what NumPy writes is read, and what only looks like it costs next to nothing."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.conv.errors import CodedError, ConvError
from app.formats.errors import UnsupportedFile
from app.formats.file_types import TensorFile, read_tensor
from app.limits import LimitExceeded, Limits
from tests.support.archives import (
    encrypted,
    npy,
    npz,
    with_checksum,
    with_directory_size,
    with_offset,
    with_size,
    zipped,
)  # fmt: skip
from tests.support.refusals import refuses, sentence

LIMITS: Final = Limits()
X: Final = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
ZEROS: Final = b"\0" * 20_000_000


def read(data: bytes, key: str | None = None, limits: Limits = LIMITS) -> Any:
    return read_tensor(TensorFile(data, key), "input", "float64", limits).tensor.numpy()


def claim(shape: tuple[int, ...], content: bytes = b"") -> bytes:
    """An .npy file whose header says more or less than there is."""
    file = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + content


@given(
    arrays.arrays(
        st.sampled_from(["f2", "f4", ">f8", "i1", ">i2", "i4", "u1", "u4", "?"]),
        arrays.array_shapes(min_dims=1, max_dims=3, max_side=4),
        elements=st.integers(0, 1),
    ),
    st.sampled_from([np.savez, np.savez_compressed]),
    st.sampled_from("CF"),
)
def test_what_numpy_writes_is_read(array: Any, save: Any, order: Any) -> None:
    file = io.BytesIO()
    save(file, other=np.ones(3), x=np.asarray(array, order=order))
    np.testing.assert_array_equal(read(file.getvalue(), "x"), array.astype(np.float64))


def test_picking() -> None:
    assert read(npz(only=X)).tolist() == X.tolist()
    both = npz(input=X, other=2 * X)
    assert read(both).tolist() == X.tolist()
    assert read(both, "other").tolist() == (2 * X).tolist()
    positional = io.BytesIO()
    np.savez(positional, X, 2 * X)
    assert read(positional.getvalue(), "arr_1").tolist() == (2 * X).tolist()
    with refuses(ConvError, "no tensor 'input'; input_key may be 'arr_0', 'arr_1'"):
        read(positional.getvalue())
    with refuses(ConvError, "no tensor 'x'"):
        read(both, "x")


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x", "C:\\x", "é中😀", "a/b/c", "x" * 500, "."])
def test_names_are_keys_and_never_paths(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped([(f"{name}.npy", npy(X)), ("other.npy", npy(X))])

    def no_file(*_: Any, **__: Any) -> None:
        raise AssertionError("a file")

    monkeypatch.setattr("builtins.open", no_file)
    monkeypatch.setattr(io, "open", no_file)
    assert read(data, name).tolist() == X.tolist()


def test_the_limit_is_that_of_a_tensor() -> None:
    data, limits = npz(x=np.zeros((1, 100, 100))), Limits(max_tensor_elements=9_999)
    with refuses(
        LimitExceeded, r"input with shape \(1, 100, 100\): 10,000 asked, max_tensor_elements is 9,999"
    ):
        read(data, limits=limits)
    assert read(data, limits=Limits(max_tensor_elements=10_000)).shape == (1, 100, 100)


def _many(count: int) -> bytes:
    """An archive of empty members, none of which has a local header of its own."""
    entry = (
        b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.npy"
    )
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, count & 0xFFFF, count & 0xFFFF, 51 * count, 35, 0)
    return b"PK\x03\x04" + b"\0" * 22 + b"\5\0\0\0a.npy" + entry * count + end


def _extra(length: int) -> bytes:
    """Members whose extra fields take zipfile a time that grows with the square of their length."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(length // 60_000):
            info = zipfile.ZipInfo(f"{i}.npy")
            info.extra = b"\xff\xff\0\0" * 15_000
            archive.writestr(info, npy(X))
    return file.getvalue()


_ZIP64: Final = b"PK\x06\x07" + b"\0" * 16
_ONE: Final = zipped([("x.npy", npy(X))])
_TWICE: Final = zipped([("x.npy", npy(X)), ("y.npy", npy(X))]).replace(b"y.npy", b"x.npy")
REFUSED: Final[dict[str, tuple[bytes, type[CodedError], str]]] = {
    "cut off": (_ONE[:-10], ConvError, "its directory cannot be read"),
    "start only": (_ONE[:40], ConvError, "its directory cannot be read"),
    "magic only": (b"PK\x03\x04", UnsupportedFile, "send PNG"),
    "bytes behind its end": (_ONE + b"x", ConvError, "its directory cannot be read"),
    "nothing in it": (zipped([]), ConvError, "holds no tensors"),
    "another directory size": (with_directory_size(_ONE, 10), ConvError, "its directory cannot be read"),
    "a directory of 4 GB": (with_directory_size(_ONE, 2**32 - 1), ConvError, "4,294,967,295 bytes, at most"),
    "ZIP64": (_ONE[:-22] + _ZIP64 + _ONE[-22:], ConvError, "ZIP64"),
    "100,000 members": (_many(100_000), ConvError, "at most"),
    "65,536 members, counted as none": (_many(65_536), ConvError, "directory of the archive takes"),
    "5,000 members": (_many(5_000), ConvError, "5000 arrays, at most 4096"),
    "4,096 members of one name": (_many(4_096), ConvError, "4096 arrays under 1 name"),
    "long extra fields": (_extra(1_200_000), ConvError, "at most 524,288"),
    "the same name twice": (_TWICE, ConvError, "2 arrays under 1 name"),
    "another file beside an array": (
        zipped([("x.npy", npy(X)), ("README", b"hello")]), UnsupportedFile, "send PNG",
    ),
    "a folder": (zipped([("x/", b"")]), UnsupportedFile, "send PNG"),
    "a nested archive": (zipped([("x.npz", npz(x=X))]), UnsupportedFile, "send PNG"),
    "a nested archive by another name": (zipped([("x.npy", npz(x=X))]), ConvError, "in the archive is no"),
    "text": (zipped([("x.npy", b"hello")]), ConvError, "'x.npy' in the archive is no .npy"),
    "nothing": (zipped([("x.npy", b"")]), ConvError, "'x.npy' in the archive is no .npy"),
    "encrypted": (encrypted(_ONE), ConvError, "is encrypted"),
    "bzip2": (zipped([("x.npy", npy(X))], zipfile.ZIP_BZIP2), ConvError, "method 12, expected 0 or 8"),
    "lzma": (zipped([("x.npy", npy(X))], zipfile.ZIP_LZMA), ConvError, "method 14, expected 0 or 8"),
    "a wrong checksum": (with_checksum(_ONE, 1), ConvError, "its checksum is wrong"),
    "20 MB of no array": (zipped([("x.npy", ZEROS)]), ConvError, "is no .npy"),
    "20 MB behind an array": (
        zipped([("x.npy", claim((1, 1, 1), ZEROS))]), ConvError, "4 bytes, not 20000000",
    ),
    "20 MB, said to be 4 bytes": (
        with_size(zipped([("x.npy", claim((1, 1, 1), ZEROS))]), 132), ConvError, "checksum is wrong",
    ),
    "10^12 elements": (
        zipped([("x.npy", claim((10**6, 10**6), ZEROS))]), LimitExceeded, "1,000,000,000,000 asked",
    ),
    "10^12 elements, said to be as many": (
        with_size(zipped([("x.npy", claim((10**6, 10**3)))]), 2**32 - 1), LimitExceeded, "000,000,000 asked",
    ),
    "fewer numbers than it says": (
        zipped([("x.npy", claim((1, 2, 3), b"\0" * 20))]), ConvError, "24 bytes, not 20",
    ),
    "fewer numbers than both say": (
        with_size(zipped([("x.npy", claim((1, 2, 3), b"\0" * 20))]), 152), ConvError, "24 bytes, not 20",
    ),
    "a header of 50 MB": (
        zipped([("x.npy", b"\x93NUMPY\x02\x00" + struct.pack("<L", 50_000_000) + b" " * 50_000_000)]),
        ConvError, "claims 50000000 bytes, at most",
    ),
    "objects": (zipped([("x.npy", claim((1,)).replace(b"<f4", b"|O "))]), ConvError, "pickled|real numbers"),
    "a member elsewhere": (with_offset(_ONE, 5), ConvError, "damaged"),
}  # fmt: skip


@pytest.mark.safety(11)
@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    data, kind, says = REFUSED[case]
    tracemalloc.start()
    started = time.process_time()
    with refuses(kind, says) as caught:
        read(data)
    assert time.process_time() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 6_000_000
    tracemalloc.stop()
    assert len(sentence(caught.value)) < 400


@pytest.mark.safety(11)
def test_flipped_bytes_never_surprise() -> None:
    """A number that is read is the one that was written: whatever else, the checksum tells."""
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        whole = zipped([("x.npy", npy(X)), ("other.npy", npy(2 * X))], method)
        for position in range(len(whole)):
            for value in (0, 255, whole[position] ^ 1, whole[position] ^ 16):
                try:
                    found = read(whole[:position] + bytes([value]) + whole[position + 1 :], "x")
                except (ConvError, LimitExceeded, UnsupportedFile):
                    continue
                assert found.tolist() in (X.tolist(), (2 * X).tolist())


@pytest.mark.safety(10)
def test_archives_of_torch_are_not_opened(tmp_path: Path) -> None:
    torch.save({"x": torch.zeros(3)}, tmp_path / "x.pt")
    with refuses(UnsupportedFile, r"\.pt.*never"):
        read((tmp_path / "x.pt").read_bytes())
    with refuses(UnsupportedFile, r"\.pt.*never"):
        read((tmp_path / "x.pt").read_bytes()[:-100])
