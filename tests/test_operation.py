"""What an operator sees and does: metrics, logs, request ids, workers that die, settings read anew, stops."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.trace import NonRecordingSpan, SpanContext, Tracer, TracerProvider
from prometheus_client.parser import text_string_to_metric_families

from app.main import create_app
from app.settings import Settings
from tests.api.conftest import CHAPTER
from tests.api.servers import Server, running

# A worker starts in two seconds; on a machine that has much else to do, in thirty.
pytestmark = pytest.mark.timeout(400)

LARGE = CHAPTER | {"input": {"random": {"shape": [2, 200, 200]}}}


def samples(text: str) -> dict[str, float]:
    """name{label=value,…} -> value, as Prometheus' own parser reads them."""
    return {
        sample.name
        + "".join(f"{{{name}={value}}}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def until(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 150
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path.as_uri()))) as client:
        yield client


def test_what_is_counted(asking: TestClient) -> None:
    made = asking.post("/api/v1/scenes", json=LARGE).json()["links"]["self"]
    for _ in range(3):
        asking.get(made)
        asking.head(made)
    asking.get("/api/v1/scenes/" + "0" * 40)
    asking.post("/api/v1/trace", content=b"{")
    asking.get(f"{made}/tensors/output?channel=0&format=npy")
    answer = asking.get("/metrics")
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


def test_no_client_can_invent_labels(asking: TestClient) -> None:
    before = len(samples(asking.get("/metrics").text))
    for k in range(200):
        asking.get(f"/nowhere/{k}", headers={"X-Request-ID": str(k), "Host": f"{k}.example"})
        asking.get(f"/s/{k}")
        asking.get(f"/static/{k}/{k}")
        asking.request(f"M{k}", "/api/v1/trace")
        asking.get(f"/api/v1/scenes/{k}/tensors/{k}?format={k}")
    assert len(samples(asking.get("/metrics").text)) < before + 200


