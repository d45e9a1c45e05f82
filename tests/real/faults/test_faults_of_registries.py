"""A registry that is down when services start, or goes down while they work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.java import free_ports
from tests.real.faults.ledger import commonest
from tests.real.faults.programs import wait_until
from tests.real.faults.stage import LONG_SESSION, apply_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage


class FrailRegistry:
    """A registry that goes down and comes back at the same address with what it knew."""

    def __init__(self, database: Path) -> None:
        self._database = database
        [self._port] = free_ports(1)
        self._running: EmbeddedRegistry | None = EmbeddedRegistry(database, port=self._port)
        self.url = self._running.url

    def stop(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def start(self) -> None:
        self._running = EmbeddedRegistry(self._database, port=self._port)


@pytest.fixture
def frail(stage: Stage, tmp_path: Path) -> Iterator[FrailRegistry]:
    """The registry of the stage's services."""
    registry = FrailRegistry(tmp_path / "registry.sqlite")
    stage.settings = replace(stage.settings, registry_url=registry.url)
    apply_messages(stage.settings)
    yield registry
    registry.stop()


def test_services_at_work_do_not_notice_that_the_registry_is_down(
    stage: Stage, frail: FrailRegistry, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.sender(count=4000, rate=1000)
    stage.wait_for_handled(1000)
    frail.stop()

    ledger = stage.settle()

    enter("registry down under way", ledger)
    assert len(ledger.sent) == 4000
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order


def test_a_producer_that_starts_without_registry_says_so_and_sends_once_it_is_back(
    stage: Stage, frail: FrailRegistry, enter: Callable[[str, Ledger], None]
) -> None:
    frail.stop()
    stage.handler()
    stage.sender(count=1000, rate=500)
    wait_until(lambda: stage.ledger().failed, patience=90, what=lambda: "a send failed without registry")
    assert not stage.ledger().acknowledged
    frail.start()

    ledger = stage.settle()

    enter("registry down at a producer's start", ledger)
    assert frail.url in commonest(ledger.failed.values())
    assert ledger.acknowledged | ledger.failed.keys() == ledger.sent
    assert ledger.handled == ledger.acknowledged
    assert not ledger.out_of_order


def test_a_group_that_starts_without_registry_waits_for_it(
    stage: Stage, frail: FrailRegistry, enter: Callable[[str, Ledger], None]
) -> None:
    assert stage.sender(count=1000, rate=2000).wait() == 0
    frail.stop()
    handler = stage.handler()
    wait_until(lambda: handler.has_said(frail.url), patience=90, what=handler.said)
    assert not stage.ledger().handled
    frail.start()

    ledger = stage.settle()

    enter("registry down at a group's start", ledger)
    assert not ledger.lost
    assert len(ledger.sent) == 1000
    assert not ledger.unaccounted
    assert not ledger.out_of_order


def test_a_group_that_has_waited_for_the_registry_long_enough_stops_and_passes_over_no_record(
    stage: Stage, frail: FrailRegistry, enter: Callable[[str, Ledger], None]
) -> None:
    assert stage.sender(count=1000, rate=2000).wait() == 0
    frail.stop()
    failing = stage.handler(options={"registry_patience": 2}, properties=LONG_SESSION)
    assert failing.wait() == 1
    [(_, kind, *why)] = [note for note in stage.ledger().notes if note[0] == "failed"]
    assert (kind, frail.url in " ".join(why)) == ("RegistryError", True)
    frail.start()
    stage.handler(properties=LONG_SESSION)

    ledger = stage.settle()

    enter("registry down for too long", ledger)
    assert not ledger.lost
    assert len(ledger.sent) == 1000
    assert not ledger.unaccounted
    assert ledger.duplicates == 0
    assert not ledger.out_of_order
