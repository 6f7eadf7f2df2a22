"""The pages as a browser is sent them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import brotli
import pytest
from fastapi.testclient import TestClient

from app.conv.operation import OPERATIONS
from app.main import create_app
from app.scenes.presets import PRESETS
from app.settings import STATIC, TEMPLATES, Settings
from app.web.pages import assets

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri())
    with TestClient(create_app(settings)) as client:
        yield client


def boot(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', html, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_panel_has_each_field_of_each_operation(client: TestClient) -> None:
    definitions = [
        json.loads(text) for text in re.findall("data-definition='(.*?)'", client.get("/?lang=en").text)
    ]
    kinds = {definition["name"]: definition["kinds"] for definition in definitions}
    for kind, operation in OPERATIONS.items():
        assert {field.name for field in fields(operation)} == {name for name in kinds if kind in kinds[name]}
    same = {definition["name"]: definition["same_kinds"] for definition in definitions}
    assert {name for name, having in same.items() if having} == {"padding"}
    assert same["padding"] == ["conv2d", "conv1d"]


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "zh-TW", "zh-CN"),
        ("", "fr,de;q=0.9", "en"),
        ("", "en;q=0.3, zh;q=0.7", "zh-CN"),
        ("", "zh;q=0, en", "en"),
        ("?lang=zh-CN", "en", "zh-CN"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=xx", "zh-CN", "zh-CN"),
        ("", "zh;q=banana,en;q=0.1", "en"),
        ("", ",;,;q=", "en"),
    ],
)
def test_language(client: TestClient, query: str, accept: str, language: str) -> None:
    answer = client.get(f"/{query}", headers={"Accept-Language": accept})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_example_has_its_page(client: TestClient, name: str, language: str) -> None:
    answer = client.get(f"/s/{PRESETS[name].scene.id}?lang={language}")
    assert answer.status_code == 200
    assert boot(answer.text)["scene"] == PRESETS[name].scene.id
    messages = json.loads((STATIC / "locales" / f"{language}.json").read_bytes())
    assert f"<h1>{messages[f'preset.{name}.title']}</h1>" in answer.text


def test_a_scene_of_ones_own_has_a_page_that_says_what_it_is(client: TestClient) -> None:
    body = {
        "input": {"data": [[[1, 2], [3, 4]]]},
        "weight": {"data": [[[[1]]]]},
        "operation": {"kind": "conv2d"},
    }
    link = client.post("/api/v1/scenes", json=body).json()["links"]["page"]
    assert "conv2d, 1 → 1 channel, kernel 1×1" in client.get(link).text


WEIGHT = {"random": {"shape": [2, 1, 2, 2]}}


@pytest.mark.parametrize(
    ("operation", "tensors", "line"),
    [
        ({"kind": "conv2d"}, {"weight": {"random": {"shape": [1, 2, 2, 2]}}}, "then add the channels."),
        (
            {"kind": "conv2d", "groups": 2},
            {"weight": WEIGHT, "bias": {"data": [1, 2]}},
            "each output channel reads one input channel. The bias is added, too.",
        ),
        ({"kind": "conv_transpose2d"}, {"weight": WEIGHT}, "weighted by the kernel, and add up."),
        ({"kind": "max_pool2d", "kernel_size": 2}, {}, "the largest number under the window."),
        ({"kind": "avg_pool2d", "kernel_size": 2}, {}, "the mean of the numbers under the window."),
    ],
)
def test_a_layer_says_in_a_line_what_its_kind_does(
    client: TestClient, operation: dict[str, object], tensors: dict[str, object], line: str
) -> None:
    body = {"input": {"random": {"shape": [2, 3, 3]}}, "operation": operation, **tensors}
    link = client.post("/api/v1/scenes", json=body).json()["links"]["page"]
    assert f"{line}</span>" in client.get(link).text


@pytest.mark.parametrize(("language", "end"), [("en", ", 2 groups"), ("zh-CN", "，2 组")])
def test_the_title_of_a_layer_with_groups_says_how_many(client: TestClient, language: str, end: str) -> None:
    body = {
        "input": {"random": {"shape": [2, 3, 3]}},
        "weight": WEIGHT,
        "operation": {"kind": "conv2d", "groups": 2},
    }
    link = client.post("/api/v1/scenes", json=body).json()["links"]["page"]
    assert f"{end}</h1>" in client.get(link, params={"lang": language}).text


@pytest.mark.parametrize(
    ("language", "title"), [("en", "2 → 2 channels, window 2×2"), ("zh-CN", "2 → 2 个通道，窗口 2×2")]
)
def test_pooling_has_a_window_and_no_kernel(client: TestClient, language: str, title: str) -> None:
    body = {
        "input": {"random": {"shape": [2, 3, 3]}},
        "operation": {"kind": "max_pool2d", "kernel_size": 2},
    }
    link = client.post("/api/v1/scenes", json=body).json()["links"]["page"]
    assert title in client.get(link, params={"lang": language}).text


@pytest.mark.parametrize(
    ("origin", "title"),
    [
        ("dilated", "A dilated kernel (edited)"),
        ("nothing", "conv2d, 1 → 1 channel, kernel 1×1"),
        ("<script>", "conv2d, 1 → 1 channel, kernel 1×1"),
    ],
)
def test_an_edited_example_keeps_its_name(client: TestClient, origin: str, title: str) -> None:
    body = {
        "input": {"data": [[[1, 2], [3, 5]]]},
        "weight": {"data": [[[[1]]]]},
        "operation": {"kind": "conv2d"},
    }
    link = client.post("/api/v1/scenes", json=body).json()["links"]["page"]
    page = client.get(link, params={"from": origin}).text
    assert f"<h1>{title}</h1>" in page
    assert "<script>&" not in page


@pytest.mark.safety(18)
@pytest.mark.safety(21)
@pytest.mark.parametrize(
    "id", ["nothing", "0" * 40, "%2e%2e", "..%2f..%2fetc%2fpasswd", "<script>", "é", "a" * 5000]
)
def test_unknown_scenes_get_an_error_page(client: TestClient, id: str) -> None:
    answer = client.get(f"/s/{id}", headers=HTML)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "<script>alert" not in answer.text


def test_people_get_a_page_and_programs_a_problem(client: TestClient) -> None:
    assert client.get("/nowhere", headers=HTML).headers["Content-Type"].startswith("text/html")
    assert client.get("/nowhere").headers["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/nowhere", headers=HTML).headers["Content-Type"] == "application/problem+json"


@pytest.mark.safety(21)
@pytest.mark.parametrize(
    "text", ['"><script>alert(1)</script>', "</script><script>alert(1)</script>", "{{ 7*7 }}"]
)
def test_nothing_in_the_url_becomes_markup(client: TestClient, text: str) -> None:
    for path in ("/", "/s/x", "/nowhere"):
        answer = client.get(
            path, params={"lang": text, "step": text}, headers=HTML | {"Accept-Language": text}
        )
        assert text not in answer.text
        assert "alert(1)" not in answer.text


def test_every_file_a_page_names_is_there_for_ever(client: TestClient) -> None:
    html = client.get("/").text
    links = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    assert len(links) >= 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "coding", "decode"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip;q=1.0", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_static_files_are_compressed_tagged_and_typed(
    client: TestClient, accepted: str, coding: str | None, decode: Callable[[bytes], bytes]
) -> None:
    link = assets.asset_url("build/workbench.js")
    with client.stream("GET", link, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert decode(raw) == (STATIC / "build" / "workbench.js").read_bytes()
    assert client.get(link, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(link, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize(
    ("accepted", "decode"),
    [("gzip, br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes), ("br;q=0", bytes)],
)
@pytest.mark.parametrize("path", ["/", "/?lang=zh-CN", "/?title=Mine"])
def test_the_first_page_is_the_same_in_each_coding(
    client: TestClient, path: str, accepted: str, decode: Callable[[bytes], bytes]
) -> None:
    for method in ("GET", "GET", "HEAD"):
        with client.stream(method, path, headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["Vary"] == "Accept-Language, Cookie, Accept-Encoding"
        if method == "GET":
            assert int(answer.headers["Content-Length"]) == len(raw)
            assert decode(raw) == client.get(path, headers={"Accept-Encoding": "identity"}).content


def test_another_version_is_served_but_not_kept(client: TestClient) -> None:
    answer = client.get("/static/000000000000/build/workbench.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.safety(18)
@pytest.mark.parametrize(
    "path", ["../app/main.py", "%2e%2e/app/main.py", "build", "build/none.js", ".hidden", "//etc/passwd"]
)
def test_nothing_but_static_files_can_be_asked_for(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{assets.version()}/{path}").status_code == 404


def test_a_link_to_a_missing_file_fails() -> None:
    with pytest.raises(KeyError):
        assets.asset_url("build/none.js")


def test_templates_use_only_texts_that_exist() -> None:
    known = json.loads((STATIC / "locales" / "en.json").read_bytes())
    used = {
        key
        for path in Path(TEMPLATES).rglob("*.html")
        for key in re.findall(r't\["([\w.-]+)"\]', path.read_text(encoding="utf-8"))
    }
    assert used - set(known) == set()


def test_a_chosen_theme_is_in_the_page_from_the_start(client: TestClient) -> None:
    def root(cookie: str) -> str:
        return client.get("/", headers={"Cookie": cookie}).text.partition("<head>")[0]

    assert 'data-theme="dark"' in root("convscope.theme=dark")
    for cookie in ("", "convscope.theme=blue", 'convscope.theme="><script>'):
        assert "data-theme" not in root(cookie)
    assert "Cookie" in client.get("/").headers["Vary"]


def carried(client: TestClient, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The summary and the initial data that a page carries."""
    summary: dict[str, Any] = boot(client.get(path).text)["summary"]
    return summary, summary.pop("initial")


