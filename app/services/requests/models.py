"""The bodies that callers send: parsed strictly, normalised once, trusted from there on."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AllowInfNan, Field, Tag, model_validator

from app.conv.errors import LARGEST, Message
from app.scenes.operation_models import AnyOperation, Size, StrictModel, field_error
from app.scenes.tensor_sources import Distribution
from app.torch_code.source_text import LONGEST

T = TypeVar("T")
Rows = Annotated[list[T], Field(fail_fast=True)]
Number = Annotated[float, AllowInfNan(False)]
_Plane = Rows[Rows[Number]]
_Volume = Rows[_Plane]
# Lists of a layer of two dimensions or of one: the first that fits. Tags are the number of axes.
Maps = Annotated[
    Annotated[_Volume, Tag("3")] | Annotated[_Plane, Tag("2")], Field(union_mode="left_to_right")
]
Kernels = Annotated[
    Annotated[Rows[_Volume], Tag("4")] | Annotated[_Volume, Tag("3")], Field(union_mode="left_to_right")
]
DType = Literal["float32", "float64", "int32"]


class Random(StrictModel):
    shape: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=1, max_length=4)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    distribution: Distribution = "normal"


class Source(StrictModel):
    """One way to say what a tensor holds, and only one."""

    random: Random | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Source:
        ways = [name for name in type(self).model_fields if name != "size"]
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) != 1:
            got = ", ".join(given) or Message("term.none")
            raise field_error("field.one_source_expected", ways=", ".join(ways), given=got)
        return self

    @property
    def generated_elements(self) -> int:
        """Elements that are made here rather than sent."""
        return prod(self.random.shape) if self.random else 0


class Input(Source):
    data: Maps | None = None
    sample: str | None = None
    size: Size | None = None

    @model_validator(mode="after")
    def _sample_has_size(self) -> Input:
        if (self.sample is None) != (self.size is None):
            raise field_error("field.sample_needs_size")
        return self

    @property
    def generated_elements(self) -> int:
        return 3 * prod(self.size) if self.size else super().generated_elements


class Weight(Source):
    data: Kernels | None = None
    kernels: Annotated[list[str], Field(min_length=1, max_length=256)] | None = None


class Bias(Source):
    data: Rows[Number] | None = None


class Upstream(Source):
    """The gradient of a loss to each output cell."""

    data: Maps | None = None


def _generated(*sources: Source | None) -> int:
    """Elements that are made here rather than sent."""
    return sum(source.generated_elements for source in sources if source is not None)


class SceneForm(StrictModel):
    """A scene in a form, where tensors may come as files instead."""

    input: Input | None = None
    weight: Weight | None = None
    bias: Bias | None = None
    upstream: Upstream | None = None
    operation: AnyOperation
    dtype: DType = "float32"

    @property
    def generated_elements(self) -> int:
        return _generated(self.input, self.weight, self.bias, self.upstream)


class Cell(StrictModel):
    """One number of a tensor, and its new value."""

    tensor: Literal["input", "weight", "bias", "upstream"]
    index: Annotated[list[int], Field(max_length=4)]
    value: Number


class OperationBody(StrictModel):
    operation: AnyOperation


class EditsBody(StrictModel):
    """
    What is to be different. A tensor replaces the one there is; null takes one but the input away. Another
    dtype converts the tensors that stay, exactly or not at all.
    """

    cells: Rows[Cell] = Field(default=[])
    operation: dict[str, Any] | None = None
    input: Input | None = None
    weight: Weight | None = None
    bias: Bias | None = None
    upstream: Upstream | None = None
    dtype: DType | None = None

    @property
    def generated_elements(self) -> int:
        return _generated(self.input, self.weight, self.bias, self.upstream)


class SceneBody(SceneForm):
    """A scene."""

    input: Input


class SquaredError(StrictModel):
    """The sum of the squared differences from a target of the output's shape."""

    kind: Literal["squared_error"]
    target: Upstream


class CrossEntropy(StrictModel):
    """Of a class, an output channel; the logits are the channels' means."""

    kind: Literal["cross_entropy"]
    target: Annotated[int, Field(ge=0, le=LARGEST)]


AnyLoss = SquaredError | CrossEntropy
LossField = Annotated[AnyLoss, Field(discriminator="kind")]


def _generated_target(loss: AnyLoss | None) -> int:
    return loss.target.generated_elements if isinstance(loss, SquaredError) else 0


class GradientsBody(SceneBody):
    """A scene, with an upstream or with a loss that gives it."""

    loss: LossField | None = None

    @property
    def generated_elements(self) -> int:
        return super().generated_elements + _generated_target(self.loss)

    @model_validator(mode="after")
    def _one_upstream(self) -> GradientsBody:
        if self.loss is not None and self.upstream is not None:
            raise field_error("field.upstream_and_loss")
        return self


class DescentBody(SceneBody):
    """A scene, and how to train its weight and bias."""

    loss: LossField
    learning_rate: Annotated[Number, Field(gt=0)]
    steps: Annotated[int, Field(ge=1, le=1000)]
    train: list[Literal["weight", "bias"]] = Field(default=["weight"], min_length=1, max_length=2)

    @property
    def generated_elements(self) -> int:
        return super().generated_elements + _generated_target(self.loss)


class CodeBody(StrictModel):
    code: str = Field(description=f"the call of a layer, or of several; at most {LONGEST:,} characters")
    layer_index: Annotated[int, Field(ge=0)] | None = Field(
        None, description="which of several layers is read, from 0, in the order of the code"
    )


PerChannel = Number | Annotated[list[Number], Field(min_length=1, max_length=4)]


class Preparation(StrictModel):
    """What is done to a picture before a network gets it; without it, it is stretched to the size, 0…1."""

    size: Size | None = Field(None, description="(H, W), where the model leaves it open")
    fit: Literal["stretch", "crop", "pad", "none"] = Field(
        "stretch",
        description="crop: the middle of what covers the size; pad: the whole picture, 0 around it",
    )
    shorter_side: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(
        None, description="with crop: the picture's shorter side before it is cropped"
    )
    order: Literal["RGB", "BGR"] = "RGB"
    white: Literal[1, 255] = Field(1, description="numbers are from 0 to this")
    mean: PerChannel = Field(0.0, description="taken off after that, one number or one for each channel")
    std: PerChannel = Field(1.0, description="what the difference is divided by, likewise")

    @model_validator(mode="after")
    def _divides(self) -> Preparation:
        for value in self.std if isinstance(self.std, list) else [self.std]:
            if value <= 0:
                raise field_error("field.std_not_positive", value=value)
        if self.shorter_side is not None and self.fit != "crop":
            raise field_error("field.shorter_side_without_crop", fit=self.fit)
        return self


class PreparationForm(StrictModel):
    prepare: Preparation


class ShapesBody(StrictModel):
    """A network as code, and the shape of one sample of its input."""

    code: str = Field(description="nn.Sequential(…), as code or as torch prints it")
    input_shape: Annotated[
        list[Annotated[int, Field(ge=1, le=LARGEST)]],
        Field(min_length=1, max_length=3, description="(C, H, W), (C, L) or (features)"),
    ]
