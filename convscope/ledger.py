"""One window of a layer: its step as the API has it, and as a table."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from convscope.client import Scene

Cell = tuple[int, int, int]


def fetch_step(scene: Scene, cell: Cell) -> dict[str, Any]:
    """
    The step that makes an output cell (o, i, j), with `in_channels` and `bias` (None: none) of its channel;
    of layers of one dimension i is 0. Raises ConvscopeError.
    """
    out_channel, index = cell[0], index_of(scene, cell)
    query = {"out_channel": str(out_channel), "start": str(index), "stop": str(index + 1)}
    page = scene._get("/steps", query).json()
    step: dict[str, Any] = page["steps"][0]
    bias = page["bias"] if scene.shapes["bias"] else None
    return step | {"in_channels": page["in_channels"], "bias": bias}


def index_of(scene: Scene, cell: Cell) -> int:
    """The window's index in raster order."""
    return cell[1] * _sizes(scene)[2] + cell[2]


def cell_of(scene: Scene, out_channel: int, index: int) -> Cell:
    return (out_channel, *divmod(index, _sizes(scene)[2]))


def check_cell(scene: Scene, cell: Any) -> Cell:
    """Raises ValueError for what is no cell (o, i, j) of the output."""
    sizes = _sizes(scene)
    try:
        found = tuple(int(each) for each in cell)
    except TypeError:
        found = ()
    if len(found) != 3 or not all(0 <= at < size for at, size in zip(found, sizes, strict=True)):
        raise ValueError(f"cell is {cell!r}, expected (o, i, j) below {sizes}")
    return found[0], found[1], found[2]


def _sizes(scene: Scene) -> Cell:
    """(C_out, H_out, W_out); a signal has one row."""
    shape = scene.shapes["output"]
    assert shape
    return (shape[0], 1, shape[1]) if len(shape) == 2 else (shape[0], shape[1], shape[2])


def rows_of(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    A row for each input channel with `patch`, `products`, `channel_sum` and `running_sum`, and one for the
    bias, whose running sum is the output.
    """
    rows = [
        {"channel": channel, "patch": patch, "products": products, "channel_sum": own, "running_sum": running}
        for channel, patch, products, own, running in zip(
            step["in_channels"],
            step["patch"],
            step["products"],
            step["channel_sums"],
            step["running_sums"],
            strict=True,
        )
    ]
    last = {"channel": "bias", "channel_sum": step["bias"], "running_sum": step["output"]}
    return [*rows, {"patch": None, "products": None, **last}] if step["bias"] is not None else rows


def as_table(rows: list[dict[str, Any]]) -> Any:
    """A frame of pandas where pandas is installed, else the rows."""
    if "pandas" not in sys.modules and find_spec("pandas") is None:
        return rows
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    return pd.DataFrame(rows).set_index("channel")
