"""GET /networks/{id}/figure.svg and figure.tex: the graph and the numbers in them are the summary's."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from fastapi.testclient import TestClient
from onnx import helper
from PIL import Image
from torch import nn

from app.main import create_app
from app.services.networks.example import EXAMPLE
from app.services.networks.figure import MAX_NODES
from app.settings import Settings
from tests.support.networks import npy
from tests.support.onnx_models import Made, exported, mobilenet, model_of, numbers, several
from tests.support.skip import skip_loudly

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</text><script>alert(1)</script>",
    r"\input{/etc/passwd}",
    "$x$ 100% #1 a_b^~& {}",
    "层--名 ü\x07\u202e",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri(), rate_limit="1000000/minute")
    with TestClient(create_app(settings)) as client:
        yield client


def relus(names: list[str]) -> Made:
    """A chain of nodes."""
    edges = ["x", *(f"e{i}" for i in range(len(names)))]
    nodes = [helper.make_node("Relu", [edges[i]], [edges[i + 1]], name=name) for i, name in enumerate(names)]
    return model_of(nodes, {"x": numbers(1, 2, 4, 4)}, [edges[-1]])


def dense(count: int) -> Made:
    """Each node reads all that were made before it."""
    edges = [f"e{i}" for i in range(count + 1)]
    nodes = [helper.make_node("Sum", edges[: i + 1], [edges[i + 1]], name=f"n{i}") for i in range(count)]
    return model_of(nodes, {"e0": numbers(1, 1, 2, 2)}, [edges[-1]])


@cache
def models() -> dict[str, Made]:
    return {
        "one node": relus(["n"]),
        "175 nodes": relus([f"n{i}" for i in range(175)]),
        "more nodes than are drawn": relus([f"n{i}" for i in range(MAX_NODES + 5)]),
        "branches": exported(mobilenet(), 1, 3, 32, 32),
        "several inputs and outputs": several(),
        "signal": exported(nn.Sequential(nn.Conv1d(2, 3, 5), nn.ReLU(), nn.MaxPool1d(2)), 1, 2, 400),
        "edges past many columns": dense(24),
        "names that mean something elsewhere": relus(HOSTILE),
    }


def posted(client: TestClient, name: str) -> dict[str, Any]:
    made = models()[name]
    inputs = list(made.inputs.values())
    if len(inputs) == 1:
        sent = npy(inputs[0])
    else:
        file = BytesIO()
        np.savez(file, **made.inputs)
        sent = file.getvalue()
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": sent})
    assert answer.status_code in (200, 201), answer.text
    summary: dict[str, Any] = answer.json()
    return summary


def figure(client: TestClient, id: str, query: str = "", form: str = "svg") -> str:
    answer = client.get(f"/api/v1/networks/{id}/figure.{form}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def expected_numbers(summary: dict[str, Any]) -> list[int]:
    """Of all nodes, in no order: shapes, parameters, multiply-adds, and the totals."""
    nodes = summary["nodes"][:MAX_NODES]
    shapes = [each["shape"] for each in summary["inputs"]]
    shapes += [node["outputs"][0]["shape"] or [] for node in nodes]
    counts = [node[name] for node in nodes for name in ("parameters", "multiply_adds") if node[name]]
    totals = [summary["parameters"], sum(node["multiply_adds"] for node in summary["nodes"])]
    return sorted([size for shape in shapes for size in shape] + counts + totals)


def drawn_numbers(svg: str) -> list[int]:
    found = []
    for element in ElementTree.fromstring(svg).iter():
        if (exact := element.get("data-value")) is not None:
            assert (element.text or "").replace(",", "") == exact
            found.append(int(exact))
    return sorted(found)


@pytest.mark.parametrize("name", models())
def test_shapes_parameters_and_work_are_those_of_the_summary(client: TestClient, name: str) -> None:
    summary = posted(client, name)
    assert drawn_numbers(figure(client, summary["id"])) == expected_numbers(summary)


@pytest.mark.parametrize("name", models())
def test_an_arrow_ends_at_each_reader_of_an_edge(client: TestClient, name: str) -> None:
    """Or the figure says how many connections have none."""
    summary = posted(client, name)
    nodes = summary["nodes"][:MAX_NODES]
    made = {each["name"] for each in summary["inputs"]} | {
        out["name"] for node in nodes for out in node["outputs"]
    }
    connections = sum(len(made & set(node["inputs"])) for node in nodes)
    svg = figure(client, summary["id"])
    left_out = re.search(r"(\d+) connections? that skips? columns", svg)
    assert svg.count("l-7 -3.5v7z") + (int(left_out[1]) if left_out else 0) == connections
    assert left_out is None


@pytest.mark.parametrize("name", models())
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_all_that_is_drawn_lies_in_the_picture_and_no_two_nodes_in_one_place(
    client: TestClient, name: str, lang: str
) -> None:
    root = ElementTree.fromstring(figure(client, posted(client, name)["id"], f"?lang={lang}"))
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    boxes = []
    for element in root.iter():
        if element.tag == f"{SVG}path":
            points = re.findall(r"[ML]([\d.-]+) ([\d.-]+)", element.get("d", ""))
            assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)
        if element.tag not in (f"{SVG}rect", f"{SVG}image", f"{SVG}text") or "%" in element.get("width", ""):
            continue
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        right, bottom = x + float(element.get("width", 0)), y + float(element.get("height", 0))
        assert 0 <= x <= right <= width
        assert 0 <= y <= bottom <= height
        if element.tag == f"{SVG}rect":
            boxes.append((x, y, right, bottom))
    for i, (x, y, right, bottom) in enumerate(boxes):
        assert not any(x < d and c < right and y < f and e < bottom for c, e, d, f in boxes[:i])


def test_a_nodes_channels_have_the_colours_of_one_scale(client: TestClient) -> None:
    """The first cell is the largest in magnitude; zero is the middle of the scale."""
    x = np.zeros((1, 2, 2, 2), np.float32)
    x[0, 0, 0, 0], x[0, 1, 1, 1] = -4, 2
    made = model_of([helper.make_node("Neg", ["x"], ["y"])], {"x": x}, ["y"])
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": npy(x)})
    root = ElementTree.fromstring(figure(client, answer.json()["id"]))
    found = [each.get("href") or "" for each in root.iter(f"{SVG}image")]
    pictures = [Image.open(BytesIO(b64decode(url.partition(",")[2]))).convert("RGBA") for url in found]
    assert len(pictures) == 2
    least, zero, most = (0xA6, 0x4C, 0x06), (0xF8, 0xF9, 0xFB), (0x18, 0x53, 0x9E)
    for picture, corner in zip(pictures, (least, most), strict=True):
        right, bottom = picture.size
        assert picture.getpixel((1, 1)) == (*corner, 255)
        assert picture.getpixel((right // 4 + 9, bottom - 2)) == (*zero, 255)
        # Between the two channels.
        between = picture.getpixel((right // 2, bottom // 2))
        assert isinstance(between, tuple)
        assert between[3] == 0
    # Two of four: between the next stop but one to zero and the one behind it.
    last = pictures[0].getpixel((pictures[0].width - 2, pictures[0].height - 2))
    assert isinstance(last, tuple)
    assert all(a >= c >= b for a, b, c in zip((0xB2, 0xCC, 0xEC), (0x58, 0x8F, 0xCF), last[:3], strict=True))


@pytest.mark.safety(36)
def test_a_figure_names_nothing_outside_and_names_are_no_markup(client: TestClient) -> None:
    svg = figure(client, posted(client, "names that mean something elsewhere")["id"], "?theme=dark&width=640")
    without = re.sub(r'href="data:image/png;base64,[\w+/=]*"', "", svg).replace(
        "http://www.w3.org/2000/svg", ""
    )
    assert not re.search(r"href|url\(|@import|<script|http", without)
    root = ElementTree.fromstring(svg)
    assert root.get("width") == "640.0"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and description is not None
    assert title.text == "Network of 4 nodes: 0 parameters · 0 multiply-adds"
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert r"\input{/etc/passwd}" in texts
    assert "层--名 ü??" in texts


def test_what_is_not_drawn_is_said(client: TestClient) -> None:
    many = posted(client, "more nodes than are drawn")
    said = " ".join(ElementTree.fromstring(figure(client, many["id"])).itertext())
    assert f"the first {MAX_NODES} of {MAX_NODES + 5} nodes" in " ".join(said.split())
    wide = posted(client, "signal")
    said = " ".join(ElementTree.fromstring(figure(client, wide["id"])).itertext())
    assert "not every row and column is drawn" in " ".join(said.split())
    document = figure(client, many["id"], form="tex")
    assert "no room for pictures" in document
    assert "no room for pictures" not in figure(client, wide["id"], form="tex")


def test_parts_and_headers(client: TestClient) -> None:
    url = f"/api/v1/networks/{EXAMPLE.id}/figure.svg"
    plain = client.get(f"{url}?parts=shapes&lang=en")
    assert "<image" not in plain.text
    assert drawn_numbers(plain.text).count(28) == 1
    assert not re.search(r">parameters<", plain.text)
    assert "immutable" in plain.headers["Cache-Control"]
    again = client.get(f"{url}?parts=shapes&lang=en", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    chinese = client.get(url, headers={"Accept-Language": "zh"})
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert "个节点的网络" in chinese.text
    assert client.get(f"{url}?parts=window").status_code == 422
    assert client.get(f"/api/v1/networks/{'0' * 40}/figure.svg").status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("name", ["example", "names that mean something elsewhere"])
def test_the_document_compiles(client: TestClient, tmp_path: Path, name: str, lang: str) -> None:
    compiler = shutil.which("xelatex" if lang == "zh-CN" else "pdflatex")
    found = subprocess.run(["kpsewhich", "ctex.sty"], check=False).returncode == 0 if compiler else False
    if compiler is None or (lang == "zh-CN" and not found):
        skip_loudly(f"no TeX for {lang} on this machine: the figure of a network was not compiled")
    assert compiler is not None
    summary = (
        client.get(f"/api/v1/networks/{EXAMPLE.id}").json() if name == "example" else posted(client, name)
    )
    document = figure(client, summary["id"], f"?lang={lang}", "tex")
    (tmp_path / "figure.tex").write_text(document)
    done = subprocess.run(
        [compiler, "-interaction=nonstopmode", "-halt-on-error", "figure.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert not re.search(r"LaTeX (Font )?Warning|Missing character|Overfull|/etc/passwd", done.stdout)
    texts = re.findall(r"\\node\[.*?\] at \(.*?\) \{(.*)\};$", document, re.MULTILINE)
    sizes = [int(size) for text in texts if "times" in text for size in re.findall(r"\d+", text)]
    shapes = [each["shape"] for each in summary["inputs"]]
    shapes += [node["outputs"][0]["shape"] for node in summary["nodes"]]
    assert sizes == [size for shape in shapes for size in shape]
