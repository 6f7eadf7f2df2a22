"""What answers look like, for the OpenAPI document. No answer passes through them."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field, RootModel

from app.scenes.operation_models import OperationResponse, ParsedOperationResponse
from app.scenes.tensors import Name

Vector = list[float]
Plane = list[list[float]]
Volume = list[list[list[float]]]
# Of a layer of two dimensions or of one: a channel, channels, and channels of channels.
Map = Plane | Vector
Maps = Volume | Plane
Kernels = list[Volume] | Volume
MapShape = tuple[int, int, int] | tuple[int, int]
KernelShape = tuple[int, int, int, int] | tuple[int, int, int]
# As a tap table has them; null where there is no input.
Taken = list[int | None]


def _may_lack(schema: dict[str, Any]) -> None:
    schema.pop("default")


def _sometimes(description: str) -> Any:
    """A field that some answers are without."""
    return Field(default=[], description=description, json_schema_extra=_may_lack)


_TWO_DIMENSIONS: Final = "not of a layer of one dimension"


class Shapes(BaseModel):
    input: MapShape
    weight: KernelShape | None
    bias: tuple[int] | None
    output: MapShape
    upstream: MapShape | None = _sometimes("of a scene that has one")


class Counts(BaseModel):
    windows: int
    multiply_adds: int
    parameters: int


class Links(BaseModel):
    self: str
    steps: str
    taps: str
    file: str
    page: str


class Note(BaseModel):
    """What was decided for the sender of a file; the message is in the language that was asked for."""

    code: str
    message: str


class Numbers(BaseModel):
    """A tensor, or one channel of it."""

    name: Name
    channel: int | None
    dtype: Literal["float32", "float64", "int32"]
    shape: list[int]
    data: Vector | Plane | Volume | list[Volume] | float


class SizeFormula(BaseModel):
    """An output length worked out."""

    numbers: str
    symbols: str


class SizeFormulas(BaseModel):
    """The output's height and width, or of a layer of one dimension its length."""

    height: SizeFormula = _sometimes("of a layer of two dimensions")
    width: SizeFormula = _sometimes("of a layer of two dimensions")
    length: SizeFormula = _sometimes("of a layer of one dimension")


class Summary(BaseModel):
    """A scene, without its numbers."""

    id: str = Field(pattern="^[0-9a-f]{40}$")
    operation: OperationResponse
    dtype: Literal["float32", "float64", "int32"]
    shapes: Shapes
    counts: Counts
    links: Links
    formulas: tuple[str, str] | tuple[str] = Field(
        description="output height and width, or length, worked out"
    )
    size_formulas: SizeFormulas = Field(description="the same, shorter, with numbers and with letters")
    padding_share: float = Field(ge=0, le=1, description="of the taps over all windows: those on padding")
    idle_rows: list[int] = _sometimes(f"input rows that no window reads; {_TWO_DIMENSIONS}")
    idle_cols: list[int] = Field(description="input columns that no window reads")
    notes: list[Note] = Field(description="what was decided for the sender of an upload or edit")
    initial: Initial | None = _sometimes("what a first picture needs; with include=initial")


class Overflow(BaseModel):
    """The first sum that does not fit, and the product it was added with; all null: the bias."""

    in_channel: int | None
    u: int | None
    v: int | None
    value: int


class Step(BaseModel):
    """One window of one output channel, C input channels; of one dimension without height: (C, k)."""

    index: int = Field(description="row * W_out + col")
    row: int
    col: int
    input_rows: Taken = _sometimes(_TWO_DIMENSIONS)
    input_cols: Taken
    patch: Maps = _sometimes("(C, kH, kW), 0 where there is no input; with include=patch")
    products: Maps = _sometimes("(C, kH, kW); with include=products")
    tap_running_sums: Maps = _sometimes("the sum after each product, as products; with that in include")
    channel_sums: Vector
    running_sums: Vector
    selected: list[int] = _sometimes("the kernel cell [u, v], of one dimension [v], that won, of max pooling")
    overflow: Overflow | None = _sometimes("where an accumulator of ?bits= first overflows, or null")
    output: float


