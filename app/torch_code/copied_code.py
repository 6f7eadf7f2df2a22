"""The lines of code in a text as people copy it: out of Markdown, a session, or a printed network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_FENCE: Final = re.compile(r"[ \t]*(```|~~~)")
_CODE_SPAN: Final = re.compile(r"(?<!`)(`{1,2})([^`\n]+)\1(?!`)")
# >>> and ... of Python; In [3]: and ...: of IPython.
_PROMPT: Final = re.compile(r"[ \t]*(?:>>>|\.\.\.:?|In \[\d+\]:)(?:[ \t]|$)", re.ASCII)
# What a printed network puts in front of a layer: (conv1): Conv2d(…, (0-3): 4 x Conv2d(…
_PRINTED: Final = re.compile(r"[ \t]*\([\w.-]+\):[ \t]+(?:\d+ x )?(?=\w+\()", re.ASCII)
# Strings, closed or not, and comments, in which brackets mean nothing; brackets; ends of lines.
_TOKEN: Final = re.compile(r"""#[^\n]*|'(?:\\.|[^'\\\n])*+'?|"(?:\\.|[^"\\\n])*+"?|[()\[\]{}\n]""")

_BYTE_ORDER_MARK: Final = "\ufeff"
# No-break, narrow and ideographic blanks, which Python refuses.
_BLANKS: Final = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"), " ")


class CodeLine(NamedTuple):
    """A piece of a line: the line's number from 0, and how many of its characters come before the piece."""

    number: int
    offset: int
    text: str

    def cut(self, length: int) -> CodeLine:
        """The line without its first characters."""
        return CodeLine(self.number, self.offset + length, self.text[length:])

    def dedented(self) -> CodeLine:
        return self.cut(len(self.text) - len(self.text.lstrip(" \t\f")))


def readings(texts: Sequence[str]) -> Iterator[list[CodeLine]]:
    """What may be the code, likeliest first: of a session what was typed, and then what was printed."""
    lines = _without_markdown([_plain_line(number, text) for number, text in enumerate(texts)])
    prompts = [_PROMPT.match(line.text) for line in lines]
    if any(prompts):
        yield [line.cut(found.end()) for line, found in zip(lines, prompts, strict=True) if found]
        lines = [line for line, found in zip(lines, prompts, strict=True) if not found]
    yield _layers_of_print(lines)


def _plain_line(number: int, text: str) -> CodeLine:
    """A line without a byte order mark, and with blanks where documents have blanks of other kinds."""
    line = CodeLine(number, 0, text.translate(_BLANKS))
    return line.cut(1) if text.startswith(_BYTE_ORDER_MARK) else line


def _layers_of_print(lines: list[CodeLine]) -> list[CodeLine]:
    """Of a printed network its layers; other lines as they are."""
    printed = [(line, found) for line in lines if (found := _PRINTED.match(line.text))]
    # `(layer1): Sequential(` holds the layers below it.
    layers = [line.cut(found.end()) for line, found in printed if not line.text.rstrip().endswith("(")]
    return layers if printed else lines


def _without_markdown(lines: list[CodeLine]) -> list[CodeLine]:
    if any(_FENCE.match(line.text) for line in lines):
        inside, fenced = False, []
        for line in lines:
            if _FENCE.match(line.text):
                inside = not inside
            elif inside:
                fenced.append(line)
        return fenced
    spans = [
        CodeLine(line.number, found.start(2), found[2])
        for line in lines
        for found in _CODE_SPAN.finditer(line.text)
    ]
    return spans or lines


def statements(lines: Sequence[CodeLine]) -> Iterator[slice]:
    """Which lines belong together, by their brackets alone."""
    start = line = depth = 0
    for found in _TOKEN.finditer("\n".join(each.text for each in lines) + "\n"):
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth -= 1
        elif found[0] == "\n":
            line += 1
            if depth <= 0:
                yield slice(start, line)
                start, depth = line, 0
    if start < line:
        yield slice(start, line)