def test_request_ids(asking: TestClient) -> None:
    assert asking.get("/", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    found = {asking.get("/").headers["x-request-id"] for _ in range(50)}
    assert len(found) == 50
    for strange in ("<script>", "a b", "x" * 65, "\u00e9", ""):
        sent = asking.get("/", headers={"X-Request-ID": strange.encode()})
        assert re.fullmatch("[0-9a-f]{16}", sent.headers["x-request-id"])


class Spans(TracerProvider):
    """Keeps the names of spans, as an exporter would."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        return _Tracer(self)


class _Span(NonRecordingSpan):
    def __init__(self, spans: Spans) -> None:
        super().__init__(SpanContext(1, 1, is_remote=False))
        self._spans = spans

    def is_recording(self) -> bool:
        return True

    def update_name(self, name: str) -> None:
        self._spans.names.append(name)


class _Tracer(Tracer):
    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def start_span(self, name: str, *_: Any, **__: Any) -> _Span:
        self._spans.names.append(name)
        return _Span(self._spans)

    def start_as_current_span(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize("variable", [None, "OTEL_SERVICE_NAME", "FASTAPI_OTEL_AUTO_CONFIGURE"])
def test_opentelemetry_is_there_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    if variable is not None:
        monkeypatch.setenv(variable, "false")
    app = create_app(Settings(store=tmp_path.as_uri()))
    app._telemetry["tracer_provider"] = spans = Spans()
    asking = TestClient(app)
    asking.get("/api/v1/scenes/" + "0" * 40)
    asking.post("/api/v1/trace", json=CHAPTER)
    for route in ("/api/v1/scenes/{id}", "/api/v1/trace"):
        assert any(route in name for name in spans.names) == (variable is not None), spans.names


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def settings_file(folder: Path) -> Path:
    path = folder / "settings"
    path.write_text("CONVSCOPE_WORKERS=2\nCONVSCOPE_GRACE_SECONDS=5\n")
    return path


@pytest.fixture(scope="module")
def workers(folder: Path, settings_file: Path) -> Iterator[Server]:
    """Two workers on one socket."""
    with running(folder, settings=settings_file) as server:
        until(lambda: len(processes(server)) == 2)
        yield server


def processes(server: Server) -> set[int]:
    """The process ids of the workers that have started and live."""
    started = re.findall(r"Started server process \[(\d+)\]", server.log.read_text())
    return {id for id in map(int, started) if Path(f"/proc/{id}").exists()}


def logged(server: Server) -> list[dict[str, Any]]:
    """Every line that the server wrote; each is JSON."""
    return [json.loads(line) for line in server.log.read_text().splitlines()]


@pytest.mark.slow
def test_workers_are_counted_together(workers: Server) -> None:
    def counted() -> float:
        with workers.client() as client:
            found = samples(client.get("/metrics").text)
        return found.get("convscope_requests_total{method=GET}{route=/api/v1/presets}{status=200}", 0)

    before = counted()
    for _ in range(40):
        with workers.client() as client:  # a new connection each, for whichever worker takes it
            client.get("/api/v1/presets")
    assert {counted() for _ in range(10)} == {before + 40}


@pytest.mark.slow
@pytest.mark.safety(30)
def test_a_worker_that_dies_is_replaced(workers: Server) -> None:
    old = until(lambda: len(found := processes(workers)) == 2 and found)
    os.kill(min(old), signal.SIGKILL)
    until(lambda: len(found := processes(workers)) == 2 and found != old)
    with workers.client() as client:
        assert all(client.get("/healthz").status_code == 200 for _ in range(20))


@pytest.mark.slow
def test_settings_are_read_anew_on_sighup(workers: Server, settings_file: Path) -> None:
    old = until(lambda: len(found := processes(workers)) == 2 and found)
    usual = settings_file.read_text()
    settings_file.write_text(usual + "CONVSCOPE_FRAME_ANCESTORS=https://course.example.org\n")
    workers.process.send_signal(signal.SIGHUP)
    answered: set[int] = set()

    def all_new() -> bool:
        with workers.client() as client:
            answer = client.get("/")
        answered.add(answer.status_code)
        return "https://course.example.org" in answer.headers["content-security-policy"] and not (
            processes(workers) & old
        )

    until(all_new)
    assert answered == {200}


@pytest.mark.slow
def test_wrong_settings_change_nothing(workers: Server, settings_file: Path) -> None:
    old = until(lambda: len(found := processes(workers)) == 2 and found)
    usual = settings_file.read_text()
    settings_file.write_text("CONVSCOPE_RATE_LIMIT=often\n")
    workers.process.send_signal(signal.SIGHUP)
    until(lambda: "aborting the restart" in workers.log.read_text())
    settings_file.write_text(usual)
    assert processes(workers) == old
    assert "rate_limit" in workers.log.read_text()
    with workers.client() as client:
        assert client.get("/").status_code == 200


@pytest.mark.slow
def test_every_line_is_json_and_no_client_begins_another(workers: Server) -> None:
    with workers.client() as client:
        client.get("/no%0a%7B%22event%22:1%7D%0d%0awhere?token=secret", headers={"X-Request-ID": "mine-1"})
        client.get("/" + "a" * 5000, headers={"Authorization": "Bearer secret", "X-Request-ID": "mine-2"})
    found = until(
        lambda: [line for line in logged(workers) if str(line.get("request")).startswith("mine-")][1:]
    )
    first = next(line for line in logged(workers) if line.get("request") == "mine-1")
    assert first["path"] == '/no\n{"event":1}\r\nwhere'
    assert (first["method"], first["status"], first["client"], first["level"]) == (
        "GET",
        404,
        "127.0.0.1",
        "info",
    )
    assert first["milliseconds"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", first["time"])
    assert len(found[0]["path"]) == 200
    assert "secret" not in workers.log.read_text()


@pytest.mark.slow
@pytest.mark.safety(30)
def test_a_stop_ends_all_workers(workers: Server) -> None:
    assert workers.stop() == 0
    assert processes(workers) == set()
    assert all("Traceback" not in str(line) for line in logged(workers))
