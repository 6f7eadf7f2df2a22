"""steps?out_channel=all: the steps of a whole layer, in every form, and as one file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from math import fsum
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, assume, given, settings

from app.conv.errors import ConvError
from app.main import create_app
from app.settings import Settings
from tests.support.random_layers import Layer, layers
from tests.support.reference import torch_output
from tests.support.scenes import CHAPTER, Body, make_scene
from tests.support.step_columns import joined, lines, of_npz, of_safetensors, of_steps, pages, same
from tests.web.api.test_media_types import LAYERS

ALL = {"out_channel": "all"}
WHOLE = "out_channel=all&whole=true"
MORE: dict[str, Body] = {
    "transposed, in groups": {
        "input": {"random": {"shape": [4, 3, 4], "seed": 1}},
        "weight": {"random": {"shape": [4, 3, 2, 3], "seed": 2}},
        "bias": {"random": {"shape": [6], "seed": 3}},
        "operation": {"kind": "conv_transpose2d", "stride": 2, "groups": 2},
    },
    "each channel for itself": {
        "input": {"random": {"shape": [5, 4, 4]}},
        "weight": {"random": {"shape": [5, 1, 3, 3]}},
        "operation": {"kind": "conv2d", "groups": 5, "padding": "same"},
    },
    "one window a channel": {
        "input": {"random": {"shape": [3, 2, 2]}},
        "weight": {"random": {"shape": [7, 3, 2, 2]}},
        "operation": {"kind": "conv2d"},
    },
}


@pytest.fixture(params=[*LAYERS, *MORE])
def layer(request: pytest.FixtureRequest, client: TestClient) -> str:
    return make_scene(client, (LAYERS | MORE)[request.param])


def get(client: TestClient, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer


def test_all_channels_are_each_channel_one_after_the_other(client: TestClient, layer: str) -> None:
    whole = client.get(f"{layer}/steps", params=ALL).json()
    summary = client.get(layer).json()
    channels = summary["shapes"]["output"][0]
    each = [client.get(f"{layer}/steps?out_channel={channel}").json() for channel in range(channels)]
    assert whole.pop("steps") == [
        step | {"out_channel": channel} for channel, page in enumerate(each) for step in page["steps"]
    ]
    assert whole == {
        "scene": summary["id"],
        "out_channel": "all",
        "in_channels": [page["in_channels"] for page in each],
        "bias": [page["bias"] for page in each],
        "start": 0,
        "stop": channels * summary["counts"]["windows"],
        "total": channels * summary["counts"]["windows"],
        "next": None,
    }
    assert client.get(f"{layer}/steps?channel=all").json()["steps"]


@pytest.mark.parametrize("query", ["", "start=3&stop=7", "include=products", "include=", "start=3&stop=3"])
def test_all_forms_are_equal(client: TestClient, layer: str, query: str) -> None:
    steps = f"{layer}/steps?out_channel=all&{query}".rstrip("&")
    answer = client.get(steps).json()
    columns = of_safetensors(get(client, f"{steps}&format=safetensors").content)
    assert len(columns["outputs"]) == len(answer["steps"]) == answer["stop"] - answer["start"]
    if answer["steps"]:
        same(of_steps(answer["steps"], columns), columns)
        assert {"out_channel", "index", "row", "col"} <= columns.keys()
    for name in ("out_channel", "index", "row", "col"):
        assert columns[name].dtype == np.int32
    same(of_npz(get(client, f"{steps}&format=zip").content), columns)
    same(of_safetensors(get(client, f"{steps}&format=safetensors&whole=true").content), columns)
    same(of_npz(get(client, f"{steps}&format=zip&whole=true").content), columns)
    found = lines(get(client, f"{steps}&format=jsonl").content)
    biases = answer["bias"]
    assert found == [step | {"bias": biases[step["out_channel"]]} for step in answer["steps"]]


def test_one_channel_as_one_file_is_its_page(client: TestClient, layer: str) -> None:
    steps = f"{layer}/steps?out_channel=1"
    page = get(client, f"{steps}&format=safetensors").content
    assert get(client, f"{steps}&format=safetensors&whole=true").content == page
    same(of_npz(get(client, f"{steps}&format=zip&whole=true").content), of_safetensors(page))
    same(of_npz(get(client, f"{steps}&format=zip").content), of_safetensors(page))


def body_of(layer: Layer) -> Body:
    parameters = dict(layer.parameters)
    if parameters["padding"] != "same":
        sides = ("top", "bottom", "left", "right")
        padding = dict(zip(sides, parameters["padding"], strict=True))
        own = sides if layer.dimensions == 2 else sides[2:]
        parameters["padding"] = {side: padding[side] for side in own}
    if layer.dimensions == 1:
        parameters = {n: size[1] if isinstance(size, tuple) else size for n, size in parameters.items()}
    tensors = dict(zip(("input", "weight", "bias"), layer.tensors, strict=True))
    body: Body = {name: {"data": t.tolist()} for name, t in tensors.items() if t is not None}
    dtype = str(layer.x.dtype).removeprefix("torch.")
    return body | {"operation": {"kind": layer.kind, **parameters}, "dtype": dtype}


@pytest.fixture(scope="module")
def frugal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server whose pages hold a few steps, or one."""
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri(), max_answer_numbers=300)
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(layer=layers())
def test_random_layers(frugal: TestClient, layer: Layer) -> None:
    """Pages joined are the whole, and both are what torch and plain sums say."""
    try:
        plan = layer.plan()
    except ConvError:
        assume(False)
        raise
    client, steps = frugal, f"{make_scene(frugal, body_of(layer))}/steps?out_channel=all"
    found = pages(client, f"{steps}&format=safetensors")
    columns = joined([of_safetensors(answer.content) for answer in found])
    same(of_safetensors(get(client, f"{steps}&format=safetensors&whole=true").content), columns)
    same(of_npz(get(client, f"{steps}&format=zip&whole=true").content), columns)
    same(joined([of_npz(answer.content) for answer in pages(client, f"{steps}&format=zip")]), columns)
    of_lines = lines(get(client, f"{steps}&format=jsonl").content)
    same(of_steps(of_lines, columns), columns)
    check_places(columns, plan.output_shape)
    expected = torch_output(layer)
    if expected is not None:
        near(torch.from_numpy(columns["outputs"]), expected.flatten())
    if layer.family != "max_pool":
        sums = [[fsum(np.ravel(channel)) for channel in step] for step in columns["products"].tolist()]
        running = torch.tensor([list(accumulate(step)) for step in sums], dtype=torch.float64)
        near(torch.from_numpy(columns["running_sums"]), running)
        biases = torch.tensor([line["bias"] for line in of_lines], dtype=torch.float64)
        near(torch.from_numpy(columns["outputs"]), running[:, -1] + biases)


