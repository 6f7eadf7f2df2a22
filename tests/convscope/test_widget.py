"""The widget without a browser: its traits, its messages, and the picture that a notebook keeps."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from html.parser import HTMLParser
from inspect import signature
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import httpx2
import numpy as np
import pytest
import torch
import traitlets
from torch import nn

import convscope
from convscope import Client, ConvscopeError, notebook
from convscope.still_picture import still_picture
from convscope.widget import ScopeWidget
from tests.support.server_process import ServerProcess
from tests.support.widget_messages import Sent

torch.manual_seed(15)
LAYER = nn.Conv2d(3, 4, 3, padding=1)
X = torch.randn(1, 3, 5, 6)
Y = LAYER(X)[0].detach()


@pytest.fixture
def connected(server: ServerProcess) -> Iterator[None]:
    client = convscope.connect(server.url)
    yield
    convscope.connect(None)
    assert client
    client.close()


@pytest.fixture
def widget(connected: None) -> ScopeWidget:  # noqa: ARG001
    return convscope.show(LAYER, X)


def shown_step(widget: ScopeWidget) -> tuple[object, object]:
    return widget.cell, widget.step


def test_cell_step_and_the_page_say_the_same(widget: ScopeWidget) -> None:
    seen: list[object] = []
    widget.observe(lambda change: seen.append((change["name"], change["new"])), ["cell", "step", "selected"])
    widget.cell = (2, 3, 4)
    assert (widget.step, widget._moment) == (22, {"cell": [2, 3, 4], "beat": None})
    widget.step = 7
    assert (widget.cell, widget._moment) == ((2, 1, 1), {"cell": [2, 1, 1], "beat": None})
    widget._moment = {"cell": [1, 0, 5], "beat": 2}
    assert (widget.cell, widget.step, widget._moment["beat"]) == ((1, 0, 5), 5, 2)
    widget._moment = {"cell": None, "beat": None}
    assert shown_step(widget) == (None, None)
    widget.selected = ("input", 0, 3, 4)
    assert widget._pin == "x0,3,4"
    widget._pin = "y1,2,3"
    assert widget.selected == ("output", 1, 2, 3)
    widget._pin = None
    assert widget.selected is None
    assert ("cell", (1, 0, 5)) in seen and ("step", 5) in seen and ("selected", ("output", 1, 2, 3)) in seen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cell", (4, 0, 0)), ("cell", (0, 0)), ("cell", (0, -1, 0)), ("cell", 3), ("step", 30), ("step", -1),
        ("selected", ("nowhere", 0, 0, 0)), ("selected", ("input", 0, 0)), ("selected", ("input", 0, 0, -1)),
    ],
)  # fmt: skip
def test_what_is_no_cell_of_the_layer_is_refused(widget: ScopeWidget, name: str, value: object) -> None:
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)
    assert widget._moment == {"cell": None, "beat": None} and widget._pin is None


def test_the_ledger_is_a_table_whose_sums_are_torchs(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget.cell = (2, 3, 4)
    frame = widget.ledger()
    assert [*frame.index] == [0, 1, 2, "bias"]
    patch = nn.functional.pad(X[0], (1, 1, 1, 1))[:, 3:6, 4:7]
    products = (patch * LAYER.weight[2]).detach()
    np.testing.assert_allclose(np.array(frame["products"][0]), products[0], rtol=1e-5)
    np.testing.assert_allclose(frame["channel_sum"][:3].astype(float), products.sum((1, 2)), rtol=1e-4)
    np.testing.assert_allclose(frame["running_sum"].iloc[-1], Y[2, 3, 4], rtol=1e-5)
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "pandas")
    monkeypatch.setattr("convscope.ledger.find_spec", lambda _: None)
    rows = widget.ledger()
    assert [row["channel"] for row in rows] == [0, 1, 2, "bias"]


@pytest.mark.usefixtures("connected")
def test_a_layer_without_a_bias_has_no_row_for_it() -> None:
    for layer in (nn.Conv2d(3, 1, 1, bias=False), nn.MaxPool2d(2)):
        last = convscope.show(layer, X).ledger().iloc[-1]
        assert last.name != "bias"
        np.testing.assert_allclose(last["running_sum"], layer(X)[0, 0, 0, 0].item(), rtol=1e-5)


def test_an_edit_shows_another_scene_at_the_same_window(widget: ScopeWidget) -> None:
    widget.cell = (1, 0, 0)
    before = widget.scene.output[1, 0, 0]
    widget.edit(cells=[{"tensor": "bias", "index": [1], "value": 100}])
    assert widget._scene_id == widget.scene.id
    assert widget.cell == (1, 0, 0)
    assert widget.scene.output[1, 0, 0] > before + 50


def test_the_window_is_saved_as_a_figure(widget: ScopeWidget, tmp_path: Path) -> None:
    widget.cell = (2, 3, 4)
    widget.save(tmp_path / "fig.svg")
    values = [float(text) for text in re.findall(r'data-value="([^"]+)"', (tmp_path / "fig.svg").read_text())]
    assert any(abs(value - Y[2, 3, 4]) < 1e-5 for value in values)
    widget.save(str(tmp_path / "fig.tex"), theme="light")
    assert "tikzpicture" in (tmp_path / "fig.tex").read_text()
    with pytest.raises(ValueError, match=r"fig\.png"):
        widget.save("fig.png")


def test_the_page_reads_its_scene_through_the_kernel(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(widget, monkeypatch)
    document, _ = sent.ask(type="open", languages="zh-CN,en", theme="dark")
    assert document["error"] == ""
    assert '<html lang="zh-CN" data-theme="dark"' in document["html"]
    assert not re.search(r"<(?:link|script|img)[^>]+(?:src|href)=", document["html"])
    path = f"/api/v1/scenes/{widget.scene.id}/tensors/output?format=npy&channel=0"
    answer, (body,) = sent.ask(
        type="fetch", request=5, method="GET", path=path, headers={"Accept-Language": "en"}
    )
    assert (answer["status"], answer["request"]) == (200, 5)
    assert body.startswith(b"\x93NUMPY")
    lost, (problem,) = sent.ask(
        type="fetch", request=6, method="GET", path=f"/api/v1/scenes/{'0' * 40}", headers={}
    )
    assert lost["status"] == 404 and b"scene_not_found" in problem


def test_what_the_reader_types_is_the_widgets_scene(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(widget, monkeypatch)
    path, before = f"/api/v1/scenes/{widget.scene.id}/edits", widget.scene.id
    body = json.dumps({"cells": [{"tensor": "input", "index": [0, 1, 2], "value": 7}]})
    answer, _ = sent.ask(type="fetch", request=1, method="POST", path=path, headers={}, body=body)
    assert answer["status"] == 201
    assert before != widget.scene.id == widget._scene_id
    assert widget.scene.tensor("input")[0, 1, 2] == 7
    # What is refused changes nothing.
    wrong = json.dumps({"cells": [{"tensor": "input", "index": [9, 9, 9], "value": 7}]})
    refused, (problem,) = sent.ask(type="fetch", request=2, method="POST", path=path, headers={}, body=wrong)
    assert refused["status"] == 422 and b"no_such_cell" in problem
    assert widget.scene.tensor("input")[0, 1, 2] == 7


@pytest.mark.safety(38)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/scenes/x/edits"), ("POST", "/api/v1/scenes"), ("POST", "/api/v1/trace"),
        ("POST", f"/api/v1/scenes/{'0' * 40}/edits/../.."), ("PUT", f"/api/v1/scenes/{'0' * 40}/edits"),
        ("DELETE", "/api/v1/scenes/x"), ("GET", "/metrics"),
        ("GET", "http://example.org/api/v1/scenes/x"), ("GET", "//example.org/"),
        ("GET", "/api/v1/scenes/x\n"), ("GET", "/api/v1/scenes/../../metrics"),
        ("GET", "/api/v1/scenes/\\x"), ("GET", "@example.org/api/v1/scenes/x"), ("GET", ""),
    ],
)  # fmt: skip
def test_the_page_asks_for_nothing_else_through_it(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    sent = Sent(widget, monkeypatch)
    answer, body = sent.ask(type="fetch", request=1, method=method, path=path, headers={"Host": "x"})
    assert (answer["status"], body) == (0, [])


def test_a_server_that_is_gone_is_an_answer_too(widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    widget._client = Client("http://server", transport=httpx2.MockTransport(refuse))
    sent = Sent(widget, monkeypatch)
    document, _ = sent.ask(type="open", languages="en", theme="")
    assert document["html"] == ""
    assert "at http://server: refused" in document["error"]
    answer, _ = sent.ask(type="fetch", request=1, method="GET", path="/api/v1/scenes/x", headers={})
    assert (answer["status"], answer["error"]) == (0, "refused")


class Tags(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.lines.append(data)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv2d(3, 64, 7, stride=2, padding=3), (3, 64, 64)),
        (nn.Conv2d(512, 2, 3), (512, 7, 7)),
        (nn.Conv2d(64, 2, 11), (64, 20, 20)),
        (nn.MaxPool1d(2), (2, 6)),
        (nn.ConvTranspose2d(2, 3, 3), (2, 4, 4)),
    ],
    ids=str,
)
def test_the_picture_that_is_kept_is_small_and_whole(layer: nn.Module, shape: tuple[int, ...]) -> None:
    widget = convscope.show(layer, torch.randn(shape), cell=(1, 0, 1))
    html = widget._still()
    assert len(html.encode()) <= 150_000
    tags = Tags(html)
    assert {name for name, _ in tags.found} == {"figure", "img", "details", "summary", "p"}
    source = next(attributes["src"] for name, attributes in tags.found if name == "img")
    assert source
    picture = ET.fromstring(unquote(source.removeprefix("data:image/svg+xml,")))
    assert picture.tag.endswith("svg")
    *_, output = re.findall(r"(?:Y|Σ) = (−?[\d.]+)$", "\n".join(tags.lines), re.MULTILINE)
    assert widget.scene is not None
    exact = widget.scene.output[1].flat[1]
    assert abs(float(output.replace("−", "-")) - exact) < 1e-3 * max(1, abs(exact))
    for line in tags.lines:
        terms, equals, total = line.rpartition(" = ")
        if " + " in terms and "…" not in terms and "Σ" not in terms and equals:
            added = (Decimal(re.sub(r"[()]", "", term).replace("−", "-")) for term in terms.split(" + "))
            assert sum(added) == Decimal(total.replace("−", "-"))
            assert not terms.startswith("(")


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("scale", [1, 1e8, 1e11, 1e12, 1e14])
def test_what_does_not_add_up_as_printed_is_no_equation(scale: float) -> None:
    widget = convscope.show(LAYER, X * scale, cell=(0, 2, 2))
    lines = Tags(widget._still()).lines
    sums = [line for line in lines if " + " in line]
    assert len(sums) == 4
    for line in sums:
        terms, sign, total = re.split(" (=|\u2248) ", line)
        numbers = [re.sub(r"[()]", "", each).replace("−", "-") for each in (*terms.split(" + "), total)]
        assert ("e+" in line) == (sign == "\u2248")
        if sign == "=" and numbers[0] != "Σ":
            assert sum(map(Decimal, numbers[:-1])) == Decimal(numbers[-1])


# Whatever a server sends: it may be another one than ours.
HOSTILE = """</title><script>alert(1)</script> "' onerror=alert(1) & %22 %3Cscript%3E"""


