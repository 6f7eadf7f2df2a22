"""Bad input: a clear problem that names what is wrong, in well under a second, and the server goes on."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scenes import CHAPTER, Body

PATHS = ["/api/v1/trace", "/api/v1/scenes"]
JSON = {"Content-Type": "application/json"}


def changed(**parts: Any) -> bytes:
    """The chapter's body with other parts, or with other fields of the operation."""
    return json.dumps({**CHAPTER, **parts}).encode()


def operation(**fields: Any) -> bytes:
    return changed(operation={"kind": "conv2d", **fields})


def numbers(text: str, **parts: Any) -> bytes:
    """The chapter's body with this text in place of its first row's second number."""
    return changed(**parts).replace(b"[0, 1, 2]", f"[0, {text}, 2]".encode())


def data(nested: Any) -> bytes:
    return changed(input={"data": nested})


NULLS = changed(input={"data": [[[0]]]}).replace(b"[[[0]]]", b"[[[" + b"null," * 999_999 + b"null]]]")
FIRST = "/input/data/0/0/1"
TRANSPOSED = {"kind": "conv_transpose2d"}

# name: (body, status, place of the first error, something its detail says)
CASES: dict[str, tuple[bytes, int, str | None, str]] = {
    "a million nulls": (NULLS, 422, "/input/data/0/0/0", "number"),
    "NaN": (numbers("NaN"), 422, FIRST, "finite"),
    "Infinity": (numbers("-Infinity"), 422, FIRST, "finite"),
    "1e400": (numbers("1e400"), 422, FIRST, "finite"),
    "over float32": (numbers("1e39"), 422, FIRST, "1e+39 is outside the range of float32"),
    "boolean": (numbers("true"), 422, FIRST, "number"),
    "string": (numbers('"1"'), 422, FIRST, "number"),
    "null": (numbers("null"), 422, FIRST, "number"),
    "5,000 digits": (numbers("1" * 5000), 400, None, "out of range"),
    "nested 100,000 deep": (b"[" * 100_000, 400, None, "recursion"),
    "data nested deep": (data("x").replace(b'"x"', b"[" * 100_000 + b"]" * 100_000), 400, None, "recursion"),
    "ragged rows": (data([[[1, 2], [3]]]), 422, "/input/data/0/1", "1 items, others have 2"),
    "ragged channels": (data([[[1, 2], [3, 4]], [[1, 2]]]), 422, "/input/data/1", "ragged"),
    "ragged across channels": (data([[[1, 2]], [[1]]]), 422, "/input/data/1/0", "ragged"),
    "empty": (data([]), 422, "/input/data", "no elements"),
    "empty rows": (data([[[]]]), 422, "/input/data", "no elements"),
    "empty channels": (data([[], []]), 422, "/input/data", "no elements"),
    "two dimensions": (data([[1, 2], [3, 4]]), 422, "/input/data", "input has 2 dimensions"),
    "four dimensions": (data([[[[1]]]]), 422, "/input/data", "input has 4 dimensions"),
    "a number for a tensor": (data(5), 422, "/input/data", "array"),
    "no tensor": (changed(input={}), 422, "/input", "exactly one of"),
    "two tensors": (
        changed(input={"data": [[[1]]], "random": {"shape": [1, 1, 1]}}),
        422,
        "/input",
        "exactly one of",
    ),
    "no input": (json.dumps({"operation": {"kind": "conv2d"}}).encode(), 422, "/input", "required"),
    "no weight": (changed(weight=None), 422, "/weight", "needs a weight"),
    "stride 0": (operation(stride=0), 422, "/operation/stride", "it is 0"),
    "negative padding": (operation(padding=-1), 422, "/operation/padding", "it is -1"),
    "boolean stride": (operation(stride=True), 422, "/operation/stride", "integer"),
    "fractional stride": (operation(stride=1.5), 422, "/operation/stride", "integer"),
    "three strides": (operation(stride=[1, 2, 3]), 422, "/operation/stride", "integer or [h, w]"),
    "word for padding": (operation(padding="full"), 422, "/operation/padding", "integer"),
    "five sides": (operation(padding={"front": 1}), 422, "/operation/padding/front", "there is no field"),
    "padding mode": (operation(padding_mode="mirror"), 422, "/operation/padding_mode", "reflect"),
    "padding 2^63": (operation(padding=2**63), 422, "/operation/padding", "2147483647"),
    "padding of 300 digits": (operation(padding=10**300), 422, "/operation/padding", "2147483647"),
    "groups": (operation(groups=3), 422, "/operation/groups", "2 input channels"),
    "same with a stride": (operation(padding="same", stride=2), 422, "/operation/padding", "(2, 2)"),
    "reflect as large as the input": (
        operation(padding=3, padding_mode="reflect"),
        422,
        "/operation/padding",
        "padding is 3, the input height is 3",
    ),
    "channels": (
        changed(weight={"data": [[[[1]]]]}),
        422,
        "/weight",
        "input has 2 channels, weight expects 1",
    ),
    "bias": (changed(bias={"data": [1, 2, 3]}), 422, "/bias", "3 values"),
    "kernel larger than the input": (
        changed(weight={"data": [[[[1] * 4] * 4] * 2]}),
        422,
        "/operation",
        "floor((3 + 2·0 − 1·(4−1) − 1)/1 + 1)",
    ),
    "unknown kind": (operation(kind="conv3d"), 422, "/operation/kind", "conv_transpose2d"),
    "long kind": (operation(kind="z" * 100_000), 422, "/operation/kind", "zzz"),
    "no kind": (changed(operation={}), 422, "/operation/kind", "kind is missing"),
    "unknown field": (changed(title="x"), 422, "/title", "there is no field"),
    "long field": (changed(**{"k" * 100_000: 1}), 422, "/" + "k" * 200, "there is no field"),
    "markup in a field": (
        changed(**{"</script><script>": 1}),
        422,
        "/<~1script><script>",
        "there is no field",
    ),
    "lone surrogate": (operation(kind="\ud800"), 400, None, "escape"),
    "not UTF-8": (changed().replace(b"conv2d", b"\xff\xfe"), 400, None, "unicode"),
    "no JSON": (b"hello", 400, None, "expected value"),
    "nothing": (b"", 400, None, "EOF"),
    "more than JSON": (changed() + b"x", 400, None, "trailing"),
    "a list": (b"[]", 422, "", "object"),
    "unknown dtype": (changed(dtype="float16"), 422, "/dtype", "float64"),
    "int32 fraction": (numbers("1.5", dtype="int32"), 422, FIRST, "1.5 is not an integer"),
    "over int32": (numbers("2147483648", dtype="int32"), 422, FIRST, "not an integer from"),
    "int32 sum": (numbers("2147483647", dtype="int32"), 422, "/input", "overflow"),
    "float32 sum": (data([[[3e38] * 3] * 3] * 2), 422, "/input", "overflow"),
    "int32 normal": (
        changed(input={"random": {"shape": [2, 3, 3]}}, dtype="int32"),
        422,
        "/input/random",
        "int32 needs distribution 'integers'",
    ),
    "negative seed": (
        changed(input={"random": {"shape": [2, 3, 3], "seed": -1}}),
        422,
        "/input/random/seed",
        "greater",
    ),
    "zero shape": (changed(input={"random": {"shape": [2, 0, 3]}}), 422, "/input/random/shape/1", "greater"),
    "sample by path": (
        changed(input={"sample": "../../etc/passwd", "size": [9, 9]}),
        422,
        "/input/sample",
        "coffee",
    ),
    "sample of no size": (changed(input={"sample": "coffee"}), 422, "/input", "size"),
    "empty sample": (changed(input={"sample": "coffee", "size": [0, 9]}), 422, "/input/size", "(0, 9)"),
    "unknown kernel": (changed(weight={"kernels": ["nope"]}), 422, "/weight/kernels/0", "sobel_x"),
    "kernels of two sizes": (
        changed(weight={"kernels": ["sobel_x", "gaussian_5"]}),
        422,
        "/weight/kernels/1",
        "gaussian_5 is (5, 5), sobel_x is (3, 3)",
    ),
    "pooling with a weight": (
        operation(kind="max_pool2d", kernel_size=2),
        422,
        "/weight",
        "max_pool2d has no weight",
    ),
    "a billion outputs": (operation(padding=16_000), 413, None, "max_output_elements is 33,554,432"),
    "padding that strides hide": (
        operation(padding=100_000, stride=100_000),
        413,
        None,
        "elements with padding: 80,002,400,018 asked",
    ),
    "outputs of a transposed layer": (
        changed(operation=TRANSPOSED | {"stride": 100_000}, weight={"data": [[[[1]]], [[[1]]]]}),
        413,
        None,
        "max_output_elements",
    ),
    "random of 10^27": (changed(input={"random": {"shape": [10**9] * 3}}), 413, None, "max_tensor_elements"),
    "random of long numbers": (
        changed(input={"random": {"shape": [10**4000] * 4}}),
        422,
        "/input/random/shape/0",
        "less than or equal to 2147483647",
    ),
    "padding 2^31 - 1": (operation(padding=2**31 - 1), 413, None, "max_output_elements"),
    "sample of long numbers": (
        changed(input={"sample": "coffee", "size": [10**4000] * 2}),
        422,
        "/input/size",
        "2147483647",
    ),
    "random of 10^18": (
        changed(input={"random": {"shape": [10**9, 10**9, 1]}}),
        413,
        None,
        "1,000,000,000,000,000,000 asked, max_tensor_elements is",
    ),
    "sample of 10^10": (
        changed(input={"sample": "coffee", "size": [10**5, 10**5]}),
        413,
        None,
        "max_tensor_elements",
    ),
    "kernels on many channels": (
        changed(input={"random": {"shape": [10**6, 1, 1]}}, weight={"kernels": ["box"] * 9}),
        413,
        None,
        "81,000,000 asked",
    ),
    "work": (
        changed(
            input={"random": {"shape": [64, 256, 256]}},
            weight={"random": {"shape": [64, 64, 9, 9]}},
            operation={"kind": "conv2d"},
        ),
        413,
        None,
        "multiply-adds: 20,405,551,104 asked, max_multiply_adds is 4,294,967,296",
    ),
    "tap tables": (
        changed(
            input={"random": {"shape": [1, 2_000_000, 1]}},
            weight={"random": {"shape": [1, 1, 1000, 1]}},
            operation={"kind": "conv2d"},
        ),
        413,
        None,
        "tap tables",
    ),
    "numbers": (
        b"[" + b"0," * (1 << 20) + b"0,0]",
        413,
        None,
        "1,048,577 asked, max_json_numbers is 1,048,576",
    ),
}


