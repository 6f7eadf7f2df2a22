"""A torch error that was read, as an answer in the reader's language."""

from __future__ import annotations

from typing import Any

from app.conv.errors import Message
from app.i18n.messages import render
from app.scenes.scene import describe
from app.torch_code.torch_error_parsers import LayerShapes, TorchError


def describe_torch_error(error: TorchError, language: str) -> dict[str, Any]:
    """What does not fit, the shapes in the text, and what would fit."""
    return {
        "torch_error": _said(error.message, language),
        "input_shape": error.input_shape,
        "weight_shape": error.weight_shape,
        "remedies": [
            _said(remedy.message, language) | {"layer": _layer(remedy.layer)} for remedy in error.remedies
        ],
    }


def _said(message: Message, language: str) -> dict[str, Any]:
    return {"code": message.code, "message": render(message, language)}


def _layer(layer: LayerShapes | None) -> dict[str, Any] | None:
    if layer is None:
        return None
    return {
        "operation": describe(layer.operation),
        "input_shape": layer.input_shape,
        "weight_shape": layer.weight_shape,
    }
