"""Chinese texts name kernel and filter as the lessons do: one word for each, and not for the other."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
KERNEL: Final = re.compile(r"\bkernels?\b", re.IGNORECASE)
FILTER: Final = re.compile(r"\bfilters?\b", re.IGNORECASE)
SLICE: Final = re.compile(r"\bslices?\b", re.IGNORECASE)
# Names of parameters, code, and what a lesson's mark points at: [[kernel 0,1|the text]].
NO_TEXT: Final = re.compile(r"\{\w+\}|`[^`]*`|\w+_\w+|\[\[[^|\]]*\|")
EXCEPTIONS: Final = {
    "en.json/stage.filterOf": "the heading has no room for the word, and the kernel's name stands before it",
}


def texts(english: Any, chinese: Any, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(english, Mapping):
        for key in english.keys() & chinese.keys():
            yield from texts(english[key], chinese[key], f"{place}/{key}")
    elif isinstance(english, list):
        for k, pair in enumerate(zip(english, chinese, strict=True)):
            yield from texts(*pair, f"{place}/{k}")
    elif isinstance(english, str):
        yield place, NO_TEXT.sub("", english), NO_TEXT.sub("", chinese)


def all_texts() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "static/locales").glob("*en.json")):
        other = path.with_name(path.name.replace("en.json", "zh-CN.json"))
        yield from texts(json.loads(path.read_text("utf-8")), json.loads(other.read_text("utf-8")), path.name)
    for path in sorted((ROOT / "lessons").glob("*/en.toml")):
        english, chinese = (
            tomllib.loads(each.read_text("utf-8")) for each in (path, path.with_name("zh-CN.toml"))
        )
        yield from texts(english, chinese, path.parent.name)


def test_a_kernel_and_a_filter_have_each_one_word() -> None:
    checked = 0
    for place, english, chinese in all_texts():
        if place in EXCEPTIONS:
            continue
        checked += 1
        has_kernel, has_filter = "卷积核" in chinese, "滤波器" in chinese
        assert has_filter == bool(FILTER.search(english)), (place, english, chinese)
        assert has_kernel or not KERNEL.search(english), (place, english, chinese)
        # 片 alone is no word: the slices are those of a kernel.
        assert not has_kernel or KERNEL.search(english) or SLICE.search(english), (place, english, chinese)
    assert checked > 2000


def test_every_exception_is_one() -> None:
    assert EXCEPTIONS.keys() <= {place for place, _, _ in all_texts()}
