"""include=initial: what a page needs, in the answer that names a scene."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.scenes.presets import PRESETS
from tests.support.scenes import CHAPTER, Body, make_scene

CELL = {"cells": [{"tensor": "input", "index": [0, 1, 1], "value": 6.5}]}


def path_of(preset: str) -> str:
    return f"/api/v1/scenes/{PRESETS[preset].scene.id}"


def initial(client: TestClient, path: str, **query: Any) -> Any:
    return client.get(path, params={"include": "initial"} | query).json()["initial"]


def edited(client: TestClient, path: str, body: Body, **query: Any) -> tuple[str, Any]:
    """The path of the scene that an edit makes, and its initial data."""
    answer = client.post(f"{path}/edits", json=body, params={"include": "initial"} | query)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["links"]["self"], answer.json()["initial"]


def test_an_edit_carries_the_tensors_that_differ(client: TestClient) -> None:
    path = make_scene(client, CHAPTER)
    _, data = edited(client, path, CELL)
    assert set(data["tensors"]) == {"input", "output"}
    _, data = edited(client, path, {"bias": {"data": [1]}})
    assert set(data["tensors"]) == {"bias", "output"}
    _, data = edited(client, path, {})
    assert set(data["tensors"]) == {"output"}


@pytest.mark.parametrize("preset", ["two-channels", "transposed", "max-pooling", "depthwise"])
def test_its_numbers_are_those_of_the_single_calls(client: TestClient, preset: str) -> None:
    here = path_of(preset)
    channels, *_ = client.get(here).json()["shapes"]["output"]
    path, data = edited(client, here, CELL, out_channel=channels - 1, start=2)
    for name, tensor in data["tensors"].items():
        channel = {"channel": channels - 1} if name == "output" else {}
        assert tensor == client.get(f"{path}/tensors/{name}", params=channel).json()
    steps = data["steps"]
    assert (steps["out_channel"], steps["start"]) == (channels - 1, 2)
    bounds = {name: steps[name] for name in ("out_channel", "start", "stop")}
    assert steps["steps"] == client.get(f"{path}/steps", params=bounds).json()["steps"]
    assert data["taps"] == client.get(f"{path}/taps").json()


def test_the_scatter_reading_has_stamps_in_place_of_steps(client: TestClient) -> None:
    path, data = edited(client, path_of("transposed"), CELL, start=1, reading="scatter")
    stamps = data["stamps"]
    assert "steps" not in data
    assert stamps["start"] == 1
    bounds = {name: stamps[name] for name in ("start", "stop")}
    assert stamps == client.get(f"{path}/stamps", params=bounds).json() | {"next": None}
    assert initial(client, path, start=1, reading="scatter")["stamps"] == stamps


@pytest.mark.parametrize("name", PRESETS)
def test_only_a_transposed_layer_has_the_scatter_reading(client: TestClient, name: str) -> None:
    path, query = path_of(name), {"include": "initial", "reading": "scatter"}
    kind = client.get(path).json()["operation"]["kind"]
    index = [0, 1] if kind.endswith("1d") else [0, 1, 1]
    cell = {"cells": [{"tensor": "input", "index": index, "value": 6.5}]}
    answers = (client.get(path, params=query), client.post(f"{path}/edits", json=cell, params=query))
    for answer in answers:
        if kind == "conv_transpose2d":
            assert "stamps" in answer.json()["initial"]
        else:
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["at"] == "/reading"
            assert answer.json()["detail"] == f"stamps are those of a transposed convolution, this is {kind}"


def test_a_scene_that_is_made_has_them_too(client: TestClient) -> None:
    query: dict[str, str | int] = {"include": "initial", "start": 1}
    answer = client.post("/api/v1/scenes", json=CHAPTER, params=query).json()
    assert answer["initial"] == initial(client, answer["links"]["self"], start=1)
    assert answer["initial"]["steps"]["start"] == 1


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"out_channel": 1}, "/out_channel"),
        ({"start": 10}, "/start"),
        ({"out_channel": -1}, "/out_channel"),
        ({"start": 10, "reading": "scatter"}, "/start"),
        ({"reading": "other"}, "/reading"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_kept(
    client: TestClient, query: dict[str, Any], place: str
) -> None:
    path = path_of("transposed" if "reading" in query else "two-channels")
    value = 100 + len(str(query))
    body = {"cells": [{"tensor": "input", "index": [0, 0, 0], "value": value}]}
    params = {"include": "initial"} | query
    for answer in (client.get(path, params=params), client.post(f"{path}/edits", json=body, params=params)):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["at"] == place
    assert client.post(f"{path}/edits", json=body).status_code == 201
