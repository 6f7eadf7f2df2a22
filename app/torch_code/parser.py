"""A layer from its PyTorch code, read as syntax: nothing in it is ever evaluated."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from app.conv.errors import ConvError, Message, shown, size
from app.conv.one_dimension import lower_shape
from app.conv.operation import ConvTranspose2d, Operation
from app.torch_code.argument_values import argument_value, found_kind
from app.torch_code.layer_choice import OTHER_DIMENSIONS, choose_call, dotted_name, resembling_name
from app.torch_code.layer_choice import SeveralLayers as SeveralLayers
from app.torch_code.signatures import KNOWN, NAMES, Signature
from app.torch_code.source_text import ParseError as ParseError
from app.torch_code.source_text import Snippet


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    What the code of a layer says. `weight_shape` and the channels are None where the call does not have them:
    in the functional forms and for pooling. `bias`: whether there is one; None for pooling.
    """

    operation: Operation
    in_channels: int | None = None
    out_channels: int | None = None
    weight_shape: tuple[int, ...] | None = None
    bias: bool | None = None


def parse(text: str, layer_index: int | None = None) -> Parsed:
    """
    Read the call of nn.Conv2d, nn.ConvTranspose2d, nn.MaxPool2d, nn.AvgPool2d, F.conv2d, F.conv_transpose2d,
    F.max_pool2d, F.avg_pool2d or one of these with 1d that the text has; of several, in the order of the
    text, the one of this index.

    Raises SeveralLayers where none is chosen, ConvError for one that is not there, and ParseError, which
    points at the first thing that cannot be read. Whether the layer fits an input is for `plan` to say.
    """
    snippet = Snippet(text)
    return parse_call(snippet, choose_call(snippet, layer_index))


def parse_call(snippet: Snippet, call: ast.Call) -> Parsed:
    """Read one call of a layer. Raises ParseError."""
    name, signature = _signature(snippet, call.func)
    arguments = _bind(snippet, call, name, signature)
    try:
        values = {key: argument_value(snippet, signature, key, node) for key, node in arguments.items()}
        return _parsed(signature, values)
    except RecursionError:
        raise snippet.error(call.func, "code.nested_too_deeply") from None
    except ConvError as error:
        place = arguments.get(error.at.rpartition("/")[2], call.func)
        raise snippet.error(place, error.message.code, **error.message.params) from None


def _signature(snippet: Snippet, callee: ast.expr) -> tuple[str, Signature]:
    name = dotted_name(callee)
    if name is None:
        raise snippet.error(callee, "code.layer_name_expected", example=NAMES[0], found=found_kind(callee))
    if name in KNOWN:
        return name, KNOWN[name]
    if OTHER_DIMENSIONS.search(name):
        raise snippet.error(
            callee, "code.layer_of_other_dimensions", name=shown(name), names=", ".join(NAMES)
        )
    if close := resembling_name(name):
        advice = Message("term.did_you_mean", name=close)
    else:
        advice = Message("term.there_are", names=", ".join(NAMES))
    raise snippet.error(callee, "code.layer_unknown", name=shown(name), advice=advice)


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
    shape = lower_shape(operation.dimensions, (first, second // operation.groups, *kernel_size))
    return Parsed(operation, inputs, outputs, shape, values.get("bias", True))
