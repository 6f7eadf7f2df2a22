"""The queue of requests that wait for the event loop: they are refused by the time they wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Final, NamedTuple

# A request may wait so long, in seconds; and so long once the queue has not been empty for a second.
LONGEST: Final = 1.0
LONGEST_IN_OVERLOAD: Final = 0.5
# Requests begun in one turn of the event loop: between turns it reads, and answers health checks.
BEGUN_A_TURN: Final = 4
# Turns in a row that only accept: uvloop accepts one connection a turn.
_MAX_ACCEPTING_TURNS: Final = 256
# Seconds until the queue is looked at again, while there is no room.
_NEXT_LOOK: Final = 0.05
_MAX_RETRY_AFTER: Final = 60


def _call_later(seconds: float, callback: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    if seconds:
        loop.call_later(seconds, callback)
    else:
        loop.call_soon(callback)


class _Waiting(NamedTuple):
    since: float
    begin: Callable[[], None]
    refuse: Callable[[int], None]


class RequestQueue:
    """
    Begins requests first come, first served, a few in each turn of the event loop, while there is room.

    A burst may wait for a second. A queue that does not become empty within a second only makes everybody
    wait: from then on it is half a second (controlled delay: B. Maurer, "Fail at Scale", ACM Queue 13
    (8), 2015, after RFC 8289).
    """

    def __init__(
        self,
        has_room: Callable[[], bool],
        clock: Callable[[], float] = monotonic,
        call_later: Callable[[float, Callable[[], None]], None] = _call_later,
    ) -> None:
        self._has_room = has_room
        self._clock = clock
        self._call_later = call_later
        self._waiting: deque[_Waiting] = deque()
        self._is_turn_due = False
        self._left = BEGUN_A_TURN
        self._has_accepted, self._accepting_turns = False, 0
        self._emptied = clock()
        # Since the queue was last empty.
        self._begun = self._refused = 0

    def add(self, begin: Callable[[], None], refuse: Callable[[int], None]) -> None:
        """Call `begin`, now or later, or `refuse` with the seconds after which to ask again."""
        self._make_turn_due()
        if self._left and not self._waiting and self._has_room():
            self._left -= 1
            begin()
            return
        if not self._waiting:
            self._emptied, self._begun, self._refused = self._clock(), 0, 0
        self._waiting.append(_Waiting(self._clock(), begin, refuse))

    def connected(self) -> None:
        """A connection was accepted; others may be waiting to be."""
        self._has_accepted = True

    def _make_turn_due(self) -> None:
        if not self._is_turn_due:
            self._is_turn_due = True
            self._call_later(0.0 if self._has_room() else _NEXT_LOOK, self._take_turn)

    def _take_turn(self) -> None:
        """Refuse those who have waited for too long, and begin the next."""
        self._is_turn_due = False
        if self._has_accepted and self._accepting_turns < _MAX_ACCEPTING_TURNS:
            self._has_accepted = False
            self._accepting_turns += 1
            self._make_turn_due()
            return
        self._accepting_turns, self._left = 0, BEGUN_A_TURN
        if self._waiting:
            # Before anything begins, so that the next turn comes before the work of this one.
            self._make_turn_due()
            self._refuse_late()
            self._begin_next()

    def _refuse_late(self) -> None:
        now = self._clock()
        longest = LONGEST if now - self._emptied <= LONGEST else LONGEST_IN_OVERLOAD
        while self._waiting and now - self._waiting[0].since > longest:
            self._refused += 1
            self._waiting.popleft().refuse(self._retry_after())

    def _begin_next(self) -> None:
        while self._waiting and self._left and self._has_room():
            self._left -= 1
            self._begun += 1
            self._waiting.popleft().begin()

    def _retry_after(self) -> int:
        """With n requests for each that is begun, there is room for those who come back in n seconds."""
        return min(ceil((self._begun + self._refused) / max(self._begun, 1)), _MAX_RETRY_AFTER)
