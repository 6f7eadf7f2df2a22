"""The pages of networks as a browser is sent them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.i18n.languages import LANGUAGES
from app.i18n.plurals import fill_in
from app.main import create_app
from app.services.networks.example import EXAMPLE
from app.settings import Settings
from app.web.pages.network_pages import network_texts
from tests.support.onnx_models import numbers, one_layer

ROOT = Path(__file__).parents[3]
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri())
    with TestClient(create_app(settings)) as client:
        yield client


def cells(html: str) -> list[list[str]]:
    """The texts of the table of nodes, by rows."""
    body = html.split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in row] for row in rows]


def test_without_scripts_there_is_a_table_of_the_nodes(client: TestClient) -> None:
    """Of the example: a convolution (1, 3, 3) -> (2, 2, 2) and a linear layer 8 -> 2."""
    html = client.get(f"/n/{EXAMPLE.id}?lang=en", headers=HTML).text
    assert "<h1>Network of 4 nodes</h1>" in html
    # 2 · 2 · 2 + 2 and 8 · 2 + 2 parameters; 8 outputs of 4 terms and 2 of 8.
    assert "28 parameters · 48 multiply-adds" in html
    rows = cells(html)
    assert rows[0][1:3] == ["Input", "1 × 1 × 3 × 3"]
    assert [row[1] for row in rows[1:]] == ["Conv2d", "ReLU", "Flatten", "Linear"]
    assert [row[2] for row in rows[1:]] == ["1 × 2 × 2 × 2", "1 × 2 × 2 × 2", "1 × 8", "1 × 2"]
    assert rows[1][3:] == ["10 35.7 %", "32 66.7 %"]
    assert rows[4][3:] == ["18 64.3 %", "16 33.3 %"]


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", '"><img src=x>', "a/b?c#d&e"])
def test_names_of_a_model_become_no_markup(client: TestClient, name: str) -> None:
    x, weight = numbers(1, 1, 3, 3), numbers(1, 1, 2, 2)
    made = one_layer("Conv", x, weight, name=name)
    body = {"model": made.model, "input": b'{"random": {"seed": 0}}'}
    answer = client.post("/api/v1/networks", files=body)
    assert answer.status_code == 201, answer.text
    html = client.get(f"/n/{answer.json()['id']}", headers=HTML).text
    assert name not in html
    assert cells(html)[1][0] == name


def test_a_network_that_is_not_there_has_a_page_that_says_so(client: TestClient) -> None:
    for id in ("0" * 40, "nothing"):
        answer = client.get(f"/n/{id}", headers=HTML)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")


def test_there_is_a_page_where_a_network_is_opened(client: TestClient) -> None:
    for language in LANGUAGES:
        html = client.get("/n", params={"lang": language}).text
        assert network_texts(language)["open.title"] in html


def test_catalogues_have_the_same_texts_and_each_is_used() -> None:
    english, chinese = (network_texts(language) for language in LANGUAGES)
    assert list(english) == list(chinese)
    sources = [
        *(ROOT / "templates").rglob("network*.html"),
        *(ROOT / "app/web/pages").glob("network_*.py"),
        *(ROOT / "frontend").rglob("*.ts"),
    ]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    for key, text in english.items():
        names = set(re.findall(r"\{(\w+)", text))
        assert names == set(re.findall(r"\{(\w+)", chinese[key])), key
        assert re.search(r"[\u4e00-\u9fff]", chinese[key]) or not re.search(
            "[a-z]", re.sub(r"\{.*?\}", "", text)
        )
        values = dict.fromkeys(names, "1")
        assert "{" not in fill_in(text, "en", values) + fill_in(chinese[key], "zh-CN", values)
        first, _, last = key.rpartition(".")
        is_made = any(f"{each}.${{" in code for each in (first, first.split(".")[0]))
        assert key in code or (is_made and last in code), f"nothing says {key}"
