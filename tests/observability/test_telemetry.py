"""OpenTelemetry: off, unless the environment asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.trace import NonRecordingSpan, SpanContext, Tracer, TracerProvider

from app.main import create_app
from app.settings import Settings
from tests.support.scenes import CHAPTER


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
    spans = Spans()
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: spans)
    client = TestClient(create_app(Settings(store=tmp_path.as_uri())))
    client.get("/api/v1/scenes/" + "0" * 40)
    client.post("/api/v1/trace", json=CHAPTER)
    for route in ("/api/v1/scenes/{id}", "/api/v1/trace"):
        assert any(route in name for name in spans.names) == (variable is not None), spans.names
