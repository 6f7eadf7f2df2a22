"""Real notebooks: JupyterLab driven by the browser, nbconvert's pages opened offline, marimo."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Frame, Page, Position, Request, expect
from torch import nn

from tests.support.jupyter import PATIENCE, Lab, running_lab, widget_frame
from tests.support.networks import find_on_graph
from tests.support.page import find_cell
from tests.support.polling import wait_until
from tests.support.server_process import free_port
from tests.support.skip import skip_loudly

pytestmark = pytest.mark.timeout(300)

SHOW = """import torch, convscope
from torch import nn
torch.manual_seed(0)
layer, x = nn.Conv2d(2, 3, 3), torch.randn(1, 2, 5, 6)
w = convscope.show(layer, x)
w"""
SHOW_NETWORK = """import torch, convscope
from torch import nn
torch.manual_seed(1)
model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 2, 2)).eval()
image = torch.randn(1, 2, 7, 8)
n = convscope.show(model, image)
n"""
STILL = "[data-convscope-still]"
torch.manual_seed(0)
LAYER, X = nn.Conv2d(2, 3, 3), torch.randn(1, 2, 5, 6)
Y = LAYER(X)[0].detach()

torch.manual_seed(1)
MODEL = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 2, 2)).eval()
IMAGE = torch.randn(1, 2, 7, 8)
FIRST = MODEL[0](IMAGE)[0, 2, 3, 4].item()
CELL = "/0/Conv_output_0 [2, 3, 4] ="

Visit = Callable[..., Page]


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def need(*packages: str) -> None:
    for package in packages:
        if find_spec(package) is None:
            skip_loudly(f"{package} is not installed: notebooks are not tried with it")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    need("jupyterlab", "anywidget", "jupyterlab_widgets")
    with running_lab(tmp_path_factory.mktemp("lab") / "notebooks") as lab:
        yield lab


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """Fails on a request to another machine, and on one to another port of this one."""
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, locale="en-US")
    page = context.new_page()
    origins: set[str] = set()

    def note(request: Request) -> None:
        if found := re.match(r"(?:https?|wss?)://[^/]+", request.url):
            origins.add(found[0])

    page.on("request", note)
    yield page
    context.close()
    assert len(origins) <= 1, origins


def wait_for_sum(frame: Frame, cell: tuple[int, int, int], expected: float) -> None:
    """The sentence under the stage is of this cell, and its end is this number, as far as it is written."""

    def is_shown() -> bool:
        text = (frame.locator("#step-sentence").text_content() or "").replace("−", "-")
        found = re.fullmatch(rf"Y\[{cell[0]}, {cell[1]}, {cell[2]}\] = .* = (\S+)", text.strip())
        return found is not None and abs(float(found[1]) - expected) < 0.01

    wait_until(is_shown, 60, message=f"Y{[*cell]} = {expected:g} is not shown")


@pytest.mark.slow
def test_the_notebook_of_one_document(tmp_path: Path, visitor: Page) -> None:
    """Jupyter Notebook 7: a layer is shown and stepped on both sides; of a module a layer opens, and back."""
    need("notebook", "anywidget", "jupyterlab_widgets")
    with running_lab(tmp_path / "notebooks", "notebook") as lab:
        lab.write("live.ipynb", SHOW, "")
        notebook = lab.open(visitor, "live.ipynb")
        notebook.run(0)
        frame = notebook.frame()
        assert notebook.print_(1, "w.cell = (2, 1, 3); print(w.step)") == "7"
        wait_for_sum(frame, (2, 1, 3), Y[(2, 1, 3)].item())
        for _ in range(3):
            frame.locator("#forward").click()
        # A window has two channels and a bias to go through.
        wait_until(lambda: notebook.print_(1, "print(w.cell)") == "(2, 2, 0)", 60)
        lab.write("network.ipynb", SHOW_NETWORK, "")
        notebook = lab.open(visitor, "network.ipynb")
        notebook.run(0)
        address = open_cell(visitor)
        wait_until(lambda: notebook.print_(1, "print(n.node, n.cell)") == "/0/Conv (2, 3, 4)", 60)
        open_stage(visitor)
        go_back(visitor, address)


@pytest.mark.slow
def test_python_and_the_page_follow_each_other(lab: Lab, visitor: Page) -> None:
    lab.write("live.ipynb", SHOW, "", "")
    notebook = lab.open(visitor, "live.ipynb")
    notebook.run(0)
    frame = notebook.frame()
    expect(visitor.locator(STILL)).to_be_hidden()

    assert notebook.print_(1, "w.cell = (2, 1, 3); print(w.step)") == "7"
    wait_for_sum(frame, (2, 1, 3), Y[(2, 1, 3)].item())
    assert notebook.print_(1, "w.step = 2; print(w.cell)") == "(2, 0, 2)"
    wait_for_sum(frame, (2, 0, 2), Y[(2, 0, 2)].item())

    frame.locator("#forward").click()
    frame.locator("#forward").click()
    wait_until(lambda: notebook.print_(2, "print(w.cell)") == "(2, 0, 3)", 60)
    notebook.print_(1, "w.play()")
    expect(frame.locator("#play")).to_have_attribute("aria-label", "Pause")
    notebook.print_(1, "w.pause()")
    expect(frame.locator("#play")).to_have_attribute("aria-label", "Play")
    cell = json.loads(notebook.print_(2, "print([*w.cell])"))
    assert tuple(cell) >= (2, 0, 3)

    notebook.print_(1, "w.selected = ('input', 1, 2, 2)")
    expect(frame.locator("#step-description")).to_contain_text("X[1, 2, 2]")
    x, y = find_cell(frame, "X[0, 1, 2]")
    frame.locator("#stage").click(position={"x": x, "y": y})
    wait_until(lambda: notebook.print_(2, "print(w.selected)") == "('input', 0, 1, 2)", 60)

    # A number that is typed over is the widget's, and one that is no number stays in its field.
    frame.locator("#cell-value").fill("seven")
    frame.locator("#cell-value").press("Enter")
    expect(frame.locator("#cell-error")).to_contain_text("seven")
    frame.locator("#cell-value").fill("7")
    frame.locator("#cell-value").press("Enter")
    wait_until(lambda: notebook.print_(2, "print(w.scene.tensor('input')[0, 1, 2])") == "7.0", 60)
    notebook.print_(1, "w.cell = (1, 0, 0)")
    typed = X.clone()
    typed[0, 0, 1, 2] = 7
    y_typed = LAYER(typed)[0].detach()
    wait_for_sum(frame, (1, 0, 0), y_typed[1, 0, 0].item())
    assert abs(float(notebook.print_(2, "print(w.scene.output[1, 0, 0])")) - y_typed[1, 0, 0]) < 1e-4

    notebook.print_(1, "w.edit(cells=[{'tensor': 'bias', 'index': [1], 'value': 50}]); w.cell = (1, 0, 0)")
    bias = LAYER.bias
    assert bias is not None
    wait_for_sum(notebook.frame(), (1, 0, 0), (y_typed[1, 0, 0] - bias[1] + 50).item())


@pytest.mark.slow
def test_a_gradient_is_followed_on_both_sides(lab: Lab, visitor: Page) -> None:
    lab.write("gradient.ipynb", SHOW, "")
    notebook = lab.open(visitor, "gradient.ipynb")
    notebook.run(0)
    notebook.frame()
    output = LAYER(X)
    (gradient,) = torch.autograd.grad(output, LAYER.weight, torch.ones_like(output))
    told = notebook.print_(1, "w.direction = 'weight'; w.cell = (2, 1, 0, 2); print(w.step)")
    assert told == "2"

    def shows(cell: tuple[int, ...]) -> bool:
        text = (widget_frame(visitor).locator("#step-sentence").text_content() or "").replace("−", "-")
        found = re.match(rf".*\[{', '.join(map(str, cell))}\] = .* = (\S+)", text.strip())
        return found is not None and abs(float(found[1]) - gradient[cell].item()) < 0.01

    wait_until(lambda: shows((2, 1, 0, 2)), 60, message="dK[2, 1, 0, 2] is not shown")
    frame = notebook.frame()
    frame.locator("#to-end").click()
    wait_until(lambda: notebook.print_(1, "print(w.cell)") == "(2, 1, 2, 2)", 60)
    notebook.print_(1, "w.direction = 'forward'; w.cell = (1, 1, 1)")
    wait_until(lambda: "Y[1, 1, 1]" in (widget_frame(visitor).locator("#step-sentence").text_content() or ""))


def wait_for_node(visitor: Page, name: str, expected: float) -> None:
    """The node is open, and the number of its chosen cell is this one, as far as it is written."""
    inside = visitor.frame_locator("iframe.convscope-frame")
    expect(inside.locator("#node h2")).to_contain_text(name)

    def is_shown() -> bool:
        text = (inside.locator("#node .node-value").text_content() or "").replace("−", "-")
        found = re.search(r"= (-?[\d.e-]+)", text)
        return found is not None and abs(float(found[1]) - expected) < 0.001

    wait_until(is_shown, 60, message=f"{name} does not show {expected:g}")


def stage_address(visitor: Page) -> str:
    """Of the open layer's stage; it has what the graph shows: node, cell, zoom and place."""
    link = visitor.frame_locator("iframe.convscope-frame").get_by_role("link", name="stage")
    return link.get_attribute("href") or ""


