"""Bad requests of every kind, by name: whatever is refused, as an answer to a client."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, Final, NamedTuple
from zipfile import ZIP_LZMA

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from app.conv.operation import MaxPool2d
from app.scenes.presets import PRESETS
from app.scenes.scene import describe
from tests.support.archives import encrypted, npz, with_checksum, with_directory_size, zipped

_SCENE: Final = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "operation": {"kind": "conv2d"},
}
_URL: Final = {name: f"/api/v1/scenes/{preset.scene.id}" for name, preset in PRESETS.items()}
_FIRST: Final = _URL["two-channels"]
_TRACE: Final = "/api/v1/trace"
_SCENES: Final = "/api/v1/scenes"


class BadRequest(NamedTuple):
    """A request; `options` are those of the client's `request`."""

    method: str
    path: str
    options: Mapping[str, Any]

    def send(self, client: TestClient, language: str = "en") -> Any:
        headers = {**self.options.get("headers", {}), "Accept-Language": language}
        return client.request(self.method, self.path, **{**self.options, "headers": headers})


def get(path: str, **headers: str) -> BadRequest:
    return BadRequest("GET", path, {"headers": headers})


def body(**parts: Any) -> BadRequest:
    """The scene with other parts; None leaves one out."""
    merged = {name: part for name, part in {**_SCENE, **parts}.items() if part is not None}
    return BadRequest("POST", _TRACE, {"json": merged})


def operation(**fields: Any) -> BadRequest:
    return body(operation={"kind": "conv2d", **fields})


def text(content: bytes, path: str = _TRACE, kind: str = "application/json") -> BadRequest:
    return BadRequest("POST", path, {"content": content, "headers": {"Content-Type": kind}})


def edits(preset: str = "two-channels", **changes: Any) -> BadRequest:
    return BadRequest("POST", f"{_URL[preset]}/edits", {"json": changes})


def gradients(**parts: Any) -> BadRequest:
    """The gradients of the scene with other parts."""
    return body(**parts)._replace(path="/api/v1/gradients")


def descent(**parts: Any) -> BadRequest:
    """A descent of the scene with other parts; without them it could be done."""
    training = {"loss": {"kind": "squared_error", "target": {"data": [[[0] * 2] * 2]}}}
    return body(**{**training, "learning_rate": 0.1, "steps": 2, **parts})._replace(path="/api/v1/descent")


def code(layer: Any) -> BadRequest:
    return BadRequest("POST", "/api/v1/parse", {"json": {"code": layer}})


def form(query: str = "", **parts: Any) -> BadRequest:
    """A scene without input in the part `scene`, and files."""
    scene = json.dumps({name: _SCENE[name] for name in ("weight", "operation")})
    return BadRequest("POST", f"{_SCENES}{query}", {"files": {"scene": (None, scene), **parts}})


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array), allow_pickle=True)
    return file.getvalue()


def safetensors(header: Any, data: bytes = b"") -> bytes:
    head = json.dumps(header).encode()
    return len(head).to_bytes(8, "little") + head + data


def png(mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (4, 4)).save(file, "PNG", **options)
    return file.getvalue()


def _f32(*shape: int) -> dict[str, Any]:
    return {"dtype": "F32", "shape": list(shape), "data_offsets": [0, 4 * prod(shape)]}


def _bytes(names: Iterable[str], dtype: str = "U8") -> bytes:
    """A file of tensors of one byte each."""
    header = {
        name: {"dtype": dtype, "shape": [1], "data_offsets": [i, i + 1]} for i, name in enumerate(names)
    }
    return safetensors(header, b"\0" * len(header))


def _file(**parts: Any) -> BadRequest:
    """A form without a scene."""
    return BadRequest("POST", _SCENES, {"files": parts})


_POOLING: Final = describe(MaxPool2d((1, 1)))
_SAVED_F16: Final = {
    "__metadata__": {"operation": json.dumps(_POOLING)},
    "input": {"dtype": "F16", "shape": [1, 1, 1], "data_offsets": [0, 2]},
}
_INT32: Final = {"dtype": "int32"}

