"""A piece of code as its author sees it: lines, columns, and errors that point into them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from app.conv.errors import CodedError, Message
from app.torch_code.ast_lock import AST_LOCK
from app.torch_code.copied_code import CodeLine, readings, statements
from app.torch_code.signatures import NAMES
from app.torch_code.syntax_messages import syntax_message

# A printed network of fifty layers; nothing so long takes Python's parser more than milliseconds.
LONGEST: Final = 20_000

_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_INDENTED = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]+[^\s#]")
_WRAPPER: Final = "if 1:\n"
_LAYER_CALL = re.compile(
    rf"\b(?:{'|'.join(name.rpartition('.')[2] for name in NAMES)})\s*[(\uff08]", re.IGNORECASE
)

Trees = Sequence[ast.stmt]


class Place(NamedTuple):
    """
    A place on one line of a text: line and column count from 1, in characters; end_column is the column after
    the last one. `text` is what stands there.
    """

    line: int
    column: int
    end_column: int
    text: str


class ParseError(CodedError, ValueError):
    """Code that is not read as a layer, and where."""

    def __init__(self, message: Message, place: Place) -> None:
        super().__init__(message.code, **message.params)
        self.line, self.column, self.end_column, self.text = place


class Snippet:
    """The text, and errors that point into it."""

    def __init__(self, text: str) -> None:
        # The line ends that Python knows, and no others.
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._lines = self._text.split("\n")
        self._code: list[CodeLine] = []

    def statements(self, has_layer: Callable[[Trees], bool]) -> Trees:
        """
        What the text consists of, imports left out; it may be indented, as if cut out of a class. Of several
        readings it is the first one that has a layer.
        """
        self._check_text()
        likeliest, *others = readings(self._lines)
        trees = self._read(likeliest, has_layer)
        for code in others:
            if not has_layer(trees) and _LAYER_CALL.search(_joined(code)):
                trees = self._read(code, has_layer)
        if not trees:
            raise self._at(1, 1, 1, Message("code.no_layer", names=", ".join(NAMES)))
        return trees

    def _read(self, code: list[CodeLine], has_layer: Callable[[Trees], bool]) -> Trees:
        """
        The statements of the code. Where it cannot be parsed as a whole, those that can, if they have a layer
        and no other one names a layer: the rest may be prose, or lines that a program printed.
        """
        self._code = code
        try:
            return _parse(_joined(code))
        except SyntaxError as error:
            refused = self._syntax_error(error)
        except (RecursionError, MemoryError):
            raise self._at(1, 1, 2, Message("code.nested_too_deeply")) from None
        dedented, trees = _parse_apart(code)
        if not has_layer(trees):
            raise refused
        self._code = dedented
        return trees

    def error(self, node: ast.expr | ast.stmt | ast.keyword, code: str, /, **params: object) -> ParseError:
        return ParseError(Message(code, **params), self.place(node))

    def named(self, keyword: ast.keyword, code: str, /, **params: object) -> ParseError:
        """An error that points at the name of a keyword argument."""
        line, column, *_ = self.place(keyword)
        return self._at(line, column, column + len(keyword.arg or "**"), Message(code, **params))

    def place(self, node: ast.expr | ast.stmt | ast.keyword) -> Place:
        """Where a node is; what goes on for several lines ends with its first."""
        code = self._code[min(node.lineno, len(self._code)) - 1]
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        # Syntax trees count bytes of UTF-8 from 0.
        start, stop = (
            len(code.text.encode()[:each].decode(errors="ignore")) for each in (node.col_offset, end)
        )
        return self._place(code.number + 1, code.offset + start + 1, code.offset + stop + 1)

    def _check_text(self) -> None:
        if len(self._text) > LONGEST:
            raise self._at(1, 1, 2, Message("code.too_long", found=len(self._text), most=LONGEST))
        if found := _UNUSABLE.search(self._text):
            before = self._text[: found.start()].split("\n")
            column = len(before[-1]) + 1
            message = Message("code.character_unusable", character=repr(found[0]))
            raise self._at(len(before), column, column + 1, message)

    def _syntax_error(self, error: SyntaxError) -> ParseError:
        # Line numbers in Python's own words may count the wrapper.
        message = syntax_message(re.sub(r" on line \d+", "", error.msg))
        code = self._code[min(max(error.lineno or 1, 1), len(self._code)) - 1]
        column = (error.offset or 1) + code.offset
        end = (error.end_offset or 0) + code.offset if error.end_lineno == error.lineno else 0
        return self._at(code.number + 1, column, max(end, column + 1), message)

    def _at(self, line: int, column: int, end: int, message: Message) -> ParseError:
        return ParseError(message, self._place(line, column, end))

    def _place(self, line: int, column: int, end: int) -> Place:
        line = min(max(line, 1), len(self._lines))
        text = self._lines[line - 1]
        column = min(max(column, 1), len(text) + 1)
        end = min(max(end, column), len(text) + 1)
        return Place(line, column, end, text[column - 1 : end - 1])


def _joined(code: Sequence[CodeLine]) -> str:
    return "\n".join(line.text for line in code)


def _parse_apart(code: Sequence[CodeLine]) -> tuple[list[CodeLine], Trees]:
    """The statements that name a layer, each parsed alone, without its indentation; none if one cannot be."""
    dedented, trees = list(code), list[ast.stmt]()
    for lines in statements(code):
        dedented[lines.start] = dedented[lines.start].dedented()
        text = _joined(dedented[lines])
        if not _LAYER_CALL.search(text):
            continue
        try:
            trees += (ast.increment_lineno(tree, lines.start) for tree in _parse(text))
        except (SyntaxError, RecursionError, MemoryError):
            return dedented, []
    return dedented, trees


def _parse(code: str) -> Trees:
    """Statements, imports left out; lines count from 1, in a SyntaxError too."""
    shift = 1 if _INDENTED.match(code) else 0
    try:
        with AST_LOCK:
            body = ast.parse(_WRAPPER * shift + code).body
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) - shift
        error.end_lineno = (error.end_lineno or 1) - shift
        raise
    if shift and isinstance(wrapper := body[0], ast.If):
        body = wrapper.body + wrapper.orelse + body[1:]
    trees = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
    return [ast.increment_lineno(each, -shift) for each in trees] if shift else trees
