"""Results as the structures that leave as JSON; numbers stay in NumPy arrays until orjson writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import orjson
from torch import Tensor

from app.conv.ledger import Ledger
from app.conv.operation import Plan
from app.conv.taps import NONE
from app.scenes.scene import Scene, describe

PREFIX: Final = "/api/v1"
PARTS: Final = ("patch", "products")
_DTYPES: Final = {"float64": "F64", "float32": "F32", "int64": "I64", "int32": "I32"}


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def to_safetensors(tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """The bytes of a safetensors file."""
    return b"".join(safetensors_parts(tensors, metadata))


def safetensors_parts(
    tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None
) -> list[bytes | memoryview]:
    """A safetensors file in parts that are not copied; the library's own writer takes 40 times as long."""
    arrays = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in tensors.items()}
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    parts: list[bytes | memoryview] = []
    end = 0
    # The widest first, as the library orders them: each number then lies where its type wants it.
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        start, end = end, end + array.nbytes
        dtype = _DTYPES[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": [start, end]}
        parts.append(array.reshape(-1).view(np.uint8).data)
    text = orjson.dumps(header)
    text += b" " * (-len(text) % 8)
    return [len(text).to_bytes(8, "little") + text, *parts]


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


def tensor_columns(ledger: Ledger, parts: tuple[str, ...]) -> dict[str, Tensor]:
    """The steps of a ledger as one tensor for each of their fields, the first dimension being the window."""
    columns = {
        "outputs": ledger.outputs,
        "channel_sums": ledger.channel_sums,
        "running_sums": ledger.running_sums,
        "input_rows": ledger.input_rows,
        "input_cols": ledger.input_cols,
    }
    if "patch" in parts:
        columns["patches"] = ledger.patches
    if "products" in parts:
        columns["products"] = ledger.products
    if ledger.selected is not None:
        columns["selected"] = ledger.selected
    return columns


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
