"""
The small markup of lessons: paragraphs and lists, **strong**, *emphasis*, `code`, $LaTeX$ (alone in its
paragraph as $$LaTeX$$), [words](/address), and [[output 0,0,0|56]], words that name a part of the stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from app.lessons.references import Reference, parse_reference

_INLINE: Final = re.compile(
    r"\[\[(?P<ref>[^\]|]+)\|(?P<label>.+?)\]\](?!\])|\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*]+)\*"
    r"|`(?P<code>[^`]+)`|\$(?P<formula>[^$]+)\$|\[(?P<words>[^\[\]]+)\]\((?P<address>/[^)\s]*)\)"
)


@dataclass(frozen=True)
class Span:
    """Some words. `target`: the address of a link."""

    kind: Literal["plain", "strong", "emphasis", "code", "formula", "link", "name"]
    text: str
    target: str = ""
    reference: Reference | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, a list of several, or a formula that stands alone."""

    kind: Literal["paragraph", "list", "formula"]
    lines: list[list[Span]]


def parse_markup(text: str) -> list[Block]:
    """Raises ValueError for what is no reference."""
    return [_block(part.strip()) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def _block(text: str) -> Block:
    if text.startswith("$$") and text.endswith("$$"):
        return Block("formula", [[Span("formula", text.strip("$"))]])
    if text.startswith("- "):
        items = re.split(r"\n(?=- )", text)
        return Block("list", [parse_line(item[2:]) for item in items])
    return Block("paragraph", [parse_line(text)])


def parse_line(text: str) -> list[Span]:
    """The spans of a paragraph. Raises as `parse_markup` does."""
    return list(_spans(_unbroken(" ".join(text.split("\n")))))


def _unbroken(text: str) -> str:
    """With no line break within an index, `Y[0, 1]`, and a product, `3 · 2`."""
    text = re.sub(r"\b[XYK]\[[\d, ]+\]", lambda index: index[0].replace(" ", "\u00a0"), text)
    return re.sub(r"(?<=[\d)]) ([·×]) (?=[\d(−])", "\u00a0\\1\u00a0", text)


def _spans(text: str) -> Iterator[Span]:
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            yield Span("plain", text[end : match.start()])
        end = match.end()
        yield _span(match)
    if end < len(text):
        yield Span("plain", text[end:])


def _span(match: re.Match[str]) -> Span:
    if match["ref"]:
        return Span("name", match["label"], reference=parse_reference(match["ref"]))
    if match["words"]:
        return Span("link", match["words"], match["address"])
    kind = match.lastgroup
    assert kind in ("strong", "emphasis", "code", "formula")
    return Span(kind, match[kind])  # type: ignore[arg-type]


def spans_of(text: str) -> list[Span]:
    """All spans of a text."""
    return [span for block in parse_markup(text) for line in block.lines for span in line]
