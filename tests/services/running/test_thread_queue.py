"""The queue for threads: by time, in order, and nothing that was begun is lost."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from time import monotonic
from typing import Any

import pytest

from app.services.running.thread_queue import ServerBusy, ThreadQueue
from tests.support.event_loop import run_in_new_event_loop


def run(work: Coroutine[Any, Any, None]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(30):
            await work

    run_in_new_event_loop(within_time())


async def answer(queue: ThreadQueue, work: Any, *args: Any) -> Any:
    """As a request does: in a task of its own."""
    return await asyncio.wrap_future(await queue.run(work, *args))


def asked(queue: ThreadQueue, work: Any, *args: Any) -> asyncio.Task[Any]:
    return asyncio.create_task(answer(queue, work, *args))


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_first_come_first_served() -> None:
    async def work() -> None:
        queue, order, gate = ThreadQueue("test", 1, 10), list[int](), threading.Event()
        tasks = [asked(queue, gate.wait)]
        for k in range(20):
            await turn()
            tasks.append(asked(queue, order.append, k))
        await turn()
        gate.set()
        await asyncio.gather(*tasks)
        assert order == list(range(20))
        queue.close(wait=True)

    run(work())


def test_nobody_waits_for_longer_and_the_next_are_refused_at_once() -> None:
    async def work() -> None:
        queue, gate = ThreadQueue("test", 2, 0.4), threading.Event()
        busy = [asked(queue, gate.wait) for _ in range(2)]
        await turn()
        started = monotonic()
        waiting = asked(queue, int)
        await turn()
        early = asked(queue, int)
        while not waiting.done():
            # Once the first has waited half of what it may, no other waits at all.
            before = monotonic()
            if before - started > 0.25:
                with pytest.raises(ServerBusy):
                    await answer(queue, int)
                assert monotonic() - before < 0.1
            await asyncio.wait({waiting}, timeout=0.01)
        for refused in (waiting, early):
            with pytest.raises(ServerBusy) as caught:
                await refused
            assert caught.value.message.code == "queue_too_slow"
            assert caught.value.message.params["seconds"] == 0.4
            assert caught.value.retry_after >= 1
        gate.set()
        await asyncio.gather(*busy)
        assert await answer(queue, int) == 0
        queue.close(wait=True)

    run(work())


def test_what_was_begun_goes_first_and_is_never_refused() -> None:
    async def work() -> None:
        queue, order, gate = ThreadQueue("test", 1, 0.1), list[str](), threading.Event()
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def in_two_pieces() -> None:
            await answer(queue, order.append, "first")
            begun.set()
            await goes_on.wait()
            await answer(queue, order.append, "second")

        pieces = asyncio.create_task(in_two_pieces())
        await begun.wait()
        blocker, other = asked(queue, gate.wait), asked(queue, order.append, "other")
        await turn()
        goes_on.set()
        with pytest.raises(ServerBusy):
            await other
        assert not pieces.done()
        late = asked(queue, order.append, "late")
        await turn()
        gate.set()
        await asyncio.gather(pieces, blocker, late)
        assert order == ["first", "second", "late"]
        queue.close(wait=True)

    run(work())


def test_streams_wait_as_long_as_they_must() -> None:
    async def work() -> None:
        queue, gate = ThreadQueue("test", 1, 0.05), threading.Event()
        blocker = asked(queue, gate.wait)
        await turn()
        piece = asyncio.create_task(queue.run_next(int))
        done, _ = await asyncio.wait({piece}, timeout=0.2)
        assert not done
        gate.set()
        assert await asyncio.wrap_future(await piece) == 0
        await blocker
        queue.close(wait=True)

    run(work())


@pytest.mark.parametrize("seed", range(20))
def test_no_thread_is_lost_whoever_leaves(seed: int) -> None:
    """Requests that are cancelled before, at and after their turn; then as many run at a time as before."""

    async def work() -> None:
        chance, queue = random.Random(seed), ThreadQueue("test", 2, 10)
        tasks = [asked(queue, int) for _ in range(50)]
        for task in chance.sample(tasks, 30):
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        together = threading.Barrier(2)
        await asyncio.gather(*(asked(queue, together.wait, 10) for _ in range(2)))
        queue.close(wait=True)

    run(work())
