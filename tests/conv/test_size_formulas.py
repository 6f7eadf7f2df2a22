"""The formulas on the page are torch's sizes: each is worked out by Python and compared with torch's own."""

from __future__ import annotations

import math
import re

from hypothesis import given

from app.conv.errors import ConvError
from app.conv.operation import Conv2d, Padding, Plan, plan
from app.conv.size_formulas import size_formulas
from tests.support.random_layers import Layer, layers


def worked_out(formula: str, letters: dict[str, int] | None = None) -> int:
    """The value of a formula; letters: what its letters stand for."""
    code = formula.replace("−", "-").replace("p₁", "before").replace("p₂", "after")
    code = re.sub(r"⌊(.*)⌋", r"math.floor(\1)", re.sub(r"⌈(.*)⌉", r"math.ceil(\1)", code))
    code = code.replace("2p", "2*p").replace("·", "*")
    return int(eval(code, {"math": math, **(letters or {})}))  # The formula is the program's own.


def letters_of(layer: Plan, index: int) -> dict[str, int]:
    axis = layer.axes[index]
    extra = getattr(layer.operation, "output_padding", (0, 0))[index]
    letter = ("HW" if layer.dimensions == 2 else "HL")[index]
    return {
        letter: axis.size, "p": axis.before, "before": axis.before, "after": axis.after,
        "k": axis.kernel, "s": axis.stride, "d": axis.dilation, "o": extra,
    }  # fmt: skip


@given(layers())
def test_numbers_and_letters_come_to_the_layers_own_size(drawn: Layer) -> None:
    try:
        layer = drawn.plan()
    except ConvError:
        return
    formulas = size_formulas(layer).values()
    for index, (numbers, symbols) in enumerate(formulas, 2 - len(formulas)):
        formula, _, value = numbers.rpartition(" = ")
        assert int(value) == layer.output_shape[1 + index]
        assert worked_out(formula) == int(value), numbers
        assert worked_out(symbols, letters_of(layer, index)) == int(value), symbols


def test_a_plain_layer_is_written_as_in_a_textbook() -> None:
    layer = plan(Conv2d((2, 2), Padding(1, 1, 1, 1)), (3, 7, 7), (2, 3, 3, 3))
    assert size_formulas(layer)["height"] == ("⌊(7 + 2·1 − 3)/2⌋ + 1 = 4", "⌊(H + 2p − k)/s⌋ + 1")
