"""Brokers that die while services produce and consume."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage


def test_a_broker_killed_under_load_loses_nothing(stage: Stage, enter: Callable[[str, Ledger], None]) -> None:
    stage.handler()
    stage.handler()
    stage.sender(count=8000, rate=1000)
    stage.wait_for_handled(1000)
    stage.cluster.kill(2)

    ledger = stage.settle()

    enter("kill -9 a broker", ledger)
    assert len(ledger.acknowledged) == 8000
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0
