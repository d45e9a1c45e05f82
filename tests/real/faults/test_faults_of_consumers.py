"""Members of a group that die, stand still, come and go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.real.faults.lengths import lasting
from tests.real.faults.stage import SESSION_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage

RATE = 1000


def test_a_consumer_killed_in_the_middle_of_a_batch_leaves_its_records_to_others(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    dying = stage.handler(seconds=0.001)
    stage.sender(count=6000, rate=3000)
    stage.wait_for_handled(1500)
    dying.kill()
    stage.handler()

    ledger = stage.settle()

    enter("kill -9 a consumer in a batch", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.handled) == 6000
    assert ledger.duplicates < 3000


def test_a_consumer_paused_for_longer_than_its_session_loses_nothing(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    paused = stage.handler(seconds=0.002)  # so that it is paused with records in hand
    stage.handler(seconds=0.002)
    stage.sender(count=4000, rate=500)
    stage.wait_for_handled(1000)
    paused.pause()
    time.sleep(SESSION_MS / 1000 + 1)  # the fault itself
    stage.wait_for_handled(len(stage.ledger().handled) + 1000)
    paused.resume()

    ledger = stage.settle()

    enter("pause a consumer beyond its session", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.handled) == 4000


@lasting(12, 60)
def test_a_rebalance_every_two_seconds_loses_nothing(
    stage: Stage, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.sender(count=RATE * seconds, rate=RATE)
    stage.wait_for_handled(500)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        coming = stage.handler()
        time.sleep(2)
        assert coming.stop() == 0, coming.said()

    ledger = stage.settle()

    enter("rebalance every 2 s", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.handled) == RATE * seconds
