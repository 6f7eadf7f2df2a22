"""figure.svg and figure.tex of gradients: the numbers in them are the ledger's, and torch's."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient

from app.conv.errors import ConvError
from app.conv.operation import Conv2d
from app.limits import Limits
from app.scenes.scene import make_scene as scene_of
from app.services.figures.files import to_svg
from app.services.figures.gradient import (
    GradientFigure,
    bias_gradient_figure,
    input_gradient_figure,
    weight_gradient_figure,
)
from app.services.figures.gradient_layout import draw_gradient
from app.services.figures.window import MAX_CHANNELS, PARTS
from tests.support.gradient_reference import by_autograd, by_loops, magnitudes
from tests.support.random_layers import OPERATIONS, fitting_layers, seeded_layers
from tests.support.scenes import Body, make_scene
from tests.web.api.test_figures import LAYERS, SVG, check_all_lies_inside, decimal, flat, numbers_of

UPSTREAMS: dict[str, Body] = {"random": {"seed": 9}, "integers": {"seed": 9, "distribution": "integers"}}
TO_WEIGHT = [name for name, body in LAYERS.items() if "weight" in body]
# Layers of each kind that are drawn.
COUNT = 12


def with_upstream(client: TestClient, body: Body) -> str:
    path = make_scene(client, body)
    shape = client.get(path).json()["shapes"]["output"]
    random = UPSTREAMS["integers" if body.get("dtype") == "int32" else "random"]
    return make_scene(client, body | {"upstream": {"random": {"shape": shape, **random}}})


def get(client: TestClient, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_to_the_input_are_those_of_the_step(client: TestClient, name: str) -> None:
    path = with_upstream(client, LAYERS[name])
    channels, *sides = get(client, path)["shapes"]["input"]
    height, width = [1, *sides][-2:]
    for channel, row, col in ((0, 0, 0), (channels - 1, height // 2, width - 1)):
        start = row * width + col
        steps = f"{path}/gradients/input/steps?in_channel={channel}&start={start}&stop={start + 1}"
        (step,) = get(client, steps)["steps"]
        place = f"direction=input&in_channel={channel}&row={row}&col={col}"

        def drawn(part: str, place: str = place) -> list[float]:
            return numbers_of(client.get(f"{path}/figure.svg?{place}&parts={part}").text)

        # Turned as the kernel is seen, or as the ledger has them.
        count = min(len(step["channel_sums"]), MAX_CHANNELS)
        products = drawn("products")
        size = len(products) // count
        lanes = [products[k * size : (k + 1) * size] for k in range(count)]
        expected = [list(flat(each)) for each in step["products"][:count]]
        assert lanes in (expected, [each[::-1] for each in expected])
        sums, count = step["channel_sums"][:MAX_CHANNELS], len(step["channel_sums"][:MAX_CHANNELS])
        found = drawn("sums")
        assert found[:count] == sums
        assert found[-1] == step["gradient"]
        if len(step["channel_sums"]) > count:
            assert sum(found[count:-1]) == pytest.approx(step["gradient"])
        assert step["gradient"] in drawn("output")


@pytest.mark.parametrize("name", TO_WEIGHT)
def test_the_numbers_to_the_weight_are_those_of_the_step(client: TestClient, name: str) -> None:
    path = with_upstream(client, LAYERS[name])
    summary = get(client, path)
    kernel = summary["shapes"]["weight"][2:]
    height, width = [1, *kernel][-2:]
    out_channel = summary["shapes"]["output"][0] - 1
    for row, col in ((0, 0), (height - 1, width // 2)):
        start = row * width + col
        query = f"out_channel={out_channel}&start={start}&stop={start + 1}&include=products"
        page = get(client, f"{path}/gradients/weight/steps?{query}")
        (step,) = page["steps"]
        place = f"direction=weight&out_channel={out_channel}&row={row}&col={col}"

        def drawn(part: str, place: str = place) -> list[float]:
            return numbers_of(client.get(f"{path}/figure.svg?{place}&parts={part}").text)

        sums = step.get("row_sums", [step["gradient"]])
        rows = step["products"] if "row_sums" in step else [step["products"]]
        # Of a longer side so many are drawn.
        down, across = (8 if len(each) > 10 else len(each) for each in (rows, rows[0]))
        assert drawn("products") == [number for line in rows[:down] for number in line[:across]]
        found = drawn("sums")
        assert found[:down] == sums[:down]
        assert found[-1] == step["gradient"]
        assert sum(found[down:-1]) == pytest.approx(step["gradient"], rel=1e-4) or down == 1
        assert step["gradient"] in drawn("output")
        pair = f"{place}&in_channel={page['in_channel']}"
        assert client.get(f"{path}/figure.svg?{pair}").text == client.get(f"{path}/figure.svg?{place}").text


@pytest.mark.parametrize("name", TO_WEIGHT)
def test_the_numbers_to_the_bias_are_those_of_the_upstream(client: TestClient, name: str) -> None:
    """Each row's sum is that of the numbers before it as they are printed, and so is the gradient."""
    out_channels = get(client, make_scene(client, LAYERS[name]))["shapes"]["output"][0]
    bias = {"data": [1] * out_channels}
    path = with_upstream(client, LAYERS[name] | {"bias": bias})
    channel = out_channels - 1
    upstream = np.array(get(client, f"{path}/tensors/upstream?format=json")["data"])
    plane = np.atleast_2d(upstream[channel])
    gradient = get(client, f"{path}/gradients/bias")["gradient"]
    place = f"direction=bias&out_channel={channel}"

    def drawn(part: str) -> list[float]:
        return numbers_of(client.get(f"{path}/figure.svg?{place}&parts={part}").text)

    # Of a longer side so many are drawn.
    down, across = (8 if size > 10 else size for size in plane.shape)
    assert drawn("input") == drawn("products") == [*plane[:down, :across].flat]
    assert drawn("kernel") == []
    found = drawn("sums")
    assert found[:down] == pytest.approx([*plane.sum(1)[:down]], rel=1e-5, abs=1e-6)
    assert found[-1] == gradient[channel] == pytest.approx(plane.sum(), rel=1e-5, abs=1e-6)
    assert drawn("output") == gradient
    check_equation(bias_gradient_figure(scene_with_bias(plane), 0))