def check_places(columns: dict[str, Any], shape: tuple[int, int, int]) -> None:
    every = [(o, i, j) for o in range(shape[0]) for i in range(shape[1]) for j in range(shape[2])]
    names = ("out_channel", "row", "col")
    assert list(zip(*(columns[name].tolist() for name in names), strict=True)) == every
    assert columns["index"].tolist() == [i * shape[2] + j for _, i, j in every]


def near(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found.double(), expected.double(), rtol=1e-4, atol=1e-4)


def test_pages_go_on_across_channels(client_with: Any) -> None:
    client = client_with(max_answer_numbers=180)
    path = make_scene(client, MORE["one window a channel"])
    whole = [answer.json()["steps"] for answer in pages(client, f"{path}/steps?channel=all")]
    assert max(map(len, whole)) > 1
    assert [step["out_channel"] for page in whole for step in page] == list(range(7))
    query = "/steps?out_channel=all&start=1&include=products,patches&format=safetensors"
    some = pages(client, path + query)
    assert len(some) > 1  # the links ask for the same form
    found = joined([of_safetensors(answer.content) for answer in some])["out_channel"]
    assert found.tolist() == [1, 2, 3, 4, 5, 6]


def test_what_there_is_not_is_refused(client: TestClient) -> None:
    steps = f"{make_scene(client, CHAPTER)}/steps"
    for query, at, says in (
        ("out_channel=every", "/out_channel", "or all"),
        ("out_channel=-1", "/out_channel", "or all"),
        ("channel=0.5", "/channel", "or all"),
        (f"out_channel={9 * '9'}", "/out_channel", "the output has 1 channel"),
        ("out_channel=all&channel=0", "/channel", "two names"),
        ("out_channel=all&stop=5", "/stop", "there are 4 windows"),
        ("whole=true", "/whole", "format=safetensors or format=zip"),
        ("whole=true&format=json", "/whole", "format=safetensors or format=zip"),
        ("whole=2&format=zip", "/whole", ""),
    ):
        answer = client.get(f"{steps}?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["at"] == at
        assert says in answer.json()["detail"]
    assert client.get(f"{steps}?whole=true&format=jsonl").status_code == 200  # lines are whole in any case


def test_lists_of_channels_count_as_numbers(client_with: Any) -> None:
    """The envelope holds C_out times C_in of them; files do not hold it."""
    client = client_with(max_answer_numbers=200)
    body = {
        "input": {"random": {"shape": [10, 1, 1]}},
        "weight": {"random": {"shape": [20, 10, 1, 1]}},
        "operation": {"kind": "conv2d"},
    }
    steps = f"{make_scene(client, body)}/steps?out_channel=all"
    refused = client.get(steps)
    assert refused.status_code == 413
    assert refused.json()["limit"] == "max_answer_numbers"
    assert refused.json()["asked"] > 20 * 11
    for form in ("safetensors", "zip", "jsonl"):
        assert client.get(f"{steps}&format={form}").status_code == 200
    found = joined([of_safetensors(a.content) for a in pages(client, f"{steps}&format=safetensors")])
    assert found["out_channel"].tolist() == list(range(20))


@pytest.mark.parametrize("form", ["safetensors", "zip"])
def test_a_whole_file_has_its_headers(client: TestClient, form: str) -> None:
    url = f"{make_scene(client, LAYERS['integers'])}/steps?{WHOLE}&format={form}"
    answer = get(client, url)
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "cache-control", "vary", "content-length", "accept-ranges"):
        assert head.headers.get(name) == answer.headers.get(name), name
    assert "content-encoding" not in answer.headers
    assert (answer.headers.get("content-length") == str(len(answer.content))) == (form == "safetensors")
    assert client.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
