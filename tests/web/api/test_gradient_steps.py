"""The ledgers of gradients in every form: each step, its pages, lines and columns, against the whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.web.api.test_upstream import GRAD_INPUT, GRAD_WEIGHT, WITH, make, tensor

BORROWED = {
    "input": {"random": {"shape": [4, 4, 5], "seed": 1, "distribution": "integers"}},
    "weight": {"random": {"shape": [6, 2, 3, 2], "seed": 2, "distribution": "integers"}},
    "bias": {"random": {"shape": [6], "seed": 2, "distribution": "integers"}},
    "upstream": {"random": {"shape": [6, 3, 8], "seed": 3, "distribution": "integers"}},
    "operation": {"kind": "conv2d", "padding": 2, "padding_mode": "reflect", "groups": 2, "stride": [2, 1]},
    "dtype": "int32",
}
INPUT, WEIGHT = "gradients/input/steps", "gradients/weight/steps"
STAMPS = "gradients/input/stamps"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri(), max_answer_numbers=1024)
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def borrowed(client: TestClient) -> str:
    return make(client, BORROWED)


def get(client: TestClient, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_step_of_the_input_by_hand(client: TestClient) -> None:
    """The middle cell is read by all four windows, with the upstream 1, 0, 0, -2."""
    scene = make(client, WITH)
    found = get(client, f"{scene}/{INPUT}?in_channel=1")
    steps = found.pop("steps")
    assert found.pop("scene") == scene.rpartition("/")[2]
    assert found == {
        "in_channel": 1, "out_channels": [0], "start": 0, "stop": 9, "total": 9, "next": None,
    }  # fmt: skip
    assert steps[4] == {
        "index": 4, "row": 1, "col": 1,
        "output_rows": [[1], [0]], "output_cols": [[1], [0]],
        "upstream": [[[-2, 0], [0, 1]]], "products": [[[-2, 0], [0, 4]]],
        "channel_sums": [2], "running_sums": [2], "gradient": 2,
    }  # fmt: skip
    assert steps[0]["output_rows"] == [[0], []]
    assert [step["gradient"] for step in steps] == list(chain(*GRAD_INPUT[1]))


def test_a_step_of_the_weight_by_hand(client: TestClient) -> None:
    scene = make(client, WITH)
    found = get(client, f"{scene}/{WEIGHT}?in_channel=1&include=patch,upstream,products")
    assert found["steps"][1] == {
        "index": 1, "u": 0, "v": 1,
        "patch": [[2, 3], [5, 6]], "upstream": [[1, 0], [0, -2]], "products": [[2, 0], [0, -12]],
        "row_sums": [2, -12], "gradient": -10,
    }  # fmt: skip
    plain = get(client, f"{scene}/{WEIGHT}")
    assert plain["steps"][0] == {"index": 0, "u": 0, "v": 0, "row_sums": [0, -8], "gradient": -8}
    assert [step["gradient"] for step in plain["steps"]] == list(chain(*GRAD_WEIGHT[0][0]))
    assert get(client, f"{scene}/gradients/bias") == {"upstream_sums": [-1], "gradient": [-1]}


def pages(client: TestClient, url: str | None) -> Iterator[Any]:
    while url is not None:
        page = get(client, url)
        yield page
        url = page["next"]


def test_pages_and_lines_hold_all_steps(client: TestClient, borrowed: str) -> None:
    whole = {name: tensor(client, borrowed, f"grad_{name}") for name in ("input", "weight")}
    for url, expected, place in (
        (f"{borrowed}/{INPUT}?in_channel=3", whole["input"][3], {"in_channel": 3}),
        (f"{borrowed}/{WEIGHT}?out_channel=4", whole["weight"][4][0], {"out_channel": 4, "in_channel": 2}),
    ):
        steps = [step for page in pages(client, url) for step in page["steps"]]
        assert [step["gradient"] for step in steps] == list(chain(*expected))
        answer = client.get(url, headers={"Accept": "application/jsonl"})
        assert answer.headers["Convscope-Steps"] == str(len(steps))
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert lines == [step | place for step in steps]
    assert len(list(pages(client, f"{borrowed}/{INPUT}"))) > 1


def test_columns_are_the_steps(client: TestClient, borrowed: str) -> None:
    url = f"{borrowed}/{INPUT}?in_channel=1&start=3&stop=9"
    steps = get(client, url)["steps"]
    columns = safetensors.torch.load(client.get(f"{url}&format=safetensors").content)
    arrays = np.load(BytesIO(client.get(f"{url}&format=zip").content))
    assert columns.keys() == set(arrays)
    for name, column in columns.items():
        assert column.tolist() == arrays[name].tolist()
    for name in ("upstream", "products", "channel_sums", "running_sums"):
        assert columns[name].tolist() == [step[name] for step in steps]
    assert columns["gradients"].tolist() == [step["gradient"] for step in steps]
    for name in ("output_rows", "output_cols"):
        lists = [[[n for n in some if n >= 0] for some in cell] for cell in columns[name].tolist()]
        assert lists == [step[name] for step in steps]
        assert max(len(some) for cell in lists for some in cell) > 1
    few = safetensors.torch.load(client.get(f"{url}&format=safetensors&include=").content)
    assert few.keys() == columns.keys() - {"upstream", "products"}


def test_columns_of_the_weight(client: TestClient, borrowed: str) -> None:
    url = f"{borrowed}/{WEIGHT}?include=patches,products,upstream"
    steps = [step for page in pages(client, url) for step in page["steps"]]
    columns = safetensors.torch.load(client.get(f"{url}&format=safetensors").content)
    names = {"patches": "patch", "upstream": "upstream", "products": "products", "row_sums": "row_sums"}
    for name, field in names.items():
        assert columns[name].tolist() == [step[field] for step in steps]


LAYERS = {
    "borrowed": BORROWED,
    "transposed": {
        "input": {"random": {"shape": [4, 3, 4], "seed": 1}},
        "weight": {"random": {"shape": [4, 3, 2, 3], "seed": 2}},
        "upstream": {"random": {"shape": [6, 6, 9], "seed": 3}},
        "operation": {"kind": "conv_transpose2d", "groups": 2, "stride": 2},
    },
    "signal": {
        "input": {"random": {"shape": [2, 9], "seed": 1}},
        "weight": {"random": {"shape": [3, 2, 3], "seed": 2}},
        "operation": {"kind": "conv1d", "stride": 2},
    },
    "maximum": {
        "input": {"random": {"shape": [3, 5, 5], "seed": 1}},
        "operation": {"kind": "max_pool2d", "kernel_size": 2},
    },
}
# Of each path what asks for all parts, and the channels that steps name.
ALL_STEPS = {
    INPUT: ("in_channel=all", ("in_channel",)),
    WEIGHT: ("out_channel=all&include=patch,upstream,products", ("out_channel", "in_channel")),
}


@pytest.mark.parametrize("path", ALL_STEPS)
@pytest.mark.parametrize("name", LAYERS)
def test_steps_of_all_channels_are_those_of_each(client: TestClient, name: str, path: str) -> None:
    """As pages, as lines, and as columns of one file, whole or a part of it."""
    scene = make(client, LAYERS[name])
    plan = get(client, scene)["shapes"]
    if path == WEIGHT and plan["weight"] is None:
        return
    query, channels = ALL_STEPS[path]
    url = f"{scene}/{path}?{query}"
    steps = [step for page in pages(client, url) for step in page["steps"]]
    each = [
        step | {channel: found[channel] for channel in channels}
        for place in places_of(client, scene, path)
        for found in pages(client, f"{url.replace(query.partition('&')[0], place)}")
        for step in found["steps"]
    ]
    assert steps == each
    lines = client.get(f"{url}&format=jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == steps
    whole = client.get(f"{url}&whole=true&format=safetensors")
    columns = safetensors.torch.load(whole.content)
    arrays = np.load(BytesIO(client.get(f"{url}&whole=true&format=zip").content))
    assert columns.keys() == set(arrays)
    for column, values in columns.items():
        field = {"gradients": "gradient", "patches": "patch"}.get(column, column)
        assert arrays[column].tolist() == values.tolist()
        if column.startswith("output_"):
            lists = [[[n for n in some if n >= 0] for some in cell] for cell in values.tolist()]
            assert lists == [step[column] for step in steps]
        else:
            same = torch.tensor([step[field] for step in steps], dtype=torch.float64)
            torch.testing.assert_close(values.double(), same, rtol=1e-6, atol=1e-6)
    part = client.get(f"{url}&whole=true&format=safetensors", headers={"Range": "bytes=900-1500"})
    assert (part.status_code, part.content) == (206, whole.content[900:1501])
    some = safetensors.torch.load(
        client.get(f"{url}&whole=true&format=safetensors&start=5&stop={len(steps) - 1}").content
    )
    for column, values in some.items():
        assert values.tolist() == columns[column][5:-1].tolist()


def places_of(client: TestClient, scene: str, path: str) -> list[str]:
    """Queries for each channel, or each pair of channels, in order."""
    summary = get(client, scene)
    inputs, outputs = summary["shapes"]["input"][0], summary["shapes"]["output"][0]
    if path == INPUT:
        return [f"in_channel={channel}" for channel in range(inputs)]
    groups = summary["operation"]["groups"]
    size, of = inputs // groups, outputs // groups
    return [
        f"out_channel={o}&in_channel={c}"
        for o in range(outputs)
        for c in range(o // of * size, (o // of + 1) * size)
    ]


def test_all_pairs_of_one_channel(client: TestClient, borrowed: str) -> None:
    for query, pairs in (
        ("out_channel=4&in_channel=all", [(4, 2), (4, 3)]),
        ("out_channel=all&in_channel=1", [(0, 1), (1, 1), (2, 1)]),
    ):
        steps = [step for page in pages(client, f"{borrowed}/{WEIGHT}?{query}") for step in page["steps"]]
        found = [(step["out_channel"], step["in_channel"]) for step in steps]
        assert found == [pair for pair in pairs for _ in range(6)]


def test_answers_are_kept_for_ever(client: TestClient, borrowed: str) -> None:
    for path in (INPUT, WEIGHT, "gradients/bias"):
        answer = client.get(f"{borrowed}/{path}")
        assert "immutable" in answer.headers["Cache-Control"]
        again = client.get(f"{borrowed}/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert client.head(f"{borrowed}/{path}").status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        (f"{INPUT}?in_channel=4", 422, "no_such_in_channel"),
        (f"{INPUT}?start=21", 422, "no_such_gradients"),
        (f"{INPUT}?start=3&stop=2", 422, "no_such_gradients"),
        (f"{INPUT}?include=patch", 422, "part_unknown"),
        (f"{INPUT}?out_channel=0", 422, "parameter_unknown_close"),
        (f"{WEIGHT}?out_channel=6", 422, "no_such_out_channel"),
        (f"{WEIGHT}?out_channel=0&in_channel=2", 422, "in_channel_not_read"),
        (f"{WEIGHT}?stop=7", 422, "no_such_gradients"),
        (f"{INPUT}?format=xml", 422, "field.not_one_of"),
        (f"{INPUT}?in_channel=some", 422, "field.not_an_in_channel"),
        (f"{INPUT}?in_channel=all&start=81", 422, "no_such_gradients"),
        (f"{INPUT}?in_channel=all&whole=true", 422, "whole_needs_a_file"),
        (f"{WEIGHT}?out_channel=-1", 422, "field.not_an_out_channel"),
        (f"{WEIGHT}?out_channel=all&in_channel=4", 422, "no_such_in_channel"),
    ],
)
def test_what_is_not_there_is_refused(
    client: TestClient, borrowed: str, query: str, status: int, code: str
) -> None:
    answer = client.get(f"{borrowed}/{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_pooling_has_no_weight(client: TestClient) -> None:
    body = {"input": WITH["input"], "operation": {"kind": "max_pool2d", "kernel_size": 2, "stride": 1}}
    scene = make(client, body)
    for path in (WEIGHT, "gradients/bias"):
        assert client.get(f"{scene}/{path}").status_code == 404
    middle = get(client, f"{scene}/{INPUT}")["steps"][4]
    assert middle["upstream"] == [[[1, 1], [1, 1]]]
    assert middle["products"] == [[[0, 0], [0, 1]]]


def test_planes_over_the_limit_are_refused(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [1, 40, 40]}},
        "weight": {"random": {"shape": [1, 1, 2, 2]}},
        "operation": {"kind": "conv2d"},
    }
    scene = make(client, body)
    answer = client.get(f"{scene}/{WEIGHT}?include=products")
    assert (answer.status_code, answer.json()["limit"]) == (413, "max_answer_numbers")
    assert len(get(client, f"{scene}/{WEIGHT}")["steps"]) == 4


def test_the_gradient_is_the_output_of_a_scene(client: TestClient) -> None:
    scene = make(client, WITH)
    for status in (201, 200):
        answer = client.post(f"{scene}/gradients/input/scene")
        assert answer.status_code == status
        summary = answer.json()
        assert answer.headers["Location"] == summary["links"]["self"]
    assert summary["operation"]["kind"] == "conv_transpose2d"
    assert tensor(client, answer.headers["Location"], "output") == GRAD_INPUT
    back = client.post(f"{answer.headers['Location']}/gradients/input/scene").json()
    assert back["operation"]["kind"] == "conv2d"


def test_what_has_no_such_scene_is_refused(client: TestClient, borrowed: str) -> None:
    pooling = make(client, {"input": WITH["input"], "operation": {"kind": "avg_pool2d", "kernel_size": 2}})
    for scene, code in (
        (borrowed, "gradient_of_borrowed_is_no_layer"),
        (pooling, "gradient_of_pooling_is_no_layer"),
    ):
        answer = client.post(f"{scene}/gradients/input/scene")
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert client.post(f"/api/v1/scenes/{'0' * 40}/gradients/input/scene").status_code == 404


def test_stamps_of_the_input_by_hand(client: TestClient) -> None:
    """The last upstream cell is -2: times the kernel of channel 1 on the window at the bottom right."""
    scene = make(client, WITH)
    found = get(client, f"{scene}/{STAMPS}?in_channel=1&start=3")
    stamps = found.pop("stamps")
    assert found.pop("before") == [[1, 2, 0], [3, 4, 0], [0, 0, 0]]
    assert found.pop("scene") == scene.rpartition("/")[2]
    assert found == {
        "in_channel": 1, "out_channels": [0], "start": 3, "stop": 4, "total": 4, "next": None,
    }  # fmt: skip
    assert stamps == [
        {
            "index": 3, "row": 1, "col": 1, "input_rows": [1, 2], "input_cols": [1, 2],
            "values": [-2], "products": [[[-2, -4], [-6, -8]]], "sums": [[-2, -4], [-6, -8]],
            "gradients": [[2, -4], [-6, -8]],
        }
    ]  # fmt: skip


def test_stamps_end_in_the_gradient(client: TestClient, borrowed: str) -> None:
    """Page by page, where padding borrows and several kernel cells land on one cell."""
    for in_channel, expected in enumerate(tensor(client, borrowed, "grad_input")):
        plane, url = np.zeros((4, 5), int), f"{borrowed}/{STAMPS}?in_channel={in_channel}"
        while url:
            page = get(client, url)
            assert page["before"] == plane.tolist()
            for stamp in page["stamps"]:
                for row, line in zip(stamp["input_rows"], stamp["gradients"], strict=True):
                    for col, value in zip(stamp["input_cols"], line, strict=True):
                        if row is not None and col is not None:
                            plane[row, col] = value
            url = page["next"]
        assert plane.tolist() == expected
