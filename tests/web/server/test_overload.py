"""More requests than can be answered, on a real server: nobody waits for long, and work goes on."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.flood import Flood
from bench.load import post
from tests.support.event_loop import run_in_new_event_loop
from tests.support.metrics import samples
from tests.support.server_process import ServerProcess, running_server

SECONDS = 4.0
# Below it, the client may be what is slow.
CONNECTIONS = 8


def new_traces(side: int) -> Callable[[], bytes]:
    """Requests for a trace, each with a number that no other has."""
    seeds = itertools.count(1_000_000_000)
    body = {
        "input": {"data": [[[(i * j) % 10 for j in range(side)] for i in range(side)] for _ in range(3)]},
        "weight": {"random": {"shape": [1, 3, 2, 2], "seed": "SEED"}},
        "operation": {"kind": "conv2d"},
    }
    data = post("/api/v1/trace", json.dumps(body).encode().replace(b'"SEED"', b"1000000000"))
    return lambda: data.replace(b"1000000000", b"%d" % next(seeds))


def busy_refusals(server: ServerProcess) -> float:
    with server.client() as client:
        return samples(client.get("/metrics").text).get("convscope_refused_total{reason=busy}", 0.0)


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(34)
@pytest.mark.parametrize(("side", "least_at_ten_times"), [(22, 0.5), (3, 0.05)], ids=["small", "lightest"])
def test_beyond_capacity_nobody_waits_for_long(tmp_path: Path, side: int, least_at_ten_times: float) -> None:
    """
    Twice, three times and ten times as many requests as can be answered. What the server gets done is counted
    for each second of a processor that it has: others, the client among them, have some too.
    """
    traces = new_traces(side)

    async def overload(server: ServerProcess) -> None:
        for times in (2, 3, 10):
            # Whatever else runs on the machine can only make it smaller.
            shares = list[float]()
            # Reading and refusing ten times as many leaves less for answers: a refusal costs a tenth of what
            # the lightest answers do.
            least = 0.7 if times <= 3 else least_at_ten_times
            while max(shares, default=0.0) < least and len(shares) < 5:
                shares.append(await share(server, times))
            assert max(shares) >= least, (times, shares)

    async def share(server: ServerProcess, times: int) -> float:
        """Of the peak, of what is answered at so many times its rate."""
        process = server.process.pid
        peak = await Flood(server.port, traces, process).as_many_as_answered(CONNECTIONS, 2)
        over = await Flood(server.port, traces, process).at_rate(times * peak.goodput, SECONDS)
        about = f"{times} times as much: {peak}; {over}"
        assert set(over.statuses) == {200, 503}, about
        assert over.lost == 0, about
        assert over.wait(100) < 2.5, about
        assert max(over.refused) < 2.5, about
        assert all(1 <= seconds <= 60 for seconds in over.retry_after), about
        return over.goodput_of_cpu / peak.goodput_of_cpu

    with running_server(tmp_path) as server:
        refused = busy_refusals(server)
        run_in_new_event_loop(overload(server))
        assert busy_refusals(server) > refused


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(9)
@pytest.mark.safety(34)
def test_beyond_capacity_large_computations_have_a_queue_of_their_own(tmp_path: Path) -> None:
    """Three times as many as can be done: some are refused, none is lost, and small requests go on."""
    large, small = new_traces(60), new_traces(6)

    async def flood(server: ServerProcess) -> None:
        peak = (await Flood(server.port, large).as_many_as_answered(4, 3)).goodput
        over, beside = await asyncio.gather(
            Flood(server.port, large).at_rate(3 * peak, 10), Flood(server.port, small).at_rate(20, 10)
        )
        assert set(over.statuses) == {200, 503}, over
        assert over.lost == beside.lost == 0, (over, beside)
        assert beside.wait(100) < 2.5, beside
        assert len(beside.answered) > 0.3 * beside.sent, beside

    # All come from one client, which has a bound of its own.
    with running_server(tmp_path, max_wait_seconds=2, max_requests_per_client=512) as server:
        run_in_new_event_loop(flood(server))


@pytest.mark.exclusive
@pytest.mark.slow
@pytest.mark.safety(34)
def test_health_is_told_in_the_midst_of_it(tmp_path: Path) -> None:
    """A probe waits for a turn of the event loop, not in the queue: less than half as long as requests do."""
    traces = new_traces(22)

    async def flood(server: ServerProcess) -> None:
        peak = (await Flood(server.port, traces).as_many_as_answered(CONNECTIONS, 2)).goodput
        health = Flood(server.port, lambda: b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        over, probes = await asyncio.gather(
            Flood(server.port, traces).at_rate(5 * peak, SECONDS), health.at_rate(20, SECONDS)
        )
        assert over.refused and not probes.refused, (over, probes)
        assert set(probes.statuses) == {200}, probes
        assert probes.wait(50) < over.wait(50) / 2, (probes, over)
        assert probes.wait(100) < 2.5, probes

    with running_server(tmp_path) as server:
        run_in_new_event_loop(flood(server))
