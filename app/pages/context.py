"""What the templates are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.conv.kernels import KERNELS
from app.conv.operation import Plan
from app.languages import catalogue
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.scenes.sources import SAMPLES


@dataclass(frozen=True)
class Example:
    """A preset in the list of examples."""

    name: str
    title: str
    line: str
    url: str


@dataclass(frozen=True)
class Pair:
    """The other half of a layer that is made of two."""

    text: str
    url: str


@dataclass(frozen=True)
class NamedKernel:
    """A kernel that can be chosen by name."""

    name: str
    rows: int
    cols: int


@dataclass(frozen=True)
class Workbench:
    """The page of one scene."""

    title: str
    line: str
    pair: Pair | None
    examples: list[Example]
    boot: Mapping[str, object]
    kernels: list[NamedKernel]
    samples: tuple[str, ...]


def workbench(scene: Scene, language: str, query: str, *, autoplay: bool) -> Workbench:
    """`query`: what links carry on, such as `?lang=zh-CN`, or nothing."""
    texts = catalogue(language)
    name = next((preset.name for preset in PRESETS.values() if preset.scene.id == scene.id), None)
    title = texts[f"preset.{name}.title"] if name else _scene_title(texts, scene.plan)
    line = texts[f"preset.{name}.line"] if name else texts["scene.line"]
    boot = {
        "scene": scene.id,
        "language": language,
        "api": "/api/v1",
        "messages": texts,
        "autoplay": autoplay,
        "presets": {preset.scene.id: name for name, preset in PRESETS.items()},
    }
    kernels = [NamedKernel(name, *kernel.shape) for name, kernel in KERNELS.items()]
    return Workbench(title, line, _pair(texts, name, query), _examples(texts, query), boot, kernels, SAMPLES)


def _pair(texts: Mapping[str, str], name: str | None, query: str) -> Pair | None:
    """Of a separable layer: the half that follows, or the one before."""
    other = {"depthwise": "pointwise", "pointwise": "depthwise"}.get(name or "")
    if other is None:
        return None
    return Pair(texts[f"preset.{name}.pair"], f"/s/{PRESETS[other].scene.id}{query}")


def _scene_title(texts: Mapping[str, str], plan: Plan) -> str:
    return texts["scene.title"].format(
        kind=plan.operation.kind,
        inputs=plan.input_shape[0],
        outputs=plan.output_shape[0],
        kernel="×".join(map(str, plan.kernel_size)),
    )


def _examples(texts: Mapping[str, str], query: str) -> list[Example]:
    return [
        Example(
            name,
            texts[f"preset.{name}.title"],
            texts[f"preset.{name}.line"],
            f"/s/{preset.scene.id}{query}",
        )
        for name, preset in PRESETS.items()
    ]