OF_BODIES: Final[dict[str, BadRequest]] = {
    "no JSON": text(b"hello"),
    "nothing": text(b""),
    "an end in a list": text(b"[1"),
    "an end in an object": text(b'{"a":1'),
    "an end in a string": text(b'{"a'),
    "no colon": text(b'{"a" 1}'),
    "no comma in a list": text(b"[1 2]"),
    "no comma in an object": text(b'{"a":1 "b":2}'),
    "a trailing comma": text(b"[1,]"),
    "trailing characters": text(b"{} x"),
    "a key that is no string": text(b"{1:2}"),
    "a bad word": text(b"[trux]"),
    "a bad number": text(b"[1.]"),
    "a bad escape": text(b'["\\x"]'),
    "half a surrogate": text(b'["\\ud800"]'),
    "a short escape": text(b'["\\u12'),
    "a control character": text(b'["\n"]'),
    "no UTF-8": text(b'["\xff"]'),
    "nested deep": text(b"[" * 300),
    "many digits": text(b"[" + b"1" * 5000 + b"]"),
    "a list": text(b"[]"),
    "a wrong media type": text(b"{}", kind="text/plain"),
    "an unknown field": body(title=1),
    "a missing field": body(operation=None),
    "a null": body(input={"data": [[[None]]]}),
    "not finite": text(json.dumps(_SCENE).replace("[0, 1, 2]", "[0, NaN, 2]").encode()),
    "a number for a list": body(input={"data": 5}),
    "a number for a text": body(input={"sample": 5, "size": 4}),
    "a number for an object": body(input=5),
    "a text for an integer": body(input={"random": {"shape": ["1"]}}),
    "a fraction for an integer": body(input={"random": {"shape": [1.5]}}),
    "a text for a switch": operation(flip="yes"),
    "no shape": body(input={"random": {"shape": []}}),
    "a long shape": body(input={"random": {"shape": [1] * 5}}),
    "a seed below 0": body(input={"random": {"shape": [1], "seed": -1}}),
    "a large seed": body(input={"random": {"shape": [1], "seed": 2**63}}),
    "a large shape": body(input={"random": {"shape": [2**31]}}),
    "no kernels": body(weight={"kernels": []}),
    "many kernels": body(weight={"kernels": ["box"] * 257}),
    "an unknown distribution": body(input={"random": {"shape": [1], "distribution": "x"}}),
    "an unknown dtype": body(dtype="float16"),
    "an unknown padding mode": operation(padding_mode="mirror"),
    "an unknown kind": body(operation={"kind": "conv3d"}),
    "no kind": body(operation={}),
    "no size": operation(stride=[1, 2, 3]),
    "no padding": operation(padding="full"),
    "an unknown side": operation(padding={"front": 1}),
    "a side that is no integer": operation(padding={"top": 1.5}),
    "no way": body(input={}),
    "two ways": body(input={"data": [[[1]]], "random": {"shape": [1, 1, 1]}}),
    "a sample without size": body(input={"sample": "coffee"}),
    "code that is no text": code(3),
    "several faults": body(title=1, input={"data": 5}, dtype="x"),
    "a misspelt field": body(inputs=1),
    "a misspelt field of the operation": operation(strides=2),
    "a misspelt side": operation(padding={"tops": 1}),
    "many unknown fields": body(**{f"x{k}": 1 for k in range(20)}),
    "too few dimensions": body(input={"data": [[1]]}),
    "too many dimensions": body(weight={"data": [[[[[1]]]]]}),
    "a list for an operation": body(operation=[]),
    "a text for a number": body(input={"data": [[["x"]]]}),
    "no dtype": body(dtype=5),
    "a negative layer": BadRequest("POST", "/api/v1/parse", {"json": {"code": "x", "layer_index": -1}}),
    "compressed": BadRequest("POST", _TRACE, {"content": b"x", "headers": {"Content-Encoding": "gzip"}}),
    "many numbers": text(b"[" + b"0," * (1 << 20) + b"0,0]"),
}

