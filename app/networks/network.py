"""A network: a graph of nodes, the tensor on each of its edges, and a scene for each of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from app.conv.errors import Message

# Those of a node that are numbers, short lists of numbers, or short texts.
Attributes = Mapping[str, Any]
ModelKind = Literal["onnx", "sequential"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor's name, shape and type; both None where they are not known, as behind unknown operators."""

    name: str
    shape: tuple[int, ...] | None
    dtype: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """One operator; `scene`: the id of its layer's, or else `note`: why there is none, of a layer."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[Edge, ...]
    parameters: int
    multiply_adds: int
    attributes: Attributes
    scene: str | None = None
    note: Message | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """
    A graph with its values, immutable, named by model and input. `tensors`: by edge, those of parameters too;
    `model`: the file that it was made from; `opset`: of ONNX, which says what its operators mean;
    `prepared`: by input, what was done to the picture that was sent.
    """

    id: str
    kind: ModelKind
    model: bytes
    inputs: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    tensors: Mapping[str, Tensor]
    opset: int | None
    prepared: Mapping[str, tuple[Message, ...]]

    @property
    def nbytes(self) -> int:
        return len(self.model) + sum(tensor.nbytes for tensor in self.tensors.values())