LONG = "x" * 3000
SAMPLE = {"input": {"sample": LONG, "size": [9, 9]}, "operation": {"kind": "max_pool2d", "kernel_size": 2}}
# What is sent, with a long text in a place that a message names.
NAMED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "kind": ("POST", "trace", {"content": operation(kind=LONG)}),
    "sample": ("POST", "trace", {"json": SAMPLE}),
    "kernel": ("POST", "trace", {"content": changed(weight={"kernels": [LONG]})}),
    "media type": ("POST", "trace", {"headers": {"Content-Type": f"text/{LONG}"}}),
    "content coding": ("POST", "trace", {"content": b"{}", "headers": JSON | {"Content-Encoding": LONG}}),
    "accept": ("GET", "scenes/CHAPTER/steps", {"headers": {"Accept": f"text/{LONG}"}}),
    "scene": ("GET", f"scenes/{LONG}", {}),
    "network": ("GET", f"networks/{LONG}", {}),
    "form part": ("POST", "scenes", {"files": {LONG: b"1"}}),
    "parts": ("GET", "scenes/CHAPTER/steps", {"params": {"include": LONG}}),
    "precondition": ("GET", "scenes/CHAPTER", {"headers": {"If-Match": f'"{LONG}"'}}),
}


@pytest.mark.parametrize("name", NAMED)
def test_text_that_is_cut_in_a_message_ends_with_dots(client: TestClient, name: str) -> None:
    chapter = client.post("/api/v1/scenes", json=CHAPTER).json()["id"]
    method, path, sent = NAMED[name]
    answer = client.request(method, f"/api/v1/{path.replace('CHAPTER', chapter)}", **sent)
    assert answer.status_code in (404, 406, 412, 415, 422), answer.text
    problem = answer.json()
    said = [problem["detail"], *(each["message"] for each in problem.get("errors", []))]
    cut = [text for text in said if "x" * 20 in text]
    assert cut, said
    assert all(re.search("x…", text) and not re.search("x{120}", text) for text in cut), cut


