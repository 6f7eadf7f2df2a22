"""The client against a real server: its numbers are torch's, refusals are exceptions, waits are kept."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convscope import Client, ConvscopeError, NoServerError, connect
from tests.support.server_process import ServerProcess

GENERATOR = torch.Generator().manual_seed(9)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=GENERATOR, dtype=torch.float64)


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    with Client(server.url) as client:
        yield client


def test_a_layer_of_numpy_arrays_has_torchs_output_and_ledger(client: Client) -> None:
    x, w, b = numbers(4, 9, 8), numbers(6, 2, 3, 2), numbers(6)
    operation = {"kind": "conv2d", "stride": 2, "padding": 1, "groups": 2}
    scene = client.create_scene(operation, input=x.numpy(), weight=w.numpy(), bias=b.numpy())
    expected = F.conv2d(x[None], w, b, stride=2, padding=1, groups=2)[0]
    assert scene.dtype == "float64"
    assert scene.shapes["output"] == tuple(expected.shape)
    np.testing.assert_allclose(scene.output, expected, rtol=1e-12)
    np.testing.assert_array_equal(scene.tensor("weight"), w)
    np.testing.assert_array_equal(scene.tensor("input", channel=2), x[2])
    for channel in (0, 5):
        steps = scene.steps(channel)
        np.testing.assert_allclose(steps["outputs"], expected[channel].flatten(), rtol=1e-12)
        np.testing.assert_allclose(steps["products"].sum((2, 3)), steps["channel_sums"], rtol=1e-12)
    assert scene.steps(0, start=3, stop=5, include="")["outputs"].shape == (2,)
    assert client.scene(scene.id).summary == scene.summary


WHOLE, HALVES = np.arange(-4, 5).reshape(1, 3, 3), np.full((1, 1, 2, 2), 0.5)


@pytest.mark.parametrize(
    ("kind", "given", "dtype"),
    [
        ("conv2d", {"input": WHOLE, "weight": WHOLE[None, :, :2, :2]}, "int32"),
        ("conv2d", {"input": WHOLE, "weight": WHOLE[None, :, :2, :2], "bias": np.array([7])}, "int32"),
        ("max_pool2d", {"input": WHOLE}, "int32"),
        ("conv2d", {"input": WHOLE, "weight": HALVES}, "float32"),
        ("conv2d", {"input": WHOLE, "weight": WHOLE[None, :, :2, :2], "bias": np.array([0.5])}, "float32"),
        ("conv2d", {"input": WHOLE * 10**10, "weight": WHOLE[None, :, :2, :2]}, "float32"),
        ("conv2d", {"input": WHOLE.tolist(), "weight": [[[[1, 2], [3, 4]]]]}, "float32"),
        ("avg_pool2d", {"input": WHOLE}, "float32"),
    ],
)
def test_whole_numbers_of_numpy_stay_whole(
    client: Client, kind: str, given: dict[str, Any], dtype: str
) -> None:
    operation = {"kind": kind} | ({} if kind == "conv2d" else {"kernel_size": 2})
    scene = client.create_scene(operation, **given)
    assert scene.dtype == dtype
    assert scene.output.dtype == dtype


def test_pages_of_steps_are_put_together(client: Client) -> None:
    """A page holds a million numbers, this channel's steps are more."""
    x, w = numbers(32, 64, 64).float(), numbers(1, 32, 3, 3).float()
    scene = client.create_scene({"kind": "conv2d"}, input=x.numpy(), weight=w.numpy())
    steps = scene.steps()
    assert steps["products"].shape == (62 * 62, 32, 3, 3)
    np.testing.assert_allclose(steps["outputs"], F.conv2d(x[None], w).flatten(), rtol=1e-4, atol=1e-4)


def test_steps_are_streamed_and_scenes_edited(client: Client) -> None:
    chapter = next(preset for preset in client.presets() if preset["name"] == "two-channels")
    scene = client.scene(chapter["id"])
    assert [step["output"] for step in scene.stream_steps()] == [56, 72, 104, 120]
    edited = scene.edit(cells=[{"tensor": "input", "index": [0, 0, 0], "value": 100}], dtype="int32")
    assert edited.dtype == "int32"
    assert edited.output.tolist() == [[[56, 72], [104, 120]]]
    assert scene.tensor("input")[0, 0, 0] == 0
    assert edited.id != scene.id
    assert edited.url.endswith(f"/s/{edited.id}")
    assert "torch" in scene.code(backward=True)
    assert scene.figure(row=1, col=1, lang="en").startswith("<svg")
    assert scene.taps()["rows"] == [[0, 1], [1, 2]]
    assert scene.file()


