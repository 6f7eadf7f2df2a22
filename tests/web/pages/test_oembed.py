"""oEmbed answers, held against the specification (https://oembed.com, version 1.0)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.scenes.presets import PRESETS
from app.services.networks.example import EXAMPLE
from app.settings import Settings

SERVER = "https://conv.example.org"
SCENE = PRESETS["two-channels"].scene.id
PAGE = f"{SERVER}/s/{SCENE}"
FRAME = re.compile(
    r'<iframe src="([^"]+)" title="([^"]+)" width="(\d+)" height="(\d+)" frameborder="0" loading="lazy" '
    r'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"></iframe>'
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(
        store=tmp_path_factory.mktemp("store").as_uri(),
        public_url=SERVER,
        frame_ancestors=["https://course.example.org"],
    )
    with TestClient(create_app(settings)) as client:
        yield client


def ask(client: TestClient, **query: Any) -> Any:
    return client.get("/oembed", params={"url": PAGE, **query})


def members_of(answer: Any) -> dict[str, str]:
    """The members of a JSON or an XML answer, as texts."""
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "application/json":
        return {name: str(value) for name, value in answer.json().items()}
    assert kind == "text/xml"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>')
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "oembed"
    assert all(len(child) == 0 and not child.attrib for child in root)
    return {child.tag: child.text or "" for child in root}


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_scene_is_rich_content(client: TestClient, format: str) -> None:
    """2.3.4: version and type always; html, width and height for `rich`; width and height are numbers."""
    answer = ask(client, format=format)
    members = members_of(answer)
    assert members["version"] == "1.0"
    assert members["type"] == "rich"
    assert members["title"]
    assert members["provider_name"] == "Convscope"
    assert members["provider_url"] == f"{SERVER}/"
    if format == "json":
        assert all(type(answer.json()[name]) is int for name in ("width", "height"))
    frame = FRAME.fullmatch(members["html"])
    assert frame
    assert html.unescape(frame[1]) == f"{SERVER}/embed/{SCENE}"
    assert html.unescape(frame[2]) == members["title"]
    assert (frame[3], frame[4]) == (members["width"], members["height"])
    known = {"version", "type", "title", "provider_name", "provider_url", "width", "height", "html"}
    assert members.keys() == known


def test_a_network_is_rich_content_with_what_is_open(client: TestClient) -> None:
    page = f"{SERVER}/n/{EXAMPLE.id}?node=0&cell=1,0,1&zoom=2,0,0&theme=dark"
    members = ask(client, url=page).json()
    assert members["title"] == "Network of 4 nodes"
    frame = FRAME.fullmatch(members["html"])
    assert frame
    query = "node=0&cell=1,0,1&theme=dark"
    assert html.unescape(frame[1]) == f"{SERVER}/embed/n/{EXAMPLE.id}?{query}"
    # The frame's address and the page's say the same, and the page leads to it.
    assert ask(client, url=html.unescape(frame[1])).json() == members
    head = client.get(f"/n/{EXAMPLE.id}?node=0").text
    link = re.search(r'type="text/xml\+oembed" href="([^"]+)"', head)
    assert link
    assert members_of(client.get(html.unescape(link[1])))["title"] == members["title"]
    assert ask(client, url=f"{SERVER}/n/{'0' * 40}").status_code == 404


def test_both_formats_say_the_same(client: TestClient) -> None:
    assert members_of(ask(client, format="json")) == members_of(ask(client, format="xml"))
    assert members_of(ask(client)) == members_of(ask(client, format="json"))


@pytest.mark.parametrize(
    ("given", "width", "height"),
    [
        ({}, 800, 480),
        ({"maxwidth": 300}, 300, 480),
        ({"maxheight": 160}, 800, 160),
        ({"maxwidth": 240, "maxheight": 10**8}, 240, 480),
        ({"maxwidth": 5000, "maxheight": 200}, 800, 200),
    ],
)
def test_no_size_is_larger_than_asked(
    client: TestClient, given: dict[str, int], width: int, height: int
) -> None:
    answer = ask(client, **given).json()
    assert (answer["width"], answer["height"]) == (width, height)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_no_size_that_is_asked_is_exceeded(client: TestClient, format: str) -> None:
    """2.2 and 2.3.4: a frame of at most the size, or a `link`, which has none of a frame's members."""
    sizes = (1, 10, 239, 240, 320, 800, 801, 10**8)
    for width in sizes:
        for height in (1, 159, 160, 480, 481, 10**8):
            members = members_of(ask(client, maxwidth=width, maxheight=height, format=format))
            of_frame = {"html", "width", "height"} & members.keys()
            if width < 240 or height < 160:
                assert (members["type"], of_frame) == ("link", set())
                assert members["title"]
            else:
                assert members["type"] == "rich"
                assert (int(members["width"]), int(members["height"])) == (min(width, 800), min(height, 480))


