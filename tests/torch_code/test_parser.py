"""Layers read from their PyTorch code: what is read, what is pointed at, and that nothing is evaluated."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Padding, PaddingMode
from app.torch_code.parser import Parsed, ParseError, parse
from app.torch_code.signatures import KNOWN
from app.torch_code.source_text import LONGEST
from tests.support.refusals import refuses, sentence


def around(height: int, width: int | None = None) -> Padding:
    width = height if width is None else width
    return Padding(height, height, width, width)


def conv(weight: tuple[int, int, int, int], bias: bool = True, **fields: Any) -> Parsed:
    operation = Conv2d(**fields)
    return Parsed(operation, weight[1] * operation.groups, weight[0], weight, bias)


def transposed(weight: tuple[int, int, int, int], bias: bool = True, **fields: Any) -> Parsed:
    operation = ConvTranspose2d(**fields)
    return Parsed(operation, weight[0], weight[1] * operation.groups, weight, bias)


def function(operation: Operation, bias: bool | None = False) -> Parsed:
    return Parsed(operation, bias=bias)


IN_A_CLASS = """
        # the stem
        self.stem = nn.Conv2d(
            3,            # red, green, blue
            64,
            kernel_size=(7, 7),
            stride=2,
            padding=3,
            bias=False,
        )
