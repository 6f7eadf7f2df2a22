"""POST /trace, held against the chapter's numbers, plain Python sums and torch."""

from __future__ import annotations

from math import fsum, isclose
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.scenes import Body


def trace(client: TestClient, body: Body, **query: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/trace", json=body, params=query)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def test_chapter_example(client: TestClient, chapter: Body) -> None:
    result = trace(client, chapter)
    assert result["output"] == [[[56, 72], [104, 120]]]
    assert result["channel_sums"] == [[[[19, 25], [37, 43]], [[37, 47], [67, 77]]]]
    assert result["shapes"] == {"input": [2, 3, 3], "weight": [1, 2, 2, 2], "bias": None, "output": [1, 2, 2]}
    assert result["operation"]["padding"] == {"top": 0, "bottom": 0, "left": 0, "right": 0}
    first = result["steps"][0]
    assert first == {
        "index": 0,
        "row": 0,
        "col": 0,
        "input_rows": [0, 1],
        "input_cols": [0, 1],
        "patch": [[[0, 1], [3, 4]], [[1, 2], [4, 5]]],
        "products": [[[0, 1], [6, 12]], [[1, 4], [12, 20]]],
        "channel_sums": [19, 37],
        "running_sums": [19, 56],
        "output": 56,
        "out_channel": 0,
    }


def test_three_filters(client: TestClient, chapter: Body) -> None:
    kernel = torch.tensor(chapter["weight"]["data"][0])
    chapter["weight"] = {"data": torch.stack([kernel, kernel + 1, kernel + 2]).tolist()}
    result = trace(client, chapter)
    assert result["output"] == [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]
    assert [step["out_channel"] for step in result["steps"]] == [0] * 4 + [1] * 4 + [2] * 4
    only = trace(client, chapter, out_channel=1)["steps"]
    assert only == result["steps"][4:8]


def test_one_by_one_is_a_matrix_product(client: TestClient) -> None:
    body = {
        "input": {"random": {"shape": [3, 3, 3], "seed": 1}},
        "weight": {"random": {"shape": [2, 3, 1, 1], "seed": 2}},
        "operation": {"kind": "conv2d"},
    }
    result = trace(client, body)
    x = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(1))
    k = torch.randn(2, 3, 1, 1, generator=torch.Generator().manual_seed(2))
    product = (k.reshape(2, 3) @ x.reshape(3, 9)).reshape(2, 3, 3)
    torch.testing.assert_close(torch.tensor(result["output"]), product, rtol=0, atol=1e-6)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    groups = draw(st.integers(1, 2))
    channels, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    height, width = draw(st.integers(3, 7)), draw(st.integers(3, 7))
    kernel = [draw(st.integers(1, 3)), draw(st.integers(1, 3))]
    kind = draw(st.sampled_from(["conv2d", "conv_transpose2d"]))
    weight = [outputs, channels // groups] if kind == "conv2d" else [channels, outputs // groups]
    seed = draw(st.integers(0, 99))
    body: Body = {
        "input": {"random": {"shape": [channels, height, width], "seed": seed, "distribution": "integers"}},
        "weight": {"random": {"shape": weight + kernel, "seed": seed + 1, "distribution": "integers"}},
        "operation": {
            "kind": kind,
            "stride": draw(st.integers(1, 3)),
            "padding": [draw(st.integers(0, kernel[0] - 1)) // 2, draw(st.integers(0, kernel[1] - 1)) // 2],
            "groups": groups,
        },
        "dtype": draw(st.sampled_from(["float32", "float64", "int32"])),
    }
    if draw(st.booleans()):
        body["bias"] = {"random": {"shape": [outputs], "seed": seed + 2, "distribution": "integers"}}
    return body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies())
def test_steps_add_up_to_what_torch_says(client: TestClient, body: Body) -> None:
    result = trace(client, body)
    function = getattr(F, body["operation"]["kind"])
    x, weight, bias = (
        None if source is None else integers(source)
        for source in (body["input"], body["weight"], body.get("bias"))
    )
    options = {name: body["operation"][name] for name in ("stride", "padding", "groups")}
    expected = function(x, weight, bias, **options)
    assert torch.equal(torch.tensor(result["output"], dtype=torch.float64), expected)
    offsets = [0.0] * len(expected) if bias is None else bias.tolist()
    for step in result["steps"]:
        sums = [fsum(fsum(row) for row in channel) for channel in step["products"]]
        assert sums == step["channel_sums"]
        assert [fsum(sums[: i + 1]) for i in range(len(sums))] == step["running_sums"]
        assert step["running_sums"][-1] + offsets[step["out_channel"]] == step["output"]
        assert step["output"] == expected[step["out_channel"], step["row"], step["col"]]
    for o in range(len(expected)):
        of_one = [step for step in result["steps"] if step["out_channel"] == o]
        assert trace(client, body, out_channel=o) == result | {"steps": of_one}


def integers(source: Body) -> torch.Tensor:
    generator = torch.Generator().manual_seed(source["random"]["seed"])
    return torch.randint(-5, 6, source["random"]["shape"], generator=generator).double()


def test_max_pooling_names_its_winners(client: TestClient) -> None:
    body = {
        "input": {"data": [[[1, 5, 2], [3, 4, 9], [7, 8, 6]]]},
        "operation": {"kind": "max_pool2d", "kernel_size": 2, "stride": 1},
    }
    result = trace(client, body)
    assert result["output"] == [[[5, 9], [8, 9]]]
    assert [step["selected"] for step in result["steps"]] == [[0, 1], [1, 1], [1, 1], [0, 1]]
    assert result["shapes"]["weight"] is None


def test_average_pooling_terms_are_its_products(client: TestClient) -> None:
    body = {
        "input": {"data": [[[4, 8], [12, 16]]]},
        "operation": {"kind": "avg_pool2d", "kernel_size": 2},
    }
    (step,) = trace(client, body)["steps"]
    assert step["products"] == [[[1, 2], [3, 4]]]
    assert step["output"] == 10


def test_taps_outside_the_input_are_null(client: TestClient) -> None:
    body = {
        "input": {"data": [[[1, 2], [3, 4]]]},
        "weight": {"data": [[[[1, 1, 1]] * 3]]},
        "operation": {"kind": "conv2d", "padding": "same"},
    }
    first = trace(client, body)["steps"][0]
    assert first["input_rows"] == [None, 0, 1]
    assert first["patch"] == [[[0, 0, 0], [0, 1, 2], [0, 3, 4]]]


def test_float32_numbers_are_written_as_short_as_they_are(client: TestClient, chapter: Body) -> None:
    chapter["input"]["data"][0][0][0] = 0.1
    chapter["bias"] = {"data": [0.1]}
    text = client.post("/api/v1/trace", json=chapter).text
    assert "0.1," in text
    assert "0.10000000149" not in text


def test_int32_is_exact_beyond_float32(client: TestClient) -> None:
    body = {
        "input": {"data": [[[16777217, 3]]]},
        "weight": {"data": [[[[127, -128]]]]},
        "operation": {"kind": "conv2d"},
        "dtype": "int32",
    }
    result = trace(client, body)
    assert result["output"] == [[[16777217 * 127 - 3 * 128]]]
    assert result["steps"][0]["products"] == [[[16777217 * 127, -384]]]


def test_sums_of_a_photograph_agree_with_torch(client: TestClient) -> None:
    body = {
        "input": {"sample": "coffee", "size": [16, 16]},
        "weight": {"kernels": ["sobel_x", "gaussian"]},
        "operation": {"kind": "conv2d"},
    }
    result = trace(client, body)
    for step in result["steps"]:
        total = fsum(fsum(fsum(row) for row in channel) for channel in step["products"])
        assert isclose(total, step["output"], rel_tol=1e-5, abs_tol=1e-5)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_content_types(client: TestClient, content_type: str) -> None:
    body = b'{"input":{"data":[[[2]]]},"weight":{"data":[[[[3]]]]},"operation":{"kind":"conv2d"}}'
    answer = client.post("/api/v1/trace", content=body, headers={"Content-Type": content_type})
    assert answer.json()["output"] == [[[6]]]
