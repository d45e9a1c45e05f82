"""Fixtures for the tests of services. What they need is imported when a test asks for one."""

# ruff: noqa: PLC0415 - each pytest of whoever has eventpact installed loads this module

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Group
    from eventpact_testing.broker import LocalBroker
    from eventpact_testing.captured import CapturedEvents
    from eventpact_testing.clock import StepClock
    from eventpact_testing.driving import DrivenGroup, RunGroup
    from eventpact_testing.local import LocalRegistries, LocalRegistry
    from eventpact_testing.stack import Stack


CONTRACTS: Final = "eventpact_contracts"
PACKAGES: Final = "eventpact_packages"
"""What the ini-file of pytest says for `local_stack`."""


def add_ini(parser: pytest.Parser) -> None:
    """Add what fixtures read from the ini-file."""
    parser.addini(CONTRACTS, "folder of the contracts that local_stack applies, from where the ini-file is", "paths")
    parser.addini(
        PACKAGES,
        "generated packages of the service, as they are imported: local_stack applies the contracts of their systems, "
        "or without a folder of contracts what the packages know of them",
        "args",
    )


@pytest.fixture(scope="session")
def _local_registries(pytestconfig: pytest.Config) -> Iterator[LocalRegistries]:
    """The registry of the session, with the contracts that the ini-file names applied when a test needs them."""
    from eventpact_testing.local import LocalRegistries

    contracts = pytestconfig.getini(CONTRACTS)
    with LocalRegistries(contracts[0] if contracts else None, tuple(pytestconfig.getini(PACKAGES))) as registries:
        yield registries


@pytest.fixture
def local_kafka() -> Iterator[LocalBroker]:
    """A broker of the test's own on loopback, without topics; `local_stack` puts its topics on the same one."""
    from eventpact_testing.broker import LocalBroker

    with LocalBroker() as broker:
        yield broker


@pytest.fixture
def local_registry(_local_registries: LocalRegistries) -> LocalRegistry:
    """A schema registry of the test's own on loopback, which knows nothing yet."""
    return _local_registries.fresh()


@pytest.fixture
def local_stack(local_kafka: LocalBroker, _local_registries: LocalRegistries, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A broker of the test's own with the topics of the contracts, and a registry that knows their schemas.

    `Settings.from_env()` finds them, too: the environment is changed until the test ends.
    """
    from eventpact_testing.local import point_environment, stack_on

    stack = stack_on(local_kafka, _local_registries.applied)
    point_environment(monkeypatch, stack.settings)
    return stack


@pytest.fixture
def captured_events(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedEvents]:
    """The events that are sent during the test, in their order.

    Beside `local_stack` they go to its broker, too. Without it, nothing leaves the process: producers made with
    `captured_events.settings` or `Settings.from_env()` are acknowledged at once.
    """
    from eventpact_testing.captured import capturing
    from eventpact_testing.local import point_environment
    from eventpact_testing.memory import MemoryCluster, memory_settings

    with ExitStack() as exits:
        if "local_stack" in request.fixturenames:
            settings = request.getfixturevalue("local_stack").settings
        else:
            settings = exits.enter_context(memory_settings(MemoryCluster()))
            point_environment(monkeypatch, settings)
        yield exits.enter_context(capturing(settings))


@pytest.fixture
def retry_clock(monkeypatch: pytest.MonkeyPatch) -> StepClock:
    """The clock by which every group of the process waits before it tries again, until the test ends."""
    from eventpact import Group
    from eventpact_testing.clock import StepClock

    clock = StepClock()
    monkeypatch.setattr(Group, "clock", clock)
    return clock


@pytest.fixture
def run_group(retry_clock: StepClock) -> Iterator[RunGroup]:
    """`run_group(Notifier())` drives a handler's class by hand, in memory: `.handle(event)`."""
    from eventpact_testing.driving import DrivenGroup

    with ExitStack() as exits:

        def drive(group: Group) -> DrivenGroup:
            return exits.enter_context(DrivenGroup(group, clock=retry_clock))

        yield drive
