"""Scenes, their ids and their files."""

from __future__ import annotations

import hashlib
import json
from math import prod

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.conv.operation import (
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvError,
    ConvTranspose1d,
    ConvTranspose2d,
    MaxPool1d,
    MaxPool2d,
    Operation,
    Padding,
)
from app.limits import LimitExceeded, Limits
from app.scenes.scene import Scene, describe, make_scene, operation_from
from app.scenes.scene_file import NotAScene, decode, encode
from tests.support.refusals import refuses

LIMITS = Limits()
OPERATIONS: list[Operation] = [
    Conv2d(),
    Conv2d((2, 1), Padding(1, 0, 2, 1), "replicate", (1, 2), 2, True),
    Conv2d(padding="same"),
    ConvTranspose2d((2, 3), Padding(1, 1, 1, 1), (1, 0), (1, 2), 2),
    MaxPool2d((2, 3), (1, 2), Padding(1, 1, 1, 1), (1, 2), True),
    AvgPool2d((2, 2), (1, 1), Padding(0, 1, 0, 1), (1, 1), False, False),
    Conv1d((1, 2), Padding(0, 0, 2, 1), "replicate", (1, 2), 2, True),
    Conv1d(padding="same"),
    ConvTranspose1d((1, 3), Padding(0, 0, 1, 1), (0, 2), (1, 2), 2),
    MaxPool1d((1, 3), (1, 2), Padding(0, 0, 1, 1), (1, 2), True),
    AvgPool1d((1, 2), (1, 1), Padding(0, 0, 0, 1), (1, 1), False, False),
]


