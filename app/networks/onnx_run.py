"""Runs an ONNX model with every edge as an output. Imported by the running process alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper, shape_inference

from app.conv.errors import quoted
from app.limits import Limits, check
from app.networks.onnx_checks import (
    LOWEST_OPSET,
    check_raw_data,
    in_order,
    is_known,
    read_model,
    read_names,
    standard_opset,
)
from app.networks.refusals import RunStopped, refusal
from app.networks.run_messages import DTYPES, Array, can_travel

_FATAL: Final = 4
_MAX_ATTRIBUTE_ITEMS: Final = 64
_OUT_OF_MEMORY: Final = re.compile(r"bad[_ ]alloc|allocat|memory", re.IGNORECASE)
_PATHS: Final = re.compile(r"\S*/\S*\.(cc|h|cpp|py)\S*")
_MAX_SHAPE_NUMBERS: Final = 1024
_MAX_REASON: Final = 200
# Never opened: the weights are handed over beside the model, and this process cannot open a file.
_IN_MEMORY: Final = "in memory"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model that was checked: its inputs, and which of its nodes can be run."""

    model: onnx.ModelProto
    order: list[int]
    runnable: set[int]
    inputs: list[onnx.ValueInfoProto]
    constants: dict[str, Array]


def warm_up() -> None:
    """Run a model of one node, so that what the libraries make once is there before any fork."""
    x = np.zeros((1, 1, 2, 2), np.float32)
    value = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape)
    node = helper.make_node("Conv", ["x", "x"], ["y"])
    graph = helper.make_graph([node], "one", [value], [onnx.ValueInfoProto(name="y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", LOWEST_OPSET)])
    run(prepare(model.SerializeToString(), Limits()), {"x": x}, Limits())


def prepare(content: bytes, limits: Limits) -> Prepared:
    """Raises ConvError and LimitExceeded."""
    model = read_model(content, limits)
    graph = model.graph
    order = in_order(graph)
    # onnxruntime refuses two nodes of one name, and so each has its own from here on.
    for node, name in zip(graph.node, _node_names(graph), strict=True):
        node.name = name
    constants = dict(_constants(graph))
    known = {each.name for each in graph.initializer} | {s.values.name for s in graph.sparse_initializer}
    inputs = [each for each in graph.input if each.name not in known]
    return Prepared(model, order, _runnable(graph, order), inputs, constants)


def describe_inputs(prepared: Prepared) -> list[dict[str, Any]]:
    """Names, types and shapes of what has to be given; a dimension that is not fixed is None."""
    return [_described_input(each) for each in prepared.inputs]


def run(
    prepared: Prepared, given: Mapping[str, Array], limits: Limits
) -> tuple[dict[str, Any], dict[str, Array]]:
    """
    The nodes with their shapes, and the array on every edge that a node makes. Raises ConvError, and
    LimitExceeded before anything is run where the shapes say it.
    """
    model = prepared.model
    for each in prepared.inputs:
        dims = [onnx.TensorShapeProto.Dimension(dim_value=size) for size in given[each.name].shape]
        shape = each.type.tensor_type.shape
        shape.ClearField("dim")
        shape.dim.extend(dims)
    shapes = _inferred(model)
    known = sum(prod(shape) for shape in shapes.values() if shape is not None)
    check("term.network_numbers", "max_network_numbers", known, limits)
    nodes, outputs = list(model.graph.node), [each.name for each in model.graph.output]
    values = _values(prepared, given, limits)
    arrays = {**prepared.constants, **given, **values}
    numbers = sum(array.size for array in arrays.values())
    check("term.network_numbers", "max_network_numbers", numbers, limits)
    return _structure(prepared, nodes, outputs, arrays), values


def _described_input(value: onnx.ValueInfoProto) -> dict[str, Any]:
    kind = value.type.tensor_type
    name = quoted(value.name)
    if not value.type.HasField("tensor_type"):
        raise refusal("network_input_no_tensor", name=name)
    if not kind.HasField("shape"):
        raise refusal("network_input_without_shape", name=name)
    types: dict[int, str] = {number: each for each, number in onnx.TensorProto.DataType.items()}
    try:
        dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type).name
    except (KeyError, ValueError):
        dtype = ""
    if dtype not in DTYPES:
        found = types.get(kind.elem_type, str(kind.elem_type)).lower()
        raise refusal("network_input_type", name=name, found=found, names=", ".join(DTYPES))
    shape = [dim.dim_value if dim.dim_value > 0 else None for dim in kind.shape.dim]
    return {"name": value.name, "dtype": dtype, "shape": shape}


