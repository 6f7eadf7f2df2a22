"""The scenes that come with the program."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from app.conv.correlate import output
from app.scenes.presets import PRESETS, built_in
from app.scenes.tensor_sources import SAMPLES
from app.settings import STATIC


def test_the_chapters_examples() -> None:
    expected = {
        "two-channels": [[[56, 72], [104, 120]]],
        "three-filters": [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]],
    }
    for name, numbers in expected.items():
        scene = PRESETS[name].scene
        assert output(scene.plan, scene.input, scene.weight, scene.bias).tolist() == numbers


def test_the_volume() -> None:
    scene = PRESETS["strided-volume"].scene
    assert scene.weight is not None
    assert scene.bias is not None
    assert (scene.plan.input_shape, scene.plan.weight_shape) == ((3, 7, 7), (2, 3, 3, 3))
    assert scene.bias.tolist() == [1, 0]
    expected = F.conv2d(scene.input, scene.weight, scene.bias, stride=2, padding=1)
    assert torch.equal(output(scene.plan, scene.input, scene.weight, scene.bias), expected)


@pytest.mark.parametrize("name", ["two-channels", "three-filters", "one-by-one", "strided-volume"])
def test_small_integers_that_can_be_added_by_eye(name: str) -> None:
    for tensor in PRESETS[name].scene.tensors.values():
        assert torch.equal(tensor, tensor.round())
        assert tensor.abs().max() < 10


def test_the_photograph() -> None:
    scene = PRESETS["edges"].scene
    assert scene.plan.input_shape == (3, 128, 128)
    assert scene.input.dtype == torch.float32
    assert 0 <= scene.input.min() < 0.1
    assert 0.9 < scene.input.max() <= 1


def test_the_separable_layer_is_linked() -> None:
    """What the depthwise half puts out is what the pointwise half takes in."""
    first, second = PRESETS["depthwise"].scene, PRESETS["pointwise"].scene
    assert first.weight is not None
    assert torch.equal(second.input, F.conv2d(first.input, first.weight, groups=3))
    assert (first.plan.parameters, second.plan.parameters) == (27, 6)


def test_ids_never_change() -> None:
    # They stand in addresses that people keep.
    assert {name: PRESETS[name].scene.id for name in ("two-channels", "three-filters")} == {
        "two-channels": "d2f1c425ff3202ba1ac5ec70bf6de415dbde85c5",
        "three-filters": "4b33e0b096cfe1c2eee19f6e8c2018a5353394b2",
    }


def test_all_are_built_in() -> None:
    assert set(built_in()) >= {preset.scene.id for preset in PRESETS.values()}


def test_the_stamps_of_the_transposed_example_overlap() -> None:
    scene = PRESETS["transposed"].scene
    assert scene.weight is not None
    stamps = F.conv_transpose2d(torch.ones_like(scene.input), torch.ones_like(scene.weight), stride=2)
    assert stamps.max() == 4
    expected = F.conv_transpose2d(scene.input, scene.weight, stride=2)
    assert torch.equal(output(scene.plan, scene.input, scene.weight, scene.bias), expected)


def test_an_example_that_was_changed_keeps_its_address() -> None:
    former = built_in()["9103f70a2a4a6557c2bc44b6f697ad650ed4846e"]
    assert former.input.tolist() == [[[0, 1], [2, 3]]]


def test_every_sample_has_its_source_and_licence_beside_it() -> None:
    readme = (STATIC / "samples" / "README.md").read_text()
    assert SAMPLES
    for name in SAMPLES:
        assert f"`{name}.png`" in readme