def test_a_page_carries_its_first_picture(client: TestClient) -> None:
    """The same numbers that the API answers with; what is large is asked for before the scripts."""
    for name, preset in PRESETS.items():
        here = f"/api/v1/scenes/{preset.scene.id}"
        page = client.get(f"/s/{preset.scene.id}").text
        summary, initial = carried(client, f"/s/{preset.scene.id}")
        assert summary == client.get(here).json(), name
        assert initial == client.get(here, params={"include": "initial"}).json()["initial"], name
        steps = client.get(f"{here}/steps", params={"stop": initial["steps"]["stop"]}).json()
        assert initial["steps"]["steps"] == steps["steps"], name
        if "taps" in initial:
            assert initial["taps"] == client.get(f"{here}/taps").json(), name
        for tensor in ("input", "weight", "bias"):
            if tensor in initial["tensors"]:
                answer = client.get(f"{here}/tensors/{tensor}", params={"format": "json"}).json()
                assert initial["tensors"][tensor] == answer, (name, tensor)
            elif summary["shapes"][tensor]:
                assert f'href="{here}/tensors/{tensor}?format=npy" as="fetch"' in page, (name, tensor)


def test_the_first_scene_is_carried_whole(client: TestClient) -> None:
    summary, initial = carried(client, "/")
    assert set(initial["tensors"]) == {"input", "weight", "output"}
    assert initial["steps"]["stop"] == summary["counts"]["windows"] == 4


def test_a_page_is_small_on_the_wire(client: TestClient) -> None:
    with client.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(b"".join(answer.iter_raw())) < 20_000


def test_a_checkout_without_the_bundle_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(FileNotFoundError, match="make setup"):
        assets.check_bundle()


def test_the_first_scripts_have_their_texts(client: TestClient) -> None:
    """What is loaded on demand brings the whole catalogue; what is there at first names no other text."""
    messages: dict[str, str] = boot(client.get("/?lang=en").text)["messages"]
    on_demand = (
        "controls/panel/", "controls/inspect/", "controls/gradients/", "views/gradient/", "controls/save/",
        "controls/lesson/", "controls/embed/", "controls/network/", "views/network/", "network.ts",
        "network_",
    )  # fmt: skip
    folder = STATIC.parent / "frontend"
    first = [path for path in folder.rglob("*.ts") if not str(path.relative_to(folder)).startswith(on_demand)]
    named = {key for path in first for key in re.findall(r"\bt\(\s*'([\w.]+)'", path.read_text("utf-8"))}
    assert len(named) > 60
    assert named <= messages.keys()
    whole = json.loads((STATIC / "locales" / "en.json").read_bytes())
    assert len(json.dumps(messages)) < 0.6 * len(json.dumps(whole))
