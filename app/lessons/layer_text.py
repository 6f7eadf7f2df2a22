"""A layer in a few words: whatever decides on what its windows read."""

from __future__ import annotations

from collections.abc import Sequence

from app.conv.operation import Plan
from app.lessons.lesson_texts import Text


def with_layer(plan: Plan, question: Text) -> Text:
    """The question, and before it the layer that it is about."""
    return Text("exercise.with_layer", {"layer": layer_text(plan), "question": question})


def index_text(plan: Plan, index: Sequence[int]) -> str:
    """What stands in the brackets of `Y[0, 1, 2]`; of a signal, which has no rows, `0, 2`."""
    return ", ".join(map(str, plan.own_shape(tuple(index))))


def without_row(plan: Plan, numbers: Sequence[int], row: int) -> tuple[int, ...]:
    """Of a signal, what is written as of an image of one row: a shape (`row`: 1) or a cell (`row`: 0)."""
    if plan.dimensions == 1 and len(numbers) == 3 and numbers[1] == row:
        return numbers[0], numbers[2]
    return tuple(numbers)


def layer_text(plan: Plan) -> Text:
    numbers = layer_numbers(plan)
    dilated, grouped = numbers["dilation"] != 1, plan.groups > 1 and plan.weight_shape is not None
    which = {(False, False): "none", (True, False): "dilation", (False, True): "groups", (True, True): "both"}
    more = Text(f"exercise.more.{which[dilated, grouped]}", numbers)
    return Text(f"exercise.layer.{plain_kind(plan)}", numbers | {"more": more})


def plain_kind(plan: Plan) -> str:
    """The kind of an operation, that of a signal by its counterpart of two dimensions."""
    return plan.operation.kind.replace("1d", "2d")


def layer_numbers(plan: Plan) -> dict[str, object]:
    """Of its width: that of a signal too."""
    operation = plan.operation
    return {
        "kernel": "×".join(map(str, plan.own_shape(plan.kernel_size))),
        "stride": operation.stride[1],
        "padding": plan.padding.left,
        "dilation": operation.dilation[1],
        "groups": plan.groups,
    }