@pytest.mark.parametrize("name", ["maxwidth", "maxheight"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "wide", "", "1" * 5000, "٣"])
def test_sizes_that_are_none(client: TestClient, name: str, value: str) -> None:
    answer = ask(client, **{name: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "oembed_size_invalid")
    assert len(answer.content) < 500


@pytest.mark.parametrize("format", ["yaml", "JSON", "", "x" * 5000])
def test_another_format_is_501(client: TestClient, format: str) -> None:
    answer = ask(client, format=format)
    assert (answer.status_code, answer.json()["code"]) == (501, "oembed_format_unknown")
    assert len(answer.content) < 500


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"/s/{SCENE}",
        f"http://conv.example.org/s/{SCENE}",
        f"https://conv.example.org:8443/s/{SCENE}",
        f"https://conv.example.org.evil.example/s/{SCENE}",
        f"https://conv.example.org@evil.example/s/{SCENE}",
        f"https://user@conv.example.org/s/{SCENE}",
        f"https://evil.example/s/{SCENE}",
        f"javascript://conv.example.org/s/{SCENE}",
        f"{SERVER}/",
        f"{SERVER}/learn",
        f"{SERVER}/s/{'0' * 40}",
        f"{SERVER}/s/{SCENE}/",
        f"{SERVER}/s/../s/{SCENE}",
        f"{SERVER}/s/{SCENE}%0a",
        f"{SERVER}/api/v1/scenes/{SCENE}",
        "https://[::1",
        "https://conv.example.org:port/s/x",
    ],
)
@pytest.mark.safety(37)
def test_foreign_and_unknown_addresses_are_404(client: TestClient, url: str) -> None:
    answer = client.get("/oembed", params={"url": url})
    assert answer.status_code == 404
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("given", "framed"),
    [
        (f"{SERVER}:443/s/{SCENE}", ""),
        (f"https://CONV.example.org/s/{SCENE}", ""),
        (f"{SERVER}/embed/{SCENE}?controls=all&lock=1&theme=dark", "?controls=all&lock=1&theme=dark"),
        (f"{SERVER}/s/{SCENE}?step=0,1,1&view=matrix&lang=zh-CN#play", "?step=0,1,1&view=matrix&lang=zh-CN"),
        (f'{SERVER}/s/{SCENE}?step="><script>', "?step=%22%3E%3Cscript%3E"),
        (f"{SERVER}/s/{SCENE}?other=1", ""),
    ],
)
def test_the_frame_shows_what_the_address_shows(client: TestClient, given: str, framed: str) -> None:
    frame = FRAME.fullmatch(ask(client, url=given).json()["html"])
    assert frame
    source = html.unescape(frame[1])
    assert source.partition("?")[0] == f"{SERVER}/embed/{SCENE}"
    assert parse_qs(urlsplit(source).query) == parse_qs(framed.removeprefix("?"))


@pytest.mark.parametrize(
    "title", ["</oembed><script>", '"]]>&', "\x00\x1b\ufffe\uffff", "\U0001f600", "名称"]
)
@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.safety(37)
def test_any_title_stays_a_title(client: TestClient, title: str, format: str) -> None:
    stored = client.post(
        "/api/v1/scenes",
        json={"input": {"data": [[[1, 2]]]}, "weight": {"data": [[[[3]]]]}, "operation": {"kind": "conv2d"}},
    ).json()["id"]
    url = f"{SERVER}/s/{stored}?title={quote(title)}"
    members = members_of(ask(client, url=url, format=format))
    frame = FRAME.fullmatch(members["html"])
    assert frame
    assert html.unescape(frame[2]) == members["title"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages_of_scenes_lead_there(client: TestClient, language: str) -> None:
    page = client.get(f"/s/{SCENE}?lang={language}&step=0,1,1").text
    head = page.partition("</head>")[0]
    links = re.findall(r'<link rel="alternate" type="(\S+?)\+oembed" href="([^"]+)" title="([^"]+)">', head)
    assert [kind for kind, *_ in links] == ["application/json", "text/xml"]
    for kind, href, title in links:
        address = html.unescape(href)
        assert address.startswith(f"{SERVER}/oembed?")
        answer = client.get(address.removeprefix(SERVER))
        members = members_of(answer)
        assert answer.headers["content-type"].startswith(kind)
        assert members["title"] == html.unescape(title)
        assert f"/embed/{SCENE}?step=0,1,1" in members["html"]
    assert "oembed" not in client.get("/").text


def test_without_a_named_address_the_request_says_it(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(store=tmp_path.as_uri())), base_url="http://localhost:8000")
    answer = client.get("/oembed", params={"url": f"http://localhost:8000/s/{SCENE}"})
    assert members_of(answer)["html"].startswith(f'<iframe src="http://localhost:8000/embed/{SCENE}"')
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/oembed", params={"url": f"http://127.0.0.1:8000/s/{SCENE}"}).status_code == 404
