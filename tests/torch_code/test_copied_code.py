"""Code as people copy it: out of sessions, documents, classes and print-outs, with more than one layer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from torch import nn

from app.conv.errors import ConvError
from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Padding
from app.torch_code.parser import Parsed, ParseError, SeveralLayers, parse
from tests.support.refusals import refuses

CONV = nn.Conv2d(3, 16, 3, padding=1)
LAYER = "nn.Conv2d(3, 16, 3, padding=1)"
PRINT = "Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"
POOL = nn.MaxPool2d(2)

CLASS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        return torch.flatten(x, 1)
"""
PRINTED = """Net(
  (features): Sequential(
    (0): Conv2d(3, 64, kernel_size=(11, 11), stride=(4, 4), padding=(2, 2))
    (1): ReLU(inplace=True)
    (2): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    (3): Conv2d(64, 192, kernel_size=(5, 5), stride=(1, 1), padding=same, padding_mode=circular)
  )
  (avgpool): AdaptiveAvgPool2d(output_size=(6, 6))
  (up): ConvTranspose2d(192, 8, kernel_size=(2, 2), stride=(2, 2), bias=False)
)"""
PRINTED_LAYERS: list[nn.Module] = [
    nn.Conv2d(3, 64, 11, 4, 2),
    nn.MaxPool2d(3, 2),
    nn.Conv2d(64, 192, 5, padding="same", padding_mode="circular"),
    nn.ConvTranspose2d(192, 8, 2, 2, bias=False),
]

