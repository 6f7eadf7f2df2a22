"""A layer in a few words: whatever decides on what its windows read."""

from __future__ import annotations

from app.conv.operation import Plan
from app.lessons.lesson_texts import Text


def with_layer(plan: Plan, question: Text) -> Text:
    """The question, and before it the layer that it is about."""
    return Text("exercise.with_layer", {"layer": layer_text(plan), "question": question})


def layer_text(plan: Plan) -> Text:
    numbers = layer_numbers(plan)
    dilated, grouped = numbers["dilation"] != 1, plan.groups > 1 and plan.weight_shape is not None
    which = {(False, False): "none", (True, False): "dilation", (False, True): "groups", (True, True): "both"}
    more = Text(f"exercise.more.{which[dilated, grouped]}", numbers)
    return Text(f"exercise.layer.{plan.operation.kind}", numbers | {"more": more})


def layer_numbers(plan: Plan) -> dict[str, object]:
    """Of its width: that of a signal too."""
    operation = plan.operation
    return {
        "kernel": "×".join(map(str, plan.kernel_size)),
        "stride": operation.stride[1],
        "padding": plan.padding.left,
        "dilation": operation.dilation[1],
        "groups": plan.groups,
    }
