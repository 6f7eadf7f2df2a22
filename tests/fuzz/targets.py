"""What reads the bytes that people send: whatever they are, they are read, or refused in our own words."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import safetensors.numpy
import torch
from PIL import Image

from app.conv.errors import ConvError
from app.conv.operation import Conv2d
from app.formats.file_types import TensorFile, UnsupportedFile, bias_beside_weight, read_tensor
from app.formats.images import read_picture
from app.formats.npy import read_npy
from app.formats.npz import read_npz
from app.formats.safetensors import read_safetensors
from app.limits import LimitExceeded, Limits
from app.scenes.scene import Scene, check_sums, make_scene
from app.scenes.scene_file import NotAScene, encode
from app.services.requests.body_errors import InvalidFields, NotJson
from app.services.scene_builder import scene_from_bytes
from app.services.trace import trace
from app.torch_code.parser import ParseError, parse
from app.web.api.problems import Problem, as_problem

# Small, so that what is legal is done in milliseconds and what is refused is refused often.
LIMITS: Final = Limits(
    max_json_numbers=2_000,
    max_tensor_elements=20_000,
    max_output_elements=5_000,
    max_multiply_adds=100_000,
    max_answer_numbers=20_000,
    max_picture_pixels=5_000,
)
TOLD: Final = (Problem, ConvError, LimitExceeded, NotJson, InvalidFields, NotAScene, UnsupportedFile)


@dataclass(frozen=True)
class Target:
    """`run` raises nothing for any bytes, unless there is something to mend."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def told(read: Callable[[], Any]) -> Any:
    """What was read, or None where it was refused, with an answer that is short and no accident."""
    try:
        return read()
    except TOLD as error:
        problem = as_problem(error)
        assert 400 <= problem.status < 500
        text = problem.to_json()
        assert len(text) < 4_000
        assert b" at 0x" not in text  # where something lies in memory is nobody's business
        return None


def sums_fit(scene: Scene) -> bool:
    check_sums(scene)
    return True


def arrays(data: bytes) -> None:
    """A body is a scene, whose every number is finite and can be written, or it is refused."""
    scene = told(lambda: scene_from_bytes(data, {}, LIMITS).scene)
    if scene is None or not told(lambda: sums_fit(scene)):
        return
    if scene.plan.windows * scene.plan.channels_per_step > 2_000:
        return
    text = told(lambda: trace(scene, range(1)))
    if text is not None:
        assert (
            b"null" not in text.replace(b'"bias":null', b"").replace(b'"weight":null', b"")
            or b"input_rows" in text
        )
        assert b"NaN" not in text
        assert encode(scene) == encode(scene_from_bytes(encode(scene), {}, LIMITS).scene)


def pictures(data: bytes) -> None:
    planes = told(lambda: read_picture(data, None, LIMITS, "/input").planes)
    if planes is not None:
        assert planes.ndim == 3 and planes.shape[0] in (1, 3)
        assert planes.min() >= 0 and planes.max() <= 1


def npy(data: bytes) -> None:
    array = told(lambda: read_npy(data, "/input"))
    if array is not None:
        assert array.dtype.kind in "biuf"
        told(lambda: read_tensor(TensorFile(data), "input", "float32", LIMITS))


def npz(data: bytes) -> None:
    for key in (None, "a"):
        array = told(partial(read_npz, data, key, "input", LIMITS, "/input"))
        assert array is None or array.dtype.kind in "biuf"
    told(lambda: bias_beside_weight(TensorFile(data)))


def tensors(data: bytes) -> None:
    for key in (None, "a"):
        told(partial(read_safetensors, data, key, "weight", "/weight"))
    told(lambda: read_tensor(TensorFile(data), "weight", "int32", LIMITS))
    told(lambda: scene_from_bytes(data, {}, LIMITS).scene)


