"""A network's widget without a browser: what is open, its messages, and what a notebook keeps."""

from __future__ import annotations

import io
import json
import re
from urllib.parse import parse_qsl, unquote

import numpy as np
import pytest
import torch
import traitlets
from torch import nn

import convscope
from convscope import Client
from convscope.network_widget import NetworkWidget
from tests.support.widget_messages import Sent

torch.manual_seed(16)
MODEL = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()).eval()
X = torch.randn(1, 3, 6, 8)
ID = "0" * 40


@pytest.fixture
def widget(connected: Client) -> NetworkWidget:  # noqa: ARG001
    return convscope.show(MODEL, X)


@pytest.fixture
def sent(widget: NetworkWidget, monkeypatch: pytest.MonkeyPatch) -> Sent:
    return Sent(widget, monkeypatch)


def page_of(widget: NetworkWidget, row: int = 0) -> str:
    """Of the convolution's stage, as the graph opens it."""
    scene = widget.network.layer("0")
    return f"/s/{scene.id}?step=2,{row},1&network={widget.network.id}%3Fnode%3Dx"


def test_a_module_and_a_network_are_shown_in_the_same_way(widget: NetworkWidget) -> None:
    again = convscope.show(widget.network)
    assert isinstance(again, NetworkWidget)
    assert again._network_id == widget._network_id == widget.network.id
    assert repr(widget) == f"NetworkWidget({widget.network!r})"
    expected = MODEL(X).detach()
    np.testing.assert_allclose(widget.network.tensor(widget.network.outputs[0]), expected, rtol=1e-4)


def test_what_is_open_may_be_set_and_is_of_the_network(widget: NetworkWidget) -> None:
    names = [node["name"] for node in widget.network.nodes]
    for name in [*names, widget.network.summary["inputs"][0]["name"], None]:
        widget.node = name
        assert widget.node == name
    widget.node = names[0]
    widget.set_trait("cell", [1, 2, 3])
    assert widget.cell == (1, 2, 3)
    for name, value in [("node", "nowhere"), ("cell", (0, 0)), ("cell", (0, -1, 0)), ("_stage", "/n/x")]:
        with pytest.raises(traitlets.TraitError):
            setattr(widget, name, value)
    assert (widget.node, widget.cell, widget._stage) == (names[0], (1, 2, 3), "")


@pytest.mark.parametrize(("languages", "theme"), [("zh-CN,en", "dark"), ("en", "light")])
def test_the_graph_and_the_stage_are_whole_documents(
    widget: NetworkWidget, sent: Sent, languages: str, theme: str
) -> None:
    """From the stage a button leads back; nothing of either is fetched."""
    for stage in ("", page_of(widget)):
        document, _ = sent.ask(type="open", languages=languages, theme=theme, stage=stage)
        assert document["error"] == ""
        html = document["html"]
        assert f'<html lang="{languages[:5].split(",")[0]}" data-theme="{theme}"' in html
        assert not re.search(r"<(?:link|script|img)[^>]+(?:src|href)=", html)
        assert ('id="graph-canvas"' in html) == (stage == "")
        assert ('id="to-network"' in html) == (stage != "")
    alone = convscope.show(widget.network, layer="0")
    path, query = alone._find_document({})
    assert 'id="to-network"' not in alone._client.get(path, query).text


def test_the_page_reads_the_network_through_the_kernel(widget: NetworkWidget, sent: Sent) -> None:
    network = widget.network
    (node, relu), shown = network.nodes[:2], MODEL[0](X).detach()
    base = f"/api/v1/networks/{network.id}"
    edge = node["outputs"][0]["name"].replace("/", "%2F")
    paths = {
        "tensor": f"{base}/tensors/{edge}?format=npy",
        "cell": f"{base}/nodes/{relu['name'].replace('/', '%2F')}/cell?channel=0&row=2&col=3",
        "trace": f"{base}/trace?edge={edge}&channel=1&row=2&col=3",
        "scene": node["scene"],
    }
    bodies = {}
    for name, path in paths.items():
        answer, body = sent.ask(type="fetch", request=1, method="GET", path=path, headers={})
        assert answer["status"] == 200, (name, answer)
        bodies[name] = body[0]
    np.testing.assert_allclose(np.load(io.BytesIO(bodies["tensor"])), shown, rtol=1e-4, atol=1e-6)
    assert json.loads(bodies["cell"])["value"] == pytest.approx(shown[0, 0, 2, 3].item(), rel=1e-4)
    assert json.loads(bodies["trace"])["rows"] == [1, 3]
    assert json.loads(bodies["scene"])["id"] == network.layer("0").id


