"""Answers that are kept in memory: the same bytes, computed once, within a budget."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from fastapi.testclient import TestClient

from app.api.kept import Kept
from tests.api.conftest import CHAPTER, make_scene

FORMS = ["application/json", "application/vnd.safetensors"]


def computations(client: TestClient) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("convscope_computations_total"))


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize("query", ["", "?start=1", "?out_channel=1", "?include=patch"])
def test_a_page_is_computed_once(client_with: Callable[..., TestClient], accept: str, query: str) -> None:
    keeping, forgetting = client_with(), client_with(answer_bytes=0)
    weight = {"data": [*CHAPTER["weight"]["data"], *CHAPTER["weight"]["data"]]}
    steps = make_scene(keeping, CHAPTER | {"weight": weight}) + "/steps"
    for other in FORMS:
        for asked in ("?start=2", "?out_channel=1&stop=2"):
            keeping.get(steps + asked, headers={"Accept": other})
    fresh = forgetting.get(steps + query, headers={"Accept": accept})
    counts = [computations(keeping)]
    for _ in range(3):
        answer = keeping.get(steps + query, headers={"Accept": accept})
        assert answer.content == fresh.content
        assert answer.headers["etag"] == fresh.headers["etag"]
        assert answer.headers["content-type"] == fresh.headers["content-type"] == accept
        counts.append(computations(keeping))
    assert [count - counts[0] for count in counts] == [0, 1, 1, 1]


def test_a_trace_is_computed_once(client_with: Callable[..., TestClient]) -> None:
    client = client_with()
    first = client.post("/api/v1/trace", json=CHAPTER)
    count = computations(client)
    assert client.post("/api/v1/trace", json=CHAPTER).content == first.content
    assert computations(client) == count
    one = client.post("/api/v1/trace?out_channel=0", json=CHAPTER)
    other = client.post("/api/v1/trace", json=CHAPTER | {"bias": {"data": [1]}})
    assert computations(client) > count
    assert other.json()["output"] != first.json()["output"] == one.json()["output"]


def test_errors_are_not_kept(client_with: Callable[..., TestClient]) -> None:
    client = client_with(max_answer_numbers=20)
    steps = make_scene(client, CHAPTER) + "/steps"
    answers = [client.get(steps) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [413, 413]


def test_the_budget_holds_and_the_latest_stay() -> None:
    random, budget = Random(0), 100_000
    kept, used = Kept(budget), list[int]()
    for _ in range(5_000):
        name = random.randrange(60)
        used = [other for other in used if other != name] + [name]
        if kept.get(name) is None:
            kept.keep(name, bytes([name]) * (1_000 + 100 * name))
        held = {other: answer for other in range(60) if (answer := kept._answers.get(other))}
        assert sum(len(answer) for answer, _ in held.values()) <= budget
        # Those that are held are those used last, without a gap.
        assert set(held) == set(used[-len(held) :])
        assert all(set(answer) == {other} for other, (answer, _) in held.items())
    assert len(held) > 10


def test_what_is_over_the_budget_is_not_kept() -> None:
    kept = Kept(10_000)
    kept.keep("small", b"1" * 100)
    kept.keep("large", b"2" * 10_001)
    assert kept.get("large") is None
    assert kept.get("small") == b"1" * 100
