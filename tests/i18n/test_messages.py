"""What errors say: a code has a sentence in each language, and answers are in the reader's."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient

from app.conv.errors import CodedError, ConvError, Message
from app.conv.operation import Conv2d, plan
from app.i18n.languages import LANGUAGES
from app.i18n.messages import render, sentences
from app.main import create_app
from app.settings import Settings
from app.torch_code.parser import ParseError, parse
from app.web.server.problem_bytes import busy_bytes
from tests.support.bad_requests import BAD_REQUESTS, OF_SYNTAX

ROOT = Path(__file__).parents[2]
ENGLISH = json.loads((ROOT / "tests/i18n/english.json").read_text("utf-8"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Values and names may be in Latin letters, sentences may not.
ENGLISH_WORDS = re.compile(
    r"\b(is|are|was|be|must|should|cannot|the|an|of|to|not|and|or|there|it|this|with|has|have|needs|expected|read)\b"
)
# Two words of Latin letters side by side, but names such as "Open Sans" with capitals.
ENGLISH_PHRASE = re.compile(r"(?<![\w'./-])[A-Za-z]?[a-z]+(?: [a-z]+)+(?![\w'(/])")
# Sentences that consist of names and values.
ALIKE = {"in_field", "json.at", "term.lambda"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri())
    with TestClient(create_app(settings)) as client:
        yield client


def places(sentence: str) -> set[tuple[str, str]]:
    """The parameters of a sentence, and how they are formatted."""
    return {
        (name, "" if form and "|" in form else form or "")
        for _, name, form, _ in Formatter().parse(sentence)
        if name is not None
    }


class Call(NamedTuple):
    """A call that tells a message: its code, and the parameters that are written out."""

    place: str
    code: str
    params: set[str]
    are_all: bool


def _kinds(kind: type[CodedError]) -> Iterator[str]:
    yield kind.__name__
    for each in kind.__subclasses__():
        yield from _kinds(each)


# Calls that tell a message, and which of their arguments is its code.
TELLERS = {
    **dict.fromkeys({*_kinds(CodedError), "Message", "check", "field_error", "refusal"}, 0),
    **dict.fromkeys({"HeadRefused", "error", "named"}, 1),
    **dict.fromkeys({"check_range", "check_divides"}, 2),
    **dict.fromkeys({"item_range", "requested_page"}, 3),
}
OWN_PARAMS = {"LimitExceeded", "check", "check_range", "check_divides", "item_range", "requested_page"}


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _codes(node.body)
        yield from _codes(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def calls() -> Iterator[Call]:
    for path, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if len(node.args) <= TELLERS.get(name, 99):
                continue
            written = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            are_all = len(written) == len(node.keywords) and name not in OWN_PARAMS
            for code in _codes(node.args[TELLERS[name]]):
                yield Call(f"{path.name}:{node.lineno}", code, written, are_all)


CALLS = [call for call in calls() if re.fullmatch(r"[a-z0-9_.]+", call.code)]


def test_catalogues_have_the_same_codes_and_parameters() -> None:
    english, chinese = sentences("en"), sentences("zh-CN")
    assert list(english) == list(chinese)
    assert {code for code in english if places(english[code]) != places(chinese[code])} == set()
    for code, sentence in chinese.items():
        words = "".join(text for text, *_ in Formatter().parse(sentence))
        assert code in ALIKE or CHINESE.search(words) or not re.search("[a-z]", words), code
        assert not ENGLISH_WORDS.search(words), sentence
        assert not ENGLISH_PHRASE.search(words), sentence


# Values as errors have them; whatever is not listed is a number.
VALUES: dict[str, Any] = {
    **dict.fromkeys(("name", "close", "key", "parameter", "tensor", "missing", "argument"), "stride"),
    **dict.fromkeys(
        ("names", "known", "choices", "kinds", "ways", "expected_tags", "given"), "'conv2d', 'x'"
    ),
    **dict.fromkeys(("shape", "index", "found", "size", "kernel", "first_size"), (1, 2)),
    **dict.fromkeys(("kind", "first_name", "distribution", "dtype", "type"), "float32"),
    **dict.fromkeys(("offers", "coding", "limit", "id", "host"), "application/json"),
}
TERMS = {
    "what": "term.output_channels", "axis": "term.height", "items": "term.items", "advice": "term.there_are",
    "reason": "json.value_expected", "message": "field.missing", "first": "field.missing",
    "others": "term.none", "second": "field.missing", "last": "term.none", "layers": "term.layer_at",
    "layout": "term.weight_layouts", "distribution": "term.normal",
}  # fmt: skip


def realistic(code: str) -> Message:
    """A message with values of the kinds that it has, and messages in it."""
    params: dict[str, Any] = {}
    for name, form in places(sentences("zh-CN")[code]):
        if form or name not in TERMS | VALUES:
            params[name] = 7
        elif name in TERMS and not code.startswith("term."):
            params[name] = realistic(TERMS[name])
        else:
            params[name] = VALUES.get(name, 7)
    return Message(code, **params)


@pytest.mark.parametrize("code", sentences("zh-CN"))
def test_no_chinese_sentence_has_an_english_one_in_it(code: str) -> None:
    said = render(realistic(code), "zh-CN")
    assert not ENGLISH_PHRASE.search(said), said
    assert not ENGLISH_WORDS.search(said), said


def test_every_code_that_is_raised_has_a_sentence() -> None:
    assert len(CALLS) > 150
    known = sentences("en")
    assert [call for call in CALLS if call.code not in known] == []
    for call in CALLS:
        names = {name for name, _ in places(known[call.code])}
        assert call.params == names if call.are_all else call.params <= names, call


def test_every_sentence_is_said() -> None:
    said = {
        node.value
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sentences("en").keys() - said == set()
    in_tables = {text for text in said if re.fullmatch(r"(term|field|syntax|head)\.[a-z0-9_]+", text)}
    assert in_tables - sentences("en").keys() == set()


def test_a_developer_sees_code_and_parameters() -> None:
    with pytest.raises(ConvError) as refused:
        plan(Conv2d(), (3, 5, 5), (2, 2, 3, 3))
    assert str(refused.value) == "channels_mismatch: found=3, expected=2"
    assert render(refused.value.message) == "input has 3 channels, weight expects 2"
    assert str(Message("not_found")) == "not_found"


@pytest.mark.parametrize("name", ENGLISH)
def test_english(client: TestClient, name: str) -> None:
    answer = BAD_REQUESTS[name].send(client)
    problem = answer.json()
    assert problem["detail"] == ENGLISH[name]
    assert answer.headers["Content-Language"] == "en"
    check_codes(problem)


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_chinese(client: TestClient, name: str) -> None:
    answer = BAD_REQUESTS[name].send(client, "zh-CN,zh;q=0.9,en;q=0.5")
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Language"] == "zh-CN"
    assert answer.headers["Vary"] == "Accept-Language"
    problem = answer.json()
    check_codes(problem)
    for said in (problem["detail"], *(error["message"] for error in problem.get("errors", ()))):
        assert CHINESE.search(said), said
        assert not ENGLISH_WORDS.search(said.replace(" f ", " ")), said
        assert not ENGLISH_PHRASE.search(re.sub(r"'.*?'|padding top", "''", said)), said
    english = BAD_REQUESTS[name].send(client).json()
    assert not CHINESE.search(english["detail"]) or name.startswith("syntax: nn.Conv2d（")
    for member in ("title", "status", "code"):
        assert problem[member] == english[member]


def check_codes(problem: dict[str, Any]) -> None:
    codes = [error["code"] for error in problem.get("errors", ())]
    assert {problem["code"], *codes} <= sentences("en").keys()
    assert not codes or codes[0] == problem["code"]


@pytest.mark.parametrize("text", OF_SYNTAX)
def test_python_is_quoted_in_english(text: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse(text)
    assert refused.value.message.code != "syntax.other"
    if said := python_says(text):
        assert render(refused.value.message) == re.sub(r" on line \d+", "", said)


def python_says(text: str) -> str | None:
    try:
        ast.parse(text)
    except SyntaxError as error:
        return error.msg
    return None


def test_what_python_says_of_other_code_has_a_general_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise SyntaxError("no such luck", ("", 1, 1, "x"))

    monkeypatch.setattr(ast, "parse", refuse)
    with pytest.raises(ParseError) as refused:
        parse("x")
    assert render(refused.value.message) == "this is not Python code"
    assert render(refused.value.message, "zh-CN") == "这不是 Python 代码"


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_before_the_application(tmp_path: Path, language: str) -> None:
    """Other hosts, too many requests, and no room for more."""
    ours = "http://ours.example"
    app = create_app(Settings(store=tmp_path.as_uri(), hosts=["ours.example"], rate_limit="1/minute"))
    asking = TestClient(app, base_url=ours, headers={"Accept-Language": language})
    asking.get("/api/v1/presets")
    refusals = {
        421: asking.get("/api/v1/presets", headers={"Host": "other.example"}),
        429: asking.get("/api/v1/presets"),
    }
    head, body = busy_bytes(language, 1, closes=False)
    assert f"content-language: {language}".encode() in head
    assert json.loads(body)["detail"] == render_plain("server_full", language)
    for status, answer in refusals.items():
        assert answer.status_code == status
        assert answer.headers["Content-Language"] == language
        assert answer.json()["detail"] == render_plain(answer.json()["code"], language)


def render_plain(code: str, language: str) -> str:
    params = {"too_many_requests": {"most": 1, "seconds": 60}}
    return render(Message(code, **params.get(code, {})), language)