def open_cell(visitor: Page) -> str:
    """Opens a cell on the graph, zooms and pans; returns the address of its stage, at which all of it is."""
    frame = widget_frame(visitor)
    x, y = find_on_graph(frame, CELL)
    canvas = frame.locator("#graph-canvas")
    left, top = canvas.evaluate("(c) => { const r = c.getBoundingClientRect(); return [r.left, r.top]; }")
    canvas.click(position={"x": x - left, "y": y - top})
    wait_for_node(visitor, "/0/Conv", FIRST)
    frame.locator("#zoom-in").click()
    x, y = find_on_graph(frame, CELL)
    source: Position = {"x": x - left, "y": y - top}
    canvas.drag_to(canvas, source_position=source, target_position={"x": x - left + 24, "y": y - top - 16})
    assert find_on_graph(frame, CELL) != (x, y)
    wait_until(lambda: re.search(r"zoom%3D[\d.]+,[\d.]+,", stage_address(visitor)), 60)
    return stage_address(visitor)


def open_stage(visitor: Page) -> None:
    inside = visitor.frame_locator("iframe.convscope-frame")
    inside.get_by_role("link", name="stage").click()
    expect(inside.locator("#to-network")).to_be_visible()
    wait_for_sum(widget_frame(visitor), (2, 3, 4), FIRST)