"""

READ: dict[str, Parsed] = {
    "nn.Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "torch.nn.Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "nn.Conv2d(3, 16, 3, padding=1)": conv((16, 3, 3, 3), padding=around(1)),
    "nn.Conv2d(64, 128, 3, stride=2, padding=1, groups=2)": conv(
        (128, 32, 3, 3), stride=(2, 2), padding=around(1), groups=2
    ),
    "nn.Conv2d(3, 16, 5, 2, 1, 3, 1, False, 'reflect')": conv(
        (16, 3, 5, 5),
        False,
        stride=(2, 2),
        padding=around(1),
        dilation=(3, 3),
        padding_mode="reflect",
    ),
    "nn.Conv2d(in_channels=3, out_channels=16, kernel_size=3)": conv((16, 3, 3, 3)),
    "nn.Conv2d(kernel_size=[3, 5], out_channels=2, in_channels=1)": conv((2, 1, 3, 5)),
    "nn.Conv2d(1, 2, (3, 5), stride=(1, 2), padding=(0, 2))": conv(
        (2, 1, 3, 5), stride=(1, 2), padding=around(0, 2)
    ),
    "nn.Conv2d(3, 16, 3, padding='same', padding_mode='circular')": conv(
        (16, 3, 3, 3), padding="same", padding_mode="circular"
    ),
    'nn.Conv2d(3, 16, 3, padding="valid", stride=2)': conv((16, 3, 3, 3), stride=(2, 2)),
    "nn.Conv2d(32, 32, 3, groups=32, device=None, dtype=None)": conv((32, 1, 3, 3), groups=32),
    "nn.Conv2d(3, 16, 3, bias=False,)": conv((16, 3, 3, 3), False),
    "nn.Conv2d(3, 16, +3)": conv((16, 3, 3, 3)),
    "nn.Conv2d(3, 0x10, 3)": conv((16, 3, 3, 3)),
    "nn . Conv2d ( 3,16 , 3 )": conv((16, 3, 3, 3)),
    "(nn.Conv2d(3, 16, 3))": conv((16, 3, 3, 3)),
    "self.conv = nn.Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "conv: nn.Module = nn.Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "a = b = nn.Conv2d(3, 16, 3);": conv((16, 3, 3, 3)),
    "    nn.Conv2d(3, 16, 3),": conv((16, 3, 3, 3)),
    IN_A_CLASS: conv((64, 3, 7, 7), False, stride=(2, 2), padding=around(3)),
    IN_A_CLASS.replace("\n", "\r\n"): conv((64, 3, 7, 7), False, stride=(2, 2), padding=around(3)),
    "nn.Conv2d(3, 16, \\\n 3)": conv((16, 3, 3, 3)),
    "from torch import nn\nimport torch\nlayer = nn.Conv2d(3, 16, 3)  # done": conv((16, 3, 3, 3)),
    "# 卷积\nnn.Conv2d(3, 16, 3)": conv((16, 3, 3, 3)),
    "(conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)": conv(
        (64, 3, 7, 7), False, stride=(2, 2), padding=around(3)
    ),
    "  (0): Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding='same')": conv(
        (16, 3, 3, 3), padding="same"
    ),
    "nn.ConvTranspose2d(8, 4, 2)": transposed((8, 4, 2, 2)),
    "ConvTranspose2d(8, 4, 3, 2, 1, 1, 2, False, 3)": transposed(
        (8, 2, 3, 3),
        False,
        stride=(2, 2),
        padding=around(1),
        output_padding=(1, 1),
        groups=2,
        dilation=(3, 3),
    ),
    "torch.nn.ConvTranspose2d(8, 4, 3, stride=2, output_padding=(1, 0), padding_mode='zeros')": transposed(
        (8, 4, 3, 3), stride=(2, 2), output_padding=(1, 0)
    ),
    "nn.MaxPool2d(2)": Parsed(MaxPool2d((2, 2), (2, 2))),
    "nn.MaxPool2d(3, 2, 1)": Parsed(MaxPool2d((3, 3), (2, 2), around(1))),
    "nn.MaxPool2d((3, 2), stride=None, dilation=2, ceil_mode=True)": Parsed(
        MaxPool2d((3, 2), (3, 2), dilation=(2, 2), ceil_mode=True)
    ),
    "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)": Parsed(MaxPool2d((2, 2))),
    "nn.MaxPool2d(2, 2, 0, 1, False, True)": Parsed(MaxPool2d((2, 2), ceil_mode=True)),
    "nn.AvgPool2d(2)": Parsed(AvgPool2d((2, 2))),
    "nn.AvgPool2d(3, 2, 1, True, False, None)": Parsed(
        AvgPool2d((3, 3), (2, 2), around(1), ceil_mode=True, count_include_pad=False)
    ),
    "torch.nn.AvgPool2d(kernel_size=3, count_include_pad=False)": Parsed(
        AvgPool2d((3, 3), count_include_pad=False)
    ),
    "F.conv2d(x, w)": function(Conv2d()),
    "F.conv2d(x, w, b)": function(Conv2d(), True),
    "F.conv2d(x, w, None, 2, 1)": function(Conv2d((2, 2), around(1))),
    "y = F.conv2d(x, self.weight, self.bias, padding='same')": function(Conv2d(padding="same"), True),
    "return F.conv2d(input, weight=w, bias=b, stride=(2, 1), dilation=2, groups=4)": function(
        Conv2d((2, 1), dilation=(2, 2), groups=4), True
    ),
    "torch.conv2d(x, w)": function(Conv2d()),
    "torch.nn.functional.conv2d(x, w, padding='valid')": function(Conv2d()),
    "nn.functional.conv2d(x, w)": function(Conv2d()),
    "conv2d(x, w)": function(Conv2d()),
    "F.conv_transpose2d(x, w, b, 2, 1, 1, 3, 1)": function(
        ConvTranspose2d((2, 2), around(1), (1, 1), groups=3), True
    ),
    "F.conv_transpose2d(x, w, stride=2)": function(ConvTranspose2d((2, 2))),
    "F.max_pool2d(x, 2)": function(MaxPool2d((2, 2)), None),
    "F.max_pool2d(x, 3, 1, 1, 2, True)": function(MaxPool2d((3, 3), (1, 1), around(1), (2, 2), True), None),
    "F.max_pool2d(x, kernel_size=(2, 3), return_indices=False)": function(MaxPool2d((2, 3)), None),
    "F.avg_pool2d(x, 3, 2, 1, False, False)": function(
        AvgPool2d((3, 3), (2, 2), around(1), count_include_pad=False), None
    ),
    "F.avg_pool2d(input=x, kernel_size=2, ceil_mode=True, divisor_override=None)": function(
        AvgPool2d((2, 2), ceil_mode=True), None
    ),
}

# Code with «the place that is pointed at», and something that the message says.
REFUSED: dict[str, str] = {
    "«nn.Conv2D»(3, 16, 3)": "did you mean nn.Conv2d?",
    "x = «nn.conv2d»(3, 16, 3)": "did you mean F.conv2d?",
    "«F.Conv2d»(3, 16, 3)": "did you mean nn.Conv2d?",
    "«torch.avg_pool2d»(x, 2)": "did you mean F.avg_pool2d?",
    "«nn.MaxPooling2D»(2)": "did you mean nn.MaxPool2d?",
    "«nn.Linear»(3, 16)": "there are nn.Conv2d, ",
    "«tf.nn.conv2d»(x, w)": "did you mean F.conv2d?",
    "«nn.Sequential»(nn.ReLU())": "not known",
    "«os.system»('true')": "not known",
    "«nn.ReLU()»(x)": "a call is not read",
    "«layers['conv']»(3, 16, 3)": "an index is not read",
    "(«lambda: 3»)()": "a lambda is not read",
    "nn.Conv2d(3, 16, 3, «strides»=2)": "did you mean stride?",
    "nn.Conv2d(3, 16, 3,\n  stride=2,\n  «pad»=1)": "no argument 'pad'; did you mean padding?",
    "nn.AvgPool2d(2, «dilation»=2)": "no argument 'dilation'; it has kernel_size, stride",
    "F.conv2d(x, w, «padding_mode»='zeros')": "did you mean padding?",
    "nn.Conv2d(3, 16, 3, 1, 0, 1, 1, True, 'zeros', None, None, «5»)": "takes 11 arguments, 12 are given",
    "F.max_pool2d(x, 2, 2, 0, 1, False, False, «7», 8)": "takes 7 arguments, 9 are given",
    "«nn.Conv2d»(3, 16)": "needs kernel_size",
    "«nn.Conv2d»()": "needs in_channels, out_channels, kernel_size",
    "«nn.Conv2d»(out_channels=3)": "needs in_channels, kernel_size",
    "«F.conv2d»(x)": "needs weight",
    "«nn.MaxPool2d»()": "needs kernel_size",
    "nn.Conv2d(3, 16, 3, «kernel_size»=3)": "kernel_size is given twice",
    "nn.Conv2d(3, 16, 3, stride=1, «stride»=2)": "stride is given twice",
    "nn.Conv2d(3, 16, «'3'»)": "kernel_size must be an integer or two (h, w), it is '3'",
    "nn.Conv2d(3, 16, «1.5»)": "it is 1.5",
    "nn.Conv2d(3, 16, «(3, 3, 3)»)": "it is (3, 3, 3)",
    "nn.Conv2d(3, 16, «(3, (3,))»)": "it is (3, (3,))",
    "nn.Conv2d(3, 16, «[True, 1]»)": "it is (True, 1)",
    "nn.Conv2d(3, 16, «0»)": "kernel_size must be from 1",
    "nn.Conv2d(«0», 16, 3)": "in_channels must be from 1",
    "nn.Conv2d(«3.0», 16, 3)": "in_channels must be an integer, it is 3.0",
    "nn.Conv2d(3, «None», 3)": "out_channels must be an integer, it is None",
    "nn.Conv2d(3, «0x" + "f" * 3800 + "», 3)": "it is too long to show",
    "nn.Conv2d(3, 16, 3, stride=«-1»)": "stride must be from 1 to 2147483647, it is -1",
    "nn.Conv2d(3, 16, 3, stride=«None»)": "it is None",
    "nn.Conv2d(3, 16, 3, padding=«-1»)": "it is -1",
    "nn.Conv2d(3, 16, 3, padding=«'full'»)": '"same" or "valid", it is \'full\'',
    "nn.Conv2d(3, 16, 3, stride=2, padding=«'same'»)": "needs stride 1, the stride is (2, 2)",
    "nn.Conv2d(3, 16, 3, padding_mode=«'mirror'»)": "must be one of ['zeros', 'reflect'",
    "nn.Conv2d(3, 16, 3, groups=«None»)": "groups must be an integer, it is None",
    "nn.Conv2d(3, 16, 3, groups=«True»)": "groups must be an integer, it is True",
    "nn.Conv2d(«3», 16, 3, groups=2)": "in_channels is 3, it must be divisible by groups, 2",
    "nn.Conv2d(4, «6», 3, groups=4)": "out_channels is 6, it must be divisible by groups, 4",
    "nn.Conv2d(3, 16, 3, bias=«1»)": "bias must be one of [False, True], it is 1",
    'nn.Conv2d(3, 16, 3, bias=«"no"»)': "it is 'no'",
    "nn.Conv2d(3, 16, 3, dtype=«torch.complex64»)": "an attribute is not evaluated",
    "nn.Conv2d(3, 16, 3, dtype=«'float32'»)": "dtype must be one of [None], it is 'float32'",
    "nn.ConvTranspose2d(3, 16, 3, padding=«'same'»)": "an integer or two (h, w), it is 'same'",
    "nn.ConvTranspose2d(3, 16, 3, padding_mode=«'reflect'»)": "must be one of ['zeros']",
    "nn.ConvTranspose2d(3, 16, 3, output_padding=«1»)": "output_padding is 1, stride 1, dilation 1",
    "nn.MaxPool2d(2, padding=«2»)": "padding is 2, kernel_size 2",
    "nn.MaxPool2d(2, return_indices=«True»)": "must be one of [False], it is True",
    "nn.MaxPool2d(2, ceil_mode=«1»)": "ceil_mode must be one of [False, True], it is 1",
    "nn.AvgPool2d(2, divisor_override=«3»)": "must be one of [None], it is 3",
    "nn.Conv2d(3, 16, «int('3')»)": "a call is not evaluated",
    "nn.Conv2d(3, 16, (3, «open('x')»))": "a call is not evaluated",
    "nn.Conv2d(3, 16, «k»)": "a name is not evaluated",
    "nn.Conv2d(3, 16, «self.k»)": "an attribute is not evaluated",
    "nn.Conv2d(3, 16, «k[0]»)": "an index is not evaluated",
    "nn.Conv2d(3, 16, «3 / 2»)": "kernel_size: of calculations, +, -, *, // and %",
    "nn.Conv2d(3, 16, «2 ** 3»)": "kernel_size: of calculations, +, -, *, // and %",
    "nn.Conv2d(3, 16, «1.5 + 1.5»)": "kernel_size: of calculations, +, -, *, // and %",
    "nn.Conv2d(3, 16, «True + 1»)": "kernel_size: of calculations, +, -, *, // and %",
    "nn.Conv2d(3, 16, «not 3»)": "kernel_size: of calculations, +, -, *, // and %",
    "nn.Conv2d(3, 16, «k» // 2)": "a name is not evaluated",
    "nn.Conv2d(3, 16, «3 // 0»)": "kernel_size divides by zero",
    "nn.Conv2d(3, 16, «2 - 2»)": "kernel_size must be from 1",
    "nn.Conv2d(3, 16, «9999999999 * 9999999999 * 2»)": "kernel_size: of calculations, +, -, *, // and %",
    "«nn.Conv2d»(3, 16, " + "-" * 900 + "3)": "nested too deeply",
    "nn.Conv2d(3, 16, 3, padding=«3 if x else 1»)": "a condition is not evaluated",
    "nn.Conv2d(3, 16, 3, padding_mode=«f'{x}'»)": "an f-string is not evaluated",
    "nn.Conv2d(3, 16, «lambda: 3»)": "a lambda is not evaluated",
    "nn.Conv2d(3, 16, «[i for i in x]»)": "a comprehension is not evaluated",
    "nn.Conv2d(3, 16, «(i for i in x)»)": "a comprehension is not evaluated",
    "nn.Conv2d(3, 16, («k := 3»))": "an assignment is not evaluated",
    "nn.Conv2d(3, 16, «{3: 3}»)": "this is not evaluated",
    "nn.Conv2d(3, 16, (3, «*x»))": "a starred argument is not evaluated",
    "nn.Conv2d(«*args»)": "a starred argument is not read",
    "nn.Conv2d(3, 16, 3, «**options»)": "a starred argument is not read",
    "F.conv2d(«lambda: x», w)": "input must be a tensor, such as x or F.relu(x); a lambda is not read",
    "F.conv2d(x, «[1, 2]»)": "weight must be a tensor",
    "F.conv2d(x, w, «True»)": "bias must be a tensor",
    "F.conv2d(x, «None»)": "weight must be a tensor",
    "«nn.Conv2d»": "not the call of a layer",
    "«3»": "not the call of a layer",
    "«nn.ReLU(), nn.ReLU()»": "not the call of a layer",
    "«def f(): pass»": "not the call of a layer",
    "a = «await nn.ReLU()»": "not the call of a layer",
    "nn.Conv2d(3, 16, 3), «nn.MaxPool2d(2)»": "there are 2 layers, choose one with layer_index: ",
    "nn.AvgPool2d(3)\n«nn.MaxPool2d(2)»": "0 in line 1, nn.AvgPool2d(3); 1 in line 2, nn.MaxPool2d(2)",
    "«»": "there is no layer here",
    "«» \n # nothing\n": "there is no layer here",
    "«»import torch": "there is no layer here",
    "nn.Conv2d«(»3, 16, 3": "was never closed",
    "nn.Conv2d(3, 16, 3«]»": "does not match",
    "   nn.Conv2d(3,\n16, 3«]»": "closing parenthesis ']' does not match opening parenthesis '('",
    "nn.Conv2d(3, «,» 16)": "invalid syntax",
    "nn.Conv2d«（»3，16)": "invalid character",
    "nn.Conv2d(3, 16, padding=«'»same)": "unterminated string",
    "卷积 = «nn.Conv2»(3, 16, 3)": "did you mean nn.Conv2d?",
    "卷积 = «nn.Conv3d»(3, 16, 3)": "'nn.Conv3d' is not read, only layers of one or two dimensions are: nn.C",
    "nn.Conv2d(3, 16, '𝒳é', «kernel»=3)": "did you mean kernel_size?",
    "nn.Conv2d(3,«\0» 16)": r"'\x00' cannot stand in code",
    "a\n «\ud800»": r"'\ud800' cannot stand in code",
    "«n»n.Conv2d(3, 16, 3)" + " " * LONGEST: "the code has 20,019 characters, at most 20,000",
    "«-»" + "-" * 3000 + "1": "nested too deeply",
    "nn.Conv2d(3, 16, " + "(" * 199 + "«(»" + "3": "too many nested parentheses",
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("marked", REFUSED)
def test_what_is_pointed_at(marked: str) -> None:
    before, _, rest = marked.partition("«")
    place, _, after = rest.partition("»")
    with refuses(ParseError, re.escape(REFUSED[marked])) as caught:
        parse(before + place + after)
    error = caught.value
    lines = before.split("\n")
    assert (error.line, error.column, error.text) == (len(lines), len(lines[-1]) + 1, place)
    assert error.end_column == error.column + len(place)
    assert len(sentence(error)) < 300


def test_a_place_of_several_lines_ends_with_its_first() -> None:
    with refuses(ParseError, "a call is not evaluated") as caught:
        parse("nn.Conv2d(3, 16, f(\n3))")
    assert (caught.value.line, caught.value.column, caught.value.end_column) == (1, 18, 20)


def torch_module(text: str) -> nn.Module | None:
    """The layer that PyTorch itself makes of a text of READ; None for the functions."""
    call = re.search(
        r"\b(torch\.|nn\.)*[A-Z]\w+2d\([^()]*(\([^()]*\)[^()]*)*\)",
        text.replace(" . ", ".").replace("d (", "d("),
        re.S,
    )
    if call is None:
        return None
    made = eval(call[0].rstrip(), {**vars(nn), "nn": nn, "torch": torch})
    assert isinstance(made, nn.Module)
    return made


def pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


@pytest.mark.parametrize("text", READ)
def test_torch_reads_the_same(text: str) -> None:
    module, parsed = torch_module(text), parse(text)
    if module is None:
        return
    assert type(parsed.operation).__name__ == type(module).__name__
    for name in ("stride", "dilation", "kernel_size", "output_padding"):
        if hasattr(parsed.operation, name) and hasattr(module, name):
            assert getattr(parsed.operation, name) == pair(getattr(module, name)), name
    for name in ("groups", "padding_mode", "ceil_mode", "count_include_pad"):
        if hasattr(parsed.operation, name):
            assert getattr(parsed.operation, name) == getattr(module, name), name
    if module.padding not in ("same", "valid"):
        assert parsed.operation.padding == around(*pair(module.padding))
    if parsed.weight_shape is not None:
        assert isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
        assert parsed.weight_shape == tuple(module.weight.shape)
        assert (parsed.in_channels, parsed.out_channels) == (module.in_channels, module.out_channels)
        assert parsed.bias == (module.bias is not None)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d"])
def test_functions_take_their_arguments_in_order(name: str) -> None:
    signature = KNOWN[f"F.{name}"]
    values = {
        "input": torch.randn(2, 9, 9),
        "weight": torch.randn(2, 1, 3, 3),
        "bias": torch.randn(2),
        "kernel_size": 3,
        "stride": 2,
        "padding": 1,
        "output_padding": 1,
        "dilation": 2,
        "groups": 2,
        "ceil_mode": True,
        "count_include_pad": False,
        "divisor_override": None,
        "return_indices": False,
    }
    named = {each: values[each] for each in signature.names}
    function = getattr(F, name)
    assert torch.equal(function(*named.values()), function(**named))


def test_nothing_is_evaluated(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    act = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    places = [
        act,
        f"nn.Conv2d(3, 16, {act})",
        f"nn.Conv2d(3, 16, (3, {act}))",
        f"nn.Conv2d(3, 16, 3, **{{'stride': {act}}})",
        f"nn.Conv2d(*[{act}])",
        f'nn.Conv2d(3, 16, 3, padding_mode=f"{{{act}}}")',
        f"nn.Conv2d(3, 16, [{act} for _ in '1'])",
        f"nn.Conv2d(3, 16, (k := {act}))",
        f"nn.Conv2d(3, 16, (lambda: {act})())",
        f"nn.Conv2d(3, 16, 3, dtype={act})",
        f"F.conv2d({act}, w)",
        f"({act}, nn).Conv2d(3, 16, 3)",
        f"x[{act}] = nn.Conv2d(3, 16, 3)",
        f"x: {act} = nn.Conv2d(3, 16, 3)",
        f"@{act}\ndef f(x={act}): pass",
        f"class C({act}): pass",
        f"import os\n{act}",
        f"  nn.Conv2d(3, 16, 3)\nelse: {act}",
        "from antigravity import *",
    ]
    for text in places:
        with suppress(ParseError):
            parse(text)
        assert not canary.exists(), text
    exec(act)
    assert canary.exists()


def settled(text: str) -> None:
    """A result or a ParseError that points into the text, soon."""
    started = time.process_time()
    error = None
    try:
        assert isinstance(parse(text), Parsed)
    except ParseError as raised:
        error = raised
    assert time.process_time() - started < 5
    if error is None:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= error.line <= len(lines)
    line = lines[error.line - 1]
    assert 1 <= error.column <= error.end_column <= len(line) + 1
    assert error.text == line[error.column - 1 : error.end_column - 1]
    assert 0 < len(sentence(error)) < 400


WORDS = (
    *"()[]{},=:.*-+\\\n\t #'\"@;~é（𝒳\r\f\0\u2028",
    *(
        "nn",
        "F",
        "Conv2d",
        "conv2d",
        "stride",
        "3",
        "1e9",
        "None",
        "True",
        "if ",
        "lambda ",
        ":=",
        "for x in ",
    ),
    *("x", "f'", '"""', "async ", "yield "),
)
TOKENS = st.sampled_from(WORDS)