OF_LAYERS: Final[dict[str, BadRequest]] = {
    "channels": body(weight={"data": [[[[1]]]]}),
    "channels in groups": body(
        input={"random": {"shape": [6, 5, 5]}}, weight={"random": {"shape": [4, 2, 3, 3]}},
        operation={"kind": "conv2d", "groups": 2},
    ),
    "groups and input": operation(groups=3),
    "groups and output": body(
        input={"random": {"shape": [4, 5, 5]}}, weight={"random": {"shape": [3, 2, 3, 3]}},
        operation={"kind": "conv2d", "groups": 2},
    ),
    "groups and the weight's input": body(
        input={"random": {"shape": [4, 5, 5]}}, weight={"random": {"shape": [3, 2, 3, 3]}},
        operation={"kind": "conv_transpose2d", "groups": 2},
    ),
    "groups and kernels": body(weight={"kernels": ["box"]}, operation={"kind": "conv2d", "groups": 2}),
    "a bias too long": body(bias={"data": [1, 2, 3]}),
    "no weight": body(weight=None),
    "a weight for pooling": body(operation={"kind": "max_pool2d", "kernel_size": 2}),
    "a bias for pooling": body(
        weight=None, bias={"data": [1]}, operation={"kind": "avg_pool2d", "kernel_size": 2}
    ),
    "a kernel too high": body(weight={"data": [[[[1] * 4] * 4] * 2]}),
    "a kernel too wide": body(weight={"data": [[[[1] * 4]] * 2]}),
    "stride 0": operation(stride=0),
    "a long stride": operation(stride=10**60),
    "a negative padding": operation(padding=-1),
    "same with a stride": operation(padding="same", stride=2),
    "same for pooling": body(operation={"kind": "max_pool2d", "kernel_size": 2, "padding": "same"}),
    "reflect": operation(padding=3, padding_mode="reflect"),
    "circular": operation(padding=[0, 4], padding_mode="circular"),
    "output_padding": body(operation={"kind": "conv_transpose2d", "output_padding": 1}),
    "half a kernel": body(weight=None, operation={"kind": "max_pool2d", "kernel_size": 3, "padding": 2}),
    "a window of nothing": body(
        input={"data": [[[1]]]}, weight=None,
        operation={"kind": "max_pool2d", "kernel_size": 2, "padding": 1, "dilation": 2},
    ),
    "dimensions": body(input={"random": {"shape": [5, 5]}}),
    "averages of int32": body(weight=None, operation={"kind": "avg_pool2d", "kernel_size": 2}, **_INT32),
    "a fraction of int32": body(input={"data": [[[0.5]]]}, **_INT32),
    "over float32": body(input={"data": [[[1e39]]]}),
    "overflow of int32": body(input={"data": [[[2**31 - 1] * 3] * 3] * 2}, **_INT32),
    "overflow of float32": body(input={"data": [[[3e38] * 3] * 3] * 2}),
    "ragged": body(input={"data": [[[1, 2], [3]]]}),
    "no elements": body(input={"data": [[[]]]}),
    "random of int32": body(input={"random": {"shape": [2, 3, 3]}}, **_INT32),
    "an unknown sample": body(input={"sample": "x", "size": 4}),
    "a sample of int32": body(input={"sample": "coffee", "size": 4}, **_INT32),
    "a sample of no size": body(input={"sample": "coffee", "size": 0}),
    "an unknown kernel": body(weight={"kernels": ["x"]}),
    "kernels of two sizes": body(weight={"kernels": ["box", "gaussian_5"]}),
    "kernels of int32": body(weight={"kernels": ["box", "gaussian"]}, **_INT32),
    "elements": body(input={"random": {"shape": [10**9] * 3}}),
    "outputs": operation(padding=16_000),
    "padded elements": operation(padding=100_000, stride=100_000),
    "work": body(input={"random": {"shape": [64, 256, 256]}}, weight={"random": {"shape": [64, 64, 9, 9]}}),
    "tap tables": body(
        input={"random": {"shape": [1, 2_000_000, 1]}}, weight={"random": {"shape": [1, 1, 1000, 1]}}
    ),
    "numbers of an answer": body(
        input={"random": {"shape": [3, 512, 512]}}, weight={"random": {"shape": [8, 3, 3, 3]}}
    ),
}  # fmt: skip

_SIGNAL: Final = {
    "input": {"data": [[1, 2, 3, 4], [5, 6, 7, 8]]},
    "weight": {"data": [[[1, 2], [3, 4]]]},
    "operation": {"kind": "conv1d"},
}


def signal(**parts: Any) -> BadRequest:
    """The layer of one dimension with other parts."""
    return body(**{**_SIGNAL, **parts})


def signal_operation(kind: str = "conv1d", **fields: Any) -> BadRequest:
    weight = _SIGNAL["weight"] if kind.startswith("conv") else None
    return signal(weight=weight, operation={"kind": kind, **fields})


def signal_form(query: str = "", **parts: Any) -> BadRequest:
    """The layer of one dimension without input in the part `scene`, and files."""
    scene = json.dumps({name: _SIGNAL[name] for name in ("weight", "operation")})
    return BadRequest("POST", f"{_SCENES}{query}", {"files": {"scene": (None, scene), **parts}})


