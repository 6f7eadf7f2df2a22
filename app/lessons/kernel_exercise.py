"""Repair the kernel: one of its numbers is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from random import Random
from typing import Any, ClassVar, Final

import torch
from torch import Tensor

from app.conv.correlate import output
from app.conv.errors import ConvError
from app.conv.ledger import ledger
from app.conv.one_dimension import lift
from app.formats.json_encoding import to_array
from app.lessons.exercise import Exercise, Judgement, diagnose, first_good
from app.lessons.layer_ranges import LayerRanges, random_layer
from app.lessons.layer_text import index_text, with_layer
from app.lessons.lesson_texts import Text, number
from app.lessons.misconceptions import Belief, with_weight
from app.lessons.shape_exercise import shape_text
from app.scenes.scene import Scene

_CHANGES: Final = (-3, -2, 2, 3)
_MAX_OUTPUTS: Final = 12
_MAX_WEIGHTS: Final = 18


@dataclass(frozen=True)
class KernelExercise(Exercise):
    """
    The scene's kernel has one wrong number; `repaired` makes the output that is wanted. The answer is a whole
    weight, and right if it makes this output.
    """

    kind: ClassVar[str] = "kernel"
    repaired: Tensor
    wrong: tuple[int, ...]

    @property
    def question(self) -> Text:
        question = Text("exercise.kernel.question")
        return with_layer(self.scene.plan, question) if self.tells_layer else question

    @cached_property
    def wanted(self) -> Tensor:
        """(C_out, H_out, W_out)"""
        return _output(self.scene, self.repaired)

    @property
    def expected(self) -> Any:
        return to_array(self.scene.own(self.repaired))

    @property
    def members(self) -> Mapping[str, Any]:
        own = self.scene.own
        return {"wanted": to_array(own(self.wanted)), "output": to_array(own(_output(self.scene)))}

    def judge(self, answer: Sequence[Any]) -> Judgement:
        weight = self._tensor(answer)
        if torch.equal(_output(self.scene, weight), self.wanted):
            return Judgement(True)
        return Judgement(False, diagnose(answer, self._beliefs(answer, weight)))

    def _tensor(self, answer: Sequence[Any]) -> Tensor:
        """As the arithmetic has it. Raises ConvError for lists of another shape."""
        expected = self.scene.plan.own_shape(tuple(self.repaired.shape))
        try:
            weight = torch.tensor(answer, dtype=self.repaired.dtype)
        except ValueError:
            raise ConvError("answer_ragged", "/answer", expected=expected) from None
        if self.scene.plan.dimensions == 1 and weight.dim() == 4 and weight.shape[2] == 1:
            weight = weight.squeeze(2)
        if tuple(weight.shape) != expected:
            raise ConvError("answer_shape_mismatch", "/answer", found=tuple(weight.shape), expected=expected)
        if not torch.isfinite(weight).all():
            raise ConvError("answer_out_of_range", "/answer")
        return lift(self.scene.plan.dimensions, weight)

    def _beliefs(self, answer: Any, weight: Tensor) -> Iterator[Belief]:
        """The misconceptions with which this weight makes the output that is wanted."""
        for name, read in self._readings(weight):
            if torch.equal(_output(self.scene, read), self.wanted):
                yield Belief(name, answer, Text(f"diagnosis.kernel.{name}"))
        if self.scene.weight is not None and torch.equal(weight, self.scene.weight):
            yield Belief("kernel_unchanged", answer, Text("diagnosis.kernel.kernel_unchanged"))

    def _readings(self, weight: Tensor) -> Iterator[tuple[str, Tensor]]:
        readings = {"kernel_flipped": weight.flip(-1, -2), "channels_swapped": weight.flip(1)}
        if weight.shape[2] == weight.shape[3]:
            readings["rows_and_columns_swapped"] = weight.transpose(2, 3).contiguous()
        for name, read in readings.items():
            if not torch.equal(read, weight):
                yield name, read

    @property
    def hints(self) -> Sequence[Text]:
        channel, *_ = (_output(self.scene, self.repaired) != _output(self.scene)).nonzero()[0].tolist()
        first, second, *_ = self.wrong
        in_channel = first if self.scene.plan.is_transposed else second
        return (
            Text("hint.kernel.output", {"channel": channel}),
            Text("hint.kernel.slice", {"in_channel": in_channel}),
        )

    @property
    def explanation(self) -> Text:
        plan = self.scene.plan
        at, shape = index_text(plan, self.wrong), shape_text(plan.own_shape(tuple(self.repaired.shape)))
        right = number(float(self.repaired[self.wrong]))
        return Text("exercise.kernel.answer", {"at": at, "right": right, "shape": shape})

    @property
    def is_valid(self) -> bool:
        """Few numbers, one change that mends it, and no misreading that makes the output that is wanted."""
        outputs = prod(self.scene.plan.output_shape)
        if not 1 < outputs <= _MAX_OUTPUTS or self.repaired.numel() > _MAX_WEIGHTS:
            return False
        if torch.equal(_output(self.scene), self.wanted):
            return False
        misread = any(
            torch.equal(_output(self.scene, read), self.wanted) for _, read in self._readings(self.repaired)
        )
        return not misread and self._has_one_repair()

    def _has_one_repair(self) -> bool:
        """Whether no other single number could be changed instead."""
        scene, off = self.scene, self.wanted - _output(self.scene)
        (channel,) = off.flatten(1).any(1).nonzero().flatten().tolist()
        tensors = (scene.input, scene.weight, scene.bias)
        # What each kernel cell of this channel reads, in every window.
        read = ledger(scene.plan, scene.taps, *tensors, channel).patches.flatten(1).T
        difference = off[channel].flatten()
        at = int(difference.abs().argmax())
        are_multiples = (read * difference[at] == read[:, at : at + 1] * difference).all(1) & (
            read[:, at] != 0
        )
        return int(are_multiples.sum()) == 1


def make_kernel_exercise(ranges: LayerRanges, random: Random) -> KernelExercise:
    def make() -> KernelExercise:
        layer = random_layer(ranges.weighted, random)
        assert layer.weight is not None
        wrong = tuple(random.randrange(size) for size in layer.weight.shape)
        broken = layer.weight.clone()
        broken[wrong] += random.choice(_CHANGES)
        return KernelExercise(with_weight(layer, broken), layer.weight, wrong)

    return first_good(make)


def _output(scene: Scene, weight: Tensor | None = None) -> Tensor:
    return output(scene.plan, scene.input, scene.weight if weight is None else weight, scene.bias)
