"""A layer's windows, counted over all output channels, cut into what one ledger takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.conv.operation import Plan


class WindowBlock(NamedTuple):
    """Windows start … stop−1 of each of some output channels: those of groups, or a part of one group."""

    out_channels: range
    start: int
    stop: int

    @property
    def steps(self) -> int:
        return len(self.out_channels) * (self.stop - self.start)


def window_blocks(plan: Plan, start: int, stop: int) -> Iterator[WindowBlock]:
    """
    Windows start … stop−1, counted over all output channels, one after the other: five blocks at most, for
    only the first and last channel, and the first and last group, may be there in part.
    """
    windows, group = plan.windows, plan.output_shape[0] // plan.groups
    while start < stop:
        (channel, first), whole = divmod(start, windows), (stop - start) // windows
        if first or whole == 0:
            last = min(windows, first + stop - start)
            yield WindowBlock(range(channel, channel + 1), first, last)
            start += last - first
            continue
        if channel % group or whole < group:
            count = min(whole, group - channel % group)
        else:
            count = whole // group * group
        yield WindowBlock(range(channel, channel + count), 0, windows)
        start += count * windows
