"""A layer from its PyTorch code, read as syntax: nothing in it is ever evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from app.conv.errors import ConvError, integer, one_of, shown, size
from app.conv.operation import Conv2d, ConvTranspose2d, Operation, Padding
from app.scenes.signatures import FIXED, KNOWN, NAMES, Signature

# Ten times a call with a comment on each line; nothing so long takes Python's parser more than milliseconds.
LONGEST: Final = 4_000

_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_INDENTED = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]+[^\s#]")
# What a printed network puts in front of a layer: (conv1): Conv2d(…
_PRINTED = re.compile(r"\A(\s*)(\(\w+\):)", re.ASCII)
_WRAPPER: Final = "if 1:\n"
_HOLDERS = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)

_NODES: Final[Mapping[type[ast.AST], str]] = {
    ast.Call: "a call",
    ast.Name: "a name",
    ast.Attribute: "an attribute",
    ast.Subscript: "an index",
    ast.BinOp: "a calculation",
    ast.UnaryOp: "a calculation",
    ast.BoolOp: "a calculation",
    ast.Compare: "a comparison",
    ast.IfExp: "a condition",
    ast.JoinedStr: "an f-string",
    ast.Starred: "a starred argument",
    ast.Lambda: "a lambda",
    ast.NamedExpr: "an assignment",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
}


class ParseError(ValueError):
    """
    Code that is not read as a layer, and where: line and column count from 1, in characters; end_column is
    the column after the last one, on the same line. `text` is what stands there.
    """

    def __init__(self, message: str, line: int, column: int, end_column: int, text: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.end_column = end_column
        self.text = text


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    What the code of a layer says. `weight_shape` and the channels are None where the call does not have them:
    in the functional forms and for pooling. `bias`: whether there is one; None for pooling.
    """

    operation: Operation
    in_channels: int | None = None
    out_channels: int | None = None
    weight_shape: tuple[int, int, int, int] | None = None
    bias: bool | None = None


def parse(text: str) -> Parsed:
    """
    Read one call of nn.Conv2d, nn.ConvTranspose2d, nn.MaxPool2d, nn.AvgPool2d, F.conv2d, F.conv_transpose2d,
    F.max_pool2d or F.avg_pool2d, with or without what it is assigned to.

    Raises ParseError, which points at the first thing that cannot be read. Whether the layer fits an input
    is for `plan` to say.
    """
    source = _Source(text)
    call = _call(source, source.statements())
    name, signature = _signature(source, call.func)
    arguments = _bind(source, call, name, signature)
    try:
        values = {key: _value(source, signature, key, node) for key, node in arguments.items()}
        return _parsed(signature, values)
    except ConvError as error:
        place = arguments.get(error.at.rpartition("/")[2], call.func)
        raise source.error(str(error), place) from None


class _Source:
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
            body = ast.parse(code).body
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise self._at(1, 1, 2, "this is nested too deeply to be read") from None
        if indented and isinstance(wrapper := body[0], ast.If):
            body = wrapper.body + wrapper.orelse + body[1:]
        statements = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
        if not statements:
            raise self._at(1, 1, 1, f"there is no layer here; write one of {', '.join(NAMES)}")
        return statements

    def error(self, message: str, node: ast.expr | ast.stmt | ast.keyword) -> ParseError:
        line = node.lineno - self._shift
        column = self._column(line, node.col_offset)
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            return self._at(line, column, self._column(line, node.end_col_offset), message)
        return self._at(line, column, len(self._lines[line - 1]) + 1, message)

    def named(self, message: str, keyword: ast.keyword) -> ParseError:
        """An error that points at the name of a keyword argument."""
        line = keyword.lineno - self._shift
        column = self._column(line, keyword.col_offset)
        return self._at(line, column, column + len(keyword.arg or "**"), message)

    def _check_text(self) -> None:
        if len(self._text) > LONGEST:
            message = f"the code has {len(self._text):,} characters, at most {LONGEST:,} are read"
            raise self._at(1, 1, 2, message)
        if found := _UNUSABLE.search(self._text):
            before = self._text[: found.start()].split("\n")
            column = len(before[-1]) + 1
            message = f"the character {found[0]!r} cannot stand in code"
            raise self._at(len(before), column, column + 1, message)

    def _syntax_error(self, error: SyntaxError) -> ParseError:
        # Line numbers in Python's own words may count the wrapper.
        message = re.sub(r" on line \d+", "", error.msg)
        column = error.offset or 1
        end = (error.end_offset or 0) if error.end_lineno == error.lineno else 0
        return self._at((error.lineno or 1) - self._shift, column, max(end, column + 1), message)

    def _column(self, line: int, offset: int) -> int:
        """Syntax trees count bytes of UTF-8 from 0."""
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1

    def _at(self, line: int, column: int, end: int, message: str) -> ParseError:
        line = min(max(line, 1), len(self._lines))
        text = self._lines[line - 1]
        column = min(max(column, 1), len(text) + 1)
        end = min(max(end, column), len(text) + 1)
        return ParseError(message, line, column, end, text[column - 1 : end - 1])


