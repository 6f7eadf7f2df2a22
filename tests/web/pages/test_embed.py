"""Frames of other sites: who may have them, what they may read, and that they never write."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.i18n.languages import LANGUAGES, catalogue
from app.main import create_app
from app.scenes.presets import PRESETS
from app.services.networks.example import EXAMPLE
from app.settings import Settings
from tests.support.scenes import CHAPTER

SCENE = PRESETS["two-channels"].scene.id
API = f"/api/v1/scenes/{SCENE}"
COURSE = "https://course.example.org"
FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
NETWORK = EXAMPLE.id
PAGES = [
    "/", f"/s/{SCENE}", f"/embed/{SCENE}", f"/n/{NETWORK}", f"/embed/n/{NETWORK}",
    "/legend", "/docs", "/learn", "/learn/input-channels",
]  # fmt: skip

NewClient = Callable[..., TestClient]


@pytest.fixture
def new_client(tmp_path: Path) -> NewClient:
    def client(**settings: Any) -> TestClient:
        app = create_app(Settings(store=tmp_path.as_uri(), **settings))
        return TestClient(app, base_url="https://conv.example.org")

    return client


def policy(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.safety(37)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_without_the_setting_a_frame_gets_a_sentence_and_no_data(
    new_client: NewClient, path: str, language: str
) -> None:
    answer = new_client().get(path, headers=FRAME | {"Accept-Language": language})
    assert answer.status_code == 403
    assert "CONVSCOPE_FRAME_ANCESTORS" in answer.text
    assert f'<html lang="{language}">' in answer.text
    # Any site may show it, so that the sentence is seen.
    assert policy(answer)["frame-ancestors"] == ["*"]
    assert "x-frame-options" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    for told in ("<script", "<canvas", "application/json", PRESETS["two-channels"].name):
        assert told not in answer.text
    assert policy(answer)["script-src"] == policy(answer)["connect-src"] == ["'none'"]


# Sources, the page around, and whether they name it: as ancestor_sources.test.ts of the page has them.
AROUND = [
    ("https://course.example", "https://course.example/a?b", True),
    ("https://course.example", "https://course.example:8443", False),
    ("https://course.example", "http://course.example", False),
    ("https://course.example", "https://course.example.evil", False),
    ("https://Course.example", "https://course.example", True),
    ("http://course.example", "https://course.example", True),
    ("http://course.example:8000", "http://course.example:8000", True),
    ("http://course.example:8000", "http://course.example:8001", False),
    ("https://course.example:*", "https://course.example:8443", True),
    ("https://*.school.example", "https://a.b.school.example", True),
    ("https://*.school.example", "https://school.example", False),
    ("http://[::1]:8000", "http://[::1]:8000", True),
    ("https:", "https://anything.example", True),
    ("https:", "http://anything.example", False),
    ("'self'", "https://other.example", False),
    ("https://a.example,https://b.example", "https://b.example", True),
    # Who does not say where it is from is left to the browser.
    ("https://course.example", "", True),
    ("https://course.example", "https://[", True),
]


@pytest.mark.parametrize(("sources", "around", "named"), AROUND)
def test_a_site_that_is_not_named_gets_the_sentence(
    new_client: NewClient, sources: str, around: str, named: bool
) -> None:
    client = new_client(frame_ancestors=sources)
    for path in (f"/embed/{SCENE}", f"/embed/n/{NETWORK}", "/learn"):
        answer = client.get(path, headers=FRAME | {"Referer": around})
        assert answer.status_code == (200 if named else 403)
        assert (policy(answer)["frame-ancestors"] == ["*"]) is not named
    own = FRAME | {"Referer": "https://conv.example.org/learn", "Sec-Fetch-Site": "same-origin"}
    assert client.get("/learn", headers=own).status_code == 200


def test_the_sentence_leads_to_the_full_page(new_client: NewClient) -> None:
    answer = new_client().get(f'/embed/{SCENE}?step=0,1,1&x="><script>', headers=FRAME)
    assert f'href="/s/{SCENE}?step=0,1,1&amp;x=%22%3E%3Cscript%3E"' in answer.text


@pytest.mark.safety(37)
def test_without_the_setting_no_other_origin_reads_and_no_page_is_framed(new_client: NewClient) -> None:
    client = new_client()
    for path in (f"/embed/{SCENE}", f"/s/{SCENE}"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert policy(answer)["frame-ancestors"] == ["'none'"]
        assert answer.headers["x-frame-options"] == "DENY"
    for path in (API, f"{API}/steps", static_of(client)):
        assert "access-control-allow-origin" not in client.get(path, headers={"Origin": "null"}).headers


def static_of(client: TestClient) -> str:
    found = re.search(r'src="(/static/[^"]+/build/embed\.js)"', client.get(f"/embed/{SCENE}").text)
    assert found
    return found[1]


@pytest.mark.safety(37)
def test_a_frame_is_for_the_named_sites_and_has_an_origin_of_its_own(new_client: NewClient) -> None:
    client = new_client(frame_ancestors=[COURSE, "'self'"])
    answer = client.get(f"/embed/{SCENE}", headers=FRAME)
    assert answer.status_code == 200
    assert policy(answer)["frame-ancestors"] == [COURSE, "'self'"]
    # No `allow-same-origin`, no forms: no cookie, no storage, and no request that would pass as the page's.
    assert set(policy(answer)["sandbox"]) == {
        "allow-scripts",
        "allow-popups",
        "allow-popups-to-escape-sandbox",
    }
    assert policy(answer)["form-action"] == ["'none'"]
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert client.get(f"/s/{SCENE}", headers=FRAME).status_code == 200


@pytest.mark.safety(37)
def test_a_networks_frame_has_an_origin_of_its_own_and_its_document_is_whole(new_client: NewClient) -> None:
    client = new_client(frame_ancestors=[COURSE])
    answer = client.get(f"/embed/n/{NETWORK}?theme=dark", headers=FRAME)
    assert answer.status_code == 200
    assert policy(answer)["frame-ancestors"] == [COURSE]
    assert "allow-same-origin" not in policy(answer)["sandbox"]
    assert policy(answer)["form-action"] == ["'none'"]
    assert 'data-theme="dark"' in answer.text
    assert client.get(f"/embed/n/{'0' * 40}", headers=FRAME).status_code == 404
    # Of the notebook's document nothing is fetched.
    whole = client.get(f"/widget/n/{NETWORK}").text
    assert not re.search(r'(src|href)="', re.sub(r"<script>.*?</script>", "", whole, flags=re.DOTALL))


@pytest.mark.safety(37)
@pytest.mark.parametrize("origins", [[], ["https://a.example"]])
def test_opaque_origins_read_scenes_and_files_and_nothing_else(
    new_client: NewClient, origins: list[str]
) -> None:
    client = new_client(frame_ancestors=[COURSE], cors_origins=origins)
    scenes = [f"{API}{path}" for path in ("", "/taps", "/steps", "/tensors/input", "/figure.svg", "/nowhere")]
    network = f"/api/v1/networks/{NETWORK}"
    scenes += [f"{network}{path}" for path in ("", "/tensors/1", "/nodes/1/cell", "/figure.svg")]
    for headers in ({"Origin": "null"}, {"Origin": "https://a.example"}, {}):
        # Without an origin too: a cache hands the same answer to the next who asks.
        for path in [*scenes, static_of(client), "/embed.js"]:
            answer = client.get(path, headers=headers)
            assert answer.headers.get_list("access-control-allow-origin") == ["*"], path
            assert "access-control-allow-credentials" not in answer.headers
    for path in (
        "/",
        f"/s/{SCENE}",
        f"/embed/{SCENE}",
        "/api/v1/presets",
        "/metrics",
        "/oembed",
        "/openapi.json",
    ):
        assert client.get(path, headers={"Origin": "null"}).headers.get("access-control-allow-origin") is None


FORM = {"files": {"scene": (None, json.dumps(CHAPTER), "application/json")}}
WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "a scene as a form": ("/api/v1/scenes", FORM),
    "a scene": ("/api/v1/scenes", {"json": CHAPTER}),
    "an edit": (f"{API}/edits", {"json": {"cells": [{"tensor": "input", "index": [0, 0, 0], "value": 9}]}}),
    "a gradient's layer": (f"{API}/gradients/input/scene", {}),
    "a trace": ("/api/v1/trace", {"json": CHAPTER}),
}
FOREIGN = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a neighbour": {"Sec-Fetch-Site": "same-site", "Origin": "https://course.example.org"},
    "a sandboxed frame": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "a frame in an older browser": {"Origin": "null"},
}


@pytest.mark.safety(37)
@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("who", FOREIGN)
@pytest.mark.parametrize("ancestors", [[], [COURSE]])
def test_nobody_else_writes(new_client: NewClient, what: str, who: str, ancestors: list[str]) -> None:
    """A form is sent without a preflight: what the page may not read would still be stored."""
    path, body = WRITES[what]
    client = new_client(frame_ancestors=ancestors, cors_origins=["https://evil.example", COURSE])
    answer = client.post(path, headers=FOREIGN[who], **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "write_from_another_origin")
    assert "access-control-allow-origin" not in answer.headers
    allowed = client.post(path, headers={"Sec-Fetch-Site": "same-origin"}, **body)
    assert allowed.status_code in (200, 201)
    assert client.post(path, **body).status_code in (200, 201)  # a program


@pytest.mark.parametrize(
    "given", ["", "http://testserver", "ftp://a.example", "https://a.example/x?y", "a.example", "https://a b"]
)
def test_the_public_address_is_an_origin(given: str) -> None:
    if given in ("", "http://testserver"):
        assert Settings(public_url=given).public_url == given
    else:
        with pytest.raises(ValueError, match="no address such as"):
            Settings(public_url=given)
    assert Settings(public_url="https://Conv.example.org/").public_url == "https://conv.example.org"


@pytest.mark.parametrize("named", ["", "https://scope.example"])
def test_what_names_the_address_is_kept_by_nobody_unless_the_operator_names_it(
    new_client: NewClient, named: str
) -> None:
    client = new_client(public_url=named)
    expected = named or "https://conv.example.org"
    for path in ("/embed.js", f"/s/{SCENE}", f"/oembed?url={expected}/s/{SCENE}"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        assert expected in answer.text
        assert (answer.headers["cache-control"] == "no-store") == (not named), path
    assert client.get("/").headers["cache-control"] == "no-cache"


@pytest.mark.safety(22)
@pytest.mark.parametrize("host", ['evil"><script>', "evil b", "evil.example/x", "é.example", "x" * 300 + "$"])
def test_a_host_that_is_none_is_no_address(new_client: NewClient, host: str) -> None:
    client = new_client()
    for path in ("/embed.js", f"/s/{SCENE}"):
        answer = client.get(path, headers={b"Host": host.encode()})
        assert host not in answer.text
        assert "oembed" not in answer.text


def test_the_element_is_one_file_that_any_page_may_load(new_client: NewClient) -> None:
    answer = new_client().get("/embed.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "conv-scope" in answer.text
    for language in LANGUAGES:
        assert catalogue(language)["frame.missing"] in answer.text
    assert not re.search(r"\bimport\b|\bexport\b", answer.text)


@pytest.mark.parametrize(
    ("query", "controls", "locked"),
    [
        ("", "play", False),
        ("controls=none", "none", False),
        ("controls=all", "all", False),
        ("controls=<script>", "play", False),
        ("controls=all&lock=1", "none", True),
        ("lock=0", "play", False),
    ],
)
def test_the_address_says_what_the_reader_may_do(
    new_client: NewClient, query: str, controls: str, locked: bool
) -> None:
    html = new_client().get(f"/embed/{SCENE}?{query}").text
    assert f'data-controls="{controls}"' in html
    found = re.search(r'id="boot">(.*?)</script>', html, re.DOTALL)
    assert found
    told = json.loads(found[1])["embed"]
    assert (told["controls"], told["locked"]) == (controls, locked)


def test_language_theme_and_link_follow_the_address(new_client: NewClient) -> None:
    client = new_client(frame_ancestors=[COURSE])
    answer = client.get(
        f"/embed/{SCENE}?step=0,1,1&view=matrix&lang=zh-CN&theme=dark&controls=all&x=%22%3E%3Cscript%3E",
        headers={"Cookie": "convscope.theme=light"},
    )
    assert '<html lang="zh-CN" data-theme="dark"' in answer.text
    assert f'href="/s/{SCENE}?step=0,1,1&amp;view=matrix&amp;lang=zh-CN"' in answer.text
    assert '"><script>' not in answer.text
    # A cookie has no say: the frame is sent none.
    assert "data-theme" not in client.get(f"/embed/{SCENE}", headers={"Cookie": "convscope.theme=dark"}).text
    assert "Cookie" not in answer.headers["vary"]


def test_a_scene_that_is_not_there_is_said_in_the_frame(new_client: NewClient) -> None:
    client = new_client(frame_ancestors=[COURSE])
    for id in ("0" * 40, "x", "%22%3E%3Cscript%3E"):
        answer = client.get(f"/embed/{id}?lang=en", headers=FRAME)
        assert answer.status_code == 404
        assert "no such scene" in answer.text
        assert policy(answer)["frame-ancestors"] == ["*"]
        assert "<script" not in answer.text
