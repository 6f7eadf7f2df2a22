"""The queue of requests, on a clock of its own: who is begun, who is refused, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.server.request_queue import BEGUN_A_TURN, LONGEST, LONGEST_IN_OVERLOAD, RequestQueue

LOOK = 0.001  # seconds that a turn of the event loop takes without any work


class EventLoop:
    """A loop whose requests take `service` seconds each, and refusals `refusal`; time passes in work only."""

    def __init__(self, service: float, refusal: float = 0.0, room: int = 10_000) -> None:
        self.now = 0.0
        self.service, self.refusal = service, refusal
        self.at_work, self.room = 0, room
        self._ready: list[tuple[float, Callable[[], None]]] = []
        self.waits: list[float] = []
        self.refused: list[tuple[float, int]] = []
        self.queue = RequestQueue(lambda: self.at_work < self.room, lambda: self.now, self.call_later)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self._ready.append((self.now + seconds, callback))

    def ask(self, *, finishes: bool = True) -> None:
        """A request that has just been read."""
        asked = self.now

        def work() -> None:
            self.waits.append(self.now - asked)
            self.now += self.service
            self.at_work -= finishes

        def begin() -> None:
            self.at_work += 1
            self.call_later(0, work)

        def refuse(retry_after: int) -> None:
            self.refused.append((self.now - asked, retry_after))
            self.now += self.refusal

        self.queue.add(begin, refuse)

    def turn(self) -> None:
        """Run what is ready; what becomes ready by it has to wait for the next turn."""
        due = [callback for time, callback in self._ready if time <= self.now]
        self._ready = [each for each in self._ready if each[0] > self.now]
        for callback in due:
            callback()
        self.now += LOOK

    def flood(self, rate: float, seconds: float) -> None:
        """So many requests a second, read whenever the loop comes round to it."""
        started, sent = self.now, 0
        while self.now < started + seconds:
            while sent < (self.now - started) * rate:
                sent += 1
                self.ask()
            self.turn()


def test_requests_are_begun_in_their_order_a_few_a_turn() -> None:
    loop, order = EventLoop(0.01), list[int]()
    for k in range(3 * BEGUN_A_TURN):
        loop.queue.add(partial(order.append, k), lambda _: order.append(-1))
    begun = []
    for _ in range(3):
        begun.append(len(order))
        loop.turn()
    assert order == list(range(3 * BEGUN_A_TURN))
    assert begun == [BEGUN_A_TURN, 2 * BEGUN_A_TURN, 3 * BEGUN_A_TURN]


def test_a_burst_waits_for_a_second_at_most() -> None:
    """Two hundred at once, at 10 ms each: half of them in the first second."""
    loop = EventLoop(0.01)
    for _ in range(200):
        loop.ask()
    for _ in range(300):
        loop.turn()
    assert 80 <= len(loop.waits) <= 110
    assert max(loop.waits) <= LONGEST + 2 * BEGUN_A_TURN * 0.011
    assert len(loop.waits) + len(loop.refused) == 200


@pytest.mark.safety(34)
@settings(max_examples=30)
@given(
    service=st.floats(0.001, 0.2),
    times=st.floats(1.5, 10),
    share=st.floats(0.0, 0.04),
)
def test_whatever_the_speed_nobody_waits_for_long_and_most_of_the_time_is_work(
    service: float, times: float, share: float
) -> None:
    """`share`: what a refusal costs of what an answer does."""
    seconds = max(6.0, 100 * service)
    loop = EventLoop(service, refusal=share * service)
    loop.flood(times / service, seconds)
    # A few turns of the loop, and one in which all that came in a second are refused.
    allowance = 3 * (BEGUN_A_TURN * service + LOOK) + times * share
    assert max(loop.waits) <= LONGEST + allowance < 2 + 12 * service
    assert max((wait for wait, _ in loop.refused), default=0.0) <= LONGEST + 2 * allowance
    # A turn of the loop takes a millisecond here, whatever it does.
    possible = 1 / (service + LOOK / BEGUN_A_TURN + (times - 1) * share * service)
    assert len(loop.waits) / loop.now >= 0.8 * possible


def test_an_overload_that_lasts_makes_nobody_wait_for_a_second() -> None:
    loop = EventLoop(0.002, refusal=0.00005)
    loop.flood(1500, 3)
    del loop.waits[:]
    loop.flood(1500, 3)
    assert max(loop.waits) <= LONGEST_IN_OVERLOAD + 3 * BEGUN_A_TURN * 0.003


@pytest.mark.parametrize("times", [2, 3, 10])
def test_who_comes_back_when_they_are_told_to_is_a_load_that_can_be_carried(times: int) -> None:
    loop = EventLoop(0.002)
    loop.flood(times / (0.002 + LOOK / BEGUN_A_TURN), 8)
    asked_again = loop.refused[len(loop.refused) // 2 :]
    # Each client asks once a second until it is refused, then after as many seconds as it is told.
    rate = sum(1 / seconds for _, seconds in asked_again) / len(asked_again) * times
    assert 0.5 <= rate <= 1.1


def test_without_room_requests_wait_and_are_refused() -> None:
    loop = EventLoop(0.001, room=2)
    for _ in range(2):
        loop.ask(finishes=False)
    loop.ask()
    while loop.now < LONGEST - 0.1:
        loop.turn()
    assert not loop.refused
    while loop.now < LONGEST + 0.1:
        loop.turn()
    assert [seconds for _, seconds in loop.refused] == [1]
    loop.at_work = 0
    loop.ask()
    loop.turn()
    loop.turn()
    assert len(loop.waits) == 3


def test_connections_that_wait_are_accepted_before_anything_begins() -> None:
    """uvloop accepts one a turn; at most some hundreds, so that what is read is begun all the same."""
    loop = EventLoop(0.01)
    for _ in range(3 * BEGUN_A_TURN):
        loop.ask()
    for _ in range(100):
        loop.queue.connected()
        loop.turn()
    assert len(loop.waits) == BEGUN_A_TURN
    for _ in range(10):
        loop.turn()
    assert len(loop.waits) == 3 * BEGUN_A_TURN
    for _ in range(3 * BEGUN_A_TURN):
        loop.ask()
    for _ in range(1000):
        loop.queue.connected()
        loop.turn()
    assert len(loop.waits) == 6 * BEGUN_A_TURN