# The text, and the one layer in it.
ONE: dict[str, nn.Module | Operation] = {
    ">>> m = nn.Conv2d(3, 16, 3, padding=1)": CONV,
    ">>> m = nn.Conv2d(3, 16, 3,\n...               padding=1)": CONV,
    ">>> import torch\n>>> from torch import nn\n>>> m = nn.Conv2d(3, 16, 3, padding=1)\n>>> m(x).shape\n"
    "torch.Size([1, 16, 5, 5])": CONV,
    f">>> nn.Conv2d(3, 16, 3, padding=1)\n{PRINT}": CONV,
    f">>> net\nNet(\n  (conv): {PRINT}\n)": CONV,
    f">>> conv\n{PRINT}": CONV,
    "    >>> m = nn.MaxPool2d(2)": POOL,
    "In [3]: nn.Conv2d(3, 16, 3, padding=1)": CONV,
    "In [3]: nn.Conv2d(3, 16, 3,\n   ...:           padding=1)\nOut[3]: Conv2d(3, 16)": CONV,
    f"In [4]: conv\nOut[4]: {PRINT}": CONV,
    "```python\nnn.Conv2d(3, 16, 3, padding=1)\n```": CONV,
    "```\nnn.Conv2d(3, 16, 3, padding=1)": CONV,
    "~~~py\nnn.Conv2d(3, 16, 3, padding=1)\n~~~\n": CONV,
    f"The first layer is\n\n```python\nconv = {LAYER}\n```\n\nand isn't a Conv2d(…)!": CONV,
    "```python\n>>> nn.MaxPool2d(2)\n```": POOL,
    "`nn.Conv2d(3, 16, 3, padding=1)`": CONV,
    "Use ``nn.MaxPool2d(2)`` here, it doesn't (ever) learn": POOL,
    "We pool the image's pixels (all of them):\nnn.MaxPool2d(2)\nand that's it": POOL,
    "!pip install torch\nnn.MaxPool2d(2)": POOL,
    "%matplotlib inline\nimport torch\nconv = nn.Conv2d(3, 16, 3, padding=1)": CONV,
    "conv = nn.Conv2d(3, 16, 3, padding=1)\nx = torch.randn(1, 3, 8, 8)\nprint(conv(x).shape)": CONV,
    f"x = torch.randn(1, 3, 8, 8)\nconv = {LAYER}\ntorch.Size([1, 16, 8, 8]) here": CONV,
    "conv = nn.Conv2d(3, 16, 3, padding=1)\n        relu = nn.ReLU()": CONV,
    "nn.Conv2d(3, 16, 3, padding=1),\n            nn.ReLU(),\n        )": CONV,
    "def forward(self, x):\n    return F.max_pool2d(F.relu(self.conv(x)), 2)": MaxPool2d((2, 2)),
    "self.conv = nn.Conv2d(3, 16, 3, padding=1)\n\ndef forward(self, x): return self.conv(x)": CONV,
    "torch.nn.Conv2d(3, 16, 3, padding=1).to(device)": CONV,
    "nn.Conv2d(3, 16, 3, padding=1).cuda()": CONV,
    "nn.Conv2d(3, 16, 3, padding=1).to('cuda:0').eval().requires_grad_(False)": CONV,
    "y = nn.Conv2d(3, 16, 3, padding=1)(x)": CONV,
    "nn.Conv2d(3, 16, 3, padding=1).weight.shape": CONV,
    "nn.Conv2d(3, 16, 3, padding=1, device='cpu')": CONV,
    "nn.Conv2d(3, 16, 3, padding=1, device=device, dtype=torch.float32)": CONV,
    "nn.Conv2d(3, 16, 3, padding=1, device=torch.device('cuda'), dtype=torch.float64)": CONV,
    "nn.Conv2d(3, 16, 3, padding=1, dtype=torch.half)": CONV,
    "nn.Conv2d(3, 16, 3, padding=3//2)": CONV,
    "nn.Conv2d(3, 8 * 2, 3, padding=(3 - 1) // 2)": CONV,
    "nn.Conv2d(3, 16, (2 + 1, 7 % 4), padding=-(-1))": CONV,
    "nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU())": CONV,
    f"nn.Sequential(\n    {LAYER},\n    nn.BatchNorm2d(16),\n    nn.ReLU(inplace=True),\n)": CONV,
    "nn.Sequential(OrderedDict([('conv', nn.Conv2d(3, 16, 3, padding=1)), ('relu', nn.ReLU())]))": CONV,
    "self.layers = nn.ModuleList([nn.Conv2d(3, 16, 3, padding=1)])": CONV,
    "layers = {'conv': nn.Conv2d(3, 16, 3, padding=1)}": CONV,
    "layers += [nn.Conv2d(3, 16, 3, padding=1)]": CONV,
    "if (conv := nn.Conv2d(3, 16, 3, padding=1)):\n    pass": CONV,
    "with torch.no_grad():\n    y = F.relu(nn.Conv2d(3, 16, 3, padding=1)(x))": CONV,
    "nn.utils.weight_norm(nn.Conv2d(3, 16, 3, padding=1))": CONV,
    "torch.compile(nn.Conv2d(3, 16, 3, padding=1))": CONV,
    "assert nn.MaxPool2d(2)(x).shape == (1, 1)": POOL,
    "conv: nn.Conv2d = nn.Conv2d(3, 16, 3, padding=1)": CONV,
    "F.conv2d(x.unsqueeze(0), w[0:1], stride=2)": Conv2d((2, 2)),
    "F.conv2d(torch.randn(1, 3, 8, 8), torch.ones(1, 3, 3, 3) / 9, padding=1)": Conv2d(
        padding=Padding(1, 1, 1, 1)
    ),
    "out = F.conv_transpose2d(x - x.mean(), self.weight, self.bias, stride=2)": ConvTranspose2d((2, 2)),
    "F.avg_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)": AvgPool2d((3, 3), (1, 1)),
    "F.max_pool2d(F.relu(x), 2)": MaxPool2d((2, 2)),
    f"  (conv1): {PRINT}": CONV,
    f"Sequential(\n  (0): {PRINT}\n  (1): ReLU()\n)": CONV,
    f"(layer.conv-1): {PRINT}": CONV,
    f"ModuleList(\n  (0-3): 4 x {PRINT}\n)": CONV,
}

