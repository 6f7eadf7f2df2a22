"""A module of torch -> an ONNX model, in the process of whoever has it, where torch is there already."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from convscope.arrays import to_file, to_npz
from convscope.torch_layers import to_array

_INPUT: Final = "input"


def is_module(value: object) -> bool:
    """Whether it is an nn.Module."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def exported(model: Any, inputs: Any) -> tuple[bytes, bytes]:
    """
    The model in eval mode, each of its modules visible, and its inputs, as files. inputs: a tensor with its
    batch axis, or several as a tuple.
    """
    torch: Any = sys.modules["torch"]
    given = tuple(inputs) if isinstance(inputs, Sequence) else (inputs,)
    tensors = tuple(torch.as_tensor(each) for each in given)
    names = [_INPUT] if len(tensors) == 1 else [f"{_INPUT}_{i}" for i in range(len(tensors))]
    with tempfile.TemporaryDirectory() as folder, _evaluating(model), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        # Kept as it is, in eval mode: else a BatchNorm would be folded into the layer before it.
        torch.onnx.export(
            model,
            tensors,
            str(path),
            dynamo=False,
            input_names=names,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )
        content = path.read_bytes()
    arrays = {name: to_array(tensor) for name, tensor in zip(names, tensors, strict=True)}
    return content, to_file(arrays[_INPUT]) if len(tensors) == 1 else to_npz(arrays)


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