def scene_with_bias(plane: np.ndarray[Any, Any]) -> Any:
    """A layer of one cell a window, whose upstream is the plane."""
    upstream = torch.tensor(plane, dtype=torch.float64)[None]
    tensors = (torch.ones_like(upstream), torch.ones(1, 1, 1, 1, dtype=upstream.dtype), upstream.new_ones(1))
    return scene_of(Conv2d(), *tensors, Limits(), upstream)


@pytest.mark.parametrize("kind", OPERATIONS)
def test_figures_of_random_layers_have_the_gradients_of_autograd(kind: str) -> None:
    """All cells of both gradients' planes are drawn, and each sum printed adds up."""
    for number, (layer, plan) in enumerate(islice(fitting_layers(seeded_layers(kind)), COUNT)):
        generator = torch.Generator().manual_seed(number)
        upstream = torch.randint(-5, 6, plan.output_shape, generator=generator).to(layer.x.dtype)
        try:
            scene = scene_of(layer.operation(), *layer.tensors, Limits(), layer.own(upstream))
            figures = [
                last_input_figure(scene),
                *([last_weight_figure(scene)] if layer.weight is not None else []),
                *([bias_gradient_figure(scene, plan.output_shape[0] - 1)] if scene.bias is not None else []),
            ]
        except ConvError:
            continue
        whole, sizes = by_autograd(layer, upstream) or by_loops(layer, upstream), magnitudes(layer, upstream)
        for figure in figures:
            of_input = figure.direction == "input"
            expected, size = (getattr(each, figure.direction) for each in (whole, sizes))
            assert expected is not None and size is not None
            if of_input:
                plane, slack = expected[figure.cell[0]], size[figure.cell[0]]
            elif figure.direction == "bias":
                plane, slack = expected[None], size[None]
            else:
                out_channel, in_channel = figure.cell[:2]
                place = (out_channel, in_channel % plan.channels_per_step)
                if plan.is_transposed:
                    place = (in_channel, out_channel % len(plan.out_channels(in_channel)))
                plane, slack = expected[place], size[place]
            crop = figure.output_crop
            error = (figure.output.double() - crop.of(plane)).abs() - 1e-5 * crop.of(slack)
            assert error.max() <= 1e-12, layer
            check_equation(figure)