def scene_of(operation: Operation, dtype: torch.dtype = torch.float32, bias: bool = True) -> Scene:
    size = (8,) if operation.dimensions == 1 else (8, 8)
    x = torch.arange(4 * prod(size)).reshape(4, *size).to(dtype)
    if isinstance(operation, MaxPool2d | AvgPool2d):
        return make_scene(operation, x, None, None, LIMITS)
    inner, kernel = 4 // operation.groups, [3] * operation.dimensions
    weight = torch.arange(4 * inner * prod(kernel)).reshape(4, inner, *kernel).to(dtype)
    channels = 4 if isinstance(operation, Conv2d) else weight.shape[1] * operation.groups
    return make_scene(operation, x, weight, torch.ones(channels, dtype=dtype) if bias else None, LIMITS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_descriptions_are_json_and_lead_back(operation: Operation) -> None:
    described = describe(operation)
    assert operation_from(json.loads(json.dumps(described))) == operation


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("bias", [True, False])
def test_files_lead_back(operation: Operation, dtype: torch.dtype, bias: bool) -> None:
    scene = scene_of(operation, dtype, bias)
    found = decode(encode(scene), LIMITS)
    assert (found.id, found.plan, found.dtype) == (scene.id, scene.plan, scene.dtype)
    assert found.tensors.keys() == scene.tensors.keys()
    for name, tensor in scene.tensors.items():
        assert torch.equal(found.tensors[name], tensor)


@pytest.mark.safety(19)
def test_an_id_is_the_digest_that_it_says_it_is() -> None:
    # Written out by hand once more: ids in addresses and stores must never change.
    x = np.array([[[1, 2], [3, 4]]], "<f4")
    weight = np.array([[[[5]]]], "<f4")
    head = (
        '{"dtype":"float32","operation":{"dilation":[1,1],"flip":false,"groups":1,"kind":"conv2d",'
        '"padding":{"bottom":0,"left":0,"right":0,"top":0},"padding_mode":"zeros","stride":[1,1]},'
        '"shapes":{"input":[1,2,2],"weight":[1,1,1,1]}}'
    )
    digest = hashlib.sha256(
        b"convscope-scene-1\n" + head.encode() + x.tobytes() + weight.tobytes()
    ).hexdigest()
    scene = make_scene(Conv2d(), torch.from_numpy(x), torch.from_numpy(weight), None, LIMITS)
    assert scene.id == digest[:40]


@pytest.mark.safety(19)
def test_minus_zero_is_zero() -> None:
    zeros = [torch.tensor([[[0.0 * sign, 1.0]]]) for sign in (1, -1)]
    ids = {make_scene(Conv2d(), x, torch.ones(1, 1, 1, 1), None, LIMITS).id for x in zeros}
    assert len(ids) == 1


def test_strides_in_memory_do_not_matter() -> None:
    x = torch.arange(6.0).reshape(1, 2, 3)
    turned = x.transpose(1, 2).contiguous().transpose(1, 2)
    weight = torch.ones(1, 1, 1, 1)
    assert (
        make_scene(Conv2d(), x, weight, None, LIMITS).id
        == make_scene(Conv2d(), turned, weight, None, LIMITS).id
    )


def test_files_are_the_same_every_time() -> None:
    assert len({encode(scene_of(OPERATIONS[1])) for _ in range(20)}) == 1


def test_dtypes_must_agree() -> None:
    with refuses(ConvError, "weight is float64, the input is float32"):
        make_scene(Conv2d(), torch.ones(1, 1, 1), torch.ones(1, 1, 1, 1).double(), None, LIMITS)


@pytest.mark.safety(6)
def test_limits_count_before_anything_is_made() -> None:
    x, weight = torch.ones(1, 9, 9), torch.ones(2, 1, 3, 3)
    assert make_scene(Conv2d(), x, weight, None, Limits(max_output_elements=98, max_multiply_adds=882))
    with refuses(LimitExceeded, "98 asked, max_output_elements is 97"):
        make_scene(Conv2d(), x, weight, None, Limits(max_output_elements=97))
    with refuses(LimitExceeded, "882 asked, max_multiply_adds is 881"):
        make_scene(Conv2d(), x, weight, None, Limits(max_multiply_adds=881))


@pytest.mark.safety(6)
@pytest.mark.parametrize("kind", [MaxPool2d, AvgPool2d])
def test_a_window_that_hangs_over_far_is_refused(kind: type[MaxPool2d | AvgPool2d]) -> None:
    """One cell, and a window of 30,000 × 30,000 that ceil_mode allows: 3.6 GB if it were laid out."""
    with refuses(LimitExceeded, "elements with padding: 900,000,000 asked"):
        make_scene(kind((30_000, 30_000), ceil_mode=True), torch.ones(1, 1, 1), None, None, LIMITS)


WHOLE = encode(scene_of(OPERATIONS[1]))


@given(position=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_the_same_scene(position: int, bit: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[position] ^= 1 << bit
    try:
        found = decode(bytes(damaged), LIMITS)
    except (NotAScene, LimitExceeded):
        return
    spaces = WHOLE[position : position + 1].isspace() or bytes(damaged[position : position + 1]).isspace()
    assert spaces or found.id != scene_of(OPERATIONS[1]).id


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 8,
        b"\xff" * 16,
        safetensors.torch.save({"input": torch.ones(1, 1, 1)}),
        safetensors.torch.save({"input": torch.ones(1, 1, 1)}, {"operation": "{}"}),
        safetensors.torch.save({"input": torch.ones(1, 1, 1)}, {"operation": "["}),
        safetensors.torch.save({"input": torch.ones(1, 1, 1)}, {"operation": '{"kind": "conv2d"}'}),
        safetensors.torch.save({"x": torch.ones(1, 1, 1)}, {"operation": json.dumps(describe(Conv2d()))}),
    ],
)
def test_other_files_are_no_scenes(content: bytes) -> None:
    with pytest.raises(NotAScene):
        decode(content, LIMITS)


def forged(operation: str, **tensors: torch.Tensor) -> bytes:
    return safetensors.torch.save(tensors, {"operation": operation})


CONV = json.dumps(describe(Conv2d()))
ONE, KERNEL = torch.ones(1, 1, 1), torch.ones(1, 1, 1, 1)


@pytest.mark.parametrize(
    "content",
    [
        forged(CONV, input=ONE * float("nan"), weight=KERNEL),
        forged(CONV, input=ONE.half(), weight=KERNEL.half()),
        forged(CONV, input=ONE, weight=KERNEL.double()),
        forged(CONV, input=ONE, weight=KERNEL, extra=ONE + 1),
        forged(CONV, input=torch.ones(1, 0, 1), weight=KERNEL),
        forged("[" * 100_000, input=ONE, weight=KERNEL),
        forged("5", input=ONE, weight=KERNEL),
        forged('{"kind": []}', input=ONE, weight=KERNEL),
        forged(CONV.replace('"groups": 1', '"groups": 1e400'), input=ONE, weight=KERNEL),
        forged(CONV.replace('"groups": 1', '"groups": true'), input=ONE, weight=KERNEL),
        forged(CONV.replace('"groups": 1', '"groups": {"top": {}}'), input=ONE, weight=KERNEL),
        forged(CONV.replace('"stride": [1, 1]', '"stride": [1, [1]]'), input=ONE, weight=KERNEL),
        forged(CONV, **{str(i): torch.ones(0) for i in range(20_000)}),
    ],
)
def test_forged_files_are_no_scenes(content: bytes) -> None:
    assert decode(forged(CONV, input=ONE, weight=KERNEL), LIMITS)
    with pytest.raises(NotAScene):
        decode(content, LIMITS)
