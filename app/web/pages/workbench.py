"""The context of the workbench template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, prod, sqrt
from typing import Any, Final

from app.conv.kernels import KERNELS
from app.conv.operation import Plan
from app.conv.size_formulas import size_formulas
from app.i18n.languages import catalogue
from app.i18n.plurals import fill_in
from app.scenes.operation_fields import OperationField, operation_fields
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene
from app.scenes.tensor_sources import SAMPLES
from app.services.initial_data import InitialRequest, initial_data
from app.services.summary import API_PREFIX, scene_url, summarize

# Numbers from which on an input is previewed first, and those of a preview.
_MAX_WHOLE: Final = 2**18
_PREVIEW: Final = 2**16
_NETWORK: Final = re.compile(r"[0-9a-f]{40}(\?[\w%&=.,*+~-]*)?", re.ASCII)
_LESSON: Final = re.compile(r"([a-z0-9-]{1,40}/\d{1,3})(?:\?(seed=\d{1,15}))?", re.ASCII)
# Texts that templates alone write, and those of what the page loads on demand, with the whole catalogue.
_NOT_AT_FIRST: Final = (
    "about.", "app.tagline", "cells.gradient", "cells.upstream", "code.", "direction", "docs.",
    "edit.upstream", "embed.", "error.404.", "error.500.", "error.home", "example.", "facts.", "fault.",
    "frame.", "gradient.", "help.", "inspect.", "language.", "ledger.caption", "legend.", "nav.", "networks.",
    "new.", "noscript", "panel.", "parameters.", "picture.", "preset.depthwise.pair", "preset.pointwise.pair",
    "save.", "signal.examples", "size.letters", "stage.tints", "stage.zoom", "timeline.scrub",
    "timeline.speed", "torchError.",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A preset in the list of examples."""

    name: str
    title: str
    line: str
    url: str
    dimensions: int


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
    is_preset: bool
    line: str
    pair: Pair | None
    network: str | None
    lesson: str | None
    examples: list[Example]
    formula: str
    symbols: str
    parameters: str
    counts: str
    boot: Mapping[str, object]
    preloads: list[str]
    kernels: list[NamedKernel]
    samples: tuple[str, ...]
    operation_fields: Mapping[str, OperationField]


def workbench(
    scene: Scene,
    language: str,
    query: str,
    *,
    origin: str = "",
    own_title: str = "",
    network: str = "",
    lesson: str = "",
    autoplay: bool,
) -> Workbench:
    """
    query: what links carry on: `?lang=zh-CN`, or nothing.
    origin: the example that the scene was made from, as the address has it.
    own_title: what the address calls a scene that is no preset; see `clean_title`.
    network: the network that the layer is of, and what is shown of it: `<id>?node=…`.
    lesson: the step that the reader has left: `<name>/<step>`, and the seed of its exercise.
    """
    texts, summary = catalogue(language), summarize(scene, initial_data(scene, InitialRequest()))
    name = next((preset.name for preset in PRESETS.values() if preset.scene.id == scene.id), None)
    title, line = _title_and_line(texts, language, scene.plan, name, origin)
    if own_title and name is None:
        title, line = own_title, _scene_title(texts, language, scene.plan)
    boot = {
        "scene": scene.id,
        "language": language,
        "api": API_PREFIX,
        "summary": summary,
        "messages": first_messages(texts),
        "autoplay": autoplay,
        "presets": {preset.scene.id: name for name, preset in PRESETS.items()},
    }
    kernels = [NamedKernel(name, *kernel.shape) for name, kernel in KERNELS.items()]
    return Workbench(
        title, name is not None, line, _pair(texts, name, query), _network_url(network),
        _lesson_url(lesson, query), _examples(texts, query),
        *_size_texts(texts, scene.plan),
        _parameters(texts, language, scene.plan),
        _counts(texts, language, scene.plan, summary["padding_share"]),
        boot, _preloads(scene, summary["initial"]),
        kernels, SAMPLES, operation_fields(),
    )  # fmt: skip


def first_messages(texts: Mapping[str, str]) -> Mapping[str, str]:
    """What the stage and its controls say."""
    return {key: text for key, text in texts.items() if not key.startswith(_NOT_AT_FIRST)}


def _pair(texts: Mapping[str, str], name: str | None, query: str) -> Pair | None:
    """The other half of a separable layer."""
    other = {"depthwise": "pointwise", "pointwise": "depthwise"}.get(name or "")
    if other is None:
        return None
    return Pair(texts[f"preset.{name}.pair"], f"/s/{PRESETS[other].scene.id}{query}")


def _network_url(network: str) -> str | None:
    """The page of a network; nothing else that an address may name."""
    return f"/n/{network}" if _NETWORK.fullmatch(network) else None


