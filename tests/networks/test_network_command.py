"""`convscope network`: a table, or a file of every edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import safetensors.numpy
from typer.testing import CliRunner

from app.cli import main
from tests.support.onnx_models import MODELS


def test_a_table_and_every_edge(tmp_path: Path) -> None:
    made = MODELS["conv"]()
    (tmp_path / "model.onnx").write_bytes(made.model)
    np.save(tmp_path / "x.npy", made.inputs["x"])
    command = ["network", str(tmp_path / "model.onnx"), "--input", str(tmp_path / "x.npy")]
    table = CliRunner().invoke(main, command)
    assert table.exit_code == 0, table.output
    header, row = table.output.splitlines()
    assert header.split() == ["name", "operator", "output", "parameters", "multiply-adds"]
    assert row.split() == ["node_0", "Conv", "1×4×5×6", "76", "2,160"]
    written = CliRunner().invoke(main, [*command, "-o", str(tmp_path / "edges.safetensors")])
    assert written.exit_code == 0, written.output
    edges = safetensors.numpy.load_file(tmp_path / "edges.safetensors")
    assert edges.keys() == {"x", "c0", "c1", "y"}
    refused = CliRunner().invoke(
        main, ["network", str(tmp_path / "x.npy"), "--input", str(tmp_path / "x.npy")]
    )
    assert refused.exit_code == 1