# Of each argument that is an integer, code in which a calculation takes its place.
INTEGERS = {
    "in_channels": "nn.Conv2d({}, 2, 3)",
    "out_channels": "nn.Conv2d(2, {}, 3)",
    "kernel_size": "nn.Conv2d(2, 2, {})",
    "stride": "nn.MaxPool2d(3, stride=({}, 1))",
    "padding": "F.conv2d(x, w, padding={})",
    "dilation": "nn.ConvTranspose1d(2, 2, 3, dilation={})",
    "groups": "F.conv2d(x, w, groups={})",
}
CALCULATIONS = st.recursive(
    st.integers(0, 99).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(INTEGERS)), CALCULATIONS)
def test_a_calculation_is_read_as_python_evaluates_it(name: str, calculation: str) -> None:
    try:
        value = str(eval(calculation, {}))
    except ZeroDivisionError:
        with refuses(ParseError, "divides by zero"):
            parse(INTEGERS[name].format(calculation))
        return
    assert outcome(INTEGERS[name].format(calculation)) == outcome(INTEGERS[name].format(value))


def outcome(code: str) -> Parsed | str:
    try:
        return parse(code)
    except ParseError as error:
        return sentence(error)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    settled(text)


@given(st.lists(TOKENS, max_size=60).map("".join))
def test_any_tokens(text: str) -> None:
    settled(text)


