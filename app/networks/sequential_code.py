"""nn.Sequential(…) as code, or as torch prints it -> its modules. Nothing in it is ever evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from inspect import signature
from typing import Any, Final, NamedTuple

import torch
from torch import nn

from app.conv.errors import shown
from app.networks.refusals import refusal
from app.torch_code.argument_values import literal
from app.torch_code.layer_choice import dotted_name
from app.torch_code.parser import Parsed, parse_call
from app.torch_code.signatures import KNOWN
from app.torch_code.source_text import Snippet

_AT: Final = "/code"
OTHER_MODULES: Final = (
    "BatchNorm1d", "BatchNorm2d", "ReLU", "ReLU6", "LeakyReLU", "ELU", "GELU", "SiLU", "Mish", "Sigmoid",
    "Tanh", "Softplus", "Softmax", "LogSoftmax", "Hardswish", "Hardsigmoid", "Hardtanh", "Flatten", "Linear",
    "Dropout", "Dropout1d", "Dropout2d", "Identity", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d",
    "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
)  # fmt: skip
_WITH_DEVICE: Final = ("BatchNorm1d", "BatchNorm2d", "Linear")
_DEEPEST: Final = 8
_PRINTED: Final = re.compile(r"^[ \t]*\([\w.-]+\):[ \t]+", re.MULTILINE)
_LINE_END: Final = re.compile(r"\)[ \t]*\n(?=[ \t]*\w)")


class Module(NamedTuple):
    """One module: its path in the state_dict, its class, and a layer or, without numbers, torch's module."""

    path: str
    op: str
    layer: Parsed | None
    module: nn.Module | None


def read_sequential(text: str, most: int) -> list[Module]:
    """The modules in order, nested ones by their paths. Raises ParseError, ConvError for more than `most`."""
    snippet = Snippet(_as_code(text))
    trees = snippet.statements(lambda _: True)
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and _name(node) == "Sequential":
            modules = list(_modules(snippet, node, "", 0))
            if not 0 < len(modules) <= most:
                raise refusal("network_code_length", _AT, found=len(modules), most=most)
            return modules
    raise refusal("network_code_without_sequential", _AT)


def _as_code(text: str) -> str:
    """What torch prints has `(0): ` before each module, and no commas between them."""
    if not _PRINTED.search(text):
        return text
    return _LINE_END.sub("),\n", _PRINTED.sub("", text.replace("\r\n", "\n")))


def _name(call: ast.Call) -> str:
    return (dotted_name(call.func) or "").rpartition(".")[2]


def _modules(snippet: Snippet, call: ast.Call, prefix: str, depth: int) -> Iterator[Module]:
    if depth > _DEEPEST:
        raise snippet.error(call, "code.nested_too_deeply")
    if call.keywords:
        raise snippet.error(call.keywords[0], "code.starred_argument")
    for i, each in enumerate(call.args):
        if not isinstance(each, ast.Call):
            raise snippet.error(each, "network_code_module_expected")
        path, name = f"{prefix}{i}", _name(each)
        if name == "Sequential":
            yield from _modules(snippet, each, f"{path}.", depth + 1)
        elif name in OTHER_MODULES:
            yield Module(path, name, None, _module(snippet, each, name))
        elif (dotted_name(each.func) or "") in KNOWN:
            yield Module(path, name, parse_call(snippet, each), None)
        else:
            # Of functions none is a module.
            layers = [last for each in KNOWN if (last := each.rpartition(".")[2])[0].isupper()]
            names = ", ".join((*dict.fromkeys(layers), *OTHER_MODULES))
            raise snippet.error(each, "network_code_module_unknown", name=shown(name), names=names)


def _module(snippet: Snippet, call: ast.Call, name: str) -> nn.Module:
    """torch's own module, without memory for its numbers."""
    args, kwargs = _arguments(snippet, call, name)
    try:
        if not all(_is_setting(value) for value in (*args, *kwargs.values())):
            raise ValueError
        if name in _WITH_DEVICE:
            kwargs["device"] = torch.device("meta")
        module: nn.Module = getattr(nn, name)(*args, **kwargs).eval()
        # Without a dimension torch would guess one, and warn.
        if isinstance(module, nn.Softmax | nn.LogSoftmax) and module.dim is None:
            raise ValueError
        return module
    # Hardtanh asserts.
    except (AssertionError, TypeError, ValueError, RuntimeError, OverflowError, MemoryError):
        raise snippet.error(call, "network_code_arguments", name=name) from None


def _arguments(snippet: Snippet, call: ast.Call, name: str) -> tuple[list[Any], dict[str, Any]]:
    """The values that are written out, by position and by name. Raises ParseError."""
    names = [*signature(getattr(nn, name)).parameters, name]
    try:
        return (
            [literal(snippet, names[min(k, len(names) - 1)], each) for k, each in enumerate(call.args)],
            {each.arg or "**": literal(snippet, each.arg or "**", each.value) for each in call.keywords},
        )
    except RecursionError:
        raise snippet.error(call.func, "code.nested_too_deeply") from None


def _is_setting(value: Any) -> bool:
    """Whether it is a number, sizes, or one of the words that torch's modules know."""
    sizes = value if isinstance(value, tuple) else (value,)
    return all(isinstance(each, int | float | None) for each in sizes) or value in ("none", "tanh")
