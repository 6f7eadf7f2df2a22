"""Results as the structures that leave as JSON; numbers stay in NumPy arrays until orjson writes them."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Final

import numpy as np
import orjson
import torch
from torch import Tensor

from app.conv.ledger import Ledger
from app.conv.operation import MaxPool2d, Plan
from app.conv.taps import NONE
from app.scenes.scene import DTYPES, Scene, describe

PREFIX: Final = "/api/v1"
PARTS: Final = ("patch", "products")
_DTYPES: Final = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64", torch.int32: "I32"}

# Tensors by name: their types and shapes, and themselves.
Kinds = Mapping[str, tuple[torch.dtype, tuple[int, ...]]]
Columns = Mapping[str, Tensor]


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def to_safetensors(tensors: Columns) -> memoryview:
    """A safetensors file; the library's own writer takes 40 times as long."""
    file, room = safetensors_room({n: (t.dtype, tuple(t.shape)) for n, t in tensors.items()})
    for name, tensor in tensors.items():
        room[name].copy_(tensor)
    return file


def safetensors_room(kinds: Kinds, metadata: dict[str, str] | None = None) -> tuple[memoryview, Columns]:
    """A safetensors file without its numbers yet, and the tensors in it that they are to be written to."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    end = 0
    # The widest first, as the library orders them: each number then lies where its type wants it.
    for name, (dtype, shape) in sorted(kinds.items(), key=lambda item: -item[1][0].itemsize):
        start, end = end, end + prod(shape) * dtype.itemsize
        header[name] = {"dtype": _DTYPES[dtype], "shape": shape, "data_offsets": [start, end]}
    text = orjson.dumps(header)
    text += b" " * (-len(text) % 8)
    head = len(text).to_bytes(8, "little") + text
    file = np.empty(len(head) + end, np.uint8)
    file[: len(head)] = np.frombuffer(head, np.uint8)
    numbers, room = torch.from_numpy(file[len(head) :]), {}
    for name, (dtype, shape) in kinds.items():
        start, stop = header[name]["data_offsets"]
        room[name] = numbers[start:stop].view(dtype).view(shape)
    return file.data, room


def array(tensor: Tensor) -> np.ndarray[Any, Any] | np.number[Any]:
    """A tensor as orjson can write it: a contiguous array, or a number."""
    return tensor.contiguous().numpy()[()]


def summary(scene: Scene) -> dict[str, Any]:
    plan, path = scene.plan, f"{PREFIX}/scenes/{scene.id}"
    return {
        "id": scene.id,
        "operation": describe(plan.operation),
        "dtype": scene.dtype,
        "shapes": shapes(plan),
        "counts": {
            "windows": plan.windows,
            "multiply_adds": plan.multiply_adds,
            "parameters": plan.parameters,
        },
        "links": {
            "self": path,
            "steps": f"{path}/steps",
            "taps": f"{path}/taps",
            "file": f"{path}/file",
            "page": f"/s/{scene.id}",
        },
    }


def shapes(plan: Plan) -> dict[str, tuple[int, ...] | None]:
    return {
        "input": plan.input_shape,
        "weight": plan.weight_shape,
        "bias": plan.bias_shape,
        "output": plan.output_shape,
    }


def numbers_per_step(plan: Plan, parts: tuple[str, ...] = PARTS) -> int:
    """How many numbers one step holds, the basis of the size of a page."""
    height, width = plan.kernel_size
    channels = plan.channels_per_step
    return channels * height * width * len(parts) + 2 * channels + height + width + 4


def column_kinds(scene: Scene, windows: int, parts: tuple[str, ...]) -> Kinds:
    """The tensors of a ledger of so many windows that are the columns of its steps."""
    plan, dtype = scene.plan, DTYPES[scene.dtype]
    (height, width), channels = plan.kernel_size, plan.channels_per_step
    kinds: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {
        "outputs": (dtype, (windows,)),
        "channel_sums": (dtype, (windows, channels)),
        "running_sums": (dtype, (windows, channels)),
        "input_rows": (torch.int32, (windows, height)),
        "input_cols": (torch.int32, (windows, width)),
    }
    names = {"patch": "patches", "products": "products"}
    kinds |= {names[part]: (dtype, (windows, channels, height, width)) for part in parts}
    if isinstance(plan.operation, MaxPool2d):
        kinds["selected"] = (torch.int32, (windows, 2))
    return kinds


def steps(ledger: Ledger, width: int, parts: tuple[str, ...] = PARTS) -> list[dict[str, Any]]:
    """The steps of a ledger; `width` is W_out."""
    columns = _columns(ledger, parts)
    names = tuple(columns)
    return [
        {"index": index, "row": index // width, "col": index % width, **dict(zip(names, values, strict=True))}
        for index, values in enumerate(zip(*columns.values(), strict=True), ledger.start)
    ]


def _columns(ledger: Ledger, parts: tuple[str, ...]) -> dict[str, Any]:
    columns: dict[str, Any] = {"input_rows": _taps(ledger.input_rows), "input_cols": _taps(ledger.input_cols)}
    if "patch" in parts:
        columns["patch"] = ledger.patches.numpy()
    if "products" in parts:
        columns["products"] = ledger.products.numpy()
    columns["channel_sums"] = array(ledger.channel_sums)
    columns["running_sums"] = array(ledger.running_sums)
    if ledger.selected is not None:
        columns["selected"] = ledger.selected.numpy()
    return columns | {"output": ledger.outputs.numpy()}


def _taps(table: Tensor) -> list[list[int | None]]:
    """Rows of a tap table with null for none."""
    return [[None if tap == NONE else tap for tap in row] for row in table.tolist()]


def bias_of(scene: Scene, out_channel: int) -> Any:
    return 0 if scene.bias is None else scene.bias.numpy()[out_channel]
