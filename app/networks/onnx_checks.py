"""What an ONNX model is refused for, before anything of it is run. Imported by the running process alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError
from onnx import defs, helper

from app.conv.errors import quoted
from app.limits import Limits, check
from app.networks.refusals import refusal

LOWEST_OPSET: Final = 7
_LONGEST_NAME: Final = 400
_DEEPEST: Final = 16
_MAX_DIMENSIONS: Final = 16
_KEPT_FIELDS: Final = ("ir_version", "opset_import", "graph")
_STANDARD: Final = ("", "ai.onnx.ml")


def read_model(content: bytes, limits: Limits) -> onnx.ModelProto:
    """
    The graph of a model, and of all else in the file nothing. Raises ConvError for what is not read, and
    LimitExceeded.
    """
    given = onnx.ModelProto()
    try:
        given.ParseFromString(content)
    except (DecodeError, ValueError, RecursionError):
        raise refusal("network_unreadable") from None
    if not given.HasField("graph") or not given.graph.node:
        raise refusal("network_without_nodes")
    if given.functions:
        raise refusal("network_has_functions", name=quoted(given.functions[0].name))
    _check_opset(given)
    check_graph(given.graph, limits)
    for field, _ in given.ListFields():
        if field.name not in _KEPT_FIELDS:
            given.ClearField(field.name)
    given.graph.ClearField("quantization_annotation")
    return given


def standard_opset(model: onnx.ModelProto) -> int:
    """The version of ONNX's own operators, 0 where the model does not say it."""
    versions: dict[str, int] = {each.domain: each.version for each in model.opset_import}
    return versions.get("", versions.get("ai.onnx", 0))


def _check_opset(model: onnx.ModelProto) -> None:
    newest, found = defs.onnx_opset_version(), standard_opset(model)
    if not LOWEST_OPSET <= found <= newest:
        raise refusal("network_opset_unsupported", found=found, low=LOWEST_OPSET, high=newest)


def check_graph(graph: onnx.GraphProto, limits: Limits) -> None:
    """Raise ConvError or LimitExceeded for sizes, names, or numbers that lie outside of the file."""
    nodes = 0
    for depth, each in _graphs(graph, 0):
        nodes += len(each.node)
        check("term.network_nodes", "max_network_nodes", nodes, limits)
        if depth > _DEEPEST:
            raise refusal("network_too_deep", most=_DEEPEST)
        _check_names(each)
        for tensor in _tensors(each):
            _check_tensor(tensor, limits)
        # Of those of the outer graph arrays are made, which tells it too; reading them twice would take long.
        for tensor in _tensors(each, but_initializers=depth == 0):
            check_raw_data(tensor)
    numbers = sum(prod(tensor.dims) for tensor in graph.initializer)
    check("term.network_numbers", "max_network_numbers", numbers, limits)


def _graphs(graph: onnx.GraphProto, depth: int) -> Iterator[tuple[int, onnx.GraphProto]]:
    """A graph and those inside its nodes. Protobuf itself refuses more than a hundred levels."""
    yield depth, graph
    for node in graph.node:
        for attribute in node.attribute:
            inner = [*attribute.graphs, attribute.g] if attribute.HasField("g") else attribute.graphs
            for each in inner:
                yield from _graphs(each, depth + 1)


def _check_names(graph: onnx.GraphProto) -> None:
    given = [each.name for each in (*graph.input, *graph.output, *graph.initializer)]
    made = [name for node in graph.node for name in node.output if name]
    for name in (*given, *made, *(node.name for node in graph.node)):
        if len(name) > _LONGEST_NAME:
            raise refusal("network_name_too_long", found=len(name), most=_LONGEST_NAME)
    sources = {each.name for each in (*graph.input, *graph.initializer, *_sparse(graph))}
    several = [name for name, count in Counter([*made, *sources]).items() if count > 1]
    several += [name for name, count in Counter(each.name for each in graph.input).items() if count > 1]
    several += [name for name, count in Counter(each.name for each in graph.initializer).items() if count > 1]
    if several:
        raise refusal("network_name_twice", name=quoted(several[0]))


