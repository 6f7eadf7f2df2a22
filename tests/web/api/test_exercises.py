"""Exercises over HTTP: made, judged, given up, and never stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.lessons.exercises import KINDS
from tests.support.plain_layer import PlainLayer


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_through_an_exercise(client: TestClient, kind: str) -> None:
    url = f"/api/v1/exercises/{kind}"
    asked = client.get(url, params={"seed": 12})
    assert asked.status_code == 200 and asked.headers["Cache-Control"] == "no-store"
    body = asked.json()
    assert (body["kind"], body["seed"], body["lesson"]) == (kind, 12, None)
    assert client.get(url, params={"seed": 12}).content == asked.content
    trace = client.post("/api/v1/trace", json=body["scene"])
    assert trace.json()["output"] == PlainLayer.of(body["scene"]).output()
    gave_up = client.post(f"{url}/answers", json={"seed": 12, "lesson": None, "give_up": True})
    assert gave_up.headers["Cache-Control"] == "no-store"
    told = gave_up.json()
    assert told["correct"] is False and told["explanation"]
    right = client.post(f"{url}/answers", json={"seed": 12, "answer": told["expected"]}).json()
    assert right == {
        "correct": True, "expected": None, "diagnosis": None, "hints": [],
        "explanation": told["explanation"], "step": None,
    }  # fmt: skip


def test_a_diagnosis_is_told_in_the_readers_language(client: TestClient) -> None:
    url = "/api/v1/exercises/animation"
    body = {"seed": 1, "answer": "a"}
    answers = [
        client.post(
            f"{url}/answers", json=body | {"answer": letter}, headers={"Accept-Language": "zh-CN"}
        ).json()
        for letter in "ab"
    ]
    (wrong,) = [answer for answer in answers if not answer["correct"]]
    (right,) = [answer for answer in answers if answer["correct"]]
    assert "有错" in wrong["diagnosis"]["explanation"] and len(wrong["hints"]) == 2
    assert right["explanation"] == wrong["diagnosis"]["explanation"]


def test_a_lesson_decides_on_the_layers(client: TestClient) -> None:
    kernels = {
        len(client.get("/api/v1/exercises/cell", params={"seed": seed, "lesson": "one-by-one"}).json()
            ["scene"]["weight"]["data"][0][0])
        for seed in range(10)
    }  # fmt: skip
    assert kernels == {1}


def test_nothing_is_stored(client: TestClient, tmp_path: Path) -> None:
    assert not list(tmp_path.iterdir())
    body = client.get("/api/v1/exercises/cell").json()
    stored = client.post("/api/v1/scenes", json=body["scene"])
    assert stored.status_code == 201, "the exercise's scene was there before anybody stored it"
