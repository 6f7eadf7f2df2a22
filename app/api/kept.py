"""Answers that are asked for again and again: a class that opens one example, a test that runs in a loop."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

# What an entry costs beside its answer.
_ENTRY: Final = 512

Answer = bytes | memoryview


class Kept:
    """Lately used answers within a budget of bytes; the short name of each says all that it depends on."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._answers: OrderedDict[Hashable, tuple[Answer, int]] = OrderedDict()
        self._bytes = 0

    def get(self, name: Hashable) -> Answer | None:
        found = self._answers.get(name)
        if found is None:
            return None
        self._answers.move_to_end(name)
        return found[0]

    def keep(self, name: Hashable, answer: Answer) -> None:
        size = len(answer) + _ENTRY
        if size > self._budget or name in self._answers:
            return
        self._answers[name] = answer, size
        self._bytes += size
        while self._bytes > self._budget:
            _, (_, freed) = self._answers.popitem(last=False)
            self._bytes -= freed
