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
    none = float("nan")
    printed = print_ledger([none, 0.25, 0.25], [none, 0.5], [none] * 2, 0, none)
    assert (printed.sums, printed.output) == (["–", "–"], "–")
    assert printed.products(1, [0.25, 0.25]) == ["0.25", "0.25"]


def test_no_more_decimals_are_printed_than_tell_the_numbers_apart() -> None:
    printed = print_ledger([-0.5, -2, 3], [-0.5, 1], [-0.5, 0.5], 0, 0.5)
    assert (printed.sums, printed.output) == (["−0.5", "1.0"], "0.5")
    assert print_ledger([1 / 3], [1 / 3], [1 / 3], 0, 1 / 3).output == "0.3333"
