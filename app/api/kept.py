"""Answers that are asked for again and again: a class that opens one example, a test that runs in a loop."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

LARGEST: Final = 32 * 1024
MOST_BYTES: Final = 4 * 1024 * 1024

Question = tuple[bytes, int | None]


class Kept:
    """Answers that depend on nothing but a small question; lately used ones, within 4 MiB."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Question, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, question: Question) -> bytes | None:
        if len(question[0]) > LARGEST:
            return None
        answer = self._answers.get(question)
        if answer is not None:
            self._answers.move_to_end(question)
        return answer

    def keep(self, question: Question, answer: bytes) -> None:
        size = len(question[0]) + len(answer)
        if size > LARGEST or question in self._answers:
            return
        self._answers[question] = answer
        self._bytes += size
        while self._bytes > MOST_BYTES:
            (content, _), old = self._answers.popitem(last=False)
            self._bytes -= len(content) + len(old)
