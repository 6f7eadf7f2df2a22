"""The table of a network's layers by their shapes: as JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from app.networks.layer_table import LayerRow

TableFormat = Literal["json", "csv", "md"]
_COLUMNS: Final = (
    "name", "operator", "output", "parameters", "multiply_adds",
    "receptive_field", "jump", "start", "padding_share",
)  # fmt: skip
_NUMERIC_FROM: Final = 3


def describe_layers(rows: Sequence[LayerRow]) -> dict[str, Any]:
    """As the contract has it."""
    layers = [row._asdict() for row in rows]
    for layer, row in zip(layers, rows, strict=True):
        layer["receptive_field"] = row.receptive_field and row.receptive_field._asdict()
    return {"layers": layers, **_totals(rows)}


def layers_csv(rows: Sequence[LayerRow]) -> str:
    """A line for each layer, after one with the columns' names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row, str, "x") for row in rows)
    return out.getvalue()


def layers_markdown(rows: Sequence[LayerRow]) -> str:
    """A table, and what it adds up to in its last line."""
    rule = ["---" if i < _NUMERIC_FROM else "---:" for i in range(len(_COLUMNS))]
    total = ["", "", "", *(f"{each:,}" for each in _totals(rows).values()), "", "", "", ""]
    heads = [column.replace("_", " ") for column in _COLUMNS]
    lines = [heads, rule, *(_cells(row, "{:,}".format, "×") for row in rows), total]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


WRITERS: Final[dict[TableFormat, Callable[[Sequence[LayerRow]], str]]] = {
    "csv": layers_csv,
    "md": layers_markdown,
}


def _cells(row: LayerRow, number: Callable[[int], str], times: str) -> list[str]:
    def sizes(values: Sequence[int] | None) -> str:
        return "" if values is None else times.join(map(str, values))

    field = row.receptive_field
    share = "" if row.padding_share is None else f"{row.padding_share:.6g}"
    return [
        row.name, row.op, sizes(row.output_shape), number(row.parameters), number(row.multiply_adds),
        *(("", "", "") if field is None else (sizes(field.size), sizes(field.jump), sizes(field.start))),
        share,
    ]  # fmt: skip


def _totals(rows: Sequence[LayerRow]) -> dict[str, int]:
    return {
        "parameters": sum(row.parameters for row in rows),
        "multiply_adds": sum(row.multiply_adds for row in rows),
    }