def go_back(visitor: Page, address: str) -> None:
    """From the stage to the same part of the graph, with the same node and cell. address: of `open_cell`."""
    widget_frame(visitor).locator("#to-network").click()
    wait_for_node(visitor, "/0/Conv", FIRST)
    find_on_graph(widget_frame(visitor), CELL)
    wait_until(lambda: stage_address(visitor) == address, 60, message=f"{address} is not what is shown")


@pytest.mark.slow
def test_a_module_is_a_graph_whose_layers_open_on_the_stage_and_lead_back(lab: Lab, visitor: Page) -> None:
    """A number of the graph is torch's, the stage begins at its window, and Python says the same."""
    lab.write("network.ipynb", SHOW_NETWORK, "", "")
    notebook = lab.open(visitor, "network.ipynb")
    notebook.run(0)
    notebook.frame()
    expect(visitor.locator(STILL)).to_be_hidden()
    pooled = MODEL[:3](IMAGE).detach()
    last = MODEL(IMAGE).detach()

    address = open_cell(visitor)
    wait_until(lambda: notebook.print_(1, "print(n.node, n.cell, n.scene)") == "/0/Conv (2, 3, 4) None", 60)
    open_stage(visitor)
    told = notebook.print_(1, "print(n.scene.output[2, 3, 4].item())")
    assert float(told) == pytest.approx(FIRST, rel=1e-4)
    go_back(visitor, address)
    assert notebook.print_(1, "print(n.node, n.cell, n.scene)") == "/0/Conv (2, 3, 4) None"

    notebook.print_(1, "n.node, n.cell = '/2/MaxPool', (1, 0, 2)")
    wait_for_node(visitor, "/2/MaxPool", pooled[0, 1, 0, 2].item())
    notebook.print_(2, "convscope.show(n.network, language='zh-CN', theme='dark')")
    second = visitor.frame_locator("iframe.convscope-frame >> nth=1")
    expect(second.locator("html[data-ready]")).to_have_attribute("lang", "zh-CN")
    assert last.shape == (1, 2, 1, 2)

    saved = notebook.save()
    for cell in (0, 2):
        still, view = saved["cells"][cell]["outputs"]
        assert [*view["data"]] == ["application/vnd.jupyter.widget-view+json", "text/plain"]
        assert "/3/Conv" in "".join(still["data"]["text/html"])
        assert all(len(json.dumps(output)) <= 150_000 for output in (still, view))
    # Without a kernel.
    page = visitor.context.new_page()
    lab.open(page, "network.ipynb")
    picture = page.locator(".jp-OutputArea img").first
    expect(picture).to_be_visible(timeout=PATIENCE)
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 300


