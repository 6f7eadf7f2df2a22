"""What figures write into the cells of grids is what the page writes."""

from __future__ import annotations

from convscope.printed_cell import cell_text
from tests.support.cell_goldens import GOLDENS, GRIDS, ROOMS, goldens


def test_the_goldens_are_what_is_printed() -> None:
    assert GOLDENS.read_text("utf-8") == goldens(), "run `python -m tests.support.cell_goldens`"


def test_no_number_is_written_as_nothing() -> None:
    for value in (each for grid in GRIDS for each in grid if each):
        for decimals in range(5):
            for room in (each for each in ROOMS if each >= 5):
                text = cell_text(value, decimals, room)
                assert any(digit in text for digit in "123456789"), (value, decimals, room, text)
