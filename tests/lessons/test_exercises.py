"""A thousand seeds of every kind: valid, solvable, and judged by sums in plain Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest

from app.conv.errors import ConvError
from app.formats.json_encoding import to_json
from app.i18n.languages import LANGUAGES
from app.lessons.cell_exercise import CellExercise
from app.lessons.exercises import KINDS, describe_exercise, judge, make_exercise
from app.lessons.lesson_files import lessons
from app.lessons.lesson_texts import say
from tests.support.plain_layer import PlainLayer, flipped, one_row, transposed

SEEDS = 1000
LESSONS = [None, *lessons()]
Json = Any
Shape = tuple[int, ...]


def exercise(kind: str, seed: int) -> tuple[Json, Callable[..., Json]]:
    """
    The exercise as a client sees it, and what judges an answer to it; indices and answers of a signal, which
    have no row, with row 0.
    """
    made = make_exercise(kind, seed, LESSONS[seed % len(LESSONS)])
    with_row, without_row = ROWS[kind] if made.scene.plan.dimensions == 1 else (same, same)

    def judged(answer: Any, give_up: bool = False) -> Json:
        told = judge(made, None if answer is None else without_row(answer), give_up, "en")
        told = orjson.loads(to_json(told))
        told["expected"] = told["expected"] and with_row(told["expected"])
        if told["diagnosis"] and kind != "animation":
            told["diagnosis"]["value"] = with_row(told["diagnosis"]["value"])
        return told

    asked = orjson.loads(to_json(describe_exercise(made, "en")))
    if made.scene.plan.dimensions == 1:
        asked |= {name: at_row_0(asked[name]) for name in ("cell",) if name in asked}
        asked |= {name: one_row(asked[name], 1) for name in ("wanted", "output") if name in asked}
        asked |= {"choices": [with_row(each) for each in asked.get("choices", ())]}
    return asked, judged


def same(answer: Any) -> Any:
    return answer


def at_row_0(index: Any) -> list[int]:
    return [index[0], 0, index[1]]


# How the answers of a signal are written with a row, and without.
ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "cell": (same, same),
    "shape": (lambda shape: [shape[0], 1, shape[1]], lambda shape: [shape[0], shape[2]]),
    "inputs": (
        lambda cells: [at_row_0(cell) for cell in cells],
        lambda cells: [[cell[0], cell[2]] for cell in cells],
    ),
    "kernel": (
        lambda weight: one_row(weight, 2),
        lambda weight: [[plane[0] for plane in planes] for planes in weight],
    ),
    "animation": (same, same),
}


def recomputed(layer: PlainLayer, cell: tuple[int, int, int], name: str, value: float) -> bool:
    """Whether a misconception gives this number, by sums of our own."""
    channel, i, j = cell
    sums, bias = (layer.sums(cell), layer.bias(cell)) if layer.w is not None else ([], 0)
    read = [layer.x[channel][r][c] for _, _, r, c in layer.taps(cell)] if layer.w is None else []
    single = layer.but(stride=(1, 1))
    shifted = [(channel, i * layer.stride[0] + di, j * layer.stride[1] + dj) for di, dj in ((0, 1), (1, 0))]
    around = [(channel, i + di, j + dj) for di, dj in ((0, -1), (0, 1), (-1, 0), (1, 0))]
    candidates: dict[str, Callable[[], list[float]]] = {
        "only_first_channel": lambda: [sums[0] + bias],
        "channels_not_added": lambda: [sums[-1] + bias],
        "channel_left_out": lambda: [sum(sums) - part + bias for part in sums],
        "channels_averaged": lambda: [sum(sums) / len(sums) + bias],
        "one_slice_for_all": lambda: [
            layer.but(w=[[planes[0]] * len(planes) for planes in layer.w]).value(cell)
        ],
        "kernel_flipped": lambda: [layer.but(w=flipped(layer.w)).value(cell)],
        "kernel_transposed": lambda: [layer.but(w=transposed(layer.w)).value(cell)],
        "bias_forgotten": lambda: [sum(sums)],
        "bias_per_channel": lambda: [sum(sums) + len(sums) * bias],
        "padding_ignored": lambda: [layer.but(padding=(0, 0)).value(cell)],
        "stride_ignored": lambda: [single.value(cell)],
        "dilation_ignored": lambda: [layer.but(dilation=(1, 1)).value(cell)],
        "window_off_by_one": lambda: [single.value(place) for place in shifted if single.has(place)],
        "rows_and_columns_swapped": lambda: [layer.value((channel, j, i))],
        "neighbouring_window": lambda: [layer.value(place) for place in around if layer.has(place)],
        "other_filter": lambda: [layer.value((o, i, j)) for o in range(layer.shape[0]) if o != channel],
        "groups_ignored": lambda: [of_first_group(layer, cell)],
        "stamps_not_added": lambda: [last_stamp(layer, cell)],
        "pooling_summed": lambda: [sum(read)],
        "pooling_averaged": lambda: [sum(read) / len(read)],
        "pooling_maximum": lambda: [max(read)],
    }
    return any(abs(each - value) < 1e-3 for each in candidates[name]())


def of_first_group(layer: PlainLayer, cell: tuple[int, int, int]) -> float:
    own = layer.channels(cell[0])
    moved = layer.but(x=[*layer.x[: len(own)]] * layer.groups)
    return sum(moved.sums(cell)) + layer.bias(cell)


def last_stamp(layer: PlainLayer, cell: tuple[int, int, int]) -> float:
    u, v, row, col = max(layer.taps(cell), key=lambda tap: tap[2:])
    channels = layer.channels(cell[0])
    stamped: float = sum(layer.x[c][row][col] * layer.weight(cell[0], c, u, v) for c in channels)
    return stamped + layer.bias(cell)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_cells() -> None:
    told = set()
    for seed in range(SEEDS):
        asked, judged = exercise("cell", seed)
        layer, cell = PlainLayer.of(asked["scene"]), tuple(asked["cell"])
        right = layer.value(cell)
        assert right == int(right) and judged(right)["correct"]
        given_up = judged(None, give_up=True)
        assert given_up["expected"] == right
        assert given_up["step"]["output"] == right
        assert given_up["explanation"].endswith(f" = {right:g}".replace("-", "−"))
        assert given_up["hints"] == []
        choices = asked["choices"]
        assert len(choices) == len(set(choices)) == 4 and right in choices
        channel, i, j = cell
        before = (channel, i, j - 1)
        near = [layer.value(before)] if layer.has(before) else []
        for wrong in {*choices, *near, right + 1000} - {right}:
            answer = judged(wrong)
            assert not answer["correct"] and len(answer["hints"]) == 2 and answer["expected"] is None
            if diagnosis := answer["diagnosis"]:
                told.add(diagnosis["misconception"])
                assert diagnosis["value"] == wrong
                assert recomputed(layer, cell, diagnosis["misconception"], wrong), (seed, diagnosis)
        assert judged(right + 1000)["diagnosis"] is None
    assert {
        "only_first_channel",
        "kernel_flipped",
        "bias_forgotten",
        "window_off_by_one",
        "neighbouring_window",
    } <= told


@pytest.mark.slow
def test_shapes() -> None:
    for seed in range(SEEDS):
        asked, judged = exercise("shape", seed)
        layer = PlainLayer.of(asked["scene"])
        assert judged(layer.shape)["correct"]
        assert judged(None, give_up=True)["expected"] == list(layer.shape)
        choices = [tuple(shape) for shape in asked["choices"]]
        assert len(choices) == len(set(choices)) == 4 and layer.shape in choices
        for wrong in {*choices, (90, 90, 90)} - {layer.shape}:
            answer = judged(list(wrong))
            assert not answer["correct"] and len(answer["hints"]) == 2
            if diagnosis := answer["diagnosis"]:
                assert diagnosis["value"] == list(wrong)
                assert other_shape(layer, diagnosis["misconception"]) == wrong, (seed, diagnosis)


def other_shape(layer: PlainLayer, name: str) -> tuple[int, ...]:
    """The output's shape under a misconception, by counting window positions."""
    channels, rows, cols = layer.shape
    sizes = (len(layer.x[0]), len(layer.x[0][0]))

    def count(
        *, sides: int = 2, stride: int | None = None, spread: bool = True, kernel: bool = True
    ) -> Shape:
        found = [channels]
        for n, p, d, k, s in zip(
            sizes, layer.padding, layer.dilation, layer.kernel, layer.stride, strict=True
        ):
            last = ((d if spread else 1) * (k - 1)) if kernel else 0
            found.append(len(range(0, n + sides * p - last, stride or s)))
        return tuple(found)

    shapes: dict[str, Callable[[], Shape]]
    if layer.kind == "conv_transpose2d":
        shapes = {
            "rows_and_columns_swapped": lambda: (channels, cols, rows),
            "channels_not_added": lambda: (channels * len(layer.x), rows, cols),
            "channels_kept": lambda: (len(layer.x), rows, cols),
            "stride_ignored": lambda: layer.but(stride=(1, 1)).shape,
            "kernel_ignored": lambda: (channels, *(n * s for n, s in zip(sizes, layer.stride, strict=True))),
            "not_transposed": count,
        }
        return shapes[name]()
    shapes = {
        "rows_and_columns_swapped": lambda: (channels, cols, rows),
        "channels_not_added": lambda: (channels * len(layer.x), rows, cols),
        "channels_kept": lambda: (len(layer.x), rows, cols),
        "padding_ignored": lambda: count(sides=0),
        "padding_once": lambda: count(sides=1),
        "stride_ignored": lambda: count(stride=1),
        "rounded_up": lambda: (channels, *(-(-room // s) + 1 for room, s in rooms(layer))),
        "dilation_ignored": lambda: count(spread=False),
        "first_window_forgotten": lambda: (channels, rows - 1, cols - 1),
        "kernel_ignored": lambda: count(kernel=False),
    }
    return shapes[name]()


def rooms(layer: PlainLayer) -> Any:
    """How far the window can go along each axis, and its stride."""
    sizes = (len(layer.x[0]), len(layer.x[0][0]))
    axes = zip(sizes, layer.padding, layer.dilation, layer.kernel, layer.stride, strict=True)
    return [(n + 2 * p - d * (k - 1) - 1, s) for n, p, d, k, s in axes]


@pytest.mark.slow
def test_inputs() -> None:
    for seed in range(SEEDS):
        asked, judged = exercise("inputs", seed)
        layer, cell = PlainLayer.of(asked["scene"]), tuple(asked["cell"])
        right = layer.inputs(cell)
        assert right and judged([list(each) for each in sorted(right, reverse=True)])["correct"]
        assert {tuple(each) for each in judged(None, give_up=True)["expected"]} == right
        if len(right) > 1:
            assert not judged([list(each) for each in sorted(right)[1:]])["correct"]
        for name, cells in other_inputs(layer, cell).items():
            if cells and cells != right:
                sent = sorted(list(each) for each in cells)
                diagnosis = judged(sent)["diagnosis"]
                assert diagnosis is None or diagnosis["value"] == sent
                told = diagnosis and other_inputs(layer, cell).get(diagnosis["misconception"])
                assert told is None or told == cells, (seed, name)


def other_inputs(layer: PlainLayer, cell: tuple[int, int, int]) -> dict[str, set[tuple[int, int, int]]]:
    channel, i, j = cell
    first = layer.channels(channel)[0]
    others = {
        "only_first_channel": {each for each in layer.inputs(cell) if each[0] == first},
        "groups_ignored": {(c, r, k) for c in range(len(layer.x)) for _, r, k in layer.inputs(cell)},
        "rows_and_columns_swapped": layer.inputs((channel, j, i)) if layer.has((channel, j, i)) else set(),
    }
    if layer.kind != "conv_transpose2d":
        others |= {
            "padding_ignored": layer.but(padding=(0, 0)).inputs(cell),
            "stride_ignored": layer.but(stride=(1, 1)).inputs(cell),
            "dilation_ignored": layer.but(dilation=(1, 1)).inputs(cell),
        }
    return others


READINGS: dict[str, Callable[[Any], Any]] = {
    "kernel_flipped": flipped,
    "rows_and_columns_swapped": transposed,
    "channels_swapped": lambda w: [planes[::-1] for planes in w],
}


@pytest.mark.slow
def test_kernels() -> None:
    told = set()
    for seed in range(SEEDS):
        asked, judged = exercise("kernel", seed)
        layer, wanted = PlainLayer.of(asked["scene"]), asked["wanted"]
        assert layer.output() != wanted
        right = judged(None, give_up=True)["expected"]
        assert layer.but(w=right).output() == wanted
        assert judged(right)["correct"]
        for wrong in (layer.w, flipped(right), transposed(right), [planes[::-1] for planes in right]):
            if shape_of(wrong) != shape_of(right) or layer.but(w=wrong).output() == wanted:
                continue
            diagnosis = judged(wrong)["diagnosis"]
            if diagnosis is None:
                continue
            told.add(diagnosis["misconception"])
            assert diagnosis["value"] == wrong
            if (name := diagnosis["misconception"]) == "kernel_unchanged":
                assert wrong == layer.w
            else:
                assert layer.but(w=READINGS[name](wrong)).output() == wanted
    assert {"kernel_flipped", "kernel_unchanged", "channels_swapped"} <= told


def shape_of(nested: Any) -> list[int]:
    return [len(nested), *shape_of(nested[0])] if isinstance(nested, list) else []


@pytest.mark.slow
def test_animations() -> None:
    seen = set()
    for seed in range(SEEDS):
        asked, judged = exercise("animation", seed)
        layer = PlainLayer.of(asked["scene"])
        wrong = [name for name in "ab" if not is_right(layer, asked["animations"][name])]
        assert len(wrong) == 1, seed
        assert judged(wrong[0])["correct"]
        assert judged(None, give_up=True)["expected"] == wrong[0]
        (other,) = {"a", "b"} - {*wrong}
        answer = judged(other)
        diagnosis = answer["diagnosis"]
        seen.add(diagnosis["misconception"])
        assert not answer["correct"] and diagnosis["value"] in [
            moment["output"] for moment in asked["animations"][wrong[0]]
        ]
    assert len(seen) >= 5


def is_right(layer: PlainLayer, moments: list[Json]) -> bool:
    """Whether every window is there, in raster order, with its number."""
    channels, rows, cols = layer.shape
    cells = [(o, i, j) for o in range(channels) for i in range(rows) for j in range(cols)]
    assert [(m["out_channel"], m["row"], m["col"]) for m in moments] == cells
    return all(m["output"] == layer.value(cell) for m, cell in zip(moments, cells, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_makes_one_exercise(kind: str) -> None:
    first, _ = exercise(kind, 5)
    make_exercise.cache_clear()
    again, _ = exercise(kind, 5)
    other, _ = exercise(kind, 5 + len(LESSONS))
    assert first == again != other


SIGNALS = [name for name, lesson in lessons().items() if lesson.description.layers.is_flat]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_index_of_a_signal_has_no_row(kind: str, language: str) -> None:
    """As the stage has it: Y[channel, place], K[filter, channel, place]."""
    assert SIGNALS == ["one-number"]
    for seed in range(40):
        made = make_exercise(kind, seed, SIGNALS[0])
        asked = orjson.loads(to_json(describe_exercise(made, language)))
        assert asked["scene"]["operation"]["kind"].endswith("1d")
        wrong = [belief.said for belief in getattr(made, "beliefs", ())]
        said = [made.question, made.explanation, *made.hints, *wrong]
        for text in (say(each, language) for each in said):
            indices = re.findall(r"([XYK])\[([^\]]*)\]", text)
            assert all(len(at.split(",")) == {"X": 2, "Y": 2, "K": 3}[name] for name, at in indices), text
            assert not re.search(r"\brows?\b|\bheight|\bcolumn|[行列高宽]", text), text
        assert len(asked.get("cell", "XY")) == 2
        if kind == "shape":
            assert {len(shape) for shape in asked["choices"]} == {2}


def as_image(kind: str, answer: Any) -> Any:
    """The same answer about an image of one row."""
    match kind:
        case "shape":
            return [answer[0], 1, answer[1]]
        case "inputs":
            return [[channel, 0, place] for channel, place in answer]
    return np.expand_dims(answer, 2).tolist()


@pytest.mark.parametrize("kind", ["shape", "inputs", "kernel"])
def test_a_signal_may_be_answered_as_an_image_of_one_row(kind: str) -> None:
    for seed in range(20):
        made = make_exercise(kind, seed, SIGNALS[0])
        for answer in (made.expected, as_image(kind, made.expected)):
            plain = orjson.loads(to_json(answer))
            assert judge(made, plain, False, "en")["correct"]


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("shape", [1, 2, 5], "answer_sizes_mismatch"),
        ("inputs", [[0, 1, 1]], "answer_cell_outside"),
        ("kernel", [[[[1, 2, 3], [1, 2, 3]]]], "answer_shape_mismatch"),
    ],
)
def test_an_answer_with_rows_is_refused_for_a_signal(kind: str, answer: Any, code: str) -> None:
    with pytest.raises(ConvError) as refused:
        judge(make_exercise(kind, 1, SIGNALS[0]), answer, False, "en")
    assert refused.value.message.code == code


def test_a_shape_of_two_sizes_is_refused_for_an_image() -> None:
    with pytest.raises(ConvError) as refused:
        judge(make_exercise("shape", 1, None), [1, 5], False, "en")
    assert refused.value.message.code == "answer_sizes_mismatch"


def cell_exercise(seed: int, lesson: str) -> CellExercise:
    made = make_exercise("cell", seed, lesson)
    assert isinstance(made, CellExercise)
    return made


def test_mistakes_about_each_parameter_of_a_layer_can_be_met_in_a_lesson() -> None:
    asking = [
        lesson.name
        for lesson in lessons().values()
        if any(step.task and step.task.exercise == "cell" for step in lesson.steps)
    ]
    met = {
        belief.misconception
        for lesson in asking
        for seed in range(20)
        for belief in cell_exercise(seed, lesson).beliefs
    }
    parameters = {"padding_ignored", "stride_ignored", "dilation_ignored", "groups_ignored"}
    assert parameters | {"bias_forgotten", "bias_per_channel"} <= met
