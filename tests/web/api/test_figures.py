"""GET /scenes/{id}/figure.svg and figure.tex: the numbers in them are the step's."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from app.i18n.languages import LANGUAGES, figure_texts
from app.scenes.presets import PRESETS
from app.services.figures.colors import PALETTES, Theme, luminance
from app.services.figures.files import escape_tex
from app.services.figures.window import MAX_CHANNELS
from tests.support.random_layers import OPERATIONS
from tests.support.scenes import CHAPTER, Body, make_scene
from tests.support.skip import skip_loudly

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"
LAYERS: dict[str, Body] = {
    "chapter": CHAPTER,
    "bias, groups, padding and stride": {
        "input": {"random": {"shape": [4, 9, 8], "seed": 1}},
        "weight": {"random": {"shape": [6, 2, 3, 2], "seed": 2}},
        "bias": {"random": {"shape": [6], "seed": 3}},
        "operation": {"kind": "conv2d", "groups": 2, "padding": 1, "stride": 2},
    },
    "reflected, dilated and flipped": {
        "input": {"random": {"shape": [2, 6, 6], "seed": 1}},
        "weight": {"random": {"shape": [1, 2, 3, 3], "seed": 2}},
        "operation": {
            "kind": "conv2d", "padding": 2, "padding_mode": "reflect", "dilation": 2, "flip": True
        },
    },
    "transposed": {
        "input": {"random": {"shape": [2, 4, 4], "seed": 1}},
        "weight": {"random": {"shape": [2, 3, 3, 3], "seed": 2}},
        "operation": {"kind": "conv_transpose2d", "stride": 2},
        "dtype": "float64",
    },
    "maximum": {
        "input": {"random": {"shape": [3, 5, 5], "seed": 1}},
        "operation": {"kind": "max_pool2d", "kernel_size": 3, "padding": 1},
    },
    "average": {
        "input": {"random": {"shape": [3, 5, 5], "seed": 1}},
        "operation": {"kind": "avg_pool2d", "kernel_size": 2, "padding": 1, "count_include_pad": False},
    },
    "signal": {
        "input": {"random": {"shape": [2, 40], "seed": 1}},
        "weight": {"random": {"shape": [3, 2, 4], "seed": 2}},
        "operation": {"kind": "conv1d", "padding": 2, "stride": 3, "dilation": 2},
    },
    "maximum of a signal": {
        "input": {"random": {"shape": [2, 9], "seed": 1}},
        "operation": {"kind": "max_pool1d", "kernel_size": 3, "padding": 1},
    },
    "integers with many channels": {
        "input": {"random": {"shape": [64, 40, 30], "distribution": "integers"}},
        "weight": {"random": {"shape": [2, 64, 3, 3], "distribution": "integers", "seed": 1}},
        "operation": {"kind": "conv2d", "padding": "same"},
        "dtype": "int32",
    },
}  # fmt: skip


def numbers_of(svg: str) -> list[float]:
    """
    All numbers of a picture, in its order; each stands alone and reads as its value, rounded so that sums add
    up.
    """
    found = []
    for element in ElementTree.fromstring(svg).iter():
        exact = element.get("data-value")
        if exact is None:
            continue
        assert element.tag in (f"{SVG}text", f"{SVG}tspan")
        assert len(element) == 0
        text = (element.text or "").replace("\u2212", "-").replace("\u2248", "")
        assert re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text)
        decimals = len(text.partition(".")[2].partition("e")[0])
        assert float(text) == pytest.approx(float(exact), abs=10**-decimals + 1e-9, rel=0.01)
        found.append(float(exact))
    return found


def flat(nested: Any) -> Iterator[float]:
    if isinstance(nested, list):
        for each in nested:
            yield from flat(each)
    else:
        yield nested


def step_of(client: TestClient, path: str, out_channel: int, row: int, col: int) -> tuple[Any, Any]:
    """The summary of a scene, and the step of a window."""
    summary = client.get(path).json()
    index = row * summary["shapes"]["output"][-1] + col
    query = f"out_channel={out_channel}&start={index}&stop={index + 1}"
    return summary, client.get(f"{path}/steps?{query}").json()["steps"][0]


@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_of_a_figure_are_those_of_the_step(client: TestClient, name: str) -> None:
    path = make_scene(client, LAYERS[name])
    out_channels, *sides = client.get(path).json()["shapes"]["output"]
    height, width = [1, *sides][-2:]
    for out_channel, row, col in ((0, 0, 0), (out_channels - 1, height // 2, width - 1)):
        summary, step = step_of(client, path, out_channel, row, col)
        place = f"out_channel={out_channel}&row={row}&col={col}"

        def drawn(part: str, place: str = place) -> list[float]:
            return numbers_of(client.get(f"{path}/figure.svg?{place}&parts={part}").text)

        kind = summary["operation"]["kind"]
        if not kind.startswith("max_pool"):
            assert drawn("products") == list(flat(step["products"][:MAX_CHANNELS]))
        if kind in ("conv2d", "conv1d"):
            weight = client.get(f"{path}/tensors/weight?format=json").json()["data"]
            assert drawn("kernel") == list(flat(weight[out_channel][:MAX_CHANNELS]))
        sums = step["channel_sums"][:MAX_CHANNELS]
        in_sums = drawn("sums")
        # Once in boxes, once in the equation, which ends with the output.
        assert in_sums[: 2 * len(sums)] == sums * 2 or in_sums[: len(sums)] == sums
        assert in_sums[-1] == step["output"]
        rows = len(step["channel_sums"]) - len(sums)
        if rows:
            assert sum(in_sums[len(sums) : -1]) == pytest.approx(step["output"])
        assert step["output"] in drawn("output")


def decimal(text: str) -> Decimal:
    return Decimal(re.sub("[()\u2248]", "", text).replace("\u2212", "-"))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_printed_line_adds_up(client: TestClient, kind: str, bias: bool, seed: int) -> None:
    dimensions, pooling = int(kind[-2]), "pool" in kind
    channels = 1 if pooling else 2 + 2 * seed
    body: Body = {
        "input": {"random": {"shape": [channels, *[6] * dimensions], "seed": seed}},
        "operation": {"kind": kind, **({"kernel_size": 2} if pooling else {})},
    }
    if not pooling:
        shape = [channels, 3] if "transpose" in kind else [3, channels]
        body["weight"] = {"random": {"shape": [*shape, *[3] * dimensions], "seed": 10 + seed}}
        if bias:
            body["bias"] = {"random": {"shape": [3], "seed": 20 + seed}}
    path = f"{make_scene(client, body)}/figure"
    for col in range(3):
        lines = ["".join(element.itertext()) for element in texts_of(client, f"{path}.svg?col={col}")]
        line = next(text for text in lines if text.startswith("Y["))
        # "Y[0, 0, 0] = terms = output"; of a lone term there is nothing to add.
        _, terms, *output = line.split(" = ")
        assert not terms.startswith("(")
        printed = [
            decimal(re.sub(r".*?(\(?\u2212?\u2248?[\d.]+\)?)$", r"\1", term)) for term in terms.split(" + ")
        ]
        assert sum(printed) == decimal(output[0] if output else terms)
        if "max" in kind:
            continue
        products, sums = (
            [decimal(text.text or "") for text in texts_of(client, f"{path}.svg?col={col}&parts={part}")
             if text.get("data-value")]
            for part in ("products", "sums")
        )  # fmt: skip
        drawn = min(channels, MAX_CHANNELS)
        size = len(products) // drawn
        for c in range(drawn):
            assert sum(products[c * size : (c + 1) * size]) == printed[c]
        assert sums[:drawn] == printed[:drawn]
        tex = client.get(f"{path}.tex?col={col}").text.replace("$-$", "\u2212")
        assert re.sub(r"[^\d.]", "", line) in re.sub(r"[^\d.\n]", "", tex)


def texts_of(client: TestClient, url: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(client.get(url).text).iter(f"{SVG}text"))


def test_a_signals_figure_names_cells_without_rows(client: TestClient) -> None:
    path = make_scene(client, LAYERS["signal"])
    text = "".join(ElementTree.fromstring(client.get(f"{path}/figure.svg?col=5").text).itertext())
    assert "Y[0, 5] = " in text
    assert re.search("Input: cells [0-9–]+ of 40 are drawn", text)


def test_the_chapters_figure_in_both_languages(client: TestClient) -> None:
    path = make_scene(client, CHAPTER)
    english = client.get(f"{path}/figure.svg?row=0&col=0").text
    assert numbers_of(english)[-1] == 56
    assert "".join(ElementTree.fromstring(english).itertext()).count("Y[0, 0, 0] = 19 + 37 = 56") == 1
    chinese = client.get(f"{path}/figure.svg", headers={"Accept-Language": "zh"})
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert chinese.headers["Vary"] == "Accept-Language"
    assert "卷积核" in chinese.text
    assert client.get(f"{path}/figure.svg?lang=zh-CN").text == chinese.text


@pytest.mark.safety(36)
def test_a_figure_names_nothing_outside_and_says_what_it_is(client: TestClient) -> None:
    path = make_scene(client, LAYERS["integers with many channels"])
    svg = client.get(f"{path}/figure.svg?row=20&col=10&theme=dark&width=800").text
    assert not re.search(r"href|url\(|@import|<script|<image", svg)
    assert svg.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    root = ElementTree.fromstring(svg)
    assert root.get("width") == "800.0"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and description is not None
    assert (title.text or "").startswith("conv2d: output cell Y[0, 20, 10] = ")
    said = " ".join(root.itertext())
    assert re.search(r"Input: rows 16\u201323 and columns 6\u201313 of\s+40 \u00d7 30\s+are drawn", said)
    assert re.search(r"Channels 4\u201363 are left out", said)
    assert "60 more channels: " in said


def test_all_that_is_drawn_lies_in_the_picture(client: TestClient) -> None:
    for body in LAYERS.values():
        for lang in ("en", "zh-CN"):
            svg = client.get(f"{make_scene(client, body)}/figure.svg?lang={lang}").text
            check_all_lies_inside(ElementTree.fromstring(svg))


def check_all_lies_inside(picture: ElementTree.Element) -> None:
    _, _, width, height = map(float, (picture.get("viewBox") or "").split())
    for element in picture.iter():
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        assert 0 <= x <= width
        assert 0 <= y <= height
        if element.tag == f"{SVG}rect" and "%" not in element.get("width", ""):
            assert x + float(element.get("width", 0)) <= width
            assert y + float(element.get("height", 0)) <= height


@pytest.mark.parametrize("name", LAYERS)
def test_numbers_of_the_output_that_are_still_to_come_are_not_drawn(client: TestClient, name: str) -> None:
    path = make_scene(client, LAYERS[name])
    channels, *sides = client.get(path).json()["shapes"]["output"]
    height, width = [1, *sides][-2:]
    # Larger planes are cropped.
    height, width = min(height, 5), min(width, 5)
    for row, col in {(0, 0), (height - 1, width // 2), (height - 1, width - 1)}:
        url = f"{path}/figure.svg?out_channel={channels - 1}&row={row}&col={col}&parts=output"
        drawn = {cells: client.get(f"{url}&output_cells={cells}").text for cells in ("through", "before")}
        every = numbers_of(client.get(url).text)
        line = len(every) // len(set(cell_tops(client.get(url).text)))
        placed = row * line + col
        assert numbers_of(drawn["through"]) == every[: placed + 1]
        assert numbers_of(drawn["before"]) == every[:placed]
        title = ElementTree.fromstring(drawn["before"]).findtext(f"{SVG}title")
        assert title and "=" not in title, "it tells the number"
        assert len(cell_tops(drawn["before"])) == len(cell_tops(drawn["through"])) == len(every)


def cell_tops(svg: str) -> list[str]:
    """The y of every cell; the frame of the window's own is not filled and has round corners."""
    boxes = list(ElementTree.fromstring(svg).iter(f"{SVG}rect"))[1:]
    return [str(box.get("y")) for box in boxes if box.get("rx") is None]


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("direction", ["forward", "input", "weight"])
def test_a_frame_stands_out_from_every_cell(client: TestClient, theme: Theme, direction: str) -> None:
    """3:1 (WCAG 2.2) against what it lies on: an edge that is wider than the frame."""
    path, palette = make_scene(client, LAYERS["chapter"]), PALETTES[theme]
    svg = client.get(f"{path}/figure.svg?theme={theme}&direction={direction}").text
    framed = [box for box in ElementTree.fromstring(svg).iter(f"{SVG}rect") if box.get("rx")]
    assert len(framed) >= 4
    names = ("x", "y", "width", "height")
    for edge, frame in zip(framed[::2], framed[1::2], strict=True):
        assert [edge.get(name) for name in names] == [frame.get(name) for name in names]
        assert float(edge.get("stroke-width") or 1) > float(frame.get("stroke-width") or 1)
        assert edge.get("stroke") == palette.paper
        assert contrast(palette.paper, frame.get("stroke") or "") >= 3