class TracedStep(Step):
    out_channel: int


class StepLine(TracedStep):
    bias: float


class LayerStep(Step):
    out_channel: int = _sometimes("with out_channel=all")


class Page(BaseModel):
    """Items start ... stop-1 of one output channel; `next` is the URL of the rest."""

    scene: str
    out_channel: int
    in_channels: list[int]
    bias: float
    start: int
    stop: int
    total: int
    next: str | None


class Steps(Page):
    """Windows start ... stop-1 of one output channel; `next` is the URL of the rest."""

    steps: list[Step]


class LayerSteps(BaseModel):
    """The same of one output channel, or of all, one after the other: then with a list item for each."""

    scene: str
    out_channel: int | Literal["all"]
    in_channels: list[int] | list[list[int]]
    bias: float | list[float]
    start: int = Field(description="windows are counted over all output channels that are asked for")
    stop: int
    total: int
    next: str | None
    steps: list[LayerStep]


class Trace(BaseModel):
    """Everything about a layer."""

    operation: OperationResponse
    shapes: Shapes
    output: Maps = Field(description="(C_out, H_out, W_out), of one dimension (C_out, L_out)")
    channel_sums: Kernels = Field(description="(C_out, C_in/groups, H_out, W_out), or without H_out")
    steps: list[TracedStep]


class Stamp(BaseModel):
    """One input cell, in raster order, and what it stamps onto the output channel."""

    index: int
    row: int
    col: int
    output_rows: Taken = _sometimes(_TWO_DIMENSIONS)
    output_cols: Taken
    values: Vector
    products: Maps
    sums: Map
    outputs: Map


class Stamps(Page):
    """Input cells start ... stop-1; `before`: the output channel before the first of them."""

    before: Map
    stamps: list[Stamp]


class GradientStamp(BaseModel):
    """One upstream cell, in raster order, and what it adds to the gradient of the window that it read."""

    index: int
    row: int
    col: int
    input_rows: Taken = _sometimes(_TWO_DIMENSIONS)
    input_cols: Taken
    values: Vector = Field(description="the upstream cell in each output channel")
    products: Maps
    sums: Map
    gradients: Map = Field(description="the cells under the stamp once it is added, 0 on padding")


class Taps(BaseModel):
    """The input row and column that each output row and column reads through each kernel cell, -1: none."""

    rows: list[list[int]] = _sometimes(f"(H_out, kH); {_TWO_DIMENSIONS}")
    cols: list[list[int]] = Field(description="(W_out, kW)")


class Initial(BaseModel):
    """The first data of a page, each as its own call answers it, as far as it is few numbers."""

    tensors: dict[str, Numbers]
    taps: Taps | None = _sometimes("the tap tables")
    steps: Steps | None = _sometimes("a page of steps")
    stamps: Stamps | None = _sometimes("a page of stamps in place of the steps, with reading=scatter")


class PresetLinks(BaseModel):
    self: str
    page: str


class Preset(BaseModel):
    """A scene that comes with the program."""

    name: str
    title: str
    id: str
    links: PresetLinks


class Parsed(BaseModel):
    """What the code says; null for what its kind of call does not have."""

    operation: ParsedOperationResponse
    in_channels: int | None
    out_channels: int | None
    weight_shape: KernelShape | None
    bias: bool | None


class FittingLayer(BaseModel):
    """A layer whose shapes fit: input (C_in, H, W), weight null for pooling. What no text says is usual."""

    operation: ParsedOperationResponse
    input_shape: list[int]
    weight_shape: KernelShape | None


class Remedy(BaseModel):
    """What would fit."""

    code: str
    message: str
    layer: FittingLayer | None = Field(description="with it; null where the text lacks a shape")