# The text, and its layers in order.
SEVERAL: dict[str, list[nn.Module | Operation]] = {
    "nn.Conv2d(3, 16, 3, padding=1)\nnn.MaxPool2d(2)": [CONV, POOL],
    "nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))": [CONV, POOL],
    "x = F.max_pool2d(F.relu(F.conv2d(x, w)), 2)": [MaxPool2d((2, 2)), Conv2d()],
    "nn.Sequential(nn.Sequential(nn.MaxPool2d(2)), nn.Conv2d(3, 16, 3, padding=1).cuda())": [POOL, CONV],
    CLASS: [nn.Conv2d(1, 6, 5), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5)],
    CLASS.partition("super().__init__()\n        ")[2]: [
        nn.Conv2d(1, 6, 5), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5),
    ],
    f"```python\n{CLASS}```": [nn.Conv2d(1, 6, 5), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5)],
    PRINTED: [*PRINTED_LAYERS],
    f">>> print(net)\n{PRINTED}": [*PRINTED_LAYERS],
    f"```\n{PRINTED}\n```": [*PRINTED_LAYERS],
    f">>> nn.MaxPool2d(2)\n>>> {LAYER}\n{PRINT}": [POOL, CONV],
    "nn.MaxPool2d(2); nn.Conv2d(3, 16, 3, padding=1)": [POOL, CONV],
}  # fmt: skip

# Code with «the place that is pointed at», and something that the message says.
POINTED: dict[str, str] = {
    ">>> m = nn.Conv2d(3, 16, 3, «strides»=2)": "did you mean stride?",
    "Text\n```python\n    m = nn.Conv2d(3, 16, «k»)\n```": "a name is not evaluated",
    ">>> m = nn.Conv2d(3, 16,\n...     3, padding=«'full'»)": '"same" or "valid"',
    "Use `nn.MaxPool2d(2, «dilate»=1)`": "did you mean dilation?",
    "Net(\n  (a): ReLU()\n  (b): Conv2d(3, 16, kernel_size=3, «strid»=(1, 1))\n)": "did you mean stride?",
    "(conv): Conv2d«(»3, 16, kernel_size=(3, 3)": "was never closed",
    "Say (why):\n    nn.MaxPool2d(2, «pad»=1)\nNow it's done": "did you mean padding?",
    "x = 3\nconv = nn.Conv2d«(»3, 16": "was never closed",
    "nn.Sequential«(»\n    nn.Conv2d(3, 16, 3),\n    nn.ReLU(),": "was never closed",
    "nn.MaxPool2d(2)\nnn.Conv2d«（»3，16）": "invalid character",
    "x = torch.randn(3)\ny = «nn.Conv3d»(3, 16, 3)": "only layers of one or two dimensions are: nn.Conv2d",
    "«F.avg_pool3d»(x, 2)": "only layers of one or two dimensions are",
    "«nn.ConvTranspose3d»(1, 1, 1)": "only layers of one or two dimensions are",
    "«layers.Conv3D»(3)": "only layers of one or two dimensions are",
    "nn.Sequential(«nn.Conv2D»(3, 16, 3), nn.ReLU())": "did you mean nn.Conv2d?",
    "«nn.Linear»(3, 4)\nnn.ReLU()": "there are nn.Conv2d",
    "nn.ModuleList([nn.Conv2d(«c», c, 3) for c in (1, 2)])": "a name is not evaluated",
    "```\n«»```": "there is no layer here",
}


# No-break blanks of a web page, byte order marks of an editor: the same code to who reads it.
BLANKS = ("\u00a0", "\u202f", "\u2003", "\u3000")
MARKED = {
    "a first line": "\ufeff{}",
    "indented lines": "\ufeff    a = 1\n    conv = {}",
    "a line further down": "import torch\n\ufeffconv = {}",
    "a fence": "\ufeff```python\n{}\n```",
    "a session": "\ufeff>>> {}",
}


