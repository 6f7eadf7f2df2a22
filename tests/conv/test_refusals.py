"""What cannot be a layer: each refusal names its place and both values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.conv.correlate import channel_sums, output
from app.conv.ledger import ledger
from app.conv.operation import AvgPool2d, Conv2d, ConvError, ConvTranspose2d, MaxPool2d, Padding, plan
from app.conv.taps import taps
from tests.support.refusals import refuses, sentence

HUGE = [2**31, 2**63, 10**30, 10**5000]
NOT_INTEGERS = [True, 1.0, "1", None]


def name_of(value: Any) -> str:
    return f"{value!r:.12}" if not isinstance(value, int) or value < 10**4000 else "10**5000"


def padding(cells: int) -> Padding:
    return Padding(cells, cells, cells, cells)


def conv(input_shape: tuple[int, ...], weight: tuple[int, ...], **fields: Any) -> Callable[[], object]:
    return lambda: plan(Conv2d(**fields), input_shape, weight)


def transposed(input_shape: tuple[int, ...], weight: tuple[int, ...], **fields: Any) -> Callable[[], object]:
    return lambda: plan(ConvTranspose2d(**fields), input_shape, weight)


def pool(input_shape: tuple[int, ...], *sizes: Any, **fields: Any) -> Callable[[], object]:
    return lambda: plan(MaxPool2d(*sizes, **fields), input_shape)


REFUSED = [
    (
        conv((1, 5, 5), (1, 1, 4, 4), dilation=(2, 2)),
        "/operation",
        "the output height would be smaller than 1: floor((5 + 2·0 − 2·(4−1) − 1)/1 + 1) = −1",
    ),
    (
        conv((1, 5, 5), (1, 1, 1, 9), stride=(1, 3), padding=Padding(0, 0, 1, 0)),
        "/operation",
        "the output width would be smaller than 1: floor((5 + (1+0) − 1·(9−1) − 1)/3 + 1) = 0",
    ),
    (
        transposed((1, 1, 3), (1, 1, 1, 1), padding=padding(1), stride=(2, 2)),
        "/operation",
        "the output height would be smaller than 1: (1−1)·2 − 2·1 + 1·(1−1) + 0 + 1 = −1",
    ),
    (
        pool((1, 4, 4), (5, 5), ceil_mode=True, stride=(1, 1)),
        "/operation",
        "the output height would be smaller than 1: ceil((4 + 2·0 − 1·(5−1) − 1)/1 + 1) = 0",
    ),
    (conv((3, 5, 5), (2, 2, 3, 3)), "/weight", "input has 3 channels, weight expects 2"),
    (
        conv((6, 5, 5), (4, 2, 3, 3), groups=2),
        "/weight",
        "input has 6 channels, weight expects 4 (2 in each of 2 groups)",
    ),
    (transposed((3, 5, 5), (2, 2, 3, 3)), "/weight", "input has 3 channels, weight expects 2"),
    (
        conv((4, 5, 5), (4, 1, 3, 3), groups=3),
        "/operation/groups",
        "4 input channels cannot be divided into 3 groups",
    ),
    (
        conv((4, 5, 5), (3, 2, 3, 3), groups=2),
        "/operation/groups",
        "3 output channels cannot be divided into 2 groups",
    ),
    (
        lambda: plan(Conv2d(), (1, 5, 5), (2, 1, 3, 3), (3,)),
        "/bias",
        "bias has 3 values, the layer 2 output channels",
    ),
    (lambda: plan(Conv2d(), (1, 5, 5)), "/weight", "conv2d needs a weight, none is given"),
    (
        lambda: plan(MaxPool2d((2, 2)), (1, 5, 5), (1, 1, 2, 2)),
        "/weight",
        "max_pool2d has no weight, one of shape (1, 1, 2, 2) is given",
    ),
    (
        conv((1, 4, 5), (1, 1, 3, 3), padding=padding(4), padding_mode="reflect"),
        "/operation/padding",
        "reflect padding must be smaller than the input: padding is 4, the input height is 4",
    ),
    (
        conv((1, 5, 4), (1, 1, 3, 3), padding=padding(5), padding_mode="circular"),
        "/operation/padding",
        "circular padding must be at most the input: padding is 5, the input width is 4",
    ),
    (
        lambda: ConvTranspose2d(stride=(2, 3), output_padding=(1, 3)),
        "/operation/output_padding",
        "output_padding must be smaller than stride or dilation: output_padding is 3, stride 3, dilation 1",
    ),
    (
        lambda: MaxPool2d((3, 3), padding=padding(2)),
        "/operation/padding",
        "padding must be at most half of kernel_size: padding is 2, kernel_size 3",
    ),
    (
        lambda: Conv2d(padding="same", stride=(1, 2)),
        "/operation/padding",
        'padding "same" needs stride 1, the stride is (1, 2)',
    ),
    (
        pool((1, 1, 1), (2, 2), padding=padding(1), dilation=(2, 2)),
        "/operation/dilation",
        "a window would read no input cell: it starts at -1 in steps of 2, the input height is 1",
    ),
    (conv((5, 5), (1, 1, 3, 3)), "/input", "input has 2 dimensions, it must have 3: (C_in, H, W)"),
    (conv((1, 1, 5, 5), (1, 1, 3, 3)), "/input", "input has 4 dimensions, it must have 3: (C_in, H, W)"),
    (
        conv((1, 5, 5), (1, 3, 3)),
        "/weight",
        "weight has 3 dimensions, it must have 4: (C_out, C_in/groups, kH, kW)",
    ),
    (
        transposed((1, 5, 5), (3,)),
        "/weight",
        "weight has 1 dimensions, it must have 4: (C_in, C_out/groups, kH, kW)",
    ),
    (
        lambda: plan(Conv2d(), (1, 5, 5), (2, 1, 3, 3), (1, 2)),
        "/bias",
        "bias has 2 dimensions, it must have 1: (C_out,)",
    ),
    (conv((1, 0, 5), (1, 1, 3, 3)), "/input", "input H must be from 1 to 2147483647, it is 0"),
    (conv((1, 5, 5), (0, 1, 3, 3)), "/weight", "weight C_out must be from 1 to 2147483647, it is 0"),
    (lambda: Conv2d(stride=(0, 1)), "/operation/stride", "stride must be from 1 to 2147483647, it is 0"),
    (
        lambda: Padding(bottom=-1),
        "/operation/padding",
        "padding bottom must be from 0 to 2147483647, it is -1",
    ),
    (
        lambda: Conv2d(padding="valid"),  # type: ignore[arg-type]
        "/operation/padding",
        "padding must be four numbers or same, it is 'valid'",
    ),
    (
        lambda: Conv2d(padding_mode="mirror"),  # type: ignore[arg-type]
        "/operation/padding_mode",
        "padding_mode must be one of ['zeros', 'reflect', 'replicate', 'circular'], it is 'mirror'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "at", "message"), REFUSED, ids=[row[2][:60] for row in REFUSED])
def test_refused(layer: Callable[[], object], at: str, message: str) -> None:
    with pytest.raises(ConvError) as refused:
        layer()
    assert (refused.value.at, sentence(refused.value)) == (at, message)


@pytest.mark.parametrize("value", [*HUGE, *NOT_INTEGERS, -1], ids=name_of)
@pytest.mark.parametrize("made", [Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d])
def test_no_field_takes_what_is_not_a_size(made: Any, value: Any) -> None:
    own = {"kernel_size": (2, 2)} if made in (MaxPool2d, AvgPool2d) else {"groups": 1}
    for name in ("stride", "dilation", *own, *(["output_padding"] if made is ConvTranspose2d else [])):
        wrong = value if name == "groups" else (1, value)
        if (made, name, value) in ((MaxPool2d, "stride", None), (AvgPool2d, "stride", None)):
            continue
        with pytest.raises(ConvError) as refused:
            made(**{**own, name: wrong})
        assert refused.value.at == f"/operation/{name}"
        assert len(sentence(refused.value)) < 120


@pytest.mark.parametrize("value", [*HUGE, *NOT_INTEGERS, -1], ids=name_of)
@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
def test_no_side_takes_what_is_not_a_padding(side: str, value: Any) -> None:
    with refuses(ConvError, f"padding {side} must be"):
        Padding(**{side: value})


@pytest.mark.parametrize("value", [1, (1,), (1, 1, 1), [1, 1], "11"])
def test_a_size_is_a_pair(value: Any) -> None:
    with refuses(ConvError, r"stride must be two integers \(h, w\)"):
        Conv2d(stride=value)


@pytest.mark.parametrize("name", ["flip", "ceil_mode", "count_include_pad"])
@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_a_switch_is_true_or_false(name: str, value: Any) -> None:
    with refuses(ConvError, rf"{name} must be one of \[False, True\]"):
        Conv2d(flip=value) if name == "flip" else AvgPool2d((2, 2), **{name: value})


def test_an_immense_output_is_planned_without_being_made() -> None:
    layer = plan(Conv2d(padding=padding(10**9)), (1, 1, 1), (1, 1, 1, 1))
    assert layer.output_shape == (1, 2 * 10**9 + 1, 2 * 10**9 + 1)
    assert layer.multiply_adds == (2 * 10**9 + 1) ** 2


X, K = torch.ones(1, 3, 3), torch.ones(1, 1, 2, 2)
LAYER = plan(Conv2d(), (1, 3, 3), (1, 1, 2, 2))


@pytest.mark.parametrize(
    ("x", "weight", "bias", "at", "message"),
    [
        (X[:, :2], K, None, "/input", r"input has the shape \(1, 2, 3\), the plan expects \(1, 3, 3\)"),
        (X, None, None, "/weight", r"weight has the shape None, the plan expects \(1, 1, 2, 2\)"),
        (X, K, torch.ones(1), "/bias", r"bias has the shape \(1,\), the plan expects None"),
        (X, K.double(), None, "/weight", "weight is float64, the input is float32"),
        (X.half(), K.half(), None, "/dtype", "dtype must be one of float32, float64, int32, it is float16"),
    ],
)
def test_tensors_that_are_not_the_plans(x: Any, weight: Any, bias: Any, at: str, message: str) -> None:
    for call in (
        lambda: output(LAYER, x, weight, bias),
        lambda: ledger(LAYER, taps(LAYER), x, weight, bias, 0),
    ):
        with refuses(ConvError, message) as refused:
            call()
        assert refused.value.at == at


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((1, 0, None), "out_channel is 1, the output has 1 channel"),
        ((-1, 0, None), "out_channel is -1"),
        ((0, -1, 2), "start is -1 and stop 2, there are 4 windows"),
        ((0, 2, 1), "start is 2 and stop 1"),
        ((0, 0, 5), "start is 0 and stop 5, there are 4 windows"),
    ],
)
def test_windows_that_are_not_there(asked: tuple[int, int, int | None], message: str) -> None:
    with refuses(ConvError, message):
        ledger(LAYER, taps(LAYER), X, K, None, *asked)


@pytest.mark.parametrize("asked", [range(0), range(2), range(-1, 1), range(1, 2), range(0, 1, 2)])
def test_output_channels_that_are_not_there(asked: range) -> None:
    with refuses(ConvError, "are asked for, there are 1") as refused:
        channel_sums(LAYER, X, K, asked)
    assert refused.value.at == "/out_channel"


def test_an_average_of_integers() -> None:
    layer = plan(AvgPool2d((2, 2)), (1, 4, 4))
    x = torch.ones(1, 4, 4, dtype=torch.int32)
    for call in (lambda: output(layer, x, None, None), lambda: ledger(layer, taps(layer), x, None, None, 0)):
        with refuses(ConvError, "average pooling has no int32, as in torch"):
            call()
    with pytest.raises(NotImplementedError):
        torch.nn.functional.avg_pool2d(x, 2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("where", ["product", "channel sum", "running sum", "output"])
def test_a_float_sum_that_overflows(dtype: torch.dtype, where: str) -> None:
    big = torch.finfo(dtype).max
    x, weight, bias = torch.zeros(2, 1, 2, dtype=dtype), torch.ones(1, 2, 1, 2, dtype=dtype), None
    if where == "product":
        x[0, 0, 0] = weight[0, 0, 0, 0] = big
    elif where == "channel sum":
        x[0] = big
    else:
        x[:, 0, 0] = big
        bias = torch.full((1,), big, dtype=dtype)
        if where == "output":
            x[1] = 0
    layer = plan(Conv2d(), (2, 1, 2), (1, 2, 1, 2), None if bias is None else (1,))
    for call in (
        lambda: output(layer, x, weight, bias),
        lambda: ledger(layer, taps(layer), x, weight, bias, 0),
    ):
        with refuses(ConvError, f"overflow: .* leaves the range of {str(dtype)[6:]}") as refused:
            call()
        assert refused.value.at == "/input"
    if where in ("product", "channel sum"):
        with refuses(ConvError, "overflow"):
            channel_sums(layer, x, weight)


def test_numbers_near_the_limit_are_no_overflow() -> None:
    """The bound on magnitudes says "perhaps"; the sums themselves decide."""
    big = torch.finfo(torch.float32).max / 2
    x, weight = torch.tensor([[[big, -big, big]]]), torch.ones(1, 1, 1, 2)
    layer = plan(Conv2d(), (1, 1, 3), (1, 1, 1, 2))
    assert output(layer, x, weight, None).tolist() == [[[0, 0]]]
    assert channel_sums(layer, x, weight).tolist() == [[[[0, 0]]]]
