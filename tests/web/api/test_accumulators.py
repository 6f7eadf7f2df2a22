"""include=tap_running_sums and ?bits=: the sum after each product, and where few bits overflow."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.support.scenes import CHAPTER, Body, make_scene
from tests.support.step_columns import lines, of_npz, of_safetensors, of_steps, same
from tests.web.api.test_media_types import LAYERS

GROUPED: Body = {
    "input": {"random": {"shape": [4, 5, 4], "distribution": "integers", "seed": 1}},
    "weight": {"random": {"shape": [6, 2, 3, 2], "distribution": "integers", "seed": 2}},
    "bias": {"random": {"shape": [6], "distribution": "integers", "seed": 3}},
    "operation": {"kind": "conv2d", "groups": 2, "padding": 1},
    "dtype": "int32",
}
INTEGERS: dict[str, Body] = {
    "convolution": GROUPED,
    "without a bias": GROUPED | {"bias": None},
    "flipped": GROUPED | {"operation": GROUPED["operation"] | {"flip": True}},
    "transposed": {
        "input": GROUPED["input"],
        "weight": {"random": {"shape": [4, 3, 2, 2], "distribution": "integers", "seed": 4}},
        "operation": {"kind": "conv_transpose2d", "groups": 2, "stride": 2},
        "dtype": "int32",
    },
}
SUMS = "include=products,tap_running_sums"


def steps(client: TestClient, body: Body, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{make_scene(client, body)}/steps?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["steps"]
    return found


def taps(step: dict[str, Any], name: str) -> list[float]:
    return [cell for channel in step[name] for row in channel for cell in row]


def test_chapter_example(client: TestClient, chapter: Body) -> None:
    first = steps(client, chapter, SUMS)[0]
    assert first["tap_running_sums"] == [[[0, 1], [7, 19]], [[20, 24], [36, 56]]]
    assert "patch" not in first
    assert list(first).index("tap_running_sums") == list(first).index("products") + 1


@pytest.mark.parametrize("name", ["convolution", "transposed", "integers", "average"])
def test_each_sum_has_one_product_more(client: TestClient, name: str) -> None:
    for step in steps(client, LAYERS[name], f"{SUMS}&out_channel=all"):
        expected = list(accumulate(taps(step, "products")))
        assert taps(step, "tap_running_sums") == pytest.approx(expected, rel=1e-5, abs=1e-5)
        at_the_end = [channel[-1][-1] for channel in step["tap_running_sums"]]
        assert at_the_end == pytest.approx(step["running_sums"], rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("bits", [2, 5, 6, 7, 32, 64])
def test_the_first_overflow_is_named(client: TestClient, name: str, bits: int) -> None:
    found = steps(client, INTEGERS[name], f"{SUMS}&out_channel=all&bits={bits}")
    page = client.get(f"{make_scene(client, INTEGERS[name])}/steps?out_channel=all").json()
    for step in found:
        assert step["overflow"] == overflow(step, page, bits)
        assert list(step)[-3:] == ["overflow", "output", "out_channel"]
    assert any(step["overflow"] for step in found) == (bits <= 7) or (name, bits) == ("transposed", 7)


def overflow(step: dict[str, Any], page: dict[str, Any], bits: int) -> dict[str, Any] | None:
    """By one product after the other, then the bias."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    total = 0
    for in_channel, channel in zip(page["in_channels"][step["out_channel"]], step["products"], strict=True):
        for u, row in enumerate(channel):
            for v, product in enumerate(row):
                total += product
                if not low <= total <= high:
                    return {"in_channel": in_channel, "u": u, "v": v, "value": total}
    total += page["bias"][step["out_channel"]]
    if not low <= total <= high:
        return {"in_channel": None, "u": None, "v": None, "value": total}
    return None