@pytest.mark.safety(36)
def test_no_text_of_a_figure_becomes_part_of_the_notebooks_page(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    svg = f"<svg><title>{HOSTILE.replace('</title>', '')}</title><text>{HOSTILE}</text></svg>"
    step = {
        "in_channels": [HOSTILE], "patch": [[1]], "products": [[1]], "channel_sums": [1], "running_sums": [1],
        "output": 1, "bias": None,
    }  # fmt: skip

    def request(*_: Any, **__: Any) -> httpx2.Response:
        return httpx2.Response(200, text=svg)

    monkeypatch.setattr(widget.scene._client, "_request", request)
    monkeypatch.setattr("convscope.still_picture.fetch_step", lambda *_: step)
    tags = Tags(still_picture(widget.scene, (0, 0, 0), HOSTILE, "en"))
    assert {name for name, _ in tags.found} == {"figure", "img", "details", "summary", "p"}
    known = {"data-convscope-still", "style", "alt", "src", "name"}
    assert {name for _, attributes in tags.found for name in attributes} <= known
    source = next(attributes["src"] for name, attributes in tags.found if name == "img")
    assert (
        source and source.startswith("data:image/svg+xml,") and unquote(source) == f"data:image/svg+xml,{svg}"
    )


# Every argument of `show`, with a value that is not its default.
ARGUMENTS: dict[str, Any] = {
    "input": X, "layer": "0", "weight": LAYER.weight, "bias": LAYER.bias, "upstream": torch.ones_like(Y),
    "input_index": 0, "direction": "weight", "reading": "scatter", "cell": (1, 2, 3), "dtype": "float64",
    "language": "zh-CN", "theme": "dark",
}  # fmt: skip
USED = {
    "a scene": {"upstream", "direction", "reading", "cell", "language", "theme"},
    "a layer": set(ARGUMENTS) - {"layer"},
    "a network": {"layer", "language", "theme"},
    "a module": {"input", "layer", "language", "theme"},
    "a layer of a network": {"layer", "upstream", "direction", "reading", "cell", "language", "theme"},
}


@pytest.mark.parametrize("what", USED)
def test_an_argument_that_does_nothing_is_refused_by_name(widget: ScopeWidget, what: str) -> None:
    model = nn.Sequential(LAYER)
    network = convscope.show(model, X).network
    cases: dict[str, tuple[Any, dict[str, Any]]] = {
        "a scene": (widget.scene, {}),
        "a layer": (LAYER, {"input": X}),
        "a network": (network, {}),
        "a module": (model, {"input": X}),
        "a layer of a network": (network, {"layer": "0"}),
    }
    shown, given = cases[what]
    assert set(ARGUMENTS) == set(signature(convscope.show).parameters) - {"module"}
    for name, value in ARGUMENTS.items():
        if name in USED[what]:
            convscope.show(shown, **{**given, name: value})
            continue
        with pytest.raises(TypeError, match=rf"^{name} "):
            convscope.show(shown, **{**given, name: value})


@pytest.mark.usefixtures("connected")
def test_what_cannot_be_shown_is_told(server: ServerProcess) -> None:
    with pytest.raises(TypeError, match="input"):
        convscope.show(LAYER)
    with pytest.raises(ConvscopeError, match="channels"):
        convscope.show(LAYER, X[:, :2])
    scene = notebook._client().create_scene({"kind": "conv2d"}, input=X[0], weight=LAYER.weight.detach())
    assert convscope.show(scene, cell=(0, 1, 2)).step == 6
    assert repr(convscope.show(scene)) == f"ScopeWidget({scene!r})"
    with pytest.raises(ConnectionError, match="no Convscope server answers"):
        convscope.connect("http://127.0.0.1:9")
    assert server.url in notebook._client().scene(scene.id).url


def test_without_anywidget_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "convscope.widget")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ModuleNotFoundError, match=r"convscope\[notebook\]"):
        convscope.show(LAYER, X)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("page", ["python", "sharing"])