def _constants(graph: onnx.GraphProto) -> Iterator[tuple[str, Array]]:
    for each in graph.initializer:
        try:
            array = numpy_helper.to_array(each)
        except (KeyError, TypeError, ValueError):
            raise refusal("network_tensor_malformed", name=quoted(each.name)) from None
        if can_travel(array):
            yield each.name, array
        else:
            check_raw_data(each)


def _runnable(graph: onnx.GraphProto, order: list[int]) -> set[int]:
    """The nodes that neither are unknown nor need what an unknown one makes."""
    missing: set[str] = set()
    runnable: set[int] = set()
    for i in order:
        node = graph.node[i]
        if is_known(node) and missing.isdisjoint(read_names(node)):
            runnable.add(i)
        else:
            missing.update(node.output)
    return runnable


def _inferred(model: onnx.ModelProto) -> dict[str, tuple[int, ...] | None]:
    try:
        graph = shape_inference.infer_shapes(_without_weights(model), data_prop=True).graph
    except Exception:  # it has many kinds; what does not fit together is found again by the run
        return {}
    return {
        each.name: _static_shape(each)
        for each in (*graph.value_info, *graph.output, *graph.input)
        if each.type.HasField("tensor_type")
    }


def _without_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights as inputs of their shapes; what may say a shape keeps its numbers."""
    graph = model.graph
    light = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    light.graph.node.extend(graph.node)
    light.graph.output.extend(graph.output)
    light.graph.sparse_initializer.extend(graph.sparse_initializer)
    given = {each.name for each in graph.input}
    light.graph.input.extend(graph.input)
    for each in graph.initializer:
        if prod(each.dims) <= _MAX_SHAPE_NUMBERS:
            light.graph.initializer.append(each)
        if each.name not in given:
            value = helper.make_tensor_value_info(each.name, each.data_type, each.dims)
            light.graph.input.append(value)
    return light


def _static_shape(value: onnx.ValueInfoProto) -> tuple[int, ...] | None:
    dims = value.type.tensor_type.shape.dim
    if not value.type.tensor_type.HasField("shape") or not all(dim.HasField("dim_value") for dim in dims):
        return None
    return tuple(dim.dim_value for dim in dims)


def _values(prepared: Prepared, given: Mapping[str, Array], limits: Limits) -> dict[str, Array]:
    """The array on every edge that a run gives. The model keeps only what was run, all edges as outputs."""
    graph = prepared.model.graph
    nodes = [graph.node[i] for i in prepared.order if i in prepared.runnable]
    names = [name for node in nodes for name in node.output if name]
    if not names:
        return {}
    declared = {each.name: each for each in graph.output}
    outputs = [declared.get(name) or onnx.ValueInfoProto(name=name) for name in names]
    # In place: a copy of the constants would take as long as the run.
    for repeated, kept in ((graph.node, nodes), (graph.output, outputs)):
        copies = [type(each).FromString(each.SerializeToString()) for each in kept]
        del repeated[:]
        repeated.extend(copies)
    options = onnxruntime.SessionOptions()
    _hand_over_weights(graph, prepared.constants, options)
    options.intra_op_num_threads = limits.network_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    options.use_deterministic_compute = True
    # What lays weights out anew takes longer than the one run gains by it.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    try:
        session = onnxruntime.InferenceSession(
            prepared.model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        values = session.run(names, dict(given))
    except MemoryError:
        raise
    except Exception as error:  # onnxruntime has a dozen kinds, without a common base
        raise _run_error(error, limits) from None
    return {name: value for name, value in zip(names, values, strict=True) if can_travel(value)}


def _hand_over_weights(
    graph: onnx.GraphProto, constants: Mapping[str, Array], options: onnxruntime.SessionOptions
) -> None:
    """Large weights as the arrays that they are: so they are neither written again nor read again."""
    large = {
        each.name: each
        for each in graph.initializer
        if each.name in constants and constants[each.name].size > _MAX_SHAPE_NUMBERS
    }
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(constants[name]) for name in large]
    options.add_external_initializers(list(large), values)
    for name, each in large.items():
        dims, kind = list(each.dims), each.data_type
        each.Clear()
        each.name, each.data_type = name, kind
        each.dims.extend(dims)
        each.data_location = onnx.TensorProto.EXTERNAL
        each.external_data.add(key="location", value=_IN_MEMORY)


def _run_error(error: Exception, limits: Limits) -> Exception:
    text = str(error)
    if _OUT_OF_MEMORY.search(text):
        return RunStopped("network_out_of_memory", bytes=limits.max_network_bytes)
    # Names of files of its own source would help nobody.
    reason = " ".join(_PATHS.sub("", text).split())
    return refusal("network_not_runnable", reason=reason[:_MAX_REASON])


def _structure(
    prepared: Prepared, nodes: Sequence[onnx.NodeProto], outputs: list[str], arrays: Mapping[str, Array]
) -> dict[str, Any]:
    constants = prepared.constants
    parameter_names = _parameter_names(nodes, constants)
    described = [
        _node(node, arrays, i in prepared.runnable, _count_numbers(names, constants))
        for i, (node, names) in enumerate(zip(nodes, parameter_names, strict=True))
    ]
    return {
        "inputs": [{"name": each.name, "shape": list(arrays[each.name].shape)} for each in prepared.inputs],
        "nodes": described,
        "outputs": outputs,
        "parameters": _count_numbers(set().union(*parameter_names), constants),
        "opset": standard_opset(prepared.model),
    }


def _node_names(graph: onnx.GraphProto) -> list[str]:
    """The model's names; a node without one, or with that of another, is node_<index>."""
    given_names = {node.name for node in graph.node}
    seen: set[str] = set()
    names: list[str] = []
    for i, node in enumerate(graph.node):
        name = node.name
        if not name or name in seen:
            name = f"node_{i}"
            while name in seen or name in given_names:
                name += "_"
        seen.add(name)
        names.append(name)
    return names