def test_the_layer_on_the_stage_and_its_edits_are_the_widgets(widget: NetworkWidget, sent: Sent) -> None:
    assert widget.scene is None
    widget._stage = page_of(widget)
    first = widget.scene
    assert first is not None
    np.testing.assert_allclose(first.output, MODEL[0](X)[0].detach(), rtol=1e-4, atol=1e-6)
    body = json.dumps({"cells": [{"tensor": "input", "index": [0, 1, 2], "value": 7}]})
    path = f"/api/v1/scenes/{first.id}/edits"
    answer, _ = sent.ask(type="fetch", request=1, method="POST", path=path, headers={}, body=body)
    assert answer["status"] == 201
    edited = widget.scene
    assert edited is not None and edited.tensor("input")[0, 1, 2] == 7
    widget._stage = ""
    assert widget.scene is None


@pytest.mark.safety(38)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/api/v1/networks/{ID}/inputs"), ("POST", "/api/v1/networks"), ("GET", "/metrics"),
        ("DELETE", f"/api/v1/networks/{ID}"), ("GET", f"/api/v1/networks/{ID}/tensors/.."),
        ("GET", f"/api/v1/networks/{ID}/tensors/../../../../metrics"), ("GET", "/api/v1/networks/.."),
        ("GET", f"/api/v1/networks/{ID}/nodes/../cell"), ("GET", f"/api/v1/networks/{ID}/nodes/x/other"),
        ("GET", f"//example.org/api/v1/networks/{ID}"), ("GET", f"@example.org/api/v1/networks/{ID}"),
        ("GET", f"http://example.org/api/v1/networks/{ID}"), ("GET", f"/api/v1/networks/{ID}\n"), ("GET", ""),
    ],
)  # fmt: skip
def test_the_page_asks_for_nothing_else_through_it(sent: Sent, method: str, path: str) -> None:
    answer, body = sent.ask(type="fetch", request=1, method=method, path=path, headers={"Host": "x"})
    assert (answer["status"], body) == (0, [])


def test_the_graph_shows_again_what_it_showed(widget: NetworkWidget, sent: Sent) -> None:
    """The part that is seen, and the open node; of the document itself nothing."""
    node = widget.network.nodes[0]["name"].replace("/", "%2F")
    graph = f"node={node}&cell=2,1,3&zoom=1.5,-20.25,7&theme=light"
    document, _ = sent.ask(type="open", languages="en", theme="dark", stage="", graph=graph)
    assert document["error"] == ""
    assert 'data-theme="dark"' in document["html"]
    query = re.search(r'"query":\s*("[^"]*")', document["html"])
    assert query
    assert {("zoom", "1.5,-20.25,7"), ("node", unquote(node)), ("cell", "2,1,3")} < {
        *parse_qsl(json.loads(query[1]))
    }


@pytest.mark.safety(38)
@pytest.mark.parametrize("graph", ["/../metrics", "x#y", "a=b\n", "<script>", "a=" + "b" * 5000, 7, None])
def test_what_is_no_part_of_a_graph_is_left_out(widget: NetworkWidget, graph: object) -> None:
    assert widget._find_document({"graph": graph}) == (f"/widget/n/{widget.network.id}", {})


@pytest.mark.safety(38)
@pytest.mark.parametrize("stage", ["/s/x", f"/n/{ID}", f"/s/{ID}/../..", f"http://a.example/s/{ID}", "\n"])
def test_no_other_document_is_opened(widget: NetworkWidget, sent: Sent, stage: str) -> None:
    assert widget._find_document({"stage": stage}) == (f"/widget/n/{widget.network.id}", {})
    document, _ = sent.ask(type="open", languages="en", theme="", stage=f"/s/{ID}")
    assert document["html"] == "" and "404" in document["error"]


def test_the_still_is_the_figure_and_the_table_under_the_widgets_key(widget: NetworkWidget) -> None:
    still = widget._still()
    assert still.startswith(f'<div data-convscope-still="{widget._still_key}">')
    assert widget.network._repr_html_() in still
    assert len(still.encode()) <= 150_000
