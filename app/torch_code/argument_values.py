"""The values of a layer's arguments, as far as they are written out: nothing is evaluated but 3 // 2."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.conv.errors import ConvError, Message, integer, one_of, shown
from app.conv.one_dimension import Dimensions, lift_size
from app.conv.operation import PADDING_MODES, Conv2d, ConvTranspose2d, Padding
from app.torch_code.layer_choice import dotted_name
from app.torch_code.signatures import DTYPE_NAMES, FIXED, Signature
from app.torch_code.source_text import Snippet

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
_CALCULATIONS: Final[Mapping[type[ast.AST], Callable[..., Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_LARGEST_OPERAND: Final = 2**63
# What may stand for a tensor: x, self.weight, w[0], F.relu(x), x - mean.
_TENSORS: Final = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.UnaryOp)
# torch prints layers with strings that have no quotes: padding=same, padding_mode=circular.
_PRINTED_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "padding": ("same", "valid"),
    "padding_mode": PADDING_MODES,
}


def argument_value(snippet: Snippet, signature: Signature, name: str, node: ast.expr) -> Any:
    """An argument's value, checked and normalised as far as it can be alone."""
    if name in signature.tensors:
        return _tensor(snippet, name, node)
    if name == "device" or (name == "dtype" and dotted_name(node) in DTYPE_NAMES):
        return None
    value = literal(snippet, name, node)
    if name in ("in_channels", "out_channels"):
        integer(value, name, 1, name)
    elif name in ("kernel_size", "stride", "dilation", "output_padding"):
        if name == "stride" and value is None and signature.is_pooling:
            return None
        return _size(value, name, signature.operation.dimensions)
    elif name == "padding":
        return _padding(value, issubclass(signature.operation, Conv2d), signature.operation.dimensions)
    elif name == "bias":
        one_of(value, name, (False, True))
    elif name in FIXED or (name == "padding_mode" and issubclass(signature.operation, ConvTranspose2d)):
        one_of(value, name, (FIXED.get(name, "zeros"),))
    return value


def _tensor(snippet: Snippet, name: str, node: ast.expr) -> bool:
    """Whether there is a tensor: what it holds is not looked at."""
    if isinstance(node, ast.Constant) and node.value is None and name == "bias":
        return False
    if not isinstance(node, _TENSORS):
        raise snippet.error(node, "code.tensor_expected", name=name, found=found_kind(node))
    return True


def literal(snippet: Snippet, name: str, node: ast.expr) -> Any:
    """A number, string, True, False, None, a calculation with integers, or a tuple or list, as a tuple."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=word) if word in _PRINTED_WORDS.get(name, ()):
            return word
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(literal(snippet, name, item) for item in items)
        case ast.UnaryOp() | ast.BinOp():
            return _calculated(snippet, name, node)
    raise snippet.error(node, "code.value_not_written_out", name=name, found=found_kind(node))


def _calculated(snippet: Snippet, name: str, node: ast.UnaryOp | ast.BinOp) -> Any:
    """3 // 2 and the like, of written-out numbers, no longer than 64 bits on the way."""
    operate = _CALCULATIONS.get(type(node.op))
    operands = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
    unread = snippet.error(node, "code.calculation_unread", name=name)
    if operate is None:
        raise unread
    values = [literal(snippet, name, operand) for operand in operands]
    types = (int, float) if isinstance(node, ast.UnaryOp) else (int,)
    if not all(type(value) in types and abs(value) < _LARGEST_OPERAND for value in values):
        raise unread
    try:
        return operate(*values)
    except ZeroDivisionError:
        raise snippet.error(node, "code.division_by_zero", name=name) from None


def found_kind(node: ast.expr) -> Message:
    return Message(_NODES.get(type(node), "term.this"))


# What a size may be, by the number of dimensions and whether words stand for some.
_EXPECTED: Final = {
    (2, False): "term.one_or_two_integers",
    (2, True): "term.one_or_two_integers_or_word",
    (1, False): "term.one_integer",
    (1, True): "term.one_integer_or_word",
}


def _size(value: Any, name: str, dimensions: Dimensions, has_words: bool = False) -> tuple[int, int]:
    """An integer, or a tuple of one for each dimension, as (height, width)."""
    numbers = value if isinstance(value, tuple) else (value,) * dimensions
    if len(numbers) != dimensions or not all(type(number) is int for number in numbers):
        expected = Message(_EXPECTED[dimensions, has_words])
        raise ConvError("code.not_a_size", name, name=name, expected=expected, value=shown(value))
    return numbers if dimensions == 2 else lift_size(name, *numbers)


def _padding(value: Any, has_words: bool, dimensions: Dimensions) -> Any:
    if has_words and value in ("same", "valid"):
        return "same" if value == "same" else Padding()
    height, width = _size(value, "padding", dimensions, has_words)
    return Padding(height, height, width, width) if dimensions == 2 else Padding(0, 0, width, width)