class ReadTorchError(BaseModel):
    """A torch error in place of code: what does not fit, the shapes that the text names, what would fit."""

    torch_error: Note
    input_shape: list[int] | None
    weight_shape: list[int] | None
    remedies: list[Remedy]


class CodeRead(RootModel[Parsed | ReadTorchError]):
    """A layer, or what a torch error says."""


class Code(BaseModel):
    code: str


class Status(BaseModel):
    status: str


class Fault(BaseModel):
    """A place in the body, as a JSON pointer, and what is wrong there."""

    at: str
    message: str
    code: str = Field(description="of the message, the same in every language; docs/errors.md lists them")


class Problem(BaseModel):
    """
    RFC 9457. Of 413 also `limit`, its `value` and what was `asked`; of code with several layers also
    `layers`, each with its `layer_index`, `line`, `column`, `end_column` and `text`.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="of the first error, or else of the detail; docs/errors.md lists them")
    errors: list[Fault] = _sometimes("places in the body or the query")


class Gradients(BaseModel):
    """What flows back through a layer."""

    shapes: Shapes
    output: Maps = Field(description="(C_out, H_out, W_out), of one dimension (C_out, L_out)")
    upstream: Maps = Field(description="the gradient of the loss to each output cell")
    loss: float | None
    input: Maps = Field(description="the gradient to the input, of its shape")
    weight: Kernels | None
    bias: Vector | None


class InputGradientStep(BaseModel):
    """One cell of an input channel, and the O output channels of its group."""

    in_channel: int = _sometimes("with in_channel=all, and in lines")
    index: int = Field(description="row * W + col")
    row: int
    col: int
    output_rows: list[list[int]] = _sometimes(
        f"for each kernel row: who reads the cell through it; {_TWO_DIMENSIONS}"
    )
    output_cols: list[list[int]] = Field(description="for each kernel column: who reads the cell through it")
    upstream: Maps = _sometimes("(O, kH, kW), summed over these outputs; with include=upstream")
    products: Maps = _sometimes("(O, kH, kW); with include=products")
    channel_sums: Vector
    running_sums: Vector
    gradient: float


class WeightGradientStep(BaseModel):
    """One kernel cell of an output and an input channel."""

    out_channel: int = _sometimes("of several pairs of channels, and in lines")
    in_channel: int = _sometimes("of several pairs of channels, and in lines")
    index: int = Field(description="u * kW + v")
    u: int
    v: int
    patch: Map = _sometimes("(H_out, W_out), 0 where there is no input; with include=patch")
    upstream: Map = _sometimes("(H_out, W_out); with include=upstream")
    products: Map = _sometimes("(H_out, W_out); with include=products")
    row_sums: Vector = _sometimes(f"of the products of each output row; {_TWO_DIMENSIONS}")
    gradient: float


class GradientPage(BaseModel):
    """Steps start ... stop-1; `next` is the URL of the rest."""

    scene: str
    start: int
    stop: int
    total: int
    next: str | None


class InputGradientSteps(GradientPage):
    """Cells start ... stop-1 of one input channel, or of all; `next` is the URL of the rest."""

    in_channel: int | Literal["all"]
    out_channels: list[int] | list[list[int]]
    steps: list[InputGradientStep]


class GradientStamps(GradientPage):
    """Upstream cells start ... stop-1; `before`: the gradient before the first of them."""

    in_channel: int
    out_channels: list[int]
    before: Map
    stamps: list[GradientStamp]


class WeightGradientSteps(GradientPage):
    """Kernel cells start ... stop-1 of one pair of channels, or of all; `next` is the URL of the rest."""

    out_channel: int | Literal["all"]
    in_channel: int | Literal["all"]
    steps: list[WeightGradientStep]


class BiasGradient(BaseModel):
    """One number for each output channel."""

    upstream_sums: Vector
    gradient: Vector


class Descent(BaseModel):
    """Losses before each step and after the last, what was trained, and the upstream in the end."""

    losses: Vector
    weight: Kernels | None
    bias: Vector | None
    upstream: Maps
    diverged_at: int | None = Field(description="the step after which a number was out of range")


class LessonLinks(BaseModel):
    page: str
    worksheet: str
    exercises: list[str]


class Lesson(BaseModel):
    name: str
    title: str
    minutes: int
    steps: int
    links: LessonLinks


class Lessons(BaseModel):
    """The lessons, in the order of the index."""

    lessons: list[Lesson]


class ExerciseStep(BaseModel):
    """A window with its numbers, and where it is."""

    out_channel: int
    index: int
    row: int
    col: int
    input_rows: Taken = _sometimes(_TWO_DIMENSIONS)
    input_cols: Taken
    patch: Maps
    products: Maps
    channel_sums: Vector
    running_sums: Vector
    selected: list[int] | None = _sometimes("max pooling: [row, column], of a signal [place] of the winner")
    bias: float | None
    output: float


class Animations(BaseModel):
    """Every window of every output channel, twice: one of them is wrong."""

    a: list[ExerciseStep]
    b: list[ExerciseStep]


class Exercise(BaseModel):
    """A question about a layer; which of the further fields there are depends on the kind."""

    kind: Literal["cell", "shape", "inputs", "kernel", "animation"]
    seed: int
    lesson: str | None
    scene: dict[str, Any] = Field(description="a scene body")
    question: str
    hints: list[str]
    cell: list[int] | None = _sometimes(
        "cell, inputs: [channel, row, column] of the output, of a signal [channel, place]"
    )
    choices: list[float] | list[list[int]] | None = _sometimes("cell, shape: the right answer among others")
    wanted: Maps | None = _sometimes("kernel: the output that the repaired kernel makes")
    output: Maps | None = _sometimes("kernel: the output as it is")
    animations: Animations | None = _sometimes("animation: the two")


class Diagnosis(BaseModel):
    """What gives exactly the wrong answer that was sent."""

    misconception: str
    explanation: str
    value: float | list[int] | list[list[int]] | list[Volume] = Field(description="what was recomputed")
    lit: str | None = Field(description="cell: a reference to what the mistake is made with, such as `sum 1`")


class JudgedAnswer(BaseModel):
    correct: bool
    expected: float | list[int] | list[list[int]] | list[Volume] | str | None = Field(
        description="the right answer, once given up"
    )
    diagnosis: Diagnosis | None
    hints: list[str]
    explanation: str | None = Field(description="of a right answer, or once given up: where it comes from")
    step: ExerciseStep | None = Field(description="cell, once given up: the window with all its numbers")


class NetworkEdge(BaseModel):
    name: str
    shape: list[int] | None = Field(description="of the graph, with the batch; null where it was not run")
    dtype: str | None


class NetworkInput(BaseModel):
    name: str
    shape: list[int]
    prepared: list[Note] = Field(description="what was done to the picture that was sent")


class NetworkNode(BaseModel):
    """An operator of the graph; a convolution or pooling has a scene, or a note that says why not."""

    name: str
    op: str
    inputs: list[str] = Field(description="edges and parameters; an empty name where one is left out")
    outputs: list[NetworkEdge]
    parameters: int
    multiply_adds: int
    scene: str | None
    note: str | None


class NetworkLinks(BaseModel):
    self: str
    inputs: str


class NetworkSummary(BaseModel):
    """A network, without its numbers."""

    id: str = Field(pattern="^[0-9a-f]{40}$")
    inputs: list[NetworkInput]
    nodes: list[NetworkNode]
    outputs: list[str]
    parameters: int = Field(description="of all nodes, those that several share once")
    weights: Note | None = Field(description="of random weights, how they were made")
    links: NetworkLinks


class SampleLinks(BaseModel):
    self: str


class ExampleSample(BaseModel):
    """The network on one held-out input; classes by their index."""

    label: int
    predicted: int
    id: str = Field(pattern="^[0-9a-f]{40}$")
    links: SampleLinks


class NetworkExample(BaseModel):
    """A trained network that comes with the program."""

    name: str
    title: str
    classes: list[str]
    parameters: int
    accuracy: float = Field(description="the share of the held-out inputs whose class it says")
    held_out: int
    script: str = Field(description="that trained it")
    seed: int
    samples: list[ExampleSample]


class NetworkExamples(BaseModel):
    examples: list[NetworkExample]


class EdgeNumbers(BaseModel):
    """The tensor on an edge, or one channel of it; lists as deep as the shape is long."""

    name: str
    channel: int | None
    dtype: str
    shape: list[int]
    data: list[Any] | float


_CHANNEL_RUNS = "first and last of each run of channels that are followed; null where there are none"


class Reach(BaseModel):
    """First and last row and column of an edge that are followed; null where it has none."""

    node: str
    edge: str
    rows: tuple[int, int] | None
    cols: tuple[int, int] | None
    channels: list[tuple[int, int]] | None = Field(description=_CHANNEL_RUNS)


class LayerField(BaseModel):
    """The receptive field along each axis, in cells of the network's input."""

    size: list[int]
    jump: list[int] | None = Field(description="from one cell's field to the next; null without a grid")
    start: list[int] = Field(description="the first cell's first row and column; below 0 on padding")


