"""Which call of a piece of code is the layer that is read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import reduce
from typing import Final

from app.conv.errors import ConvError, Message
from app.torch_code.signatures import KNOWN, NAMES
from app.torch_code.source_text import ParseError, Place, Snippet, Trees

_HOLDERS: Final = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)
# conv3d, Conv3D, MaxPool3d …
OTHER_DIMENSIONS: Final = re.compile(r"(?:conv|conv_?transpose|max_?pool|avg_?pool)3d$", re.IGNORECASE)
_MAX_LAYERS_TOLD: Final = 8
_MAX_LAYERS_LISTED: Final = 200
_MAX_LAYER_TEXT: Final = 60
# Comparing names takes longer than reading them.
_MAX_CALLS_COMPARED: Final = 50


class SeveralLayers(ParseError):
    """Code with more than one layer, of which none is chosen; `layers` says where the first ones are."""

    layers: Sequence[Place] = ()


def choose_call(snippet: Snippet, index: int | None) -> ast.Call:
    """
    The call of a layer, of several the one of this index, in the order of the text. Where no name is that of
    a layer, the call that most likely is meant.

    Raises SeveralLayers where none is chosen, ConvError for one that is not there, ParseError for no call.
    """
    trees = snippet.statements(lambda trees: any(True for _ in _layer_calls(trees)))
    calls = sorted(_layer_calls(trees), key=_position)
    if not calls:
        return _likeliest_call(snippet, trees)
    if index is None and len(calls) > 1:
        raise _several(snippet, calls)
    if index is not None and index >= len(calls):
        raise ConvError("code.no_such_layer", "/layer_index", index=index, count=len(calls))
    return calls[index or 0]


def _calls(trees: Trees) -> Iterator[ast.Call]:
    return (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def _layer_calls(trees: Trees) -> Iterator[ast.Call]:
    """The calls whose names are those of layers."""
    return (call for call in _calls(trees) if dotted_name(call.func) in KNOWN)


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _several(snippet: Snippet, calls: Sequence[ast.Call]) -> SeveralLayers:
    """The choice, told at the second layer."""
    places = [snippet.place(call) for call in calls[:_MAX_LAYERS_LISTED]]
    told = [
        Message("term.layer_at", index=index, line=place.line, text=_shortened(place.text))
        for index, place in enumerate(places[:_MAX_LAYERS_TOLD])
    ]
    if more := len(calls) - len(told):
        told.append(Message("term.more_layers", count=more))
    layers = reduce(lambda first, second: Message("both", first=first, second=second), told)
    message = Message("code.several_layers", count=len(calls), layers=layers)
    error = SeveralLayers(message, places[1])
    error.layers = [place._replace(text=_shortened(place.text)) for place in places]
    return error


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_LAYER_TEXT else f"{text[: _MAX_LAYER_TEXT - 1]}…"


def _likeliest_call(snippet: Snippet, trees: Trees) -> ast.Call:
    """
    Where no name is that of a layer: the first call whose name resembles one, or else that of the first
    statement, perhaps assigned, returned, or followed by a comma.
    """
    for call in sorted(_calls(trees), key=_position)[:_MAX_CALLS_COMPARED]:
        if (name := dotted_name(call.func)) and (OTHER_DIMENSIONS.search(name) or resembling_name(name)):
            return call
    statement = trees[0]
    value = statement.value if isinstance(statement, _HOLDERS) else None
    if isinstance(value, ast.Tuple) and len(value.elts) == 1:
        value = value.elts[0]
    if not isinstance(value, ast.Call):
        raise snippet.error(value or statement, "code.no_layer_call", example=f"{NAMES[0]}(…)")
    return value


def resembling_name(name: str) -> str | None:
    """The layer whose name is nearest."""
    by_last_part = {known.rpartition(".")[2]: known for known in NAMES}
    close = get_close_matches(name.rpartition(".")[2], by_last_part, 1)
    return by_last_part[close[0]] if close else None


def dotted_name(node: ast.expr) -> str | None:
    """a.b.c of names alone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