OF_SIGNALS: Final[dict[str, BadRequest]] = {
    "a pair for a stride": signal_operation(stride=[1, 2]),
    "a pair for a dilation": signal_operation(dilation=[1, 2]),
    "a pair for output_padding": signal_operation("conv_transpose1d", output_padding=[0, 0]),
    "a pair for a window": signal_operation("max_pool1d", kernel_size=[1, 2]),
    "a pair for a pooling stride": signal_operation("avg_pool1d", kernel_size=2, stride=[1, 2]),
    "a pair for padding": signal_operation(padding=[0, 1]),
    "a side above": signal_operation(padding={"top": 1}),
    "a text for padding": signal_operation(padding="full"),
    "same for a maximum": signal_operation("max_pool1d", kernel_size=2, padding="same"),
    "same with a stride": signal_operation(padding="same", stride=2),
    "stride 0": signal_operation(stride=0),
    "a fraction for a stride": signal_operation(stride=1.5),
    "no window": signal_operation("max_pool1d"),
    "half a window": signal_operation("avg_pool1d", kernel_size=2, padding=2),
    "a long output_padding": signal_operation("conv_transpose1d", output_padding=1),
    "reflect": signal_operation(padding=4, padding_mode="reflect"),
    "groups": signal_operation(groups=3),
    "an input of rank 3": signal(input={"data": [[[1, 2, 3]], [[4, 5, 6]]]}),
    "an input of rank 1": signal(input={"data": [1, 2, 3]}),
    "an input of rank 4": signal(input={"data": [[[[1]]]]}),
    "a weight of rank 4": signal(weight={"data": [[[[1, 2]], [[3, 4]]]]}),
    "a weight of rank 2": signal(weight={"data": [[1, 2], [3, 4]]}),
    "an upstream of rank 3": signal(upstream={"data": [[[1, 1, 1]]]}),
    "an upstream of another length": signal(upstream={"data": [[1, 1]]}),
    "rank 2 for two dimensions": body(input=_SIGNAL["input"]),
    "a random input of rank 3": signal(input={"random": {"shape": [2, 4, 4]}}),
    "a random weight of rank 4": signal(weight={"random": {"shape": [1, 2, 2, 2]}}),
    "channels": signal(weight={"data": [[[1, 2]]]}),
    "a kernel too long": signal(weight={"data": [[[1] * 9, [1] * 9]]}),
    "a text for a number": signal(input={"data": [[1, 2, "x"], [5, 6, 7]]}),
    "a text for the first number": signal(input={"data": [["x"]]}),
    "a null": signal(input={"data": [[1, None]]}),
    "ragged": signal(input={"data": [[1, 2], [3]]}),
    "no elements": signal(input={"data": [[]]}),
    "a sample": signal(input={"sample": "coffee", "size": 4}),
    "kernels": signal(weight={"kernels": ["box"]}),
    "a weight for a maximum": signal(operation={"kind": "max_pool1d", "kernel_size": 2}),
    "averages of int32": signal(weight=None, operation={"kind": "avg_pool1d", "kernel_size": 2}, **_INT32),
    "overflow of int32": signal(input={"data": [[2**31 - 1] * 4] * 2}, **_INT32),
    "a target of another shape": signal(loss={"kind": "squared_error", "target": {"data": [[[1]]]}})._replace(
        path="/api/v1/gradients"
    ),
    "a target of another length": signal(loss={"kind": "squared_error", "target": {"data": [[1]]}})._replace(
        path="/api/v1/gradients"
    ),
    "a picture": signal_form(input=png()),
    "a file of rank 1": signal_form(input=npy(np.ones(4, np.float32))),
    "a file of rank 4": signal_form(input=npy(np.ones((1, 1, 2, 4), np.float32))),
    "a batch": signal_form(input=npy(np.ones((3, 2, 4), np.float32))),
    "a sample of no batch": signal_form("?input_index=0", input=npy(np.ones((2, 4), np.float32))),
    "a sample after the last": signal_form("?input_index=3", input=npy(np.ones((3, 2, 4), np.float32))),
    "code with a pair": code("nn.Conv1d(3, 16, (3, 3))"),
    "code with a pair of paddings": code("nn.Conv1d(3, 16, 3, padding=(1, 1))"),
    "code with a pair for a window": code("F.max_pool1d(x, (2, 2))"),
}

