"""Answers that are kept in memory: the same bytes, computed once, within a budget."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from fastapi.testclient import TestClient

from app.services.running.response_cache import ResponseCache
from tests.support.scenes import CHAPTER, make_scene

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


def test_errors_are_not_cached(client_with: Callable[..., TestClient]) -> None:
    client = client_with(max_answer_numbers=20)
    steps = make_scene(client, CHAPTER) + "/steps"
    answers = [client.get(steps) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [413, 413]


def test_the_least_recently_used_responses_are_dropped_first() -> None:
    random, max_bytes = Random(0), 100_000
    cache, used = ResponseCache(max_bytes), list[int]()
    sizes = {number: 1_000 + 100 * number for number in range(60)}
    for _ in range(5_000):
        number = random.randrange(60)
        if cache.get(str(number)) is None:
            cache.put(str(number), bytes([number]) * sizes[number])
        used = [number, *(other for other in used if other != number)]
    held = [other for other in used if cache.get(str(other)) is not None]
    assert held == used[: len(held)]  # those used last, without a gap
    assert 0.8 * max_bytes < sum(sizes[number] for number in held) <= max_bytes
    assert all(set(cache.get(str(number)) or b"") == {number} for number in held)


def test_responses_over_the_budget_are_not_cached() -> None:
    cache = ResponseCache(10_000)
    cache.put("small", b"1" * 100)
    cache.put("large", b"2" * 10_001)
    assert cache.get("large") is None
    assert cache.get("small") == b"1" * 100
