"""What every answer carries, graded as Mozilla's HTTP Observatory grades a site."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.main import create_app
from app.settings import Settings
from tests.support.scenes import CHAPTER

HTML = {"Accept": "text/html"}
FRAME = "https://course.example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """As people reach it through HTTPS."""
    folder = tmp_path_factory.mktemp("store")
    app = create_app(Settings(store=folder.as_uri(), tls=True))
    return TestClient(app, base_url="https://scope.example", raise_server_exceptions=False)


def page(site: TestClient) -> Response:
    answer: Response = site.get("/", headers=HTML)
    assert answer.status_code == 200
    return answer


def directives(answer: Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


def scripts(answer: Response) -> list[str]:
    found: list[str] = re.findall(r"<script\b[^>]*>", answer.text)
    return found


def csp(answer: Response) -> bool:
    """Nothing by default, no unsafe-inline, no unsafe-eval, no scheme, no wildcard: the best grade."""
    policy = directives(answer)
    sources = {source for each in policy.values() for source in each}
    loose = {source for source in sources if "unsafe" in source or "*" in source or source.endswith(":")}
    return (
        policy["default-src"] == ["'none'"]
        and loose <= {"data:", "blob:"}
        and all("data:" not in policy.get(name, []) for name in ("script-src", "object-src", "default-src"))
    )


def no_inline_code(answer: Response) -> bool:
    """What a strict policy would break is not there: it would only show when somebody looks."""
    inline = [tag for tag in scripts(answer) if "src=" not in tag and "application/json" not in tag]
    handlers = re.findall(r"<[^>]*\s(?:on[a-z]+|style)\s*=", answer.text)
    return not inline and not handlers and "javascript:" not in answer.text


def referrer_policy(answer: Response) -> bool:
    return answer.headers["referrer-policy"] in {
        "no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"
    }  # fmt: skip


def hsts(answer: Response) -> bool:
    found = re.search(r"max-age=(\d+)", answer.headers["strict-transport-security"])
    return found is not None and int(found[1]) >= 15_768_000  # six months


def subresource_integrity(answer: Response) -> bool:
    """Only what other origins send needs a digest; nothing comes from them."""
    return not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


# Each check of the Observatory, and what passes it.
OBSERVATORY: dict[str, Callable[[Response], bool]] = {
    "content-security-policy": csp,
    "content-security-policy: nothing it would break": no_inline_code,
    "cookies": lambda answer: "set-cookie" not in answer.headers,
    "cross-origin-resource-sharing": lambda answer: "access-control-allow-origin" not in answer.headers,
    "redirection": lambda answer: not answer.history,
    "referrer-policy": referrer_policy,
    "strict-transport-security": hsts,
    "subresource-integrity": subresource_integrity,
    "x-content-type-options": lambda answer: answer.headers["x-content-type-options"] == "nosniff",
    "x-frame-options": lambda answer: (
        answer.headers["x-frame-options"] == "DENY" and directives(answer)["frame-ancestors"] == ["'none'"]
    ),
    "cross-origin-resource-policy": lambda answer: (
        answer.headers["cross-origin-resource-policy"] == "same-origin"
    ),
}


@pytest.mark.safety(21)
@pytest.mark.parametrize("check", OBSERVATORY)
def test_observatory(site: TestClient, check: str) -> None:
    assert OBSERVATORY[check](page(site))


def test_every_page_and_every_error_has_the_same_headers(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {name: value for name, value in page(site).headers.items() if name in SECURITY}
    assert expected.keys() == SECURITY
    made = site.post("/api/v1/scenes", json=CHAPTER)
    monkeypatch.setattr("app.web.pages.routes.workbench", lambda *_, **__: 1 / 0)
    answers = [
        site.get("/nowhere", headers=HTML),
        site.get("/api/v1/nowhere"),
        site.post("/api/v1/trace", content=b"{"),
        site.put("/api/v1/trace"),
        site.options("/api/v1/trace"),
        site.head(made.json()["links"]["self"]),
        site.get(made.json()["links"]["file"]),
        site.get("/openapi.json"),
        site.get("/metrics"),
        broken := site.get("/", headers=HTML),
    ]
    assert broken.status_code == 500
    assert broken.headers["content-type"] == "application/problem+json"
    assert "division" not in broken.text
    for answer in answers:
        assert {name: value for name, value in answer.headers.items() if name in SECURITY} == expected
        assert answer.headers["x-request-id"]


SECURITY = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "x-frame-options",
    "strict-transport-security",
}


def test_the_policy_names_all_that_the_page_needs(site: TestClient) -> None:
    assert directives(page(site)) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


def test_a_page_is_shown_in_frames_where_the_operator_says(tmp_path: Path) -> None:
    app = create_app(Settings(store=tmp_path.as_uri(), frame_ancestors=["'self'", FRAME]))
    answer = page(TestClient(app))
    assert directives(answer)["frame-ancestors"] == ["'self'", FRAME]
    # This older header knows no list, and browsers heed it only where there is no frame-ancestors.
    assert "x-frame-options" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_hsts_only_where_there_is_https(tmp_path: Path) -> None:
    app = create_app(Settings(store=tmp_path.as_uri()))
    assert "strict-transport-security" not in page(TestClient(app)).headers


def test_parts_of_a_page_carry_what_parts_need(site: TestClient) -> None:
    """A policy is for documents; a picture can be opened as one."""
    urls = re.findall(r'(?:src|href)="(/static/[^"]+)"', page(site).text)
    assert {url.rpartition(".")[2] for url in urls} >= {"js", "css"}
    for url in [*urls, "/static/x/icon.svg"]:
        answer = site.get(url)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert ("content-security-policy" in answer.headers) == url.endswith(".svg"), url
