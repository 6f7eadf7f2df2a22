"""Whole modules and models from Python: every edge is torch's, each layer opens by its name."""

from __future__ import annotations

import io
import re
import warnings
from collections import OrderedDict
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
import safetensors.torch
import torch
from onnx import helper
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

import convscope
from convscope import Client, ConvscopeError, Network
from convscope.widget import ScopeWidget
from tests.support.onnx_models import model_of, numbers, one_layer

X = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(3))


class Small(nn.Module):
    """Modules in modules, a branch, and a Dropout that training mode would use."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(
            nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Dropout()), nn.MaxPool2d(2)
        )
        self.head = nn.Linear(64, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.conv1(x)))
        classes: Tensor = self.head(self.layer1(x).flatten(1))
        return classes


class Two(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return F.avg_pool2d(a * b, 2)


@pytest.fixture
def network(connected: Client) -> Network:  # noqa: ARG001
    return convscope.show(Small(), X).network


def test_a_module_is_exported_run_and_left_as_it_was(network: Network) -> None:
    model = Small()
    modes = [module.training for module in model.modules()]
    convscope.show(model, X)
    assert [module.training for module in model.modules()] == modes
    expected = model.eval()(X).detach()
    np.testing.assert_allclose(network.tensor(network.outputs[0]), expected, rtol=1e-4, atol=1e-5)
    assert "BatchNormalization" in [node["op"] for node in network.nodes]


def test_a_layer_opens_by_the_modules_name(network: Network) -> None:
    model = Small().eval()
    first = model.conv1(X).detach()
    np.testing.assert_allclose(network.layer("conv1").output, first[0], rtol=1e-4, atol=1e-5)
    inner = model.get_submodule("layer1.0.0")(F.relu(model.norm(first))).detach()
    np.testing.assert_allclose(network.layer("layer1.0.0").output, inner[0], rtol=1e-4, atol=1e-5)
    pooled = model.layer1[1](inner).detach()
    np.testing.assert_allclose(network.layer("layer1.1").output, pooled[0], rtol=1e-4, atol=1e-5)
    assert network.layer(network.layers[0]).id == network.layer("conv1").id
    with pytest.raises(LookupError, match="no layer 'conv9'"):
        network.layer("conv9")


def test_show_takes_a_layer_of_a_module_or_a_network(network: Network) -> None:
    widget = convscope.show(Small(), X, layer="conv1")
    assert isinstance(widget, ScopeWidget)
    assert isinstance(convscope.show(network, layer="layer1.1"), ScopeWidget)
    with pytest.raises(TypeError, match="beside the model"):
        convscope.show(Small())
    with pytest.raises(TypeError, match="one of a network's layers"):
        convscope.show(nn.Conv2d(3, 2, 1), X, layer="conv1")


def test_its_table_names_every_node(network: Network) -> None:
    table = network._repr_html_()
    assert table.count("<tr>") == 1 + len(network.nodes)
    assert all(node["name"] in table for node in network.nodes)
    assert network.id in repr(network)


def test_its_figure_draws_every_node(network: Network) -> None:
    drawing = network.figure("svg", theme="dark", parts="shapes")
    assert drawing.count("<rect") == 1 + 1 + len(network.nodes)
    assert network.figure("tex").rstrip().endswith(r"\end{document}")


@pytest.mark.parametrize("count", [3, 600])
def test_a_notebook_keeps_its_figure_and_no_more_than_it_should(connected: Client, count: int) -> None:
    """As a picture, in which no script runs and nothing is fetched; of what it leaves out it says so."""
    edges = ["x", *(f"e{i}" for i in range(count))]
    nodes = [helper.make_node("Relu", [edges[i]], [edges[i + 1]], name=f"<b>{i}</b>") for i in range(count)]
    made = model_of(nodes, {"x": numbers(1, 2, 40, 40)}, [edges[-1]])
    html = connected.create_network(made.model, input=made.inputs["x"])._repr_html_()
    assert len(html.encode()) <= 150_000
    pictures = re.findall(r'<img alt="([^"]*)" src="data:image/svg\+xml,([^"]*)"', html)
    assert len(pictures) <= 1
    assert "<b>" not in html
    if count == 3:
        assert pictures[0][0].startswith("Network of 3 nodes")
        svg = ElementTree.fromstring(unquote(pictures[0][1]))
        assert len(list(svg.iter("{http://www.w3.org/2000/svg}image"))) == 4
    else:
        assert "400 more nodes" in html


def test_names_in_the_table_are_escaped(connected: Client) -> None:
    x = numbers(1, 2)
    node = helper.make_node("Relu", ["x"], ["y"], name="<script>alert(1)</script>")
    network = connected.create_network(model_of([node], {"x": x}, ["y"]).model, input=x)
    assert "<script" not in network._repr_html_()


def test_several_inputs(connected: Client) -> None:
    a, b = torch.rand(1, 2, 4, 4), torch.rand(1, 2, 4, 4)
    network = convscope.show(Two(), (a, b)).network
    np.testing.assert_allclose(network.tensor(network.outputs[0]), F.avg_pool2d(a * b, 2), rtol=1e-5)
    assert connected.network(network.id).summary == network.summary


def test_cells_and_cones(network: Network) -> None:
    norm = next(node for node in network.nodes if node["op"] == "BatchNormalization")
    cell = network.cell(norm["name"], 1, 2, 3)
    assert cell["value"] == pytest.approx(network.tensor(norm["outputs"][0]["name"])[0, 1, 2, 3], rel=1e-5)
    cone = network.trace(norm["outputs"][0]["name"], 1, 2, 3)
    assert (cone["rows"], cone["cols"]) == ([1, 3], [2, 4])


def test_models_code_and_pictures(connected: Client) -> None:
    x = numbers(1, 2, 5, 5)
    network = connected.create_network(one_layer("Relu", x).model, input=x)
    np.testing.assert_array_equal(network.tensor("y"), np.maximum(x, 0))
    np.testing.assert_array_equal(network.tensor("y", channel=1), np.maximum(x, 0)[:, 1])
    model = nn.Sequential(nn.Conv2d(3, 2, 1))
    file = io.BytesIO()
    Image.new("RGB", (4, 4), (255, 0, 0)).save(file, "PNG")
    made = connected.create_network(
        "nn.Sequential(nn.Conv2d(3, 2, 1))",
        input=file.getvalue(),
        weights=safetensors.torch.save(model.state_dict()),
        prepare={"mean": 0.5},
    )
    red = torch.tensor([0.5, -0.5, -0.5])[None, :, None, None].expand(1, 3, 4, 4)
    np.testing.assert_allclose(made.tensor("0"), model(red).detach(), rtol=1e-5)
    assert [each["code"] for each in made.summary["inputs"][0]["prepared"]] == ["network_input_normalized"]
    with pytest.raises(ConvscopeError) as refused:
        connected.create_network(b"nothing", input=x)
    assert refused.value.code == "network_unreadable"


def blocks_of_the_documentation() -> list[str]:
    page = (Path(__file__).parents[2] / "docs/python.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


def test_the_clients_example_of_the_documentation_runs(
    connected: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, weight = numbers(1, 3, 6, 6), numbers(4, 3, 3, 3, seed=1)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv1"], name="conv1"),
        helper.make_node("BatchNormalization", ["conv1", "s", "s", "s", "s"], ["y"], name="bn1"),
    ]
    model = model_of(nodes, {"x": x}, ["y"], {"w": weight, "s": np.ones(4, np.float32)}).model
    (tmp_path / "model.onnx").write_bytes(model)
    monkeypatch.chdir(tmp_path)
    (block,) = [each for each in blocks_of_the_documentation() if "create_network" in each]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a file is left to the interpreter
        exec(block, {"client": connected, "x": x})


@pytest.mark.usefixtures("client")
def test_the_notebooks_example_of_the_documentation_runs() -> None:
    model = nn.Sequential()
    model.layer1 = nn.Sequential(nn.Sequential(OrderedDict(conv1=nn.Conv2d(3, 2, 3))))
    (block,) = [each for each in blocks_of_the_documentation() if "layer1.0.conv1" in each]
    names = {"convscope": convscope, "model": model, "x": X}
    exec(block, names)
    assert isinstance(names["w"], ScopeWidget)


def test_the_networks_that_come_along(connected: Client) -> None:
    digits, _ = connected.example_networks()
    network = connected.network(digits["samples"][3]["id"])
    assert network.tensor(network.outputs[0]).argmax() == digits["samples"][3]["predicted"]
