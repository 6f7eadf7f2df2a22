"""What figures and notebooks print of a step is what the page prints."""

from __future__ import annotations

from convscope.printed_ledger import print_ledger
from tests.support.ledger_goldens import GOLDENS, goldens


def test_the_goldens_are_what_is_printed() -> None:
    assert GOLDENS.read_text("utf-8") == goldens(), "run `python -m tests.support.ledger_goldens`"


def test_whole_numbers_are_printed_as_they_are() -> None:
    printed = print_ledger([2**31 - 1, -5], [2**31 - 1, -5], [2**31 - 1, 2**31 - 6], 3, 2**31 - 3)
    assert (printed.sums, printed.bias, printed.output) == (["2147483647", "−5"], "3", "2147483645")
    assert printed.products(1, [-5]) == ["−5"]


def test_a_number_that_is_none_stands_for_itself() -> None:
    printed = print_ledger([float("nan"), 0.5], [float("nan"), 0.5], [float("nan")] * 2, 0, float("nan"))
    assert (printed.sums, printed.output) == (["–", "–"], "–")
    assert printed.products(1, [0.25, 0.25]) == ["0.2500", "0.2500"]