def _parameter_names(nodes: Sequence[onnx.NodeProto], constants: Mapping[str, Array]) -> list[set[str]]:
    """Of each node the constants that it computes with; torch's exporter shares them by Identity nodes."""
    same = {
        node.output[0]: node.input[0]
        for node in nodes
        if node.op_type == "Identity" and {*node.input} <= constants.keys() and node.input
    }
    parameter_names = []
    for node in nodes:
        names = set() if node.op_type == "Identity" else read_names(node)
        if node.op_type == "BatchNormalization":
            # The running mean and variance are measured.
            names = names.difference(node.input[3:])
        used = {same.get(name, name) for name in names}
        parameter_names.append(
            {name for name in used if name in constants and constants[name].dtype.kind == "f"}
        )
    return parameter_names


def _count_numbers(names: set[str], constants: Mapping[str, Array]) -> int:
    return sum(constants[name].size for name in names)


def _node(
    node: onnx.NodeProto, arrays: Mapping[str, Array], is_runnable: bool, parameters: int
) -> dict[str, Any]:
    # Those that its inner graphs read come last.
    inputs = [*node.input, *sorted(read_names(node).difference(node.input))]
    return {
        "name": node.name,
        "op": node.op_type,
        "inputs": inputs,
        "outputs": [_edge(each, arrays.get(each)) for each in node.output if each],
        "parameters": parameters,
        "attributes": dict(_attributes(node)),
        "is_known": is_known(node),
        "is_runnable": is_runnable,
    }


def _edge(name: str, array: Array | None) -> dict[str, Any]:
    if array is None:
        return {"name": name, "shape": None, "dtype": None}
    return {"name": name, "shape": list(array.shape), "dtype": array.dtype.name}


def _attributes(node: onnx.NodeProto) -> Iterator[tuple[str, Any]]:
    """Those that are numbers, short lists of numbers, or short texts."""
    for each in node.attribute:
        kind = onnx.AttributeProto.AttributeType.Name(each.type)
        if kind == "INT":
            yield each.name, each.i
        elif kind == "FLOAT" and np.isfinite(each.f):
            yield each.name, each.f
        elif kind == "INTS" and len(each.ints) <= _MAX_ATTRIBUTE_ITEMS:
            yield each.name, list(each.ints)
        elif kind == "STRING" and len(each.s) <= _MAX_ATTRIBUTE_ITEMS:
            yield each.name, each.s.decode(errors="replace")