def _lesson_url(lesson: str, query: str) -> str | None:
    """The page of a lesson's step; nothing else that an address may name."""
    match = _LESSON.fullmatch(lesson)
    if match is None:
        return None
    step, seed = match.groups()
    return f"/learn/{step}{query}" + (f"{'&' if query else '?'}{seed}" if seed else "")


def _size_texts(texts: Mapping[str, str], plan: Plan) -> tuple[str, str]:
    """The output's sizes worked out, in numbers and in letters; one line where both are alike."""
    formulas = size_formulas(plan)
    if len(formulas) > 1 and len({formula.numbers for formula in formulas.values()}) == 1:
        formulas = {"both": formulas["height"]}
    numbers = [(f"size.{name}", formula.numbers) for name, formula in formulas.items()]
    symbols = [(f"size.{name}", formula.symbols) for name, formula in formulas.items()]
    return _size_text(texts, numbers), _size_text(texts, symbols)


def _size_text(texts: Mapping[str, str], lines: list[tuple[str, str]]) -> str:
    return "\n".join(texts[key].format(formula=formula) for key, formula in lines)


def _parameters(texts: Mapping[str, str], language: str, plan: Plan) -> str:
    """How many numbers the layer has learnt, in words."""
    if not plan.parameters:
        return texts["counts.parameters.none"]
    return fill_in(texts["counts.parameters"], language, {"parameters": f"{plan.parameters:,}"})


def _counts(texts: Mapping[str, str], language: str, plan: Plan, padding_share: float) -> str:
    """Parameters, multiply-adds, and the share of taps on padding, in words."""
    share = 100 * padding_share
    key = "counts" if plan.weight_shape else f"counts.{plan.operation.kind}"
    numbers = {"parameters": f"{plan.parameters:,}", "multiplyAdds": f"{plan.multiply_adds:,}"}
    counts = fill_in(texts[key], language, numbers)
    if share == 0:
        return counts
    empty = texts["counts.holes" if plan.is_transposed else "counts.padding"]
    return f"{counts} · {empty.format(share=format(share, '.2g' if share < 10 else '.3g'))}"


def _preloads(scene: Scene, initial: Mapping[str, Any]) -> list[str]:
    """URLs of what the first picture needs beside the initial data, to be loaded before any script runs."""
    url = scene_url(scene)
    taps = [] if "taps" in initial else [f"{url}/taps"]
    missing = [name for name in scene.tensors if name not in initial["tensors"]]
    return [*taps, *(f"{url}/tensors/{name}?format=npy{_part(scene, name)}" for name in missing)]


def _part(scene: Scene, name: str) -> str:
    """The query for the preview of a large input; frontend/data/input_preview.ts asks for the same."""
    count = prod(scene.plan.input_shape)
    return f"&every={ceil(sqrt(count / _PREVIEW))}" if name == "input" and count > _MAX_WHOLE else ""


def _title_and_line(
    texts: Mapping[str, str], language: str, plan: Plan, name: str | None, origin: str
) -> tuple[str, str]:
    """name: of the preset that the scene is."""
    layer = _scene_title(texts, language, plan)
    if name:
        return texts[f"preset.{name}.title"], texts[f"preset.{name}.line"]
    if origin in PRESETS:
        title = texts[f"preset.{origin}.title"]
        return fill_in(texts["scene.edited"], language, {"title": title}), layer
    return layer, _layer_line(texts, plan)


def _scene_title(texts: Mapping[str, str], language: str, plan: Plan) -> str:
    values = {
        "kind": plan.operation.kind,
        "inputs": plan.input_shape[0],
        "outputs": plan.output_shape[0],
        "kernel": "×".join(map(str, plan.own_shape(plan.kernel_size))),
    }
    title = fill_in(texts["scene.title" if plan.weight_shape else "scene.title.pool"], language, values)
    groups = fill_in(texts["scene.title.groups"], language, {"groups": plan.groups})
    return title + groups if plan.weight_shape and plan.groups > 1 else title


def _layer_line(texts: Mapping[str, str], plan: Plan) -> str:
    """How a layer of this kind makes its output, in a sentence."""
    kind = plan.operation.kind[:-2]
    if kind == "conv" and plan.channels_per_step == 1:
        kind = "channel"
    line = texts[f"scene.line.{kind}"]
    return f"{line} {texts['scene.line.bias']}" if plan.bias_shape else line


def _examples(texts: Mapping[str, str], query: str) -> list[Example]:
    return [
        Example(
            name,
            texts[f"preset.{name}.title"],
            texts[f"preset.{name}.line"],
            f"/s/{preset.scene.id}{query}",
            preset.scene.plan.operation.dimensions,
        )
        for name, preset in PRESETS.items()
    ]
