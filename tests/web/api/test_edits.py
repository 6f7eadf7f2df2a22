"""POST /scenes/{id}/edits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.support.scenes import CHAPTER, Body, make_scene


def edit(client: TestClient, path: str, body: Any) -> Response:
    answer: Response = client.post(f"{path}/edits", json=body)
    return answer


def output(client: TestClient, answer: Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    assert answer.headers["location"] == answer.json()["links"]["self"]
    return client.get(f"{answer.json()['links']['self']}/tensors/output").json()["data"]


@pytest.fixture
def path(client: TestClient) -> str:
    return make_scene(client, CHAPTER)


def test_a_cell(client: TestClient, path: str) -> None:
    answer = edit(client, path, {"cells": [{"tensor": "input", "index": [0, 1, 2], "value": 6}]})
    # Cell (1, 2) was 5. It is read through 3 by the upper right window and through 1 by the lower right one.
    assert output(client, answer) == [[[56, 75], [104, 121]]]
    # The old scene is as it was.
    assert client.get(f"{path}/tensors/output").json()["data"] == [[[56, 72], [104, 120]]]


def test_the_same_by_another_way_is_the_same_scene(client: TestClient, path: str) -> None:
    changed = edit(client, path, {"cells": [{"tensor": "weight", "index": [0, 0, 0, 0], "value": 9}]})
    assert changed.status_code in (200, 201)
    back = edit(client, changed.json()["links"]["self"], {"cells": [cell("weight", [0, 0, 0, 0], 0)]})
    assert (back.status_code, back.json()["id"]) == (200, path.rpartition("/")[2])


def cell(tensor: str, index: list[int], value: float) -> Body:
    return {"tensor": tensor, "index": index, "value": value}


def test_nothing_changed_is_the_same_scene(client: TestClient, path: str) -> None:
    answer = edit(client, path, {})
    assert (answer.status_code, answer.json()["id"]) == (200, path.rpartition("/")[2])


def test_the_last_of_two_edits_of_a_cell_holds(client: TestClient, path: str) -> None:
    cells = [cell("input", [0, 0, 0], 100), cell("input", [0, 0, 0], 0)]
    assert edit(client, path, {"cells": cells}).json()["id"] == path.rpartition("/")[2]


def test_fields_of_the_operation(client: TestClient, path: str) -> None:
    answer = edit(client, path, {"operation": {"padding": 1, "stride": [2, 1]}})
    operation = answer.json()["operation"]
    assert operation["padding"] == {"top": 1, "bottom": 1, "left": 1, "right": 1}
    assert operation["stride"] == [2, 1]
    back = edit(client, answer.json()["links"]["self"], {"operation": {"padding": "valid", "stride": 1}})
    assert back.json()["id"] == path.rpartition("/")[2]


def test_another_kind_starts_from_its_defaults(client: TestClient, path: str) -> None:
    body = {"operation": {"kind": "max_pool2d", "kernel_size": 2, "stride": 1}, "weight": None}
    assert output(client, edit(client, path, body)) == [[[4, 5], [7, 8]], [[5, 6], [8, 9]]]


def test_other_tensors(client: TestClient, path: str) -> None:
    answer = edit(client, path, {"weight": {"data": [[[[1]], [[0]]]]}, "bias": {"data": [0.5]}})
    assert output(client, answer) == [[[0.5, 1.5, 2.5], [3.5, 4.5, 5.5], [6.5, 7.5, 8.5]]]
    without = edit(client, answer.json()["links"]["self"], {"bias": None})
    assert without.json()["shapes"]["bias"] is None
    assert output(client, without) == [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]


def test_tensors_are_replaced_before_cells_are_set(client: TestClient, path: str) -> None:
    body = {
        "input": {"random": {"shape": [2, 2, 2], "distribution": "integers"}},
        "cells": [cell("input", [c, i, j], 1) for c in range(2) for i in range(2) for j in range(2)],
    }
    assert output(client, edit(client, path, body)) == [[[16]]]


def test_named_kernels(client: TestClient) -> None:
    body = CHAPTER | {"input": {"random": {"shape": [2, 5, 5]}}}
    answer = edit(client, make_scene(client, body), {"weight": {"kernels": ["sobel_x", "sobel_y"]}})
    assert answer.json()["shapes"]["weight"] == [2, 2, 3, 3]


def test_presets_can_be_edited(client: TestClient) -> None:
    preset = client.get("/api/v1/presets").json()[0]["links"]["self"]
    answer = edit(client, preset, {"cells": [cell("input", [0, 0, 0], 1)]})
    assert output(client, answer) == [[[56, 72], [104, 120]]]
    answer = edit(client, preset, {"cells": [cell("input", [0, 0, 1], 3)]})
    assert output(client, answer) == [[[58, 72], [104, 120]]]


REFUSED: dict[str, tuple[Any, str]] = {
    "outside": ({"cells": [cell("input", [0, 3, 0], 1)]}, "/cells/0/index"),
    "negative": ({"cells": [cell("input", [0, -1, 0], 1)]}, "/cells/0/index"),
    "too short": ({"cells": [cell("input", [0, 1, 1], 1), cell("input", [0, 1], 1)]}, "/cells/1/index"),
    "too long": ({"cells": [cell("input", [0, 1, 1, 0, 0], 1)]}, "/cells/0/index"),
    "huge index": ({"cells": [cell("input", [10**300, 0, 0], 1)]}, "/cells/0/index"),
    "no such tensor": ({"cells": [cell("bias", [0], 1)]}, "/cells/0/tensor"),
    "unknown tensor": ({"cells": [cell("output", [0, 0, 0], 1)]}, "/cells/0/tensor"),
    "too large": ({"cells": [cell("input", [0, 0, 0], 1e39)]}, "/cells/0"),
    "boolean": ({"cells": [cell("input", [0, 0, 0], True)]}, "/cells/0/value"),
    "boolean index": ({"cells": [cell("input", [0, 0, True], 1)]}, "/cells/0/index/2"),
    "text": ({"cells": [cell("input", [0, 0, 0], "1")]}, "/cells/0/value"),  # type: ignore[arg-type]
    "stride": ({"operation": {"stride": 0}}, "/operation/stride"),
    "unknown field": ({"operation": {"strides": 1}}, "/operation/strides"),
    "unknown kind": ({"operation": {"kind": "conv4d"}}, "/operation/kind"),
    "kind without its fields": ({"operation": {"kind": "max_pool2d"}}, "/operation/kernel_size"),
    "pooling with a weight": ({"operation": {"kind": "max_pool2d", "kernel_size": 1}}, "/weight"),
    "no input": ({"input": None}, "/input"),
    "no input for its kernels": ({"input": None, "weight": {"kernels": ["box"]}}, "/input"),
    "no weight": ({"weight": None}, "/weight"),
    "unknown dtype": ({"dtype": "float16"}, "/dtype"),
    "a dtype that is no text": ({"dtype": 32}, "/dtype"),
    "overflow": ({"cells": [cell("input", [0, i, 0], 3e38) for i in range(3)]}, "/input"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(client: TestClient, path: str, case: str) -> None:
    body, at = REFUSED[case]
    answer = edit(client, path, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["at"] == at
    assert len(answer.content) < 2000


def test_int32_cells_are_integers(client: TestClient) -> None:
    path = make_scene(client, CHAPTER | {"dtype": "int32"})
    for value, status in ((7, 201), (-(2**31), 201), (0.5, 422), (2**31, 422)):
        assert edit(client, path, {"cells": [cell("input", [0, 0, 1], value)]}).status_code == status


DTYPES = ("float32", "float64", "int32")
HALVES = {"data": [[[0.5, 1], [2, 3]]]}
ONE_BY_ONE: Body = {
    "input": {"data": [[[1, 2], [3, -0.0]]]},
    "weight": {"data": [[[[3]]]]},
    "bias": {"data": [-4]},
    "operation": {"kind": "conv2d"},
}


@pytest.mark.parametrize("after", DTYPES)
@pytest.mark.parametrize("before", DTYPES)
def test_another_dtype_is_the_scene_made_with_it(client: TestClient, before: str, after: str) -> None:
    path = make_scene(client, ONE_BY_ONE | {"dtype": before})
    answer = client.post(f"{path}/edits?include=initial", json={"dtype": after})
    assert answer.json()["dtype"] == after
    assert answer.json()["links"]["self"] == make_scene(client, ONE_BY_ONE | {"dtype": after})
    tensors = set() if before == after else {"input", "weight", "bias"}
    assert answer.json()["initial"]["tensors"].keys() == tensors | {"output"}
    back = edit(client, answer.json()["links"]["self"], {"dtype": before})
    assert back.json()["links"]["self"] == path


def test_a_float32_becomes_the_float64_that_it_is(client: TestClient) -> None:
    path = make_scene(client, ONE_BY_ONE | {"weight": {"data": [[[[0.1]]]]}})
    answer = edit(client, path, {"dtype": "float64"})
    data = client.get(f"{answer.json()['links']['self']}/tensors/weight").json()["data"]
    assert data == [[[[float(np.float32(0.1))]]]]


def test_what_an_edit_brings_is_of_the_new_dtype(client: TestClient) -> None:
    """Tensors that are replaced need not fit it, and cells are of it."""
    path = make_scene(client, ONE_BY_ONE | {"input": HALVES})
    body = {"dtype": "int32", "input": {"data": [[[5, 6]]]}, "cells": [cell("weight", [0, 0, 0, 0], 2**30)]}
    assert edit(client, path, body).json()["errors"][0]["code"] == "int32_overflow"
    body["cells"] = [cell("weight", [0, 0, 0, 0], 2**24 + 1)]
    answer = edit(client, path, body | {"bias": None})
    assert output(client, answer) == [[[5 * (2**24 + 1), 6 * (2**24 + 1)]]]


BEYOND: dict[str, tuple[Body, str, str, str]] = {
    "a half as int32": ({"input": HALVES}, "float32", "int32", "/input/0/0/0"),
    "a large float as int32": ({"weight": {"data": [[[[2.0**31]]]]}}, "float64", "int32", "/weight/0/0/0/0"),
    "a bias as int32": ({"bias": {"data": [0.25]}}, "float32", "int32", "/bias/0"),
    "a large float64 as float32": ({"input": {"data": [[[1, 1e39]]]}}, "float64", "float32", "/input/0/0/1"),
    "averages as int32": (
        {"weight": None, "bias": None, "operation": {"kind": "avg_pool2d", "kernel_size": 2}},
        "float32", "int32", "/dtype",
    ),
    "a cell as int32": ({}, "float32", "int32", "/cells/0"),
}  # fmt: skip


@pytest.mark.parametrize("case", BEYOND)
def test_a_number_that_the_dtype_cannot_hold_is_named(client: TestClient, case: str) -> None:
    parts, before, after, at = BEYOND[case]
    body = {name: part for name, part in (ONE_BY_ONE | parts).items() if part is not None}
    path = make_scene(client, body | {"dtype": before})
    edits: Body = {"dtype": after}
    if case.startswith("a cell"):
        edits["cells"] = [cell("input", [0, 0, 0], 0.5)]
    answer = edit(client, path, edits)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    # What is not in the body is named in words.
    assert error["at"] == (at if at.startswith("/cells") else "/dtype")
    assert error["at"] == at or f"of the scene, {at}: " in error["message"]


def test_a_number_that_is_replaced_need_not_fit_the_dtype(client: TestClient) -> None:
    path = make_scene(client, ONE_BY_ONE | {"input": {"data": [[[2.5, 1]]]}})
    edits: Body = {"dtype": "int32", "cells": [cell("input", [0, 0, 0], 2)]}
    answer = edit(client, path, edits)
    assert answer.json()["links"]["self"] == make_scene(
        client, ONE_BY_ONE | {"input": {"data": [[[2, 1]]]}, "dtype": "int32"}
    )
    edits["cells"] = [cell("input", [0, 0, 0], 1000000.5)]
    assert edit(client, path, edits).json()["errors"][0]["at"] == "/cells/0"
    edits["cells"] = [cell("input", [0, 0, 9], 1)]
    assert edit(client, path, edits).json()["errors"][0]["at"] == "/cells/0/index"


def test_no_scene_to_edit(client: TestClient) -> None:
    assert edit(client, "/api/v1/scenes/" + "0" * 40, {}).status_code == 404