def test_the_other_calls(client: Client) -> None:
    layer = client.parse("nn.Conv2d(2, 3, 3, padding=1)")
    assert layer["operation"]["kind"] == "conv2d"
    body = {
        "input": {"data": [[[1, 2], [3, 4]]]},
        "weight": {"data": [[[[1, 1], [1, 1]]]]},
        "operation": layer["operation"] | {"padding": 0},
    }
    assert client.trace(body)["output"] == [[[10]]]
    assert client.gradients(body)["weight"] == [[[[1, 2], [3, 4]]]]
    assert client.create_scene_from_json(body).output.tolist() == [[[10]]]


def test_a_refusal_is_an_exception_with_its_place(client: Client) -> None:
    with pytest.raises(ConvscopeError, match="422") as caught:
        client.create_scene({"kind": "conv2d"}, input=np.ones((2, 3, 3)), weight=np.ones((1, 3, 2, 2)))
    assert caught.value.status == 422
    assert caught.value.errors[0]["at"]
    with pytest.raises(ConvscopeError) as missing:
        client.scene("0" * 40)
    assert (missing.value.status, missing.value.code) == (404, "scene_not_found")


@pytest.mark.parametrize("status", [429, 503])
def test_it_asks_again_after_the_time_it_is_told(status: int) -> None:
    answers = iter([
        httpx2.Response(status, headers={"Retry-After": "2"}),
        httpx2.Response(status, headers={"Retry-After": "90"}),
        httpx2.Response(200, json={"output": [1]}),
    ])  # fmt: skip
    waits: list[float] = []
    transport = httpx2.MockTransport(lambda _: next(answers))
    with Client("http://server", transport=transport, sleep=waits.append, max_wait=30) as client:
        assert client.trace({}) == {"output": [1]}
    assert waits == [2, 30]


def test_it_gives_up_after_so_many_times() -> None:
    problem = {"title": "Service Unavailable", "detail": "busy", "code": "busy"}
    waits: list[float] = []
    transport = httpx2.MockTransport(lambda _: httpx2.Response(503, json=problem))
    client = Client("http://server", transport=transport, sleep=waits.append, retries=2)
    with client, pytest.raises(ConvscopeError, match="503: busy"):
        client.trace({})
    assert len(waits) == 2


def test_an_answer_that_is_no_problem_document_is_an_error_too() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(502, text="<html>Bad gateway"))
    with Client("http://server", transport=transport) as client, pytest.raises(ConvscopeError, match="502"):
        client.trace({})


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("ask", [lambda url: Client(url).presets(), connect])
@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://name.invalid", "127.0.0.1:8000", "x"])
def test_where_no_server_is_the_error_says_where_and_what_to_do(
    ask: Callable[[str], object], address: str
) -> None:
    url = address.format(port=_free_port())
    with pytest.raises(NoServerError, match="convscope serve") as caught:
        ask(url)
    assert url in str(caught.value)
    if url.startswith("http"):
        assert isinstance(caught.value.__cause__, httpx2.TransportError)


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_page_that_is_not_of_convscope_is_no_server(status: int) -> None:
    page = httpx2.Response(status, html="<html>Another site</html>")
    with Client("http://site", transport=httpx2.MockTransport(lambda _: page)) as client:
        for ask in (client.presets, lambda: client.trace({}), lambda: client.scene("0" * 40)):
            with pytest.raises(NoServerError, match=r"http://site.* another web page"):
                ask()


def test_a_server_that_stops_while_it_answers_is_no_server() -> None:
    def stop(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("")

    transport = httpx2.MockTransport(stop)
    with (
        Client("http://site", transport=transport) as client,
        pytest.raises(NoServerError, match="ReadTimeout"),
    ):
        client.presets()


def test_the_client_imports_neither_torch_nor_the_server() -> None:
    script = (
        "import sys, convscope\n"
        "unwanted = ('torch', 'fastapi', 'pydantic', 'app', 'anywidget', 'PIL', 'pandas')\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_example_of_the_documentation_runs(server: ServerProcess, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/python.md").read_text("utf-8")
    script, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    script = script.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("(4, 4, 4) http://")
    assert "(16, 3, 3, 3)" in done.stdout
    assert (tmp_path / "window.svg").read_text().startswith("<svg")