def test_the_bias_may_be_what_overflows(client: TestClient, chapter: Body) -> None:
    body = chapter | {"dtype": "int32", "bias": {"data": [8]}}
    found = [step["overflow"] for step in steps(client, body, "bits=7")]
    assert found[0] == {"in_channel": None, "u": None, "v": None, "value": 64}
    assert found[1] == {"in_channel": 1, "u": 1, "v": 1, "value": 72}
    assert [step["overflow"] for step in steps(client, body, "bits=9")] == [None] * 4


def test_a_sum_between_taps_may_leave_int32(client: TestClient) -> None:
    body = {
        "input": {"data": [[[2**31 - 1, 5, -7]]]},
        "weight": {"data": [[[[1, 1, 1]]]]},
        "operation": {"kind": "conv2d"},
        "dtype": "int32",
    }
    (step,) = steps(client, body, f"{SUMS}&bits=32")
    assert step["tap_running_sums"] == [[[2**31 - 1, 2**31 + 4, 2**31 - 3]]]
    assert step["overflow"] == {"in_channel": 0, "u": 0, "v": 1, "value": 2**31 + 4}
    assert step["output"] == 2**31 - 3


@pytest.mark.parametrize("name", INTEGERS)
def test_columns_name_overflows_by_the_number_of_the_product(client: TestClient, name: str) -> None:
    url = f"{make_scene(client, INTEGERS[name])}/steps?out_channel=all&bits=6&{SUMS}"
    answer = client.get(url).json()
    columns = of_safetensors(client.get(f"{url}&format=safetensors").content)
    same(columns, of_safetensors(client.get(f"{url}&format=safetensors&whole=true").content))
    same(columns, of_npz(client.get(f"{url}&format=zip&whole=true").content))
    assert columns["tap_running_sums"].dtype == columns["overflow_values"].dtype == np.int64
    assert columns["overflow_taps"].dtype == np.int32
    shape = columns["tap_running_sums"].shape[1:]
    of_json = of_steps(answer["steps"], columns)
    same({name: columns[name] for name in of_json}, of_json)
    for n, step in enumerate(answer["steps"]):
        tap, value = int(columns["overflow_taps"][n]), int(columns["overflow_values"][n])
        if step["overflow"] is None:
            assert (tap, value) == (-1, 0)
        elif step["overflow"]["in_channel"] is None:
            assert (tap, value) == (np.prod(shape), step["overflow"]["value"])
        else:
            channel, u, v = (int(i) for i in np.unravel_index(tap, shape))
            in_channel = answer["in_channels"][step["out_channel"]][channel]
            expected = {"in_channel": in_channel, "u": u, "v": v, "value": value}
            assert step["overflow"] == expected
    of_lines = lines(client.get(f"{url}&format=jsonl").content)
    assert [line["overflow"] for line in of_lines] == [step["overflow"] for step in answer["steps"]]


def test_names_of_parts(client: TestClient, chapter: Body) -> None:
    url = f"{make_scene(client, chapter)}/steps"
    for one, other in (("patch", "patches"), ("output", ""), ("outputs", ""), ("patches,patch", "patch")):
        assert client.get(f"{url}?include={one}").json() == client.get(f"{url}?include={other}").json()
    assert "patch" in client.get(f"{url}?include=patches,outputs").json()["steps"][0]


@pytest.mark.parametrize(
    ("body", "query", "at"),
    [
        (CHAPTER, "bits=8", "/bits"),
        (LAYERS["maximum"], "include=tap_running_sums", "/include"),
        (LAYERS["maximum"] | {"dtype": "int32", "input": {"data": [[[1] * 5] * 5]}}, "bits=8", "/bits"),
        (INTEGERS["convolution"], "bits=1", "/bits"),
        (INTEGERS["convolution"], "bits=65", "/bits"),
        (INTEGERS["convolution"], "bits=x", "/bits"),
        (INTEGERS["convolution"], "include=tap_sums", "/include"),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, body: Body, query: str, at: str) -> None:
    answer = client.get(f"{make_scene(client, body)}/steps?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == at