def code(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    refused = None
    try:
        parse(text)
    except ParseError as error:
        refused = error
    if refused is not None:
        assert 1 <= refused.line <= len(lines)
        assert 1 <= refused.column <= refused.end_column
        assert len(str(refused)) < 2_000


def _body(**parts: Any) -> bytes:
    usual = {
        "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]},
        "weight": {"data": [[[[0, 1], [2, 3]]]]},
        "operation": {"kind": "conv2d"},
    }
    return json.dumps(usual | parts).encode()


def _bodies() -> list[bytes]:
    return [
        _body(),
        _body(bias={"data": [1.5]}, dtype="float64"),
        _body(operation={"kind": "conv2d", "stride": [2, 1], "padding": "same", "dilation": 1, "groups": 1}),
        _body(operation={"kind": "conv2d", "padding": {"top": 1}, "padding_mode": "reflect", "flip": True}),
        _body(operation={"kind": "conv_transpose2d", "stride": 2, "output_padding": 1}, dtype="int32"),
        _body(weight=None, operation={"kind": "max_pool2d", "kernel_size": 2, "ceil_mode": True}),
        _body(weight=None, operation={"kind": "avg_pool2d", "kernel_size": [2, 1], "padding": [1, 0]}),
        _body(input={"random": {"shape": [1, 4, 4], "seed": 1, "distribution": "integers"}}),
        _body(input={"sample": "coffee", "size": [8, 8]}, weight={"kernels": ["sobel_x", "box"]}),
        _body(input={"data": [[[1e308, -1e308, 0.1]]]}, weight={"data": [[[[1e300]]]]}, dtype="float64"),
        *_scene_files(),
    ]


def _scene_files() -> list[bytes]:
    x, k = torch.arange(9.0).reshape(1, 3, 3), torch.ones(1, 1, 2, 2)
    return [
        encode(make_scene(Conv2d(), x.to(kind), k.to(kind), None, LIMITS))
        for kind in (torch.float32, torch.int32)
    ]


def _pictures() -> list[bytes]:
    chance = np.random.default_rng(0)
    found = []
    for mode in ("L", "RGB", "RGBA", "P", "1", "LA", "I;16", "CMYK"):
        bands = {"L": 1, "P": 1, "1": 1, "I;16": 1}.get(mode, len(mode))
        pixels = chance.integers(0, 255, (7, 5, bands), np.uint8).squeeze()
        plain = Image.fromarray(pixels.astype(np.uint16)) if mode == "I;16" else _image(pixels, mode)
        for form in ("PNG", "JPEG", "WEBP", "GIF", "TIFF"):
            file = io.BytesIO()
            try:
                plain.save(file, form)
            except (OSError, ValueError):
                continue  # this form has no such mode
            found.append(file.getvalue())
    return found


def _image(pixels: Any, mode: str) -> Image.Image:
    bands = [Image.fromarray(np.ascontiguousarray(band)) for band in np.atleast_3d(pixels).transpose(2, 0, 1)]
    return bands[0].convert(mode) if len(bands) == 1 else Image.merge(mode, bands)


def _npys() -> list[bytes]:
    found = []
    for dtype in ("<f4", ">f8", "<i2", "u1", "?", "<f2", "<c8", "<U3", "<M8[s]"):
        for array in (np.zeros((1, 2, 3), dtype), np.zeros((2, 3), dtype, order="F"), np.zeros((), dtype)):
            file = io.BytesIO()
            np.save(file, array)
            found.append(file.getvalue())
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], object), allow_pickle=True)
    return [*found, pickled.getvalue()]


def _npzs() -> list[bytes]:
    found = []
    for save in (np.savez, np.savez_compressed):
        for arrays in ({"a": np.zeros(3)}, {"a.weight": np.ones((1, 2)), "a.bias": np.ones(1, ">f8")}, {}):
            file = io.BytesIO()
            save(file, **arrays)
            found.append(file.getvalue())
    return found


def _tensors() -> list[bytes]:
    k = np.ones((1, 1, 2, 2), np.float32)
    return [
        safetensors.numpy.save({"weight": k}),
        safetensors.numpy.save({"a": k.astype(np.int64), "b": k.astype(np.float16)}, {"x": "y"}),
        safetensors.numpy.save({}),
        safetensors.numpy.save({"a": np.zeros((0, 3))}),
        *_scene_files(),
    ]


def _codes() -> list[bytes]:
    return [
        text.encode()
        for text in (
            "nn.Conv2d(3, 16, 3, padding=1)",
            "self.conv1 = torch.nn.Conv2d(in_channels=3, out_channels=16, kernel_size=(3, 5), stride=[2, 1])",
            "    x = F.conv2d(x, weight, bias=None, stride=2, padding='same', dilation=1, groups=1)",
            "(conv1): ConvTranspose2d(8, 4, kernel_size=(2, 2), stride=(2, 2), output_padding=(1, 1))",
            "import torch.nn as nn\n\nnn.MaxPool2d(kernel_size=2, stride=2, ceil_mode=True)  # a comment",
            "return nn.AvgPool2d(2, count_include_pad=False)",
            "nn.Conv2d(3, 16, 3, padding_mode='reflect', device='cpu', dtype=torch.float32)",
            "nn.Conv2d(3, 16, int('3'))",
            "[nn.Conv2d(i, 2 * i, 3) for i in range(3)]",
            "nn.Conv2d(3, 16, 1_0, padding=(-1, 0x1F))",
            "l = nn.LazyConv2d(1, 1)\r\n",
        )
    ]


TARGETS: Final[dict[str, Target]] = {
    "arrays": Target(arrays, _bodies),
    "pictures": Target(pictures, _pictures),
    "npy": Target(npy, _npys),
    "npz": Target(npz, _npzs),
    "safetensors": Target(tensors, _tensors),
    "code": Target(code, _codes),
}
