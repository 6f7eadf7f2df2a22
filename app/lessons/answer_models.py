"""The bodies of answers to exercises, parsed strictly, one model for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from app.conv.errors import LARGEST
from app.scenes.operation_models import StrictModel, field_error
from app.services.requests.models import Number, Rows

Size = Annotated[int, Field(ge=0, le=LARGEST)]
# Of a signal, which has no rows, two numbers; or three as of an image of one row.
Cell = Annotated[list[Size], Field(min_length=2, max_length=3)]
Shape = Annotated[list[Size], Field(min_length=2, max_length=3)]
Cells = Annotated[list[Cell], Field(max_length=1000, fail_fast=True)]
Weight = Rows[Rows[Rows[Rows[Number]]]] | Rows[Rows[Rows[Number]]]
Letter = Literal["a", "b"]


class AnswerBody(StrictModel):
    """An answer to the exercise of a seed; the form of `answer` is the kind's."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    lesson: str | None = None
    answer: Number | Shape | Cells | Weight | Letter | None = Field(
        None,
        description="cell: a number; shape: [C, H, W], of a signal [C, L]; "
        "inputs: [[channel, row, column], …], of a signal [[channel, place], …]; "
        'kernel: the whole weight as nested lists; animation: "a" or "b"',
    )
    give_up: bool = Field(default=False, description="whether the right answer is told")

    @model_validator(mode="after")
    def _has_answer(self) -> AnswerBody:
        if self.answer is None and not self.give_up:
            raise field_error("field.answer_missing")
        return self


class CellAnswer(AnswerBody):
    answer: Number | None = None


class ShapeAnswer(AnswerBody):
    answer: Shape | None = None


class InputsAnswer(AnswerBody):
    answer: Cells | None = None


class KernelAnswer(AnswerBody):
    answer: Weight | None = None


class AnimationAnswer(AnswerBody):
    answer: Letter | None = None


ANSWERS: Final[Mapping[str, type[AnswerBody]]] = {
    "cell": CellAnswer, "shape": ShapeAnswer, "inputs": InputsAnswer, "kernel": KernelAnswer,
    "animation": AnimationAnswer,
}  # fmt: skip
