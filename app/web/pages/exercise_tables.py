"""The numbers of an exercise as tables, for readers without scripts and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.scenes.scene import Scene


@dataclass(frozen=True)
class Table:
    """A plane of numbers with its name."""

    name: str
    rows: list[list[str]]


def number_tables(scene: Scene, out_channel: int | None = None) -> list[Table]:
    """The numbers of input, weight and bias, as tables; of one output channel, or of all."""
    tables = [Table(f"X[{c}]", _rows(plane)) for c, plane in enumerate(scene.input)]
    if scene.weight is not None:
        tables += [
            Table(f"K[{o}, {c}]", _rows(plane))
            for o, planes in enumerate(scene.weight)
            if out_channel in (None, o)
            for c, plane in enumerate(planes)
        ]
    if scene.bias is not None:
        tables.append(Table("b", _rows([scene.bias])))
    return tables


def output_tables(described: Mapping[str, Any], texts: Mapping[str, str]) -> list[Table]:
    """The output of a kernel to be repaired, as it is and as it should be; that of a signal is a row."""
    return [
        Table(f"Y[{o}], {texts[key]}", _rows(plane if plane.ndim == 2 else [plane]))
        for name, key in (("output", "live.given"), ("wanted", "live.wanted"))
        for o, plane in enumerate(described.get(name, ()))
    ]


def animation_tables(described: Mapping[str, Any], texts: Mapping[str, str]) -> list[Table]:
    """What each of two animations comes to: every output channel, in whole."""
    tables = []
    for letter, moments in described.get("animations", {}).items():
        planes: dict[int, dict[int, list[float]]] = {}
        for moment in moments:
            planes.setdefault(moment["out_channel"], {}).setdefault(moment["row"], []).append(
                moment["output"]
            )
        name = texts["live.animation"].format(letter=letter.upper())
        tables += [Table(f"Y[{o}], {name}", _rows(plane.values())) for o, plane in planes.items()]
    return tables


def _rows(plane: Any) -> list[list[str]]:
    return [[format(float(value), "g").replace("-", "−") for value in row] for row in plane]