@pytest.mark.safety(2)
@pytest.mark.safety(3)
@pytest.mark.safety(4)
@pytest.mark.safety(5)
@pytest.mark.safety(6)
@pytest.mark.safety(7)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", CASES)
def test_refusals(client: TestClient, path: str, case: str) -> None:
    body, status, at, says = CASES[case]
    # Of this process, so that a busy machine does not make it slow.
    started = time.process_time()
    answer = client.post(path, content=body, headers=JSON)
    seconds = time.process_time() - started
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert seconds < 0.7
    assert len(answer.content) < 4000
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert says in problem["detail"]
    assert "np." not in problem["detail"]
    if at is not None:
        assert problem["errors"][0]["at"] == at
    if status == 413:
        assert problem["limit"] in problem["detail"]
        assert problem["asked"] > problem["value"]


def test_the_server_goes_on(client: TestClient) -> None:
    for body, *_ in CASES.values():
        client.post("/api/v1/trace", content=body, headers=JSON)
    assert client.post("/api/v1/trace", json=CHAPTER).json()["output"] == [[[56, 72], [104, 120]]]


@pytest.mark.safety(7)
def test_large_answers_are_refused_where_scenes_are_not(client: TestClient) -> None:
    body = changed(
        input={"random": {"shape": [3, 512, 512]}},
        weight={"random": {"shape": [8, 3, 3, 3]}},
    )
    answer = client.post("/api/v1/trace", content=body, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["limit"] == "max_answer_numbers"
    scene = client.post("/api/v1/scenes", content=body, headers=JSON).json()["links"]["self"]
    assert client.get(f"{scene}/tensors/output").json()["limit"] == "max_answer_numbers"
    assert client.get(f"{scene}/tensors/output?channel=7").json()["shape"] == [510, 510]


@pytest.mark.safety(16)
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "application/cbor"]
)
def test_only_json_is_read_as_json(client: TestClient, content_type: str) -> None:
    form = b"&".join(b"a=1" for _ in range(100_000))
    answer = client.post("/api/v1/trace", content=form, headers={"Content-Type": content_type})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