def test_the_example_of_the_documentation_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / f"docs/{page}.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (script,) = [block for block in blocks if "show(layer, " in block]
    names: dict[str, Any] = {}
    exec(script, names)
    widget = names["w"]
    if page == "sharing":
        assert widget.step == 1
    else:
        assert capsys.readouterr().out.startswith("11\n")
        weight = names["layer"].weight.detach().clone()
        weight[1, 0, 0, 0] = 0
        expected = nn.functional.conv2d(names["x"][2], weight, names["layer"].bias.detach())
        np.testing.assert_allclose(widget.scene.output, expected, rtol=1e-4, atol=1e-6)
        assert (tmp_path / "fig.svg").read_text().startswith("<svg")


GRADIENT_LAYERS = {
    "groups": (nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=1, groups=2), (4, 5, 6)),
    "signal": (nn.Conv1d(2, 3, 3), (2, 7)),
    "transposed": (nn.ConvTranspose2d(2, 3, 2, stride=2), (2, 3, 4)),
    "pooling": (nn.MaxPool2d(2), (2, 4, 6)),
}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("name", GRADIENT_LAYERS)
@pytest.mark.parametrize("direction", ["input", "weight", "bias"])
def test_a_gradient_is_torchs_in_the_ledger_and_in_what_is_kept(name: str, direction: str) -> None:
    """The last sum of every step is torch's, by index and by cell, and in what is kept."""
    layer, shape = GRADIENT_LAYERS[name]
    x = torch.randn(shape, requires_grad=True)
    y = layer(x)
    upstream = torch.randn_like(y)
    show = partial(convscope.show, layer, x, upstream=upstream, direction=direction)
    if direction != "input" and not hasattr(layer, "weight"):
        with pytest.raises(ValueError, match=direction):
            show()
        return
    tensor = x if direction == "input" else getattr(layer, direction)
    (expected,) = torch.autograd.grad(y, tensor, upstream)
    widget = show()
    columns = {"input": "running_sum", "weight": "running_sum", "bias": "gradient"}
    for at in np.ndindex(*expected.shape):
        cell = cell_of_gradient(layer, direction, at, len(shape) == 2)
        widget.cell = cell
        rows = widget.ledger()
        np.testing.assert_allclose(rows[columns[direction]].iloc[-1], expected[at], rtol=1e-4, atol=1e-5)
        index = widget.step
        widget.cell = None
        widget.step = index
        assert widget.cell and widget.cell[-2:] == cell[-2:]
    widget.cell = cell
    _, query = widget._find_document({})
    assert query["direction"] == direction
    tags = Tags(widget._still())
    lines = tags.lines
    pictures = [attributes["alt"] or "" for name, attributes in tags.found if name == "img"]
    assert len(pictures) == 1
    printed = pictures[0].rpartition(" = ")[2].replace("−", "-")
    assert float(printed) == pytest.approx(expected[at].item(), rel=0.02, abs=0.01)
    for line in lines:
        terms, _, total = line.replace("−", "-").rpartition(" = ")
        if " + " in terms and "…" not in terms:
            assert sum(Decimal(re.sub(r"[()]", "", term)) for term in terms.split(" + ")) == Decimal(total)


