"""`make load` in little: a crowd of visitors, idle connections, more than can be done."""

from __future__ import annotations

import pytest

from bench import load
from tests.support.event_loop import run_in_new_event_loop
from tests.support.server_process import free_port


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(9)
def test_a_crowd_is_answered_or_told_to_wait() -> None:
    """Times are for `make load`, on a machine that does nothing else."""

    async def crowded() -> None:
        port = free_port()
        async with load.served(port) as parent:
            tally = await load.crowd(port, await load.mix(port), connections=40, seconds=4)
            assert not tally.errors
            assert tally.good > 40
            held = [await load.connect(port) for _ in range(1000)]
            await load.first_visit(port)
            assert sum(visitor.transport is not None for visitor in held) > 900
            for visitor in held:
                if visitor.transport:
                    visitor.transport.abort()
            report = load.Report()
            await load.beyond_capacity(report, port, parent, seconds=1)
            await load.first_visit(port)

    run_in_new_event_loop(crowded())