def check(found: Parsed, expected: nn.Module | Operation) -> None:
    """The layer is what PyTorch makes of the same arguments, or the operation."""
    if isinstance(expected, Operation):
        assert found.operation == expected
        return
    assert type(found.operation).__name__ == type(expected).__name__
    for name in ("stride", "dilation", "kernel_size", "output_padding", "padding", "groups", "padding_mode"):
        if hasattr(found.operation, name):
            assert settled(getattr(found.operation, name)) == settled(getattr(expected, name)), name
    if isinstance(expected, nn.Conv2d | nn.ConvTranspose2d):
        assert found.weight_shape == tuple(expected.weight.shape)
        assert found.bias == (expected.bias is not None)


def settled(value: Any) -> Any:
    """A pair of integers as two, a padding as its four sides."""
    if isinstance(value, Padding):
        assert (value.top, value.left) == (value.bottom, value.right)
        return value.top, value.left
    return (value, value) if isinstance(value, int) else value


def test_the_tables_are_large() -> None:
    assert len(ONE) + len(SEVERAL) + len(POINTED) >= 80


@pytest.mark.parametrize("text", ONE)
def test_one_layer_is_found(text: str) -> None:
    check(parse(text), ONE[text])
    assert parse(text, 0) == parse(text)
    with pytest.raises(ConvError) as refused:
        parse(text, 1)
    assert (refused.value.at, refused.value.message.params) == ("/layer_index", {"index": 1, "count": 1})


@pytest.mark.parametrize("text", SEVERAL)
def test_one_of_several_layers_is_chosen(text: str) -> None:
    with pytest.raises(SeveralLayers) as refused:
        parse(text)
    layers, lines = refused.value.layers, text.split("\n")
    assert len(layers) == len(SEVERAL[text])
    for index, (place, expected) in enumerate(zip(layers, SEVERAL[text], strict=True)):
        check(parse(text, index), expected)
        assert lines[place.line - 1][place.column - 1 :].startswith(place.text.rstrip("…"))
        assert re.match(r"[\w.]*[dD]\(", place.text)
    with pytest.raises(ConvError):
        parse(text, len(layers))


@pytest.mark.parametrize("marked", POINTED)
def test_what_is_pointed_at(marked: str) -> None:
    before, _, rest = marked.partition("«")
    place, _, after = rest.partition("»")
    with refuses(ParseError, re.escape(POINTED[marked])) as caught:
        parse(before + place + after)
    error, lines = caught.value, before.split("\n")
    if place:
        assert (error.line, error.column, error.text) == (len(lines), len(lines[-1]) + 1, place)


def test_many_layers_are_listed_shortly() -> None:
    with pytest.raises(SeveralLayers) as refused:
        parse("nn.MaxPool2d(2)\n" * 1000)
    message = refused.value.message
    assert message.params["count"] == 1000
    assert len(refused.value.layers) == 200
    assert len(str(message)) < 1500


@pytest.mark.parametrize("blank", BLANKS)
def test_other_blanks_are_blanks(blank: str) -> None:
    for text in (f"self.conv = {LAYER}", f"    {LAYER}\n    x = 1", f">>> {LAYER}", f"  (conv1): {PRINT}"):
        check(parse(text.replace(" ", blank)), CONV)
    with refuses(ParseError, "did you mean stride") as caught:
        parse(f"nn.Conv2d(3,{blank}16, 3, strides=2)")
    assert (caught.value.column, caught.value.text) == (21, "strides")


@pytest.mark.parametrize("text", MARKED.values(), ids=MARKED)
def test_byte_order_marks_are_left_out(text: str) -> None:
    check(parse(text.format(LAYER)), CONV)
    marked = text.format("nn.Conv2d(3, 16, 3, strides=2)")
    with refuses(ParseError, "did you mean stride") as caught:
        parse(marked)
    line = marked.split("\n")[caught.value.line - 1]
    assert line[caught.value.column - 1 :].startswith("strides")
