"""What /metrics counts."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.support.metrics import samples
from tests.support.scenes import CHAPTER

LARGE = CHAPTER | {"input": {"random": {"shape": [2, 200, 200]}}}


def test_requests_computations_and_lookups_are_counted(client: TestClient) -> None:
    made = client.post("/api/v1/scenes", json=LARGE).json()["links"]["self"]
    for _ in range(3):
        client.get(made)
        client.head(made)
    client.get("/api/v1/scenes/" + "0" * 40)
    client.post("/api/v1/trace", content=b"{")
    client.get(f"{made}/tensors/output?channel=0&format=npy")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    route = "{route=/api/v1/scenes/{id}}"
    assert found["convscope_requests_total{method=GET}" + route + "{status=200}"] == 3
    assert found["convscope_requests_total{method=HEAD}" + route + "{status=200}"] == 3
    assert found["convscope_requests_total{method=GET}" + route + "{status=404}"] == 1
    assert found["convscope_requests_total{method=POST}{route=/api/v1/trace}{status=400}"] == 1
    assert found["convscope_request_seconds_count" + route] == 7
    assert found["convscope_request_seconds_bucket{le=+Inf}" + route] == 7
    assert found["convscope_computations_total{size=large}"] >= 1
    assert found["convscope_computation_seconds_count"] == found["convscope_computations_total{size=large}"]
    assert found["convscope_scene_lookups_total{result=hit}"] == 7
    assert found["convscope_scene_lookups_total{result=miss}"] == 1
    assert found["convscope_computations_queued"] == 0
    assert found["convscope_requests_in_progress"] == 1  # this one
    assert found["process_resident_memory_bytes"] > 1 << 20


def test_no_client_can_invent_labels(client: TestClient) -> None:
    before = len(samples(client.get("/metrics").text))
    for k in range(200):
        client.get(f"/nowhere/{k}", headers={"X-Request-ID": str(k), "Host": f"{k}.example"})
        client.get(f"/s/{k}")
        client.get(f"/static/{k}/{k}")
        client.request(f"M{k}", "/api/v1/trace")
        client.get(f"/api/v1/scenes/{k}/tensors/{k}?format={k}")
    assert len(samples(client.get("/metrics").text)) < before + 200
