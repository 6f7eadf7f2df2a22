"""A network: a graph of nodes, the tensor on each of its edges, and a scene for each of its layers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from torch import Tensor

from app.conv.errors import Message
from app.conv.operation import Operation

# Those of a node that are numbers, short lists of numbers, or short texts.
Attributes = Mapping[str, Any]
# The numbers of an edge or a parameter, by its name.
TensorOf = Callable[[str], Tensor]
ModelKind = Literal["onnx", "sequential"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor's name, shape and type; both None where they are not known, as behind unknown operators."""

    name: str
    shape: tuple[int, ...] | None
    dtype: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """One operator; `layer`: what its scene is made with, or else `note`: why there is none, of a layer."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[Edge, ...]
    parameters: int
    multiply_adds: int
    attributes: Attributes
    layer: Operation | None = None
    note: Message | None = None


@dataclass(frozen=True)
class Model:
    """The file that a network is made from."""

    kind: ModelKind
    content: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256: part of the ids of its networks, and the name that it is stored by."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Network:
    """
    A graph with its values, immutable, named by model and input. `tensors`: by edge, those of parameters too;
    `parameters`: of all nodes, those that several share once; `opset`: of ONNX, which says what its operators
    mean; `prepared`: by input, what was done to the picture that was sent; `weights`: how
    random ones were made.
    """

    id: str
    model: Model
    inputs: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    parameters: int
    tensors: Mapping[str, Tensor]
    opset: int | None
    prepared: Mapping[str, tuple[Message, ...]]
    weights: Message | None = None

    @property
    def nbytes(self) -> int:
        return len(self.model.content) + sum(tensor.nbytes for tensor in self.tensors.values())
