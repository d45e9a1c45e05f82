"""Every test that asks for an executor runs on all of them: what holds for one codec holds for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact.avro import executor as executors
from tests.runtime.avro.executors import missing, runnable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.executor import Executor

ROUND_TRIPS = "round trips"
"""The property under which a test says how many it made."""


@pytest.fixture(scope="session", params=executors.EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """The executor of every codec that the test makes and that names none."""
    name: Executor = request.param
    if reason := missing(name):
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executors, "chosen", lambda: name)
        yield name


@pytest.fixture(scope="session")
def all_executors() -> tuple[Executor, ...]:
    """All that can run here, for tests that compare them value by value."""
    return runnable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, count in report.user_properties:
            if name == ROUND_TRIPS:
                terminalreporter.write_line(f"{count:,} {ROUND_TRIPS} against fastavro, on each executor")