def last_input_figure(scene: Any) -> GradientFigure:
    channels, height, width = scene.plan.input_shape
    return input_gradient_figure(scene, channels - 1, height - 1, width // 2)


def last_weight_figure(scene: Any) -> GradientFigure:
    out_channel = scene.plan.output_shape[0] - 1
    in_channel = scene.plan.in_channels(out_channel)[-1]
    height, width = scene.plan.kernel_size
    return weight_gradient_figure(scene, out_channel, in_channel, height - 1, width // 2)


def check_equation(figure: GradientFigure) -> None:
    svg = to_svg(draw_gradient(figure, PARTS, "light", "en"), "en", None).decode()
    lines = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    letter = {"input": "dX", "weight": "dK", "bias": "db"}[figure.direction]
    line = next(text for text in lines if text.startswith(f"{letter}["))
    _, terms, *total = line.split(" = ")
    printed = [
        decimal(re.sub(r".*?(\(?\u2212?\u2248?[\d.]+\)?)$", r"\1", term)) for term in terms.split(" + ")
    ]
    assert sum(printed) == decimal(total[0] if total else terms)
    assert numbers_of(svg)[-1] == pytest.approx(figure.gradient.item())


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_gradient_lies_in_its_picture_and_says_what_it_is(client: TestClient, name: str, lang: str) -> None:
    path = with_upstream(client, LAYERS[name])
    has_bias = LAYERS[name].get("bias") is not None
    for direction in ("input", *(["weight"] if name in TO_WEIGHT else []), *(["bias"] if has_bias else [])):
        svg = client.get(f"{path}/figure.svg?direction={direction}&lang={lang}&theme=dark").text
        root = ElementTree.fromstring(svg)
        assert {"input": "dX[", "weight": "dK[", "bias": "db["}[direction] in (
            root.findtext(f"{SVG}title") or ""
        )
        assert root.findtext(f"{SVG}desc")
        check_all_lies_inside(root)


def test_a_picture_by_hand(client: TestClient) -> None:
    """Both windows read the middle cell, one through the last kernel cell, one through the first."""
    body: Body = {
        "input": {"data": [[1, 2, 3, 4, 5]]},
        "weight": {"data": [[[1, 10, 100]]]},
        "upstream": {"data": [[3, 4]]},
        "operation": {"kind": "conv1d", "stride": 2},
    }
    path = make_scene(client, body)
    svg = client.get(f"{path}/figure.svg?direction=input&col=2").text
    text = " ".join(ElementTree.fromstring(svg).itertext())
    assert "K[0, 0], turned by 180°" in text
    assert numbers_of(svg) == [3, 4, 3, 4, 100, 10, 1, 300, 0, 4, 304, 3, 30, 304, 40, 400, 304]
    assert "A dot: no output read the cell there." in text


@pytest.mark.parametrize(("kernel", "flip"), [(1, False), (2, False), (2, True)])
def test_a_kernel_is_said_to_be_turned_where_it_is(client: TestClient, kernel: int, flip: bool) -> None:
    body: Body = {
        "input": {"random": {"shape": [1, 3, 3]}},
        "weight": {"random": {"shape": [1, 1, kernel, kernel]}},
        "operation": {"kind": "conv2d", "flip": flip},
    }
    svg = client.get(f"{make_scene(client, body)}/figure.svg?direction=input").text
    assert ("turned by 180°" in svg) == (kernel > 1 and not flip)


def test_the_document_has_the_numbers_of_the_picture(client: TestClient) -> None:
    path = with_upstream(client, LAYERS["integers with many channels"])
    for direction in ("input", "weight"):
        tex = client.get(f"{path}/figure.tex?direction={direction}&row=1").text
        nodes = re.findall(r"\\node\[.*\{(.*)\};$", tex, re.MULTILINE)
        cells = [text.replace("$-$", "-") for text in nodes if re.fullmatch(r"(\$-\$)?[\d.]+", text)]
        svg = client.get(f"{path}/figure.svg?direction={direction}&row=1").text
        assert [float(cell) for cell in cells] == numbers_of(svg)[: len(cells)]
        assert len(cells) > 50