@pytest.mark.safety(29)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/trace", "/api/v1/scenes", "/api/v1/scenes/" + "0" * 40])
def test_no_write_but_post(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


OPERATIONS = st.fixed_dictionaries(
    {
        "stride": st.integers(-1, 4),
        "padding": st.integers(-1, 4),
        "dilation": st.integers(-1, 3),
        "groups": st.integers(0, 3),
    }
)


@pytest.mark.safety(5)
@settings(max_examples=200, deadline=None)
@given(
    options=OPERATIONS,
    shapes=st.tuples(*[st.integers(1, 4)] * 3),
    weight=st.tuples(*[st.integers(1, 4)] * 4),
    bias=st.integers(0, 4),
)
def test_geometry_is_refused_where_torch_refuses(
    client: TestClient,
    options: Body,
    shapes: tuple[int, int, int],
    weight: tuple[int, int, int, int],
    bias: int,
) -> None:
    body: Body = {
        "input": {"random": {"shape": shapes}},
        "weight": {"random": {"shape": weight}},
        "operation": {"kind": "conv2d", **options},
    }
    offsets = None
    if bias:
        body["bias"] = {"random": {"shape": [bias]}}
        offsets = torch.zeros(bias)
    answer = client.post("/api/v1/trace", json=body)
    try:
        expected = F.conv2d(torch.zeros(shapes), torch.zeros(weight), offsets, **options).shape
    except (RuntimeError, ValueError):
        assert answer.status_code == 422
        assert answer.json()["errors"]
    else:
        assert answer.json()["shapes"]["output"] == list(expected)


TREES = st.recursive(
    st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.none()
    | st.booleans(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.safety(5)
@settings(max_examples=300, deadline=None)
@given(tree=TREES)
def test_nested_lists_are_tensors_or_refused(client: TestClient, tree: Any) -> None:
    body = {
        "input": {"data": tree},
        "operation": {"kind": "max_pool2d", "kernel_size": 1},
        "dtype": "float64",
    }
    answer = client.post("/api/v1/trace", json=body)
    shape = shape_of(tree)
    if shape is not None and len(shape) == 3:
        assert answer.status_code == 200, answer.text
        assert answer.json()["output"] == tree
    else:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["at"].startswith("/input")


def shape_of(tree: Any) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers, or None where they have none."""
    if isinstance(tree, list):
        shapes = {shape_of(item) for item in tree}
        return (len(tree), *inner) if len(shapes) == 1 and (inner := shapes.pop()) is not None else None
    return () if isinstance(tree, int | float) and not isinstance(tree, bool) else None