def _sparse(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    return (each.values for each in graph.sparse_initializer)


def _tensors(graph: onnx.GraphProto, *, but_initializers: bool = False) -> Iterator[onnx.TensorProto]:
    """Every tensor of a graph but those of inner graphs."""
    if not but_initializers:
        yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from _attribute_tensors(attribute)


def _attribute_tensors(attribute: onnx.AttributeProto) -> Iterator[onnx.TensorProto]:
    if attribute.HasField("t"):
        yield attribute.t
    yield from attribute.tensors
    sparse: Iterable[Any] = attribute.sparse_tensors
    if attribute.HasField("sparse_tensor"):
        sparse = [*sparse, attribute.sparse_tensor]
    for each in sparse:
        yield from (each.values, each.indices)


def _check_tensor(tensor: onnx.TensorProto, limits: Limits) -> None:
    name = quoted(tensor.name)
    if tensor.data_location != onnx.TensorProto.DEFAULT or tensor.external_data:
        raise refusal("network_external_data", name=name)
    dims = list(tensor.dims)
    if len(dims) > _MAX_DIMENSIONS or any(size < 0 for size in dims):
        raise refusal("network_tensor_malformed", name=name)
    check("term.network_numbers", "max_network_numbers", prod(dims), limits)


def check_raw_data(tensor: onnx.TensorProto) -> None:
    """Raise ConvError for more bytes than the shape has; reads them all."""
    if not tensor.HasField("raw_data"):
        return
    name = quoted(tensor.name)
    try:
        itemsize = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    except (KeyError, ValueError):
        raise refusal("network_tensor_malformed", name=name) from None
    # Those of four bits or two are packed.
    if len(tensor.raw_data) > prod(tensor.dims) * itemsize:
        raise refusal("network_tensor_malformed", name=name)


def _needs(graph: onnx.GraphProto) -> list[set[int]]:
    """For each node those that make its inputs. Raises ConvError for an edge that nothing makes."""
    makers = {name: i for i, node in enumerate(graph.node) for name in node.output if name}
    given = {each.name for each in (*graph.input, *graph.initializer, *_sparse(graph))}
    for each in graph.output:
        if each.name not in makers and each.name not in given:
            raise refusal("network_output_unmade", name=quoted(each.name))
    needs: list[set[int]] = []
    for node in graph.node:
        names = read_names(node)
        for name in names:
            if name not in makers and name not in given:
                raise refusal("network_input_unmade", name=quoted(name), node=quoted(node.op_type))
        needs.append({makers[name] for name in names if name in makers})
    return needs


def in_order(graph: onnx.GraphProto) -> list[int]:
    """
    The indices of the nodes, each after those that make its inputs. Raises ConvError for a cycle, and for an
    input that nothing makes.
    """
    needs = _needs(graph)
    followers: list[list[int]] = [[] for _ in graph.node]
    for i, needed in enumerate(needs):
        for each in needed:
            followers[each].append(i)
    waiting = [len(needed) for needed in needs]
    ready = [i for i, count in enumerate(waiting) if not count]
    order: list[int] = []
    for i in ready:  # grows
        order.append(i)
        for follower in followers[i]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    if len(order) < len(needs):
        raise refusal("network_has_cycle")
    return order


def read_names(node: onnx.NodeProto) -> set[str]:
    """The edges that a node reads, through its inner graphs too."""
    names = {name for name in node.input if name}
    for attribute in node.attribute:
        for graph in [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]:
            own = {each.name for each in (*graph.input, *graph.initializer, *_sparse(graph))}
            own |= {name for inner in graph.node for name in inner.output}
            for inner in graph.node:
                names |= read_names(inner) - own
            names |= {each.name for each in graph.output} - own
    return names


def is_known(node: onnx.NodeProto) -> bool:
    """Whether the operator is one of ONNX's own."""
    domain = "" if node.domain == "ai.onnx" else node.domain
    return domain in _STANDARD and bool(defs.has(node.op_type, domain))