def cell_of_gradient(
    layer: nn.Module, direction: str, at: tuple[int, ...], is_signal: bool
) -> tuple[int, ...]:
    """A cell of torch's gradient as the page names it: absolute channels, output first, a row for signals."""
    if direction == "bias":
        return (*at, 0, 0)
    if direction == "input":
        return (at[0], 0, at[1]) if is_signal else at
    first, second, *tap = at
    if isinstance(layer, nn.ConvTranspose2d):
        return (second, first, *tap)
    assert isinstance(layer, nn.Conv1d | nn.Conv2d)
    size = layer.in_channels // layer.groups
    channel = first // (layer.out_channels // layer.groups) * size + second
    return (first, channel, 0, *tap) if is_signal else (first, channel, *tap)


def test_a_page_that_goes_to_another_direction_tells_where_it_is(widget: ScopeWidget) -> None:
    widget.selected = ("output", 1, 2, 3)
    moments = {"weight": (3, 2, 1, 0), "input": (2, 3, 4), "bias": None, "forward": (1, 0, 5)}
    for direction, cell in moments.items():
        told = {"cell": cell and [*cell], "beat": None, "direction": direction}
        for state in ({"direction": direction, "_moment": told}, {"_moment": told, "direction": direction}):
            widget.set_state(state)
            assert (widget.direction, widget.cell, widget._moment) == (direction, cell, told)
        assert widget.selected == ("output", 1, 2, 3), "the page tells what it has pinned"
    # Python begins another direction at its start, and one that a page has told of before.
    for direction in ("weight", "forward", "weight"):
        widget.direction = direction
        assert shown_step(widget) == (None, None) and widget.selected is None
        assert widget._moment == {"cell": None, "beat": None}