OF_SCENES: Final[dict[str, BadRequest]] = {
    "an unknown scene": get(f"{_SCENES}/{'0' * 40}"),
    "no id": get(f"{_SCENES}/{'x' * 100}"),
    "no tensor": get(f"{_FIRST}/tensors/bias"),
    "an unknown tensor": get(f"{_FIRST}/tensors/x"),
    "a channel": get(f"{_FIRST}/tensors/input?channel=2"),
    "a picture of channels": get(f"{_FIRST}/tensors/input?format=png"),
    "a picture of no plane": get(f"{_FIRST}/tensors/channel_sums?format=png&channel=0"),
    "a picture of a bias": get(f"{_URL['three-filters']}/tensors/weight?format=png"),
    "a start": get(f"{_FIRST}/steps?start=9999"),
    "a stop": get(f"{_FIRST}/steps?stop=9999"),
    "an unknown parameter": get(f"{_FIRST}/steps?x=1"),
    "a misspelt parameter": get(f"{_FIRST}/steps?starts=1"),
    "a parameter of none": get(f"{_FIRST}/taps?x=1"),
    "a parameter twice": get(f"{_FIRST}/steps?start=1&start=1"),
    "two channels": get(f"{_FIRST}/steps?channel=1&out_channel=0"),
    "an output channel of the input": get(f"{_FIRST}/tensors/input?out_channel=0"),
    "a reading of nothing": get(f"{_FIRST}?reading=scatter"),
    "a scatter reading": get(f"{_FIRST}?include=initial&reading=scatter"),
    "another media type": text(b"{}", _SCENES, "text/plain"),
    "no form of a tensor": get(f"{_FIRST}/tensors/input", Accept="text/html"),
    "another tag": get(_FIRST, **{"If-Match": '"other"'}),
    "no form of steps": get(f"{_FIRST}/steps", Accept="text/html;q=1"),
    "an unknown format": get(f"{_FIRST}/tensors/input?format=x"),
    "a channel that is no integer": get(f"{_FIRST}/tensors/input?channel=x"),
    "a long channel": get(f"{_FIRST}/tensors/input?channel={'9' * 5000}"),
    "a negative channel": get(f"{_FIRST}/tensors/input?channel=-1"),
    "two faults of a query": get(f"{_FIRST}/tensors/input?channel=-1&every=0"),
    "an output channel": get(f"{_FIRST}/steps?out_channel=1"),
    "a range": get(f"{_FIRST}/steps?start=3&stop=2"),
    "an initial range": get(f"{_FIRST}?include=initial&start=99"),
    "an initial channel": get(f"{_FIRST}?include=initial&out_channel=9"),
    "a part of steps": get(f"{_FIRST}/steps?include=x"),
    "no output channel": get(f"{_FIRST}/steps?out_channel=x"),
    "windows after the last": get(f"{_FIRST}/steps?start=9"),
    "bits of floats": get(f"{_FIRST}/steps?bits=8"),
    "sums of a maximum": get(f"{_URL['max-pooling']}/steps?include=tap_running_sums"),
    "a whole page": get(f"{_FIRST}/steps?whole=true"),
    "no such bytes": get(f"{_FIRST}/file", Range="bytes=99999-"),
    "an unknown include": get(f"{_FIRST}?include=x"),
    "stamps of a convolution": get(f"{_FIRST}/stamps"),
    "a channel of stamps": get(f"{_URL['transposed']}/stamps?out_channel=1"),
    "a range of stamps": get(f"{_URL['transposed']}/stamps?start=5"),
    "a channel of a trace": BadRequest("POST", f"{_TRACE}?out_channel=1", {"json": _SCENE}),
    "no cell": edits(cells=[{"tensor": "input", "index": [0, 0, 9], "value": 1}]),
    "a cell of nothing": edits(cells=[{"tensor": "bias", "index": [0], "value": 1}]),
    "a cell of an unknown tensor": edits(cells=[{"tensor": "x", "index": [0], "value": 1}]),
    "a long index": edits(cells=[{"tensor": "input", "index": [0] * 5, "value": 1}]),
    "no input": edits(input=None),
    "no input, but kernels": edits(input=None, weight={"kernels": ["box"]}),
    "an edit of the operation": edits(operation={"stride": 0}),
    "an unknown field of the operation": edits(operation={"x": 0}),
    "no page": get("/api/v1/nowhere"),
    "no file": get("/static/x/nothing.js"),
    "no method": BadRequest("DELETE", _TRACE, {}),
}

OF_GRADIENTS: Final[dict[str, BadRequest]] = {
    "an upstream of another shape": gradients(upstream={"data": [[[1]]]}),
    "an upstream and a loss": gradients(
        upstream={"data": [[[1] * 2] * 2]}, loss={"kind": "cross_entropy", "target": 0}
    ),
    "an unknown loss": gradients(loss={"kind": "absolute_error"}),
    "a target of another shape": gradients(loss={"kind": "squared_error", "target": {"data": [[[1]]]}}),
    "a class that is not there": gradients(loss={"kind": "cross_entropy", "target": 1}),
    "a negative class": gradients(loss={"kind": "cross_entropy", "target": -1}),
    "logits of int32": gradients(loss={"kind": "cross_entropy", "target": 0}, **_INT32),
    "an overflow of int32": gradients(
        weight={"data": [[[[2] * 2] * 2] * 2]}, upstream={"data": [[[2**30] * 2] * 2]}, **_INT32
    ),
    "no loss": descent(loss=None),
    "a descent of int32": descent(**_INT32),
    "no bias to train": descent(train=["weight", "bias"]),
    "nothing to train": descent(train=[]),
    "a learning rate of 0": descent(learning_rate=0),
    "no steps": descent(steps=0),
    "many steps": descent(steps=1001),
    "a descent of much work": descent(
        input={"random": {"shape": [8, 256, 256]}}, weight={"random": {"shape": [8, 8, 5, 5]}},
        loss={"kind": "cross_entropy", "target": 0}, steps=1000,
    ),
    "an input channel": get(f"{_FIRST}/gradients/input/steps?in_channel=2"),
    "an input channel of stamps": get(f"{_FIRST}/gradients/input/stamps?in_channel=2"),
    "a range of gradient stamps": get(f"{_FIRST}/gradients/input/stamps?start=5"),
    "an output channel": get(f"{_FIRST}/gradients/weight/steps?out_channel=1"),
    "an input channel of the weight": get(f"{_FIRST}/gradients/weight/steps?in_channel=2"),
    "channels of two groups": get(f"{_URL['depthwise']}/gradients/weight/steps?in_channel=1"),
    "a start": get(f"{_FIRST}/gradients/input/steps?start=10"),
    "a stop": get(f"{_FIRST}/gradients/weight/steps?stop=5"),
    "an unknown part": get(f"{_FIRST}/gradients/input/steps?include=patch"),
    "no form": get(f"{_FIRST}/gradients/input/steps", Accept="text/html"),
    "an unknown format": get(f"{_FIRST}/gradients/weight/steps?format=npy"),
    "no weight": get(f"{_URL['max-pooling']}/gradients/weight/steps"),
    "no bias": get(f"{_FIRST}/gradients/bias"),
    "a scene of pooling": BadRequest("POST", f"{_URL['max-pooling']}/gradients/input/scene", {}),
    "a body": BadRequest("POST", f"{_FIRST}/gradients/input/scene", {"json": {}}),
}  # fmt: skip

