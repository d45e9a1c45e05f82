"""Consume, transform and produce in transactions, under faults: each result is there once, and none is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.programs import Program
    from tests.real.faults.stage import Stage

COUNT = 3000


def kill_the_forwarder(stage: Stage, forwarder: Program) -> None:
    forwarder.kill()
    stage.forwarder(transactional_id="forwarder", consumer_group="forwarder")


def kill_a_broker(stage: Stage, _: Program) -> None:
    stage.cluster.kill(3)


def restart_the_cluster(stage: Stage, _: Program) -> None:
    stage.cluster.kill_all()
    stage.cluster.start_all()


@pytest.mark.parametrize("fault", [kill_the_forwarder, kill_a_broker, restart_the_cluster])
def test_each_result_is_there_once(
    stage: Stage, fault: Callable[[Stage, Program], None], enter: Callable[[str, Ledger], None]
) -> None:
    forwarder = stage.forwarder(transactional_id="forwarder", consumer_group="forwarder")
    reading = {"group": "AnalyticsService", "event": "PushNotification"}
    watching = stage.handler(**reading)
    sender = stage.sender(count=COUNT, rate=1000)
    stage.wait_for_handled(1000)
    fault(stage, forwarder)
    assert sender.wait(120) == 0
    stage.wait_for_all(patience=120)
    watching.kill()
    watching.journal.unlink()  # under faults it may see a record twice; the judge has a look of its own
    stage.handler(**reading, consumer_group=f"{stage.settings.consumer_group}-judge")

    ledger = stage.settle()

    enter(f"exactly once: {fault.__name__.replace('_', ' ')}", ledger)
    assert len(ledger.sent) == COUNT
    assert not ledger.unaccounted
    assert not ledger.lost
    assert ledger.written_twice == 0  # what a member that lost its session handles again is one result
