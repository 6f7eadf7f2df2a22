"""The summary of a scene: what it is, without its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.conv.errors import Message
from app.conv.operation import Plan
from app.conv.size_formulas import size_formulas
from app.conv.taps import idle_lines, padding_share
from app.i18n.languages import DEFAULT
from app.i18n.messages import render
from app.scenes.scene import Scene, describe

API_PREFIX: Final = "/api/v1"


def scene_url(scene: Scene) -> str:
    return f"{API_PREFIX}/scenes/{scene.id}"


def page_url(scene: Scene) -> str:
    return f"/s/{scene.id}"


def summarize(
    scene: Scene,
    initial: Mapping[str, Any] | None = None,
    notes: Sequence[Message] = (),
    language: str = DEFAULT,
) -> dict[str, Any]:
    """The summary as the contract has it; `initial`: the initial data, `notes`: what else it is to carry."""
    plan, url = scene.plan, scene_url(scene)
    summary: dict[str, Any] = {
        "id": scene.id,
        "operation": describe(plan.operation),
        "dtype": scene.dtype,
        "shapes": _shapes_of(scene),
        "counts": {
            "windows": plan.windows,
            "multiply_adds": plan.multiply_adds,
            "parameters": plan.parameters,
        },
        "links": {
            "self": url,
            "steps": f"{url}/steps",
            "taps": f"{url}/taps",
            "file": f"{url}/file",
            "page": page_url(scene),
        },
        "formulas": plan.formulas[-plan.dimensions :],
        "size_formulas": {name: formula._asdict() for name, formula in size_formulas(plan).items()},
        "padding_share": padding_share(plan, scene.taps),
        **_idle_cells(scene),
        "notes": [{"code": note.code, "message": render(note, language)} for note in notes],
    }
    return summary if initial is None else summary | {"initial": initial}


def _idle_cells(scene: Scene) -> dict[str, list[int]]:
    """The input rows and columns that no window reads; of one dimension the cells, under the same name."""
    _, height, width = scene.plan.input_shape
    rows = {"idle_rows": idle_lines(scene.taps.rows, height)} if scene.plan.dimensions == 2 else {}
    return rows | {"idle_cols": idle_lines(scene.taps.cols, width)}


def taps_structure(scene: Scene) -> dict[str, Any]:
    """The tap tables as their call answers them; of one dimension there is one."""
    rows = {"rows": scene.taps.rows.numpy()} if scene.plan.dimensions == 2 else {}
    return rows | {"cols": scene.taps.cols.numpy()}


def _shapes_of(scene: Scene) -> dict[str, tuple[int, ...] | None]:
    own = shapes(scene.plan)
    return own if scene.upstream is None else own | {"upstream": own["output"]}


def shapes(plan: Plan) -> dict[str, tuple[int, ...] | None]:
    """The shapes of the layer's tensors."""
    planned = {
        "input": plan.input_shape,
        "weight": plan.weight_shape,
        "bias": plan.bias_shape,
        "output": plan.output_shape,
    }
    return {name: None if shape is None else plan.own_shape(shape) for name, shape in planned.items()}
