"""A short share of `make fuzz`: the same targets, on whole inputs that were cut, mixed and changed."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

Change = tuple[str, float, bytes]
SPECIAL = [
    b"",
    b"\0",
    b"\xff" * 8,
    b"-",
    b"9" * 20,
    b"1e999",
    b"NaN",
    b"[" * 50,
    b'"',
    b"{}",
    b"null",
    b"\n",
    b"*",
]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "cut", "twice"]),
        st.floats(0, 1),
        st.sampled_from(SPECIAL) | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=5,
)


def changed(data: bytes, change: Change) -> bytes:
    kind, where, new = change
    at = round(where * len(data))
    match kind:
        case "replace":
            return data[:at] + new + data[at + len(new) :]
        case "insert":
            return data[:at] + new + data[at:]
        case "cut":
            return data[:at] + data[at + 1 + len(new) :]
        case _:
            return data[:at] + data[at // 2 :]


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.sampled_from(seeds), changes=CHANGES)
    def check(seed: bytes, changes: list[Change]) -> None:
        for change in changes:
            seed = changed(seed, change)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target.run(seed)

    for seed in seeds:
        target.run(seed)
    check()