class NetworkLayer(BaseModel):
    name: str
    op: str
    output_shape: list[int] = Field(description="of one sample")
    parameters: int
    multiply_adds: int
    receptive_field: LayerField | None
    padding_share: float | None = Field(description="the share of a layer's taps that fall on padding")


class NetworkShapes(BaseModel):
    """The layers of a network by their shapes, and what they add up to."""

    layers: list[NetworkLayer]
    parameters: int
    multiply_adds: int


class CellTerm(BaseModel):
    """A number of a formula, and the cell that it is; of a node's own numbers and of sums, null."""

    name: str
    value: float
    edge: str | None
    index: list[int] | None


class CellColumn(BaseModel):
    """Many numbers of one kind, and the cells that they are; of products and the like, null."""

    name: str
    values: list[float]
    edge: str | None
    indices: list[list[int]] | None


class NetworkCell(BaseModel):
    """How one cell of a node's output is made."""

    node: str
    op: str
    edge: str
    index: list[int]
    output: float = Field(description="the number on the edge")
    formula: str | None = Field(description="with the names of the terms")
    worked: str | None = Field(description="the formula with the numbers in it, rounded for reading")
    value: float | None = Field(description="what the terms give, in float64")
    terms: list[CellTerm]
    columns: list[CellColumn]
    steps: str | None = Field(description="of a convolution or pooling: the step of its scene")
    note: str | None = Field(description="why there is no formula")


class NetworkTrace(BaseModel):
    """The cells of the input that a cell can depend on."""

    input: str
    rows: tuple[int, int]
    cols: tuple[int, int]
    mask: list[list[int]] = Field(description="(H, W) of 0 and 1; of one dimension (1, L)")
    channels: list[tuple[int, int]] | None = Field(description=_CHANNEL_RUNS)
    path: list[Reach]


class NetworkReach(BaseModel):
    """The cells of each edge that a cell of the input can change, in the order of the graph."""

    input: str
    row: int
    col: int
    path: list[Reach]


MODELS: tuple[type[BaseModel], ...] = (
    Summary, LayerSteps, StepLine, Trace, Stamps, Taps, Numbers, Preset, Parsed, ReadTorchError, CodeRead,
    Code, Gradients, Descent, InputGradientSteps, InputGradientStep, GradientStamps,
    WeightGradientSteps, WeightGradientStep,
    BiasGradient, Lessons, Exercise, JudgedAnswer, Status, Problem,
    NetworkSummary, NetworkExamples, NetworkShapes, EdgeNumbers, NetworkCell, NetworkTrace, NetworkReach,
)  # fmt: skip
