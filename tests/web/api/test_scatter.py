"""GET /scenes/{id}/stamps: the scatter reading of a transposed convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient

from tests.support.scenes import make_scene

_SQUARE = [[[0, 1], [2, 3]]]


def transposed(**operation: Any) -> dict[str, Any]:
    """The chapter's X = K = [[0, 1], [2, 3]]."""
    return {
        "input": {"data": _SQUARE},
        "weight": {"data": [_SQUARE]},
        "operation": {"kind": "conv_transpose2d"} | operation,
    }


def after(answer: dict[str, Any], count: int) -> list[list[float]]:
    """The output channel after so many of the stamps of an answer."""
    plane: list[list[float]] = answer["before"]
    for stamp in answer["stamps"][:count]:
        for u, row in enumerate(stamp["output_rows"]):
            for v, col in enumerate(stamp["output_cols"]):
                if row is not None and col is not None:
                    plane[row][col] = stamp["outputs"][u][v]
    return plane


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        (1, [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (2, [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]),
    ],
)
def test_the_chapters_examples_in_both_readings(
    client: TestClient, stride: int, expected: list[list[int]]
) -> None:
    path = make_scene(client, transposed(stride=stride))
    output = client.get(f"{path}/tensors/output?format=json").json()
    assert output["data"] == [expected]
    steps = client.get(f"{path}/steps").json()["steps"]
    assert [step["output"] for step in steps] == [value for row in expected for value in row]
    stamps = client.get(f"{path}/stamps").json()
    assert (stamps["total"], stamps["next"], stamps["in_channels"]) == (4, None, [0])
    assert stamps["stamps"][3]["values"] == [3]
    assert stamps["stamps"][3]["products"] == [[[0, 3], [6, 9]]]
    assert after(stamps, 4) == expected


def test_pages_go_on_where_the_one_before_ends(client_with: Callable[..., TestClient]) -> None:
    client = client_with(max_answer_numbers=200)
    x = torch.arange(18.0).reshape(2, 3, 3)
    weight = torch.arange(36.0).reshape(2, 2, 3, 3) - 17
    body = {
        "input": {"data": x.tolist()},
        "weight": {"data": weight.tolist()},
        "bias": {"data": [1, -1]},
        "operation": {"kind": "conv_transpose2d", "stride": 2, "padding": 1, "output_padding": 1},
    }
    url, pages = f"{make_scene(client, body)}/stamps?out_channel=1", 0
    while url:
        answer = client.get(url)
        page, pages = answer.json(), pages + 1
        url = page["next"]
        assert (answer.headers.get("Link") is None) == (url is None)
        plane = after(page, len(page["stamps"]))
        rest = x.flatten(1).clone()
        rest[:, page["stop"] :] = 0
        expected = F.conv_transpose2d(
            rest.view(1, 2, 3, 3), weight, torch.tensor([1.0, -1.0]), 2, 1, output_padding=1
        )
        assert plane == expected[0, 1].tolist()
    assert pages > 1


def test_what_has_no_stamps_is_refused(client: TestClient, chapter: dict[str, Any]) -> None:
    path = make_scene(client, chapter)
    answer = client.get(f"{path}/stamps")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == "/operation/kind"
    path = make_scene(client, transposed())
    for query in ("out_channel=1", "start=5", "start=3&stop=2", "stop=5", "start=-1"):
        assert client.get(f"{path}/stamps?{query}").status_code == 422, query
