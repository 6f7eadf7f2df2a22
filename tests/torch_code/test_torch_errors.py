"""Torch errors as people paste them: each is made here by torch itself."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from app.conv.operation import Conv2d, ConvTranspose2d, MaxPool2d, Padding
from app.i18n.messages import render, sentences
from app.scenes.scene import operation_from
from app.torch_code.torch_error_patterns import find_torch_error

_z = torch.zeros

# What is done, its code, and for each remedy whether it comes with a layer.
ERRORS: dict[str, tuple[Callable[[], Any], str, list[tuple[str, bool]]]] = {
    "a grey picture for a layer of three channels": (
        lambda: nn.Conv2d(3, 64, 7)(_z(1, 1, 224, 224)),
        "channels",
        [("in_channels", True), ("input_channels", True)],
    ),
    "an input without a batch": (
        lambda: nn.Conv2d(3, 64, 7)(_z(1, 24, 24)),
        "channels",
        [("in_channels", True), ("input_channels", True)],
    ),
    "channels last": (
        lambda: nn.Conv2d(3, 8, 3)(_z(1, 24, 20, 3)),
        "channels",
        [("channels_last", True), ("in_channels", True), ("groups", True), ("input_channels", True)],
    ),
    "twice as many channels": (
        lambda: nn.Conv2d(32, 128, 3)(_z(1, 64, 9, 9)),
        "channels",
        [("in_channels", True), ("groups", True), ("input_channels", True)],
    ),
    "grouped": (
        lambda: nn.Conv2d(4, 6, 3, groups=2)(_z(1, 3, 9, 9)),
        "channels",
        [("input_channels", True)],
    ),
    "of one dimension": (
        lambda: nn.Conv1d(3, 64, 7)(_z(1, 1, 224)),
        "channels",
        [("in_channels", True), ("input_channels", True)],
    ),
    "of one dimension, transposed": (
        lambda: nn.ConvTranspose1d(3, 64, 7)(_z(1, 1, 22)),
        "transposed_channels",
        [("in_channels", True), ("input_channels", True)],
    ),
    "transposed": (
        lambda: nn.ConvTranspose2d(3, 64, 7)(_z(1, 1, 22, 22)),
        "transposed_channels",
        [("in_channels", True), ("input_channels", True)],
    ),
    "a kernel larger than its input": (
        lambda: nn.Conv2d(1, 1, 3)(_z(1, 1, 2, 2)),
        "kernel_size",
        [("padding", True), ("smaller_kernel", True), ("larger_input", True)],
    ),
    "a dilated kernel larger than its input": (
        lambda: nn.Conv2d(1, 1, (3, 1), dilation=2)(_z(1, 1, 4, 4)),
        "kernel_size",
        [("padding", True), ("smaller_kernel", True), ("larger_input", True)],
    ),
    "a kernel longer than its input": (
        lambda: nn.Conv1d(1, 1, 3)(_z(1, 1, 2)),
        "kernel_length",
        [("padding_1d", True), ("smaller_kernel_1d", True), ("larger_input_1d", True)],
    ),
    "features of a linear layer": (
        lambda: nn.Linear(512, 10)(_z(2, 25088)),
        "matrix_product",
        [("in_features", True), ("pool_first", False)],
    ),
    "a vector without its batch": (
        lambda: nn.Conv2d(1, 1, 3)(_z(3)),
        "dimensions",
        [("too_few_axes", False)],
    ),
    "a film": (
        lambda: nn.Conv2d(1, 1, 3)(_z(1, 1, 3, 3, 3)),
        "dimensions",
        [("too_many_axes", False)],
    ),
    "a vector for a transposed layer": (
        lambda: nn.ConvTranspose2d(1, 1, 3)(_z(3)),
        "dimensions",
        [("too_few_axes", False)],
    ),
    "double numbers": (lambda: nn.Conv2d(1, 1, 3)(_z(1, 1, 5, 5).double()), "types", [("same_type", False)]),
    "bytes": (lambda: nn.Conv2d(1, 1, 3)(_z(1, 1, 5, 5).byte()), "types", [("same_type", False)]),
    "half numbers": (lambda: nn.Conv2d(1, 1, 3)(_z(1, 1, 5, 5).half()), "types", [("same_type", False)]),
    "double features": (lambda: nn.Linear(4, 3)(_z(2, 4).double()), "types", [("same_type", False)]),
    "a pooling window larger than its input": (
        lambda: nn.MaxPool2d(3)(_z(1, 1, 2, 2)),
        "pooled_size",
        [("smaller_window", True)],
    ),
    "an average over more than there is": (
        lambda: nn.AvgPool2d(3)(_z(1, 4, 2, 2)),
        "pooled_size",
        [("smaller_window", True)],
    ),
    "half of a window": (
        lambda: nn.MaxPool2d(3, padding=2)(_z(1, 1, 9, 9)),
        "half_padding",
        [("padding_at_most", False)],
    ),
    "an output that is cropped away": (
        lambda: nn.ConvTranspose2d(1, 1, 3, padding=3)(_z(1, 1, 3, 3)),
        "cropped_size",
        [("less_cropping", False)],
    ),
    "groups of a weight": (
        lambda: F.conv2d(_z(1, 4, 9, 9), _z(6, 1, 3, 3), groups=4),
        "weight_groups",
        [("dividing_groups", False)],
    ),
    "groups of a module": (lambda: nn.Conv2d(3, 4, 3, groups=2), "undivided", [("groups_divide", False)]),
    "groups of its outputs": (lambda: nn.Conv2d(4, 3, 3, groups=2), "undivided", [("groups_divide", False)]),
    "a bias of another size": (
        lambda: F.conv2d(_z(1, 1, 5, 5), _z(4, 1, 3, 3), _z(3)),
        "bias",
        [("bias_size", False)],
    ),
    "too much to reflect": (
        lambda: nn.Conv2d(1, 1, 3, padding=4, padding_mode="reflect")(_z(1, 1, 3, 3)),
        "borrowed",
        [("less_padding", False)],
    ),
    "output padding": (
        lambda: nn.ConvTranspose2d(1, 1, 3, output_padding=1)(_z(1, 1, 3, 3)),
        "output_padding",
        [("less_output_padding", False)],
    ),
    "another model's checkpoint": (
        lambda: nn.Conv2d(3, 64, 7).load_state_dict({"weight": _z(64, 1, 7, 7), "bias": _z(64)}),
        "state",
        [("model_shape", False)],
    ),
    "a BatchNorm of other channels": (
        lambda: nn.BatchNorm2d(64)(_z(1, 32, 4, 4)),
        "normalised",
        [("num_features", False)],
    ),
    "a view of other features": (lambda: _z(64, 16).view(-1, 400), "view", [("flatten", False)]),
    "a sum of other channels": (
        lambda: _z(1, 64, 8, 8) + _z(1, 32, 8, 8),
        "sum",
        [("shortcut", True)],
    ),
    "a sum of other heights": (lambda: _z(1, 8, 8, 8) + _z(1, 8, 7, 8), "sum", [("same_stride", False)]),
    "a skip connection of another size": (
        lambda: torch.cat([_z(1, 64, 28, 28), _z(1, 64, 27, 27)], 1),
        "join",
        [("same_size", False)],
    ),
    "no stride": (lambda: nn.Conv2d(1, 1, 3, stride=0)(_z(1, 1, 5, 5)), "stride", [("larger_stride", False)]),
    "no stride of a pooling": (
        lambda: F.max_pool2d(_z(1, 1, 5, 5), 2, stride=0),
        "stride",
        [("larger_stride", False)],
    ),
    "an average that goes back": (
        lambda: nn.AvgPool2d(2, stride=-1)(_z(1, 1, 5, 5)),
        "stride",
        [("larger_stride", False)],
    ),
    "a single number to normalise": (
        lambda: nn.BatchNorm2d(64)(_z(1, 64, 1, 1)),
        "single_value",
        [("larger_batch", False), ("evaluation", False)],
    ),
}
# As older versions of torch say it, or with a device that is not here.
ELSEWHERE = {
    "expected scalar type Double but found Float": "types",
    "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same": "devices",
    "Given groups=1, weight of size [64, 3, 7, 7], expected input[1, 1, 224, 224] to have 3 channels, "
    "but got 1 channels instead": "channels",
    "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 3-dimensional input "
    "of size [3, 224, 224] instead": "input_axes",
    "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 2-dimensional input "
    "of size [224, 224] instead": "input_axes",
    "Trying to create tensor with negative dimension -1: [1, 4, -1, -1]": "negative_size",
    "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total capacity)": "memory",
}

# As people quote them: without the sizes, whatever stands around.
WITHOUT_SIZES = {
    "Kernel size can't be greater than actual input size": "kernel_size",
    "mat1 and mat2 shapes cannot be multiplied": "matrix_product",
    "expected input to have 3 channels, but got 1 channels instead": "channels",
    "Output size is too small": "output_size",
    "padding should be at most half of kernel size": "half_padding",
    "pad should be at most half of effective kernel size": "half_padding",
    "Padding size should be less than the corresponding input dimension": "borrowed",
    "Error(s) in loading state_dict for Net": "state",
    "size mismatch for conv.weight": "state",
    "shape is invalid for input of size": "view",
    "The size of tensor a must match the size of tensor b": "sum",
    "Sizes of tensors must match except in dimension 1": "join",
    "Expected more than 1 value per channel when training": "single_value",
    "running_mean should contain 64 elements": "normalised",
}


@cache
def said_by_torch(make: Callable[[], Any]) -> tuple[str, str]:
    """The message, and the traceback with it."""
    try:
        make()
    except (RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}", traceback.format_exc()
    raise AssertionError("torch refuses nothing here")


@pytest.mark.parametrize("name", list(ERRORS))
def test_a_pasted_error_is_recognised_and_answered(name: str) -> None:
    make, code, remedies = ERRORS[name]
    for text in said_by_torch(make):
        error = find_torch_error(text)
        assert error is not None
        assert error.message.code == f"torch_error.{code}"
        assert [(each.message.code, each.layer is not None) for each in error.remedies] == [
            (f"torch_error.{remedy}", has_layer) for remedy, has_layer in remedies
        ]


@pytest.mark.parametrize("name", list(ERRORS))
def test_what_would_fit_does_fit_in_torch(name: str) -> None:
    text, _ = said_by_torch(ERRORS[name][0])
    error = find_torch_error(text)
    assert error is not None
    for layer in (remedy.layer for remedy in error.remedies):
        if layer is None:
            continue
        x, operation = _z(1, *layer.input_shape), layer.operation
        if isinstance(operation, MaxPool2d):
            assert F.max_pool2d(x, operation.kernel_size).numel() > 0
            continue
        call = getattr(F, operation.kind)
        assert isinstance(operation, Conv2d | ConvTranspose2d) and isinstance(operation.padding, Padding)
        assert layer.weight_shape is not None
        padding = (operation.padding.top, operation.padding.left)[-operation.dimensions :]
        groups = operation.groups
        assert call(x, _z(layer.weight_shape), padding=padding, groups=groups).numel() > 0


@pytest.mark.parametrize("text", ELSEWHERE)
def test_messages_of_other_versions_and_devices(text: str) -> None:
    error = find_torch_error(f"RuntimeError: {text}")
    assert error is not None
    assert error.message.code == f"torch_error.{ELSEWHERE[text]}"


def test_the_last_of_several_errors_counts_and_lines_may_be_wrapped() -> None:
    first, second = (said_by_torch(ERRORS[name][0])[1] for name in ("output padding", "double numbers"))
    error = find_torch_error(
        f"{first}\nDuring handling of the above exception…\n{second}".replace(" type", "\ntype")
    )
    assert error is not None
    assert error.message.code == "torch_error.types"


@pytest.mark.parametrize("text", WITHOUT_SIZES)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "RuntimeError: {}",
        '"{}"',
        "“{}”.",
        "> {}\n",
        "I get {} in my model, why?",
        "Traceback (most recent call last):\n  File 'a.py', line 3\n    F.conv2d(x, w)\nRuntimeError: {}",
    ],
)
def test_an_error_that_is_quoted_without_its_sizes_is_explained(
    client: TestClient, around: str, text: str
) -> None:
    for language in ("en", "zh-CN"):
        answer = client.post(
            "/api/v1/parse", json={"code": around.format(text)}, headers={"Accept-Language": language}
        )
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["torch_error"]["code"] == f"torch_error.{WITHOUT_SIZES[text]}_unnamed"
        assert body["remedies"]


def test_typographic_quotes_and_capitals_do_not_hide_an_error() -> None:
    for text in (
        "kernel size can’t be greater than actual input size",
        "KERNEL SIZE CANNOT BE LARGER THAN INPUT",
    ):
        error = find_torch_error(text)
        assert error is not None
        assert error.message.code == "torch_error.kernel_size_unnamed"


@pytest.mark.parametrize("name", list(ERRORS))
def test_a_message_with_its_sizes_is_read_with_them_beside_one_without(name: str) -> None:
    text, _ = said_by_torch(ERRORS[name][0])
    alone = find_torch_error(text)
    assert alone is not None
    for quoted in WITHOUT_SIZES:
        beside = find_torch_error(f"{text}\nRuntimeError: {quoted}")
        assert beside is not None
        assert str(beside.message) == str(alone.message)
        assert [str(each.message) for each in beside.remedies] == [
            str(each.message) for each in alone.remedies
        ]


def test_code_is_no_error() -> None:
    for quoted in WITHOUT_SIZES:
        assert find_torch_error(f"# {quoted}\nself.conv = nn.Conv2d(3, 64, 7)") is None
    assert find_torch_error("nn.Conv2d(3, 64, 7)") is None
    assert find_torch_error("# raises ValueError: never\nnn.Conv2d(3, 64, 7)") is None


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: derivative for aten::foo is not implemented",
        "torch._dynamo.exc.TorchRuntimeError: it failed",
        "UserWarning: something",
        "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'",
        "-----\nKeyError   Traceback (most recent call last)\nKeyError: 'x'",
    ],
)
def test_an_error_that_is_not_known_is_not_read_as_code(client: TestClient, text: str) -> None:
    for language, said in (("en", "is not one that this page knows; it knows"), ("zh-CN", "本页不认识")):
        answer = client.post("/api/v1/parse", json={"code": text}, headers={"Accept-Language": language})
        assert answer.status_code == 200
        assert answer.json()["torch_error"]["code"] == "torch_error.unknown"
        assert said in answer.json()["torch_error"]["message"]
        assert answer.json()["remedies"] == []


@given(st.data())
def test_no_numbers_in_a_message_are_too_odd(data: st.DataObject) -> None:
    texts = [said_by_torch(make)[0] for make, _, _ in ERRORS.values()]
    text = data.draw(st.sampled_from(texts))
    odd = st.sampled_from(["0", "1", "2", "-3", "999999999", "99999999999999999999", "", "x"])
    mangled = "".join(
        data.draw(odd) if each.isdigit() and data.draw(st.booleans()) else each for each in text
    )
    if error := find_torch_error(mangled):
        for language in ("en", "zh-CN"):
            for message in (error.message, *(remedy.message for remedy in error.remedies)):
                assert message.code in sentences(language)
                assert render(message, language)


def test_the_answer_has_shapes_and_layers_that_can_be_opened(client: TestClient) -> None:
    text, trace = said_by_torch(ERRORS["a grey picture for a layer of three channels"][0])
    answer = client.post("/api/v1/parse", json={"code": text}).json()
    assert answer["torch_error"] == {
        "code": "torch_error.channels",
        "message": "channels do not fit: the input [1, 1, 224, 224] has 1, "
        "the weight [64, 3, 7, 7] with groups=1 reads 3",
    }
    assert (answer["input_shape"], answer["weight_shape"]) == ([1, 1, 224, 224], [64, 3, 7, 7])
    one, three = (remedy["layer"] for remedy in answer["remedies"])
    assert (one["input_shape"], one["weight_shape"]) == ([1, 224, 224], [64, 1, 7, 7])
    assert (three["input_shape"], three["weight_shape"]) == ([3, 224, 224], [64, 3, 7, 7])
    assert operation_from(three["operation"]).kind == "conv2d"
    small = {**three, "input_shape": [3, 9, 9]}
    body = {
        "operation": small["operation"],
        "input": {"random": {"shape": small["input_shape"]}},
        "weight": {"random": {"shape": small["weight_shape"]}},
    }
    assert client.post("/api/v1/trace?out_channel=0", json=body).status_code == 200
    chinese = client.post("/api/v1/parse", json={"code": trace[-3000:]}, headers={"Accept-Language": "zh-CN"})
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert chinese.json()["torch_error"]["message"].startswith("输入 [1, 1, 224, 224] 有 1 个通道")


ARGUMENTS = {
    "Conv": ("kernel_size", "stride", "padding", "dilation"),
    "ConvTranspose": ("kernel_size", "stride", "padding", "output_padding", "dilation"),
    "MaxPool": ("kernel_size", "stride", "padding", "dilation"),
    "AvgPool": ("kernel_size", "stride", "padding"),
}
WRONG = (-1, 0, 5, (1,), (1, 2), (1, 2, 3))
SHAPES = ((2,), (2, 9), (2, 9, 9), (1, 2, 9, 9), (1, 1, 2, 9, 9), (0, 2, 9, 9), (1, 3, 9, 9))
# What says neither which argument is wrong nor which sizes there are.
NOT_READ = (
    "Dimension out of range",
    "Expected 2 to 3 dimensions",
    "non-empty 3D or 4D",
    "select(): index 0 out of range",
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("kind", ARGUMENTS)
def test_whatever_torch_says_to_a_wrong_argument_is_read_or_said_to_be_unknown(
    kind: str, dimensions: int
) -> None:
    module = getattr(nn, f"{kind}{dimensions}d")
    channels = (2, 4) if kind.startswith("Conv") else ()
    refused = 0
    for argument in ARGUMENTS[kind]:
        for value in WRONG:
            for shape in SHAPES:
                try:
                    module(*channels, **{"kernel_size": 3, argument: value})(_z(shape))
                except (RuntimeError, ValueError, IndexError, TypeError) as wrong:
                    said = f"{type(wrong).__name__}: {wrong}"
                    error = find_torch_error(said)
                    assert error is not None, said
                    is_unknown = error.message.code == "torch_error.unknown"
                    assert is_unknown == any(text in said for text in NOT_READ), said
                    for language in ("en", "zh-CN"):
                        for message in (error.message, *(each.message for each in error.remedies)):
                            assert "{" not in render(message, language)
                    refused += 1
    assert refused > 50


def test_a_kernel_without_its_channel_axes_is_explained() -> None:
    error = find_torch_error(said_by_torch(lambda: F.conv2d(_z(1, 1, 5, 5), _z(3, 3)))[0])
    assert error is not None
    assert error.message.code == "torch_error.weight_axes"
