from __future__ import annotations

import pytest

_UNTESTED: list[str] = []


def skip_loudly(reason: str) -> None:
    """Skip, and say so in capitals at the end of the run."""
    _UNTESTED.append(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in _UNTESTED:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(reason, red=True, bold=True)