OF_FIGURES: Final[dict[str, BadRequest]] = {
    "a row": get(f"{_FIRST}/figure.svg?row=2"),
    "a column": get(f"{_FIRST}/figure.tex?col=2"),
    "a negative row": get(f"{_FIRST}/figure.svg?row=-1"),
    "a channel": get(f"{_FIRST}/figure.svg?out_channel=1"),
    "an unknown part": get(f"{_FIRST}/figure.svg?parts=input,bias"),
    "an unknown theme": get(f"{_FIRST}/figure.svg?theme=sepia"),
    "an unknown language": get(f"{_FIRST}/figure.svg?lang=fr"),
    "a width of nothing": get(f"{_FIRST}/figure.svg?width=0"),
    "a width that is no number": get(f"{_FIRST}/figure.svg?width=wide"),
    "an unknown parameter": get(f"{_FIRST}/figure.svg?scale=2"),
    "an unknown direction": get(f"{_FIRST}/figure.svg?direction=loss"),
    "a figure of a gradient to a bias that is not there": get(f"{_FIRST}/figure.svg?direction=bias"),
    "a row of the gradient to the bias": get(f"{_FIRST}/figure.svg?direction=bias&row=1"),
    "a row of the input": get(f"{_FIRST}/figure.svg?direction=input&row=3"),
    "a column of the kernel": get(f"{_FIRST}/figure.tex?direction=weight&col=2"),
    "an input channel": get(f"{_FIRST}/figure.svg?direction=input&in_channel=2"),
    "an output channel of the gradient to the weight": get(
        f"{_FIRST}/figure.svg?direction=weight&out_channel=1"
    ),
    "a channel of another group": get(f"{_URL['depthwise']}/figure.svg?direction=weight&in_channel=1"),
    "a weight of pooling": get(f"{_URL['max-pooling']}/figure.svg?direction=weight"),
    "an input channel forward": get(f"{_FIRST}/figure.svg?in_channel=0"),
    "an output channel of the gradient to the input": get(
        f"{_FIRST}/figure.svg?direction=input&out_channel=1"
    ),
    "some cells of a gradient": get(f"{_FIRST}/figure.svg?direction=input&output_cells=before"),
}


OF_FRAMES: Final[dict[str, BadRequest]] = {
    "a foreign address": get("/oembed?url=https://other.example/s/1"),
    "no address": get("/oembed"),
    "a width of nothing": get("/oembed?maxwidth=0"),
    "a height that is no number": get("/oembed?maxheight=high"),
    "a write": BadRequest("POST", _SCENES, {"json": _SCENE, "headers": {"Sec-Fetch-Site": "cross-site"}}),
}


def exercise_answer(kind: str = "cell", **body: Any) -> BadRequest:
    return BadRequest("POST", f"/api/v1/exercises/{kind}/answers", {"json": body})


_WHOLE_CELLS: Final = {"seed": 3, "answer": [[0, 0, 0], [0, 0, 0]]}

OF_EXERCISES: Final[dict[str, BadRequest]] = {
    "an unknown kind": get("/api/v1/exercises/guess"),
    "an unknown kind of answer": exercise_answer("guess", answer=1),
    "an unknown lesson": get("/api/v1/exercises/cell?lesson=cooking"),
    "an answer of an unknown lesson": exercise_answer(answer=1, lesson="cooking"),
    "a negative seed": get("/api/v1/exercises/cell?seed=-1"),
    "a seed that is no integer": get("/api/v1/exercises/cell?seed=x"),
    "a misspelt parameter": get("/api/v1/exercises/cell?seeds=1"),
    "no answer": exercise_answer(),
    "a text for a number": exercise_answer(answer="12"),
    "a list for a number": exercise_answer(answer=[12]),
    "a short shape": exercise_answer("shape", answer=[1, 2]),
    "a negative shape": exercise_answer("shape", answer=[1, 2, -3]),
    "a cell outside the input": exercise_answer("inputs", answer=[[0, 0, 99]]),
    "a cell twice": exercise_answer("inputs", **_WHOLE_CELLS),
    "many cells": exercise_answer("inputs", answer=[[0, 0, 0]] * 1001),
    "a ragged kernel": exercise_answer("kernel", answer=[[[[1], [2, 3]]]]),
    "a kernel of another shape": exercise_answer("kernel", answer=[[[[1] * 9]]]),
    "a large number": exercise_answer("kernel", seed=3, answer=[[[[1e39, 1], [1, 1]]] * 2]),
    "a third animation": exercise_answer("animation", answer="c"),
    "an unknown field": exercise_answer(answer=1, guess=True),
    "no switch": exercise_answer(answer=1, give_up="yes"),
}

