"""A layer from its PyTorch code, read as syntax: nothing in it is ever evaluated."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from app.conv.errors import ConvError, Message, integer, one_of, shown, size
from app.conv.operation import PADDING_MODES, Conv2d, ConvTranspose2d, Operation, Padding
from app.torch_code.signatures import FIXED, KNOWN, NAMES, Signature
from app.torch_code.source_text import ParseError as ParseError
from app.torch_code.source_text import Snippet

_HOLDERS: Final = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)

_NODES: Final[Mapping[type[ast.AST], str]] = {
    ast.Call: "term.call",
    ast.Name: "term.name",
    ast.Attribute: "term.attribute",
    ast.Subscript: "term.index",
    ast.BinOp: "term.calculation",
    ast.UnaryOp: "term.calculation",
    ast.BoolOp: "term.calculation",
    ast.Compare: "term.comparison",
    ast.IfExp: "term.condition",
    ast.JoinedStr: "term.f_string",
    ast.Starred: "term.starred_argument",
    ast.Lambda: "term.lambda",
    ast.NamedExpr: "term.assignment",
    ast.ListComp: "term.comprehension",
    ast.SetComp: "term.comprehension",
    ast.DictComp: "term.comprehension",
    ast.GeneratorExp: "term.comprehension",
}


# torch prints layers with strings that have no quotes: padding=same, padding_mode=circular.
_PRINTED_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "padding": ("same", "valid"),
    "padding_mode": PADDING_MODES,
}


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
    snippet = Snippet(text)
    call = _call(snippet, snippet.statements())
    name, signature = _signature(snippet, call.func)
    arguments = _bind(snippet, call, name, signature)
    try:
        values = {key: _value(snippet, signature, key, node) for key, node in arguments.items()}
        return _parsed(signature, values)
    except ConvError as error:
        place = arguments.get(error.at.rpartition("/")[2], call.func)
        raise snippet.error(place, error.message.code, **error.message.params) from None


def _call(snippet: Snippet, statements: list[ast.stmt]) -> ast.Call:
    """The one call that there is, perhaps assigned, returned, or followed by a comma."""
    for extra in statements[1:]:
        raise snippet.error(extra, "code.second_statement")
    statement = statements[0]
    value = statement.value if isinstance(statement, _HOLDERS) else None
    if isinstance(value, ast.Tuple) and len(value.elts) == 1:
        value = value.elts[0]
    if not isinstance(value, ast.Call):
        raise snippet.error(value or statement, "code.no_layer_call", example=f"{NAMES[0]}(…)")
    return value


def _signature(snippet: Snippet, callee: ast.expr) -> tuple[str, Signature]:
    name = _dotted(callee)
    if name is None:
        raise snippet.error(callee, "code.layer_name_expected", example=NAMES[0], found=_found(callee))
    if name in KNOWN:
        return name, KNOWN[name]
    by_last_part = {known.rpartition(".")[2]: known for known in NAMES}
    close = get_close_matches(name.rpartition(".")[2], by_last_part, 1)
    if close:
        advice = Message("term.did_you_mean", name=by_last_part[close[0]])
    else:
        advice = Message("term.there_are", names=", ".join(NAMES))
    raise snippet.error(callee, "code.layer_unknown", name=shown(name), advice=advice)


def _dotted(node: ast.expr) -> str | None:
    """a.b.c of names alone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _bind(snippet: Snippet, call: ast.Call, name: str, signature: Signature) -> dict[str, ast.expr]:
    """The arguments by name, as Python binds them."""
    names = signature.names
    for position, node in enumerate(call.args):
        if isinstance(node, ast.Starred):
            raise snippet.error(node, "code.starred_argument")
        if position >= len(names):
            counts = {"count": len(names), "found": len(call.args)}
            raise snippet.error(node, "code.too_many_arguments", name=name, **counts)
    bound = dict(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise snippet.error(keyword, "code.starred_argument")
        if keyword.arg not in names:
            argument, advice = shown(keyword.arg), _advice(keyword.arg, names)
            raise snippet.named(keyword, "code.argument_unknown", name=name, argument=argument, advice=advice)
        if keyword.arg in bound:
            raise snippet.named(keyword, "code.argument_twice", name=keyword.arg)
        bound[keyword.arg] = keyword.value
    missing = [each for each in names[: signature.required] if each not in bound]
    if missing:
        raise snippet.error(call.func, "code.arguments_missing", name=name, missing=", ".join(missing))
    return bound


def _advice(argument: str, names: Sequence[str]) -> Message:
    if close := get_close_matches(argument, names, 1):
        return Message("term.did_you_mean", name=close[0])
    return Message("term.it_has", names=", ".join(names))


def _value(snippet: Snippet, signature: Signature, name: str, node: ast.expr) -> Any:
    """An argument's value, checked and normalised as far as it can be alone."""
    if name in signature.tensors:
        return _tensor(snippet, name, node)
    value = _literal(snippet, name, node)
    if name in ("in_channels", "out_channels"):
        integer(value, name, 1, name)
    elif name in ("kernel_size", "stride", "dilation", "output_padding"):
        if name == "stride" and value is None and signature.is_pooling:
            return None
        return _pair(value, name)
    elif name == "padding":
        return _padding(value, signature.operation is Conv2d)
    elif name == "bias":
        one_of(value, name, (False, True))
    elif name in FIXED or (name == "padding_mode" and signature.operation is ConvTranspose2d):
        one_of(value, name, (FIXED.get(name, "zeros"),))
    return value


def _tensor(snippet: Snippet, name: str, node: ast.expr) -> bool:
    """Whether there is a tensor: its name is not looked at."""
    if isinstance(node, ast.Constant) and node.value is None and name == "bias":
        return False
    if _dotted(node) is None:
        raise snippet.error(node, "code.tensor_name_expected", name=name, found=_found(node))
    return True


def _literal(snippet: Snippet, name: str, node: ast.expr) -> Any:
    """A number, string, True, False, None, or a tuple or list of these."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=int() | float() as number)):
            return +number
        case ast.Name(id=word) if word in _PRINTED_WORDS.get(name, ()):
            return word
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_literal(snippet, name, item) for item in items)
    raise snippet.error(node, "code.value_not_written_out", name=name, found=_found(node))


def _found(node: ast.expr) -> Message:
    return Message(_NODES.get(type(node), "term.this"))


def _pair(value: Any, name: str, expected: str = "term.one_or_two_integers") -> tuple[int, int]:
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(type(number) is int for number in pair):
        raise ConvError("code.not_a_size", name, name=name, expected=Message(expected), value=shown(value))
    return pair


def _padding(value: Any, has_words: bool) -> Any:
    if has_words and value in ("same", "valid"):
        return "same" if value == "same" else Padding()
    expected = "term.one_or_two_integers_or_word" if has_words else "term.one_or_two_integers"
    height, width = _pair(value, "padding", expected)
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
            counts = {"channels": channels, "groups": operation.groups}
            raise ConvError("code.channels_not_divisible", name, name=name, **counts)
    first, second = (inputs, outputs) if isinstance(operation, ConvTranspose2d) else (outputs, inputs)
    shape = (first, second // operation.groups, *kernel_size)
    return Parsed(operation, inputs, outputs, shape, values.get("bias", True))
