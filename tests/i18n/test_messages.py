"""What errors say, in the reader's language."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.i18n.messages import in_language, templates
from app.torch_code.parser import ParseError, parse
from tests.torch_code.test_parser import REFUSED

_APP = Path(__file__).parents[2] / "app"
_ERRORS = {"ConvError", "Problem", "Busy", "UnsupportedFile", "NotAScene", "NoSuchTensor", "error", "named"}
# Answered to programs, or said at the start of the server: no page shows them.
_UNSEEN = {
    "negotiation.py",
    "protocol.py",
    "steps.py",
    "stamps.py",
    "tensors.py",
    "trace.py",
    "trace_writer.py",
    "cached_store.py",
    "assets.py",
}

# Some of their parts are words too; below they are translated whole.
_IN_PARTS = {
    "there is a part §, §": "there is a part 'x', but only scene, input are read",
    "§ padding must be § the input: padding is §, the input § is §": (
        "reflect padding must be smaller than the input: padding is 3, the input height is 3"
    ),
    "a file that begins with § is not read; §": (
        "a file that begins with b'x' is not read; send PNG, JPEG, WebP, .npy or .safetensors"
    ),
    "§; §; §": (
        "archives (.npz, .pt, .zip) are not opened; pickles (.pt, .pth, .pkl) run code when they are loaded, "
        "so they never are; send PNG, JPEG, WebP, .npy or .safetensors"
    ),
    "§ must be §, it is §": 'padding must be an integer or two (h, w), "same" or "valid", it is 3',
}


def _said(node: ast.expr) -> str | None:
    """A message as it is raised, with § for each value in it; None for one that is not written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "§" for part in node.values)
    return None


def _raised() -> Iterator[tuple[str, str]]:
    for path in sorted(_APP.rglob("*.py")):
        if path.name in _UNSEEN:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                for argument in node.args[:2] if name in _ERRORS else ():
                    said = _said(argument)
                    if said and re.search("[a-z]+ |^[a-z]+$", said) and said not in _IN_PARTS:
                        yield path.name, said


def test_every_message_is_translated() -> None:
    raised = list(_raised())
    assert len(raised) > 80
    assert [(name, said) for name, said in raised if in_language(said, "zh-CN") == said] == []
    for whole in _IN_PARTS.values():
        assert not re.search(r"\b(is|are|must|the)\b", in_language(whole, "zh-CN"))


def test_translations_have_the_places_of_their_templates() -> None:
    for template, translation in templates("zh-CN").items():
        places = [sorted(re.findall(r"\{\w+\}", text)) for text in (template, translation)]
        assert places[0] == places[1], template
        assert re.search(r"[\u4e00-\u9fff]", translation) or template in ("a lambda", "/{at}: {message}")


@pytest.mark.parametrize("marked", REFUSED)
def test_what_cannot_be_read_is_said_in_chinese(marked: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(marked.replace("«", "").replace("»", ""))
    said = in_language(str(caught.value), "zh-CN")
    # What is left of Latin letters are names, values and lists of both, never a sentence.
    assert re.search(r"[\u4e00-\u9fff]", said), said
    assert not re.search(r"\b(is|must|needs|read|evaluated|the|expected)\b", said), said


def test_a_message_that_nobody_knows_stays() -> None:
    assert in_language("Rumpelstiltskin 3", "zh-CN") == "Rumpelstiltskin 3"
    assert in_language("x" * 10_000 + ": y", "zh-CN") == "x" * 10_000 + ": y"


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        (
            "/api/v1/parse",
            {"code": "nn.Conv2d(3, 16, int('3'))"},
            "第 1 行第 18 列：kernel_size 须直接写出；不对函数调用求值",
        ),
        (
            "/api/v1/trace",
            {
                "input": {"data": [[[1, 2]]]},
                "weight": {"data": [[[[1]], [[1]]]]},
                "operation": {"kind": "conv2d"},
            },
            "输入有 1 个通道，权重要求 2 个",
        ),
        (
            "/api/v1/trace",
            {"input": {"data": [[[1]]]}, "operation": {"kind": "conv2d", "stride": 1.5}},
            "/operation/stride：应是整数或 [h, w]",
        ),
    ],
)
def test_answers_speak_the_language_that_is_asked_for(
    client: TestClient, path: str, body: dict[str, object], detail: str
) -> None:
    answer = client.post(path, json=body, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    problem = answer.json()
    assert problem["detail"] == detail
    assert problem["errors"][0]["message"] in detail
    assert problem["title"] == "Unprocessable Content"
    assert answer.headers["Content-Language"] == "zh-CN"
    assert answer.headers["Vary"] == "Accept-Language"
    english = client.post(path, json=body)
    assert english.headers["Content-Language"] == "en"
    assert not re.search(r"[\u4e00-\u9fff]", english.text)


def test_no_message_takes_long_to_translate() -> None:
    """What a client sends stands in messages too: whatever it repeats, time stays linear in its length."""
    crafted = [
        (piece * 600)[:600]
        for template in templates("zh-CN")
        for piece in ("a".join(re.split(r"\{\w+\}", template)), "/a: ", "it is ")
    ]
    begin = time.process_time()
    for message in crafted:
        in_language(message, "zh-CN")
    assert (time.process_time() - begin) / len(crafted) < 0.02