OF_FORMS: Final[dict[str, BadRequest]] = {
    "no boundary": text(b"", _SCENES, "multipart/form-data"),
    "cut": text(b"--B\r\n", _SCENES, "multipart/form-data; boundary=B"),
    "many parts": form("", **{f"part{k}": b"x" for k in range(9)}),
    "no multipart": text(b"xyz--B", _SCENES, "multipart/form-data; boundary=B"),
    "no scene": _file(input=npy([1.0])),
    "no input": form(),
    "a size of 0": form("?size=0,5", input=png()),
    "no size": form("?size=5", input=png()),
    "an unknown part": form(picture=b"x"),
    "a part twice": BadRequest("POST", _SCENES, {"files": [("input", b"x"), ("input", b"x")]}),
    "a tensor twice": form(weight=npy([1.0])),
    "a pickle": form(input=b"\x80\x04\x95"),
    "an archive": form(input=zipped([("README", b"hello")])),
    "half an archive": form(input=npz(x=1.0)[:-30]),
    "a long directory": form(input=with_directory_size(npz(x=1.0), 2**30)),
    "an archive of many": form(input=zipped((f"{i}.npy", b"") for i in range(4097))),
    "an array twice": form(input=zipped([("x.npy", b""), ("y.npy", b"")]).replace(b"y.npy", b"x.npy")),
    "an encrypted array": form(input=encrypted(npz(x=1.0))),
    "an array compressed in another way": form(input=zipped([("x.npy", npy(1.0))], ZIP_LZMA)),
    "no array in an archive": form(input=zipped([("x.npy", b"hello")])),
    "a damaged array": form(input=with_checksum(npz(x=1.0), 1)),
    "an archive of two": form(input=npz(x=1.0, y=2.0)),
    "an archive of nothing": form(input=zipped([])),
    "a batch": form(input=npy(np.zeros((5, 2, 3, 3)))),
    "a sample that is not there": form("?input_index=5", input=npy(np.zeros((5, 2, 3, 3)))),
    "a sample of no batch": form("?input_index=0", input=npy(np.zeros((2, 3, 3)))),
    "another file": form(input=b"GIF89a" + b"\0" * 99),
    "half a picture": form(input=png()[:40]),
    "a picture's start": form(input=b"\x89PNG\r\n\x1a\n"),
    "a picture of pixels": form("?size=999999,999999", input=png()),
    "a deep picture": form(input=png("I;16", transparency=3)),
    "a size of npy": form("?size=5,5", input=npy([[[1.0]]])),
    "a key of npy": form("?input_key=x", input=npy([[[1.0]]])),
    "objects": form(input=npy(np.array([None]))),
    "texts": form(input=npy(np.array(["x"]))),
    "half an array": form(input=npy(np.zeros((2, 2)))[:-1]),
    "no header": form(input=b"\x93NUMPY\x01\x00\x05\x00hello"),
    "a version of npy": form(input=b"\x93NUMPY\x09\x00\x05\x00\x00\x00hello"),
    "a long header of npy": form(input=b"\x93NUMPY\x02\x00\0\0\1\0hello"),
    "half a header of npy": form(input=b"\x93NUMPY\x01\x00\x09\0hello"),
    "many dimensions of npy": form(input=npy(np.zeros((1,) * 9))),
    "a number that does not fit": form(input=npy([[[np.inf]]])),
    "a number that is none": form(input=npy([[[np.nan]]])),
    "no tensor of a file": form("?input_key=c", input=_bytes("ab")),
    "no tensors": form(input=safetensors({})),
    "no key": form(input=_bytes("ab")),
    "many tensors": form(input=_bytes(f"t{i}" for i in range(30))),
    "too many tensors": form(input=safetensors({f"t{i}": {} for i in range(4097)})),
    "an unknown dtype": form(input=_bytes("a", "F8_E4M3")),
    "a long header": form(input=(2**24).to_bytes(8, "little") + b"{}"),
    "two objects": form(input=b"\x04" + b"\0" * 7 + b"{}{}"),
    "no JSON": form(input=(4).to_bytes(8, "little") + b"{abc"),
    "holes": form(input=safetensors({"a": _f32(1)}, b"\0" * 9)),
    "no scene file": _file(input=_bytes("a")),
    "no operation": _file(input=safetensors({"input": _f32(1, 1, 1)}, b"\0" * 4)),
    "a scene file of another dtype": _file(input=safetensors(_SAVED_F16, b"\0" * 2)),
}