@given(st.sampled_from(list(READ)), st.data())
def test_valid_code_with_a_part_replaced(text: str, data: st.DataObject) -> None:
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    settled(text[:start] + data.draw(st.lists(TOKENS, max_size=4).map("".join)) + text[stop:])


@given(TOKENS, TOKENS, st.sampled_from(list(READ)))
def test_much_of_the_same(one: str, other: str, text: str) -> None:
    settled(((one + other) * LONGEST)[: LONGEST - len(text)] + text)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [0, 1, (2, 1), "same", "valid"])
@pytest.mark.parametrize("name", ["", "(conv1): ", "  (0): "])
def test_what_torch_prints_is_read(mode: PaddingMode, padding: Any, name: str) -> None:
    """torch prints strings without quotes."""
    layer = torch.nn.Conv2d(3, 8, 3, padding=padding, padding_mode=mode, dilation=2, bias=False)
    assert parse(name + repr(layer)) == parse(
        f"nn.Conv2d(3, 8, 3, padding={padding!r}, padding_mode={mode!r}, dilation=2, bias=False)"
    )


def test_a_word_that_torch_never_prints_is_no_value() -> None:
    with pytest.raises(ParseError):
        parse("Conv2d(3, 8, kernel_size=(3, 3), padding=some)")
    with pytest.raises(ParseError):
        parse("Conv2d(3, 8, kernel_size=same)")