@pytest.mark.slow
def test_saved_it_shows_the_window_without_a_kernel(lab: Lab, visitor: Page, tmp_path: Path) -> None:
    path = lab.write("saved.ipynb", SHOW, "")
    notebook = lab.open(visitor, "saved.ipynb")
    notebook.run(0)
    frame = notebook.frame()
    notebook.print_(1, "w.cell = (1, 2, 2)")
    frame.locator("#forward").click()
    frame.locator("#forward").click()
    wait_until(lambda: _written(notebook.save()).count(_term((1, 2, 3))) == 1, 60)
    saved = notebook.save()
    for output in saved["cells"][0]["outputs"]:
        assert len(json.dumps(output)) <= 150_000
    kinds = [[*output["data"]] for output in saved["cells"][0]["outputs"]]
    assert kinds == [["text/html", "text/plain"], ["application/vnd.jupyter.widget-view+json", "text/plain"]]

    # Somebody else's, whom Lab does not trust: another file, of which it has no signature.
    saved["cells"][0]["metadata"]["trusted"] = False
    saved["cells"][1]["source"] = "# theirs"
    saved["metadata"]["kernelspec"]["name"] = "none"
    (path.parent / "theirs.ipynb").write_text(json.dumps(saved))
    for name in ("saved.ipynb", "theirs.ipynb"):
        page = visitor.context.new_page()
        lab.open(page, name)
        picture = page.locator(".jp-OutputArea img").first
        expect(picture).to_be_visible(timeout=PATIENCE)
        assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 300
        expect(page.locator(".jp-OutputArea summary").last).to_contain_text(_number((1, 2, 3)))
        page.close()

    html = _converted(lab, path, tmp_path)
    browser = visitor.context.browser
    assert browser is not None
    offline = browser.new_context(offline=True, locale="en-US")
    page = offline.new_page()
    page.goto(html.as_uri(), wait_until="domcontentloaded")
    picture = page.locator(f"{STILL} img")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 300
    steps = page.locator(f"{STILL} details")
    assert steps.count() == 3
    for index in range(3):
        steps.nth(index).locator("summary").press("Enter")
        expect(steps.nth(index).locator("p")).to_be_visible()
        assert page.locator(f"{STILL} details[open]").count() == 1
    expect(steps.last).to_contain_text(_number((1, 2, 3)))
    offline.close()


