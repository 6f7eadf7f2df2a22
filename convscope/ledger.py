"""One window of a layer: its step as the API has it, and as a table."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from convscope.cells import Cell, index_of
from convscope.client import Scene


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

    return pd.DataFrame(rows).set_index(next(iter(rows[0])))
