"""One step of a gradient: its sums as rows of a table."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from convscope.cells import Cell, Traversal, index_of
from convscope.client import Scene


def gradient_rows(scene: Scene, traversal: Traversal, cell: Cell) -> list[dict[str, Any]]:
    """
    The sums of a step. To the input a row for each output channel, with `upstream`, `products`,
    `channel_sum` and `running_sum`; as stamps with `upstream` and `products`, and a last row `sum` with
    their `products` and what the `gradient` is under them then. To the weight a row for each row of the
    output, with `patch`, `upstream`, `products`, `row_sum` and `running_sum`; to the bias one row with
    `upstream_sum` and `gradient`. Raises ConvscopeError.
    """
    if traversal.direction == "bias":
        answer = scene._get("/gradients/bias").json()
        sums, gradients = answer["upstream_sums"], answer["gradient"]
        return [{"channel": cell[0], "upstream_sum": sums[cell[0]], "gradient": gradients[cell[0]]}]
    if traversal.direction == "weight":
        return _weight_rows(scene, cell)
    return _stamp_rows(scene, cell, traversal) if traversal.scatters else _input_rows(scene, cell, traversal)


def _fetch_page(scene: Scene, path: str, index: int, query: dict[str, str]) -> dict[str, Any]:
    """The page that holds one step."""
    page: dict[str, Any] = scene._get(
        f"/gradients/{path}", query | {"start": str(index), "stop": str(index + 1)}
    ).json()
    return page


def _input_rows(scene: Scene, cell: Cell, traversal: Traversal) -> list[dict[str, Any]]:
    page = _fetch_page(scene, "input/steps", index_of(scene, cell, traversal), {"in_channel": str(cell[0])})
    (step,) = page["steps"]
    names = ("channel", "upstream", "products", "channel_sum", "running_sum")
    columns = (page["out_channels"], *(step[name] for name in ("upstream", "products")))
    sums = (step["channel_sums"], step["running_sums"])
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, *sums, strict=True)]


def _stamp_rows(scene: Scene, cell: Cell, traversal: Traversal) -> list[dict[str, Any]]:
    page = _fetch_page(scene, "input/stamps", index_of(scene, cell, traversal), {"in_channel": str(cell[0])})
    (stamp,) = page["stamps"]
    columns = zip(page["out_channels"], stamp["values"], stamp["products"], strict=True)
    rows = [
        {"channel": channel, "upstream": value, "products": products, "gradient": None}
        for channel, value, products in columns
    ]
    last = {"products": stamp["sums"], "gradient": stamp["gradients"]}
    return [*rows, {"channel": "sum", "upstream": None, **last}]


def _weight_rows(scene: Scene, cell: Cell) -> list[dict[str, Any]]:
    query = {"out_channel": str(cell[0]), "in_channel": str(cell[1]), "include": "patch,upstream,products"}
    (step,) = _fetch_page(scene, "weight/steps", index_of(scene, cell, Traversal("weight")), query)["steps"]
    parts = [step[name] for name in ("patch", "upstream", "products")]
    if "row_sums" not in step:  # a signal is one row
        parts = [[part] for part in parts]
    sums = step.get("row_sums", [step["gradient"]])
    # The last running sum is the gradient as the server has added it up.
    running = [*list(accumulate(sums))[:-1], step["gradient"]]
    names = ("row", "patch", "upstream", "products", "row_sum", "running_sum")
    rows = zip(range(len(sums)), *parts, sums, running, strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
