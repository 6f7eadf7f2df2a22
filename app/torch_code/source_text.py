"""A piece of code as its author sees it: lines, columns, and errors that point into them."""

from __future__ import annotations

import ast
import re
from typing import Final

from app.conv.errors import CodedError, Message
from app.formats.ast_lock import AST_LOCK
from app.torch_code.signatures import NAMES
from app.torch_code.syntax_messages import syntax_message

# Ten times a call with a comment on each line; nothing so long takes Python's parser more than milliseconds.
LONGEST: Final = 4_000

_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_INDENTED = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]+[^\s#]")
# What a printed network puts in front of a layer: (conv1): Conv2d(…
_PRINTED = re.compile(r"\A(\s*)(\(\w+\):)", re.ASCII)
_WRAPPER: Final = "if 1:\n"


class ParseError(CodedError, ValueError):
    """
    Code that is not read as a layer, and where: line and column count from 1, in characters; end_column is
    the column after the last one, on the same line. `text` is what stands there.
    """

    def __init__(self, message: Message, line: int, column: int, end_column: int, text: str) -> None:
        super().__init__(message.code, **message.params)
        self.line = line
        self.column = column
        self.end_column = end_column
        self.text = text


class Snippet:
    """The text, and errors that point into it."""

    def __init__(self, text: str) -> None:
        # The line ends that Python knows, and no others.
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._lines = self._text.split("\n")
        self._shift = 0

    def statements(self) -> list[ast.stmt]:
        """What the text consists of, imports left out. It may be indented, as if cut out of a class."""
        self._check_text()
        code = _PRINTED.sub(lambda found: found[1] + " " * len(found[2]), self._text)
        if indented := bool(_INDENTED.match(code)):
            code, self._shift = _WRAPPER + code, 1
        try:
            with AST_LOCK:
                body = ast.parse(code).body
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise self._at(1, 1, 2, Message("code.nested_too_deeply")) from None
        if indented and isinstance(wrapper := body[0], ast.If):
            body = wrapper.body + wrapper.orelse + body[1:]
        statements = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
        if not statements:
            raise self._at(1, 1, 1, Message("code.no_layer", names=", ".join(NAMES)))
        return statements

    def error(self, node: ast.expr | ast.stmt | ast.keyword, code: str, /, **params: object) -> ParseError:
        message = Message(code, **params)
        line = node.lineno - self._shift
        column = self._column(line, node.col_offset)
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            return self._at(line, column, self._column(line, node.end_col_offset), message)
        return self._at(line, column, len(self._lines[line - 1]) + 1, message)

    def named(self, keyword: ast.keyword, code: str, /, **params: object) -> ParseError:
        """An error that points at the name of a keyword argument."""
        line = keyword.lineno - self._shift
        column = self._column(line, keyword.col_offset)
        return self._at(line, column, column + len(keyword.arg or "**"), Message(code, **params))

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
        column = error.offset or 1
        end = (error.end_offset or 0) if error.end_lineno == error.lineno else 0
        return self._at((error.lineno or 1) - self._shift, column, max(end, column + 1), message)

    def _column(self, line: int, offset: int) -> int:
        """Syntax trees count bytes of UTF-8 from 0."""
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1

    def _at(self, line: int, column: int, end: int, message: Message) -> ParseError:
        line = min(max(line, 1), len(self._lines))
        text = self._lines[line - 1]
        column = min(max(column, 1), len(text) + 1)
        end = min(max(end, column), len(text) + 1)
        return ParseError(message, line, column, end, text[column - 1 : end - 1])
