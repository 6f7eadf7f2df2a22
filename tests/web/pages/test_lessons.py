"""The lessons' pages as a browser is sent them: whole without scripts, in both languages."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from app.i18n.languages import LANGUAGES
from app.lessons.lesson_files import Lesson, lesson_scenes, lessons
from app.lessons.markup import spans_of

NAMES = list(lessons())


def text_of(html: str) -> str:
    """What a reader sees."""
    body = re.sub(r"<(script|template|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", body)))


def boot(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index(client: TestClient, language: str) -> None:
    page = client.get("/learn", headers={"Accept-Language": language})
    assert page.status_code == 200 and page.headers["Content-Language"] == language
    text = text_of(page.text)
    for lesson in lessons().values():
        assert lesson.texts[language].title in text and lesson.texts[language].line in text
        assert f'href="/learn/{lesson.name}"' in page.text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_lesson_without_scripts(client: TestClient, name: str, language: str) -> None:
    page = client.get(f"/learn/{name}?lang={language}")
    assert page.status_code == 200
    assert "<script" not in page.text
    text = text_of(page.text)
    lesson = lessons()[name]
    for step in lesson.steps:
        texts = lesson.texts[language].steps[step.name]
        assert texts.title in text
        for part in filter(None, (texts.text, texts.task, texts.done)):
            for span in spans_of(part):
                if span.kind == "plain" and len(span.text.strip()) > 3:
                    assert re.sub(r"\s+", " ", span.text).strip() in text
    assert page.text.count("<math") >= sum(
        span.kind == "formula"
        for texts in lesson.texts[language].steps.values()
        for span in spans_of(texts.text)
    )
    assert not re.search(r"\[\[|\]\]\s|\$\w|\*\*", text), "markup that is not read"
    check_pictures(client, lesson, language, page.text)


def check_pictures(client: TestClient, lesson: Lesson, language: str, html: str) -> None:
    """One of each step that is no exercise, on either ground."""
    pictures = re.findall(r'<(?:img src|source media="[^"]*" srcset)="(/learn/[^"]+)"', html)
    numbers = {step.number for step in lesson.steps if not step.task or step.task.kind != "exercise"}
    themed = {f"/learn/{lesson.name}/{k}/picture.svg?theme={t}" for k in numbers for t in ("light", "dark")}
    assert {unescape(url).removesuffix(f"&lang={language}") for url in pictures} == themed
    grounds = set()
    for url in pictures:
        picture = client.get(unescape(url))
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/svg+xml"
        assert picture.headers["Content-Language"] == language
        ground = re.search(r'<rect width="100%" height="100%" fill="(.*?)"', picture.text)
        assert ground
        grounds.add(ground[1])
    assert len(grounds) == 2


@pytest.mark.parametrize("name", NAMES)
def test_no_card_of_the_index_holds_an_answer(client: TestClient, name: str) -> None:
    card = client.get("/learn").text.partition(f'data-lesson="{name}"')[2]
    found = re.search(r'<img src="[^"]*/scenes/(\w+)/figure.svg\?([^"]+)" alt="([^"]*)"', card)
    assert found
    scene, query, alt = found[1], dict(parse_qsl(unescape(found[2]))), unescape(found[3])
    placed = tuple(int(query[name]) for name in ("out_channel", "row", "col"))
    assert query["output_cells"] in ("through", "before") and "=" not in alt
    assert not {"products", "sums"} & {*query["parts"].split(",")}
    for step in lessons()[name].steps:
        asked = step.predicted_cell
        is_number = step.target and step.target.kind == "output"
        if asked and is_number and step.scene.id == scene and asked[0] == placed[0]:
            assert asked > placed or (asked == placed and query["output_cells"] == "before")


@pytest.mark.parametrize(
    "path", ["/learn/cooking/1/picture.svg", "/learn/pooling/0/picture.svg", "/learn/pooling/99/picture.svg"]
)
def test_pictures_that_are_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_a_window_that_is_asked_about_stands_where_it_is(client: TestClient, name: str) -> None:
    """A text that says where the window is, and the picture beside it."""
    for step in lessons()[name].steps:
        if step.task and step.task.kind == "predict" and step.description.tick is not None:
            data = boot(client.get(f"/learn/{name}/{step.number}").text)["lesson"]
            assert step.target
            if step.target.kind == "output":
                assert data["moment"] == [*step.target.index]


@pytest.mark.parametrize("name", NAMES)
def test_every_step_has_a_page(client: TestClient, name: str) -> None:
    lesson = lessons()[name]
    for step in lesson.steps:
        page = client.get(f"/learn/{name}/{step.number}")
        assert page.status_code == 200
        data = boot(page.text)
        assert data["scene"] == step.scene.id
        assert data["lesson"]["step"] == step.number and data["lesson"]["lock"] == step.description.lock
        assert client.get(data["summary"]["links"]["self"]).status_code == 200
        beliefs = (data["lesson"]["task"] or {}).get("beliefs", [])
        assert all(belief["value"] != data["lesson"]["task"]["expected"] for belief in beliefs)


@pytest.mark.parametrize(
    "path",
    ["/learn/cooking", "/learn/pooling/0", "/learn/pooling/99", "/learn/pooling/x", "/learn/x/worksheet"],
)
def test_pages_that_are_not_there(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 404 and page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("name", NAMES)
def test_a_worksheet(client: TestClient, name: str) -> None:
    first = client.get(f"/learn/{name}/worksheet?seed=4")
    assert first.text == client.get(f"/learn/{name}/worksheet?seed=4").text
    assert first.text != client.get(f"/learn/{name}/worksheet?seed=5").text
    questions, answers = first.text.split('<section class="answers"')
    assert questions.count('<p class="answer-line"') == answers.count("<li>") == 5


def planes_of(html: str) -> dict[str, list[list[float]]]:
    """The tables of a question, by their names."""
    found = re.findall(r"<caption>([^<]+)</caption><tbody>(.*?)</tbody>", html, re.DOTALL)
    return {
        name: [
            [float(cell.replace("−", "-")) for cell in re.findall(r"<td>([^<]+)</td>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", body)
        ]
        for name, body in found
    }


def cell_of(planes: dict[str, list[list[float]]], channel: int, row: int, col: int) -> float:
    """The sum of products of a layer of stride 1 without padding, in plain Python, and the bias."""
    total = planes["b"][0][channel] if "b" in planes else 0.0
    for name, plane in planes.items():
        if name.startswith(f"K[{channel}, "):
            source = planes[f"X[{name.split(', ')[1]}"]
            total += sum(
                weight * source[row + u][col + v]
                for u, weights in enumerate(plane)
                for v, weight in enumerate(weights)
            )
    return total


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["two-dimensions", "input-channels", "output-channels", "one-by-one"])
def test_a_worksheet_has_the_right_answers(client: TestClient, name: str, seed: int) -> None:
    """By what is printed on it: the two cells, the shape, and the repaired kernel."""
    questions, answers = client.get(f"/learn/{name}/worksheet?seed={seed}").text.split(
        '<section class="answers"'
    )
    asked, told = questions.split('<p class="answer-line"')[:-1], re.findall(r"<li>(.*?)</li>", answers)
    for question, answer in list(zip(asked, told, strict=True))[:2]:
        found = re.search(r"Y\[(\d), (\d), (\d)\]", question)
        assert found
        expected = cell_of(planes_of(question), *map(int, found.groups()))
        assert answer.endswith(f"= {expected:g}".replace("-", "−"))
    shapes = re.findall(r"\(([\d, ]+)\)", asked[2])
    (_, height, width), (out, _, kernel_height, kernel_width) = (
        [int(size) for size in shape.split(",")] for shape in shapes
    )
    assert f"({out}, {height - kernel_height + 1}, {width - kernel_width + 1})" in told[2]
    check_repaired_kernel(planes_of(asked[4]), told[4])


def check_repaired_kernel(planes: dict[str, list[list[float]]], told: str) -> None:
    """Whether the layer gives the output that is wanted once the kernel has the number that is told."""
    found = re.search(r"K\[(\d), (\d), (\d), (\d)\] has to be (−?\d+)", told)
    assert found
    out, channel, u, v = map(int, found.groups()[:4])
    for repaired in (False, True):
        if repaired:
            planes[f"K[{out}, {channel}]"][u][v] = float(found[5].replace("−", "-"))
        for name, plane in planes.items():
            if "as it should be" in name if repaired else "as it is" in name:
                for i, row in enumerate(plane):
                    assert row == [cell_of(planes, int(name[2]), i, j) for j in range(len(row))]


def test_which_animation_is_wrong_can_be_told_without_scripts(client: TestClient) -> None:
    page = client.get("/learn/input-channels").text.partition('id="animation"')[2]
    planes = planes_of(page)
    right = {
        letter: all(
            number == cell_of(planes, 0, i, j)
            for i, row in enumerate(planes[f"Y[0], Animation {letter}"])
            for j, number in enumerate(row)
        )
        for letter in "AB"
    }
    assert sorted(right.values()) == [False, True]
    wrong = min(right, key=lambda letter: right[letter])
    assert f"{wrong} is wrong" in text_of(page)


@pytest.mark.parametrize("seed", ["x", "-1", "9" * 30, "²", ""])
def test_a_seed_that_is_none(client: TestClient, seed: str) -> None:
    assert client.get(f"/learn/pooling/worksheet?seed={seed}").status_code == 200


def test_the_lessons_of_the_api(client: TestClient) -> None:
    answer = client.get("/api/v1/lessons", headers={"Accept-Language": "zh-CN"})
    assert answer.headers["Content-Language"] == "zh-CN"
    entries = answer.json()["lessons"]
    assert len(entries) >= 9
    for entry in entries:
        lesson = lessons()[entry["name"]]
        assert entry["title"] == lesson.texts["zh-CN"].title
        assert entry["steps"] == len(lesson.steps)
        assert client.get(entry["links"]["page"]).status_code == 200
        assert client.get(entry["links"]["worksheet"]).status_code == 200
        assert all(client.get(url).status_code == 200 for url in entry["links"]["exercises"])


@pytest.mark.parametrize(
    ("lesson", "back"),
    [
        ("pooling/2", "/learn/pooling/2"),
        ("pooling/5?seed=7", "/learn/pooling/5?seed=7"),
        ("//elsewhere.example", None),
        ("pooling/2?x=1", None),
    ],
)
@pytest.mark.parametrize("lang", ["", "?lang=zh-CN"])
def test_the_workbench_leads_back_to_the_step(
    client: TestClient, lesson: str, back: str | None, lang: str
) -> None:
    scene = next(iter(lesson_scenes()))
    query = {"learn": lesson} | ({"lang": "zh-CN"} if lang else {})
    html = client.get(f"/s/{scene}", params=query).text
    link = re.search(r'id="lesson-back" href="([^"]*)"', html)
    path, _, seed = (back or "").partition("?")
    expected = f"{path}{lang}{('&amp;' if lang else '?') + seed if seed else ''}"
    assert (link and link[1]) == (expected if back else None)


def test_the_first_page_leads_there(client: TestClient) -> None:
    page = client.get("/?lang=en").text
    assert re.search(r'<a href="/learn\?lang=en">New to convolutions\? Start here</a>', page)


def test_gradient_descent_finds_the_kernel(client: TestClient) -> None:
    """With the learning rate of the step, in the number of steps that its hint names."""
    step = next(step for step in lessons()["learning-a-kernel"].steps if step.name == "descend")
    task = boot(client.get(f"/learn/learning-a-kernel/{step.number}").text)["lesson"]["task"]
    wanted = client.post(
        "/api/v1/gradients", json=task["scene"] | {"weight": {"data": task["weight"]}}
    ).json()
    loss = {"kind": "squared_error", "target": {"data": wanted["output"]}}
    hint = lessons()["learning-a-kernel"].texts["en"].steps["descend"].hint or ""
    (steps,) = re.findall(r"about (\d+) steps", hint)
    body = task["scene"] | {"loss": loss, "learning_rate": task["rate"], "steps": int(steps)}
    trained = client.post("/api/v1/descent", json=body).json()
    assert trained["diverged_at"] is None and trained["losses"][0] == 10.5
    found = trained["weight"][0][0][0]
    assert all(abs(value - aim) < 0.01 for value, aim in zip(found, (1, -1), strict=True))
    assert trained["losses"] == sorted(trained["losses"], reverse=True)
    too_fast = client.post("/api/v1/descent", json=body | {"learning_rate": 0.034, "steps": 100}).json()
    assert too_fast["losses"][-1] > too_fast["losses"][0], "the text says that it diverges"


def test_lessons_have_the_numbers_that_texts_name(client: TestClient) -> None:
    index = unescape(client.get("/learn").text)
    for lesson in lessons().values():
        title = f"{lesson.description.order}. {lesson.texts['en'].title}"
        assert title in index
        assert title in unescape(client.get(f"/learn/{lesson.name}/1").text)