@pytest.mark.parametrize("late", [[1, 0, 5], [3, 2, 1, 0], None])
def test_what_a_page_tells_of_the_direction_before_moves_nothing(
    widget: ScopeWidget, late: list[int] | None
) -> None:
    """Python changes the direction while a message of the page is on its way."""
    for before, direction, cell in (("input", "forward", (1, 0, 5)), ("forward", "weight", (3, 2, 1, 0))):
        widget.direction = before
        for chosen in (None, cell):
            widget.direction = direction
            widget.cell = chosen
            moment = widget._moment
            widget.set_state({"_moment": {"cell": late, "beat": 2, "direction": before}})
            assert (widget.direction, widget.cell) == (direction, chosen)
            assert {**moment, "direction": direction} == {**widget._moment, "direction": direction}


def test_a_gradient_is_saved_as_a_figure(widget: ScopeWidget, tmp_path: Path) -> None:
    for direction, cell in (("input", (2, 3, 4)), ("weight", (3, 2, 1, 0)), ("bias", (3, 0, 0))):
        widget.direction = direction
        widget.cell = cell
        name = "db[3]"
        if direction != "bias":
            name = f"d{'X' if direction == 'input' else 'K'}[{', '.join(map(str, cell))}]"
        for form in ("svg", "tex"):
            widget.save(tmp_path / f"fig.{form}", theme="dark")
            assert name in (tmp_path / f"fig.{form}").read_text()