def _call(source: _Source, statements: list[ast.stmt]) -> ast.Call:
    """The one call that there is, perhaps assigned, returned, or followed by a comma."""
    for extra in statements[1:]:
        raise source.error("one layer at a time; a second statement begins here", extra)
    statement = statements[0]
    value = statement.value if isinstance(statement, _HOLDERS) else None
    if isinstance(value, ast.Tuple) and len(value.elts) == 1:
        value = value.elts[0]
    if not isinstance(value, ast.Call):
        raise source.error(f"this is not the call of a layer, such as {NAMES[0]}(…)", value or statement)
    return value


def _signature(source: _Source, callee: ast.expr) -> tuple[str, Signature]:
    name = _dotted(callee)
    if name is None:
        raise source.error(
            f"expected the name of a layer, such as {NAMES[0]}; {_found(callee)} is not read", callee
        )
    if name in KNOWN:
        return name, KNOWN[name]
    by_last_part = {known.rpartition(".")[2]: known for known in NAMES}
    close = get_close_matches(name.rpartition(".")[2], by_last_part, 1)
    advice = f"did you mean {by_last_part[close[0]]}?" if close else f"there are {', '.join(NAMES)}"
    raise source.error(f"{shown(name)} is not known here; {advice}", callee)


def _dotted(node: ast.expr) -> str | None:
    """a.b.c of names alone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _bind(source: _Source, call: ast.Call, name: str, signature: Signature) -> dict[str, ast.expr]:
    """The arguments by name, as Python binds them."""
    names = signature.names
    for position, node in enumerate(call.args):
        if isinstance(node, ast.Starred):
            raise source.error("a starred argument is not read: write the values out", node)
        if position >= len(names):
            raise source.error(f"{name} takes {len(names)} arguments, {len(call.args)} are given", node)
    bound = dict(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise source.error("a starred argument is not read: write the values out", keyword)
        if keyword.arg not in names:
            close = get_close_matches(keyword.arg, names, 1)
            advice = f"did you mean {close[0]}?" if close else f"it has {', '.join(names)}"
            raise source.named(f"{name} has no argument {shown(keyword.arg)}; {advice}", keyword)
        if keyword.arg in bound:
            raise source.named(f"{keyword.arg} is given twice", keyword)
        bound[keyword.arg] = keyword.value
    missing = [each for each in names[: signature.required] if each not in bound]
    if missing:
        raise source.error(f"{name} needs {' and '.join(missing)}", call.func)
    return bound


def _value(source: _Source, signature: Signature, name: str, node: ast.expr) -> Any:
    """An argument's value, checked and normalised as far as it can be alone."""
    if name in signature.tensors:
        return _tensor(source, name, node)
    value = _literal(source, name, node)
    if name in ("in_channels", "out_channels"):
        integer(value, name, 1, name)
    elif name in ("kernel_size", "stride", "dilation", "output_padding"):
        if name == "stride" and value is None and signature.is_pooling:
            return None
        return _pair(value, name, "an integer or two (h, w)")
    elif name == "padding":
        return _padding(value, signature.operation is Conv2d)
    elif name == "bias":
        one_of(value, name, (False, True))
    elif name in FIXED or (name == "padding_mode" and signature.operation is ConvTranspose2d):
        one_of(value, name, (FIXED.get(name, "zeros"),))
    return value


def _tensor(source: _Source, name: str, node: ast.expr) -> bool:
    """Whether there is a tensor: its name is not looked at."""
    if isinstance(node, ast.Constant) and node.value is None and name == "bias":
        return False
    if _dotted(node) is None:
        raise source.error(
            f"{name} must be the name of a tensor, such as x; {_found(node)} is not read", node
        )
    return True


def _literal(source: _Source, name: str, node: ast.expr) -> Any:
    """A number, string, True, False, None, or a tuple or list of these."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=int() | float() as number)):
            return +number
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_literal(source, name, item) for item in items)
    raise source.error(f"{name} must be written out; {_found(node)} is not evaluated", node)


def _found(node: ast.expr) -> str:
    return _NODES.get(type(node), "this")


def _pair(value: Any, name: str, expected: str) -> tuple[int, int]:
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(type(number) is int for number in pair):
        raise ConvError(f"{name} must be {expected}, it is {shown(value)}", name)
    return pair


def _padding(value: Any, has_words: bool) -> Any:
    if has_words and value in ("same", "valid"):
        return "same" if value == "same" else Padding()
    words = ', "same" or "valid"' if has_words else ""
    height, width = _pair(value, "padding", f"an integer or two (h, w){words}")
    return Padding(height, height, width, width)


def _parsed(signature: Signature, values: dict[str, Any]) -> Parsed:
    kind = signature.operation
    operation = kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})
    if signature.is_pooling:
        return Parsed(operation)
    if "weight" in values:
        return Parsed(operation, bias=values.get("bias", False))
    return _module(operation, values)


def _module(operation: Any, values: dict[str, Any]) -> Parsed:
    """A convolution that names its channels."""
    inputs, outputs, kernel_size = (values[name] for name in ("in_channels", "out_channels", "kernel_size"))
    size(kernel_size, "kernel_size", 1)
    for name, channels in (("in_channels", inputs), ("out_channels", outputs)):
        if channels % operation.groups:
            raise ConvError(f"{name} is {channels}, it must be divisible by groups, {operation.groups}", name)
    first, second = (inputs, outputs) if isinstance(operation, ConvTranspose2d) else (outputs, inputs)
    shape = (first, second // operation.groups, *kernel_size)
    return Parsed(operation, inputs, outputs, shape, values.get("bias", True))
