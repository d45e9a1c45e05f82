"""Every test that asks for an executor runs on all of them: what holds for one codec holds for the other."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from eventpact.avro import executor as executors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.executor import Executor

ROUND_TRIPS = "round trips"
"""The property under which a test says how many it made."""


def missing(name: Executor) -> str | None:
    """Why an executor cannot run here; in CI that ends the test, wherever the extension can be built."""
    if name in executors.available():
        return None
    if os.environ.get("CI", "").lower() == "true" and shutil.which("cargo"):
        pytest.fail("in CI codecs run natively too: `make setup` builds the extension where cargo is", pytrace=False)
    return "eventpact-native is not installed: only the Python executor is tested"


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
    return tuple(name for name in executors.EXECUTORS if not missing(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, count in report.user_properties:
            if name == ROUND_TRIPS:
                terminalreporter.write_line(f"{count:,} {ROUND_TRIPS} against fastavro, on each executor")