def _written(notebook: dict[str, Any]) -> str:
    return "".join(notebook["cells"][0]["outputs"][0]["data"]["text/html"])


def _number(cell: tuple[int, int, int]) -> str:
    return f"{Y[cell].item():.4g}".replace("-", "−")


def _term(cell: tuple[int, int, int]) -> str:
    return f"→ Y = ({_number(cell)}" if Y[cell] < 0 else f"→ Y = {_number(cell)}"


def _converted(lab: Lab, notebook: Path, folder: Path) -> Path:
    need("nbconvert")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder), str(notebook)],
        check=True, capture_output=True, env=lab.environment,
    )  # fmt: skip
    return folder / f"{notebook.stem}.html"


@pytest.mark.slow
@pytest.mark.safety(38)
def test_a_kernel_that_restarts_has_another_server(lab: Lab, visitor: Page) -> None:
    lab.write("restarted.ipynb", SHOW, "")
    notebook = lab.open(visitor, "restarted.ipynb")
    notebook.run(0)
    notebook.frame()
    told = notebook.print_(1, "import os; print(os.getpid(), convscope.notebook._own.process.pid)")
    kernel, server = map(int, told.split())
    os.kill(kernel, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{server}").exists(), 60, message="the server outlives its kernel")
    # Lab starts the kernel anew and says so.
    dialog = visitor.locator(".jp-Dialog-button")
    if dialog.count():
        dialog.first.click()
    notebook.run(0)
    notebook.frame()
    assert notebook.print_(1, "w.cell = (0, 0, 1); print(w.step)") == "1"
    wait_for_sum(notebook.frame(), (0, 0, 1), Y[(0, 0, 1)].item())


@pytest.mark.slow
def test_marimo_shows_a_layer(visitor: Page, tmp_path: Path) -> None:
    with running_marimo(
        visitor, tmp_path, *SHOW.splitlines()[:-2], "convscope.show(layer, x, cell=(2, 1, 3))"
    ):
        wait_for_sum(widget_frame(visitor), (2, 1, 3), Y[(2, 1, 3)].item())


@pytest.mark.slow
def test_marimo_shows_a_module(visitor: Page, tmp_path: Path) -> None:
    with running_marimo(visitor, tmp_path, *SHOW_NETWORK.splitlines()):
        address = open_cell(visitor)
        open_stage(visitor)
        go_back(visitor, address)


@contextmanager
def running_marimo(visitor: Page, tmp_path: Path, *lines: str) -> Iterator[None]:
    """Opens an app of one cell."""
    need("marimo", "anywidget")
    body = "\n    ".join(lines)
    (tmp_path / "app.py").write_text(
        "import marimo\napp = marimo.App()\n\n"
        f"@app.cell\ndef _():\n    {body}\n    return\n"
        '\nif __name__ == "__main__":\n    app.run()\n'
    )
    port = free_port()
    command = [sys.executable, "-m", "marimo", "--yes", "run", "app.py", "--headless", "--no-token"]
    with (tmp_path / "marimo.log").open("w") as log:
        marimo = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=tmp_path, stdout=log, stderr=log, start_new_session=True,
            env=os.environ | {"HOME": str(tmp_path), "CONVSCOPE_STORE": (tmp_path / "scenes").as_uri()},
        )  # fmt: skip
    try:
        wait_until(lambda: answers(port), 60, message="marimo did not start")
        visitor.set_default_timeout(PATIENCE)
        visitor.goto(f"http://127.0.0.1:{port}", wait_until="domcontentloaded")
        yield
    finally:
        marimo.terminate()
        marimo.wait(60)
