"""Brokers that die while services produce and consume. A fault begins when the services are at work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.real.faults.ledger import commonest
from tests.real.faults.lengths import lasting
from tests.real.faults.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage

RATE = 1000


@lasting(8, 60)
def test_a_broker_killed_under_load_loses_nothing(
    stage: Stage, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.handler()
    stage.sender(count=RATE * seconds, rate=RATE)
    stage.wait_for_handled(1000)
    stage.cluster.kill(2)

    ledger = stage.settle()

    enter("kill -9 a broker", ledger)
    assert len(ledger.sent) == RATE * seconds
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0


@lasting(5, 30)
def test_below_the_least_replicas_in_sync_sends_wait_until_a_broker_is_back(
    stage: Stage, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    sender = stage.sender(count=1_000_000, rate=RATE)
    stage.wait_for_handled(1000)
    stage.cluster.kill(2)
    stage.cluster.kill(3)
    waiting = len(stage.ledger().sent) + RATE
    stage.wait_for_sent(waiting)
    time.sleep(seconds)  # the outage itself
    assert len(stage.ledger().acknowledged) < waiting
    stage.cluster.start(2)
    stage.wait_for_handled(waiting)
    sender.stop()

    ledger = stage.settle()

    enter("kill -9 a second broker, waiting", ledger)
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0


def test_below_the_least_replicas_in_sync_sends_with_a_deadline_fail_loudly(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    sender = stage.sender(count=100_000, rate=RATE, properties={"message.timeout.ms": "3000"})
    stage.wait_for_handled(1000)
    stage.cluster.kill(2)
    stage.cluster.kill(3)
    wait_until(lambda: stage.ledger().failed, patience=90, what=sender.said)
    sender.stop()
    stage.cluster.mend()

    ledger = stage.settle()

    enter("kill -9 a second broker, with a deadline", ledger)
    assert ledger.failed
    assert "it may have been written" in commonest(ledger.failed.values())
    assert ledger.acknowledged | ledger.failed.keys() == ledger.sent
    assert not ledger.lost
    assert not ledger.out_of_order


@lasting(2, 30)
def test_a_restart_of_the_whole_cluster_loses_nothing(
    stage: Stage, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.sender(count=RATE * 6, rate=RATE)
    stage.wait_for_handled(1000)
    stage.cluster.kill_all()
    time.sleep(seconds)  # the outage itself
    stage.cluster.start_all()

    ledger = stage.settle()

    enter("restart of the whole cluster", ledger)
    assert len(ledger.sent) == RATE * 6
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0
