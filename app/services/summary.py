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
        "formulas": plan.formulas,
        "size_formulas": {
            name: formula._asdict()
            for name, formula in zip(("height", "width"), size_formulas(plan), strict=True)
        },
        "padding_share": padding_share(plan, scene.taps),
        "idle_rows": idle_lines(scene.taps.rows, plan.input_shape[1]),
        "idle_cols": idle_lines(scene.taps.cols, plan.input_shape[2]),
        "notes": [{"code": note.code, "message": render(note, language)} for note in notes],
    }
    return summary if initial is None else summary | {"initial": initial}


def _shapes_of(scene: Scene) -> dict[str, tuple[int, ...] | None]:
    own = shapes(scene.plan)
    return own if scene.upstream is None else own | {"upstream": scene.plan.output_shape}


def shapes(plan: Plan) -> dict[str, tuple[int, ...] | None]:
    return {
        "input": plan.input_shape,
        "weight": plan.weight_shape,
        "bias": plan.bias_shape,
        "output": plan.output_shape,
    }