OF_CODE: Final[dict[str, BadRequest]] = {
    "nothing": code(""),
    "long": code("x" * 20_001),
    "a null character": code("a\0"),
    "nested deep": code("-" * 3000 + "1"),
    "no call": code("break"),
    "several layers": code("nn.Conv2d(3, 16, 3)\nnn.MaxPool2d(2)"),
    "many layers": code("nn.MaxPool2d(2)\n" * 10),
    "no such layer": BadRequest(
        "POST", "/api/v1/parse", {"json": {"code": "nn.MaxPool2d(2)", "layer_index": 1}}
    ),
    "another dimension": code("nn.Conv3d(3, 16, 3)"),
    "a division by zero": code("nn.MaxPool2d(1 // 0)"),
    "no name": code("f()(3)"),
    "a similar name": code("nn.Conv2(3)"),
    "another name": code("os.system('true')"),
    "a starred argument": code("nn.Conv2d(*x)"),
    "many arguments": code("nn.MaxPool2d(1, 2, 3, 4, 5, 6, 7)"),
    "a similar argument": code("nn.Conv2d(3, 16, 3, strides=2)"),
    "another argument": code("nn.Conv2d(3, 16, 3, x=2)"),
    "an argument twice": code("nn.Conv2d(3, 16, 3, 1, stride=2)"),
    "missing arguments": code("nn.Conv2d()"),
    "no tensor": code("F.conv2d([0], w)"),
    "no value": code("nn.Conv2d(3, 16, int('3'))"),
    "a set": code("nn.Conv2d(3, 16, {3})"),
    "no size": code("nn.Conv2d(3, 16, '3')"),
    "no padding": code("nn.Conv2d(3, 16, 3, padding='full')"),
    "no integer": code("nn.Conv2d(3.0, 16, 3)"),
    "a long integer": code("nn.Conv2d(3, 16, 0x" + "f" * 3900 + ")"),
    "no choice": code("nn.Conv2d(3, 16, 3, padding_mode='x')"),
    "groups": code("nn.Conv2d(3, 16, 3, groups=2)"),
}

# What Python's parser says of these depends on its version.
OF_SYNTAX: Final[dict[str, BadRequest]] = {
    layer: code(layer)
    for layer in (
        "nn.Conv2d(3, 16",
        "nn.Conv2d(3, 16]",
        "nn.Conv2d)",
        "nn.Conv2d(3 16, 3)",
        "nn.Conv2d(a=3, 16, 3)",
        "nn.Conv2d(3, 16, '3)",
        "nn.Conv2d(3, 16, '''3)",
        "nn.Conv2d（3)",
        "nn.Conv2d(\u200b3)",
        "nn.Conv2d(3x)",
        "nn.Conv2d(03, 16, 3)",
        "nn.Conv2d(0x, 16, 3)",
        "nn.Conv2d(0b2)",
        "nn.Conv2d(0o9)",
        "nn.Conv2d(3) = 4",
        "nn.Conv2d(3, 4 = 5)",
        "None = 3",
        "1 = x",
        "x + 1 = 2",
        "f'{x}' = 3",
        "{1: 2} = 3",
        "[x for x in y] = 3",
        "if x:\nx",
        "def f():\nx",
        "class A:\nx",
        "x\n  x",
        "if x:\n   y\n  z",
        "if x:\n\ty\n        z",
        "try:\n  x",
        "x = \\ y",
        "nn.Conv2d(**a, 3)",
        "nn.Conv2d(**a, *b)",
        "nn.Conv2d(x for x in y, 3)",
        "for",
        "if x",
        "nn.Conv2d(3, (1 if 2))",
        "{1: *a}",
        "{1: }",
        "{1}: {2: 3, 4}",
        "[x, y for x in z]",
        "from x import y,",
        "b'é'",
        "print 3",
        "f'{a b}'",
        "f'{}'",
        "f'{a'",
        "*x",
        "(" * 250 + "3" + ")" * 250,
    )
}

BAD_REQUESTS: Final[dict[str, BadRequest]] = {
    f"{group}: {name}": request
    for group, requests in {
        "body": OF_BODIES, "layer": OF_LAYERS, "signal": OF_SIGNALS, "scene": OF_SCENES,
        "gradient": OF_GRADIENTS, "figure": OF_FIGURES, "frame": OF_FRAMES, "exercise": OF_EXERCISES,
        "form": OF_FORMS, "code": OF_CODE, "syntax": OF_SYNTAX,
    }.items()
    for name, request in requests.items()
}  # fmt: skip
