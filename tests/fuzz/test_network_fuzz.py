"""A short run of `tests.fuzz.networks`: the same mutations of models every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.networks import client_of, mutated, send


@pytest.mark.slow
@pytest.mark.safety(35)
def test_mutated_models_are_read_or_refused(tmp_path: Path) -> None:
    with client_of(str(tmp_path)) as client:
        statuses = [send(client, mutated(seed)) for seed in range(200)]
    assert {201, 422} <= set(statuses)


def test_mutations_of_a_seed_are_the_same() -> None:
    assert mutated(7).model == mutated(7).model
