"""JSON that is wide in structure costs no more than a valid body of its size, and is refused in few words."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.conv.errors import CodedError
from app.i18n.messages import render
from app.limits import LimitExceeded, Limits
from app.services.networks.inputs import InputParser
from app.services.requests.body_structure import field_names
from app.services.requests.models import CodeBody, EditsBody, SceneBody
from app.services.scene_builder import parse_body
from tests.support.wide_bodies import WIDE, largest_valid, repeat, scene

LIMITS = Limits()


def refusal(model: type[BaseModel], content: bytes) -> CodedError:
    with pytest.raises(CodedError) as refused:
        parse_body(model, content, LIMITS)
    return refused.value


def seconds_per_byte(work: Callable[[], object], content: bytes) -> float:
    best = float("inf")
    for _ in range(3):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best / len(content)


@pytest.mark.safety(31)
@pytest.mark.parametrize("name", WIDE)
def test_wide_bodies_are_refused_in_few_words(name: str) -> None:
    model, make, code = WIDE[name]
    content = make().encode()
    tracemalloc.start()
    error = refusal(model, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.message.code == code
    assert all(len(render(error.message, language)) < 1000 for language in ("en", "zh-CN"))
    assert peak < 8 * len(content) + 2**20


@pytest.mark.exclusive
@pytest.mark.safety(31)
def test_wide_bodies_take_no_longer_than_valid_ones() -> None:
    """At most five times as long, byte for byte, all measured in turns."""
    valid = largest_valid()
    usual = seconds_per_byte(lambda: parse_body(SceneBody, valid, LIMITS), valid)
    for name, (model, make, _) in WIDE.items():
        content = make().encode()
        assert seconds_per_byte(lambda: refusal(model, content), content) < 5 * usual, name  # noqa: B023


@given(st.dictionaries(st.text(max_size=30), st.integers(), max_size=20))
def test_every_unknown_key_is_found(keys: dict[str, int]) -> None:
    """However it is written; few of them are told one by one, each at its place."""
    known = {name.decode() for name in field_names(CodeBody)}
    unknown = [key for key in keys if key not in known]
    content = json.dumps({"code": "nn.Conv2d(1, 1, 1)", **keys, "code ": 1}).encode()
    error = refusal(CodeBody, content)
    assert error.message.code == ("in_body" if len(unknown) + 1 > 8 else "in_field")


def test_all_fields_of_an_operation_can_be_edited_at_once() -> None:
    operation = {
        "kind": "conv2d", "stride": [1, 1], "padding": {"top": 1, "bottom": 1, "left": 1, "right": 1},
        "padding_mode": "zeros", "dilation": [1, 1], "groups": 1, "flip": False,
    }  # fmt: skip
    pooling = {"kernel_size": 2, "ceil_mode": True, "count_include_pad": False, "output_padding": 0}
    body = parse_body(EditsBody, json.dumps({"operation": operation | pooling}).encode(), LIMITS)
    assert body.operation == operation | pooling


def test_largest_valid_bodies_pass() -> None:
    parse_body(SceneBody, largest_valid(), LIMITS)
    cells = repeat('{"tensor":"input","index":[0,0,0],"value":1}', 24_000)
    parse_body(EditsBody, f'{{"cells":[{cells}]}}'.encode(), LIMITS)
    kernels = repeat("[[[1,2,3],[4,5,6],[7,8,9]]]", 50_000)
    parse_body(SceneBody, scene(more=f',"weight":{{"data":[{kernels}]}}').encode(), LIMITS)


@pytest.mark.parametrize("limit", ["max_json_containers", "max_json_strings", "max_json_numbers"])
def test_what_is_counted_is_said(limit: str) -> None:
    tight = Limits(**{limit: 3})
    with pytest.raises(LimitExceeded) as refused:
        parse_body(SceneBody, scene(data="[[[1,2,3,4,5]]]").encode(), tight)
    assert refused.value.limit == limit


@pytest.mark.safety(31)
@pytest.mark.parametrize(
    "content",
    [
        "{" + ",".join(f'"{i}":1' for i in range(300_000)) + "}",
        '{"data":{' + ",".join(f'"{i}":1' for i in range(300_000)) + "}}",
        '{"data":[' + ",".join(['"a"'] * 300_000) + "]}",
        '{"data":[' + ",".join(["[1]"] * 600_000) + "]}",
    ],
    ids=["keys", "keys inside", "strings", "lists"],
)
def test_wide_inputs_of_networks(content: str) -> None:
    body, described = content.encode(), [{"name": "x", "dtype": "float32", "shape": [1, 1, 2, 2]}]
    tracemalloc.start()
    with pytest.raises(CodedError) as refused:
        InputParser(body, None, LIMITS)(described)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(body) + 2**20
    assert all(len(render(refused.value.message, language)) < 1000 for language in ("en", "zh-CN"))