@pytest.mark.parametrize(
    ("layer", "frames"),
    [
        ({"padding": 1}, 1),  # a corner of the window lies on the input
        ({"padding": 1, "padding_mode": "reflect"}, 1),
        ({"dilation": 2}, 4),
        ({"dilation": 2, "padding": 2}, 1),
    ],
)
def test_a_rectangle_that_is_read_has_one_frame(
    client: TestClient, layer: dict[str, Any], frames: int
) -> None:
    body: Body = {
        "input": {"random": {"shape": [1, 4, 4]}},
        "weight": {"random": {"shape": [1, 1, 2, 2]}},
        "operation": {"kind": "conv2d", **layer},
    }
    svg = client.get(f"{make_scene(client, body)}/figure.svg?parts=input").text
    boxes = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    assert len([box for box in boxes if box.get("rx")]) == 2 * frames


def contrast(one: str, other: str) -> float:
    dark, light = sorted(luminance(color) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_a_figure_is_immutable(client: TestClient) -> None:
    url = f"{make_scene(client, CHAPTER)}/figure.svg"
    first = client.get(url)
    assert first.headers["Content-Type"].startswith("image/svg+xml")
    assert "immutable" in first.headers["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get(url, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "zh"})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("preset", "lang", "direction"),
    [
        *((name, "en", "forward") for name in PRESETS),
        ("two-channels", "zh-CN", "forward"),
        ("strided-volume", "en", "input"),
        ("transposed", "zh-CN", "weight"),
        ("strided-volume", "en", "bias"),
        ("sensor", "zh-CN", "bias"),
    ],
)
def test_the_document_compiles(
    client: TestClient, tmp_path: Path, preset: str, lang: str, direction: str
) -> None:
    compiler = shutil.which("xelatex" if lang == "zh-CN" else "pdflatex")
    found = subprocess.run(["kpsewhich", "ctex.sty"], check=False).returncode == 0 if compiler else False
    if compiler is None or (lang == "zh-CN" and not found):
        skip_loudly(f"no TeX for {lang} on this machine: the figure of {preset} was not compiled")
    answer = client.get(
        f"/api/v1/scenes/{PRESETS[preset].scene.id}/figure.tex?lang={lang}&direction={direction}"
    )
    assert answer.headers["Content-Type"].startswith("application/x-tex")
    (tmp_path / "figure.tex").write_bytes(answer.content)
    assert compiler is not None
    done = subprocess.run(
        [compiler, "-interaction=nonstopmode", "-halt-on-error", "figure.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert not re.search(r"LaTeX (Font )?Warning|Missing character|Overfull", done.stdout)


def test_the_document_has_the_numbers_of_the_picture(client: TestClient) -> None:
    for name in ("chapter", "integers with many channels"):
        path = make_scene(client, LAYERS[name])
        tex = client.get(f"{path}/figure.tex").text
        nodes = re.findall(r"\\node\[.*\{(.*)\};$", tex, re.MULTILINE)
        cells = [text.replace("$-$", "-") for text in nodes if re.fullmatch(r"(\$-\$)?[\d.]+", text)]
        assert [float(cell) for cell in cells] == numbers_of(client.get(f"{path}/figure.svg").text)[
            : len(cells)
        ]


def test_the_texts_of_figures_are_there_in_every_language() -> None:
    english, *others = (figure_texts(language) for language in LANGUAGES)
    for texts in others:
        assert list(texts) == list(english)
        for key, text in texts.items():
            assert set(re.findall(r"\{(\w+)", text)) == set(re.findall(r"\{(\w+)", english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_tex_has_every_sign_that_figures_write(language: str) -> None:
    """A letter that its fonts lack is printed by its number, which no text and no number of ours may be."""
    for text in (*figure_texts(language).values(), "\u22480", "\u22121.5e-7"):
        assert "U+" not in escape_tex(text, language), text


def test_what_tex_reads_as_commands_is_printed() -> None:
    hostile = "\\input{/etc/passwd} $x$ 100% #1 a_b ^ ~ & \n\\write18{id}"
    escaped = escape_tex(hostile, "en")
    assert "\n" not in escaped
    signs = r"\\text\w+\{\}|\$(\\backslash|\\\{|\\\})\$"
    assert not re.search(r"(?<!\\)[$&#%_{}]", re.sub(signs, "", escaped))
    assert "\\input" not in escaped
    assert "\\write" not in escaped


def test_the_colours_are_those_of_the_page() -> None:
    script = (ROOT / "frontend/model/color.ts").read_text()
    style = (ROOT / "static/css/app.css").read_text()
    for theme, palette in PALETTES.items():
        stops, *_ = re.findall(rf"{theme}: parseColors\('([^']*)'\)", script)
        hues, *_ = re.findall(rf"{theme}: \[([^\]]*)\]", script[script.index("const CHANNEL_HUES") :])
        assert (palette.scale, list(palette.hues)) == (stops, re.findall(r"#\w+", hues))
        for name in ("paper", "text", "muted", "line", "accent"):
            pair = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", style)
            assert pair is not None
            assert getattr(palette, name) == pair[["light", "dark"].index(theme) + 1]