def test_another_direction_begins_anew_and_refuses_what_it_has_not(
    widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    widget.cell, widget.selected = (2, 3, 4), ("input", 0, 3, 4)
    widget.direction = "weight"
    assert [widget.cell, widget.step, widget.selected] == [None, None, None]
    widget.cell = (3, 2, 1, 1)
    assert (widget.step, widget._moment["cell"]) == (4, [3, 2, 1, 1])
    # What the page told before it heard of the direction is no cell of it.
    widget._moment = {"cell": [2, 3, 4], "beat": None}
    assert widget.cell is None
    for name, value in (("cell", (0, 0, 0)), ("direction", "sideways"), ("reading", "both")):
        with pytest.raises(traitlets.TraitError):
            setattr(widget, name, value)
    document, _ = Sent(widget, monkeypatch).ask(type="open", languages="zh-CN", theme="")
    assert '"gradient.' in document["html"] and "direction=weight" in document["html"]
    widget.direction, widget.reading = "input", "scatter"
    widget.cell = (1, 3, 4)
    rows = widget.ledger()
    assert [*rows.index] == [0, 1, 2, 3, "sum"] and np.shape(rows["gradient"].iloc[-1]) == (3, 3)
    products = np.array([*rows["products"].iloc[:-1]])
    np.testing.assert_allclose(products.sum(0), rows["products"].iloc[-1], rtol=1e-4, atol=1e-6)
    assert "dX[1]" in widget._still()
    with pytest.raises(ValueError, match="stamps"):
        widget.save(tmp_path / "fig.svg")
    again = convscope.show(widget.scene, upstream=2 * torch.ones_like(Y), direction="bias", cell=(3, 0, 0))
    assert again.ledger()["gradient"].iloc[0] == 2 * Y[3].numel()
    again.save(tmp_path / "bias.svg")
    for picture in ((tmp_path / "bias.svg").read_text(), unquote(again._still())):
        assert f"db[3] = {2 * Y[3].numel()}</title>" in picture
