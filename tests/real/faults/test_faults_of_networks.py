"""A network between services and brokers that goes silent or breaks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.real.faults.lengths import lasting

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_testing.proxy import Proxy
    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage

RATE = 1000


@lasting(6, 30)
@pytest.mark.parametrize(
    "links", [pytest.param((), id="to all brokers"), pytest.param((1,), id="to one broker", marks=pytest.mark.soak)]
)
def test_a_network_that_drops_everything_for_a_while_loses_nothing(
    stage: Stage,
    behind_proxy: Proxy,
    links: tuple[int, ...],
    seconds: float,
    enter: Callable[[str, Ledger], None],
) -> None:
    stage.handler()
    stage.handler()
    stage.sender(count=RATE * 5, rate=RATE)
    stage.wait_for_handled(1000)
    behind_proxy.drop(*links)
    time.sleep(seconds)  # the fault itself
    behind_proxy.restore()

    ledger = stage.settle()

    enter(f"network {'to a broker' if links else 'cut'} for {seconds:g} s", ledger)
    assert len(ledger.sent) == RATE * 5
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0


def test_connections_that_are_reset_again_and_again_lose_nothing(
    stage: Stage, behind_proxy: Proxy, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler()
    stage.sender(count=RATE * 5, rate=RATE)
    stage.wait_for_handled(500)
    for _ in range(6):
        behind_proxy.cut()
        behind_proxy.restore()
        time.sleep(0.5)  # under load again

    ledger = stage.settle()

    enter("connections reset", ledger)
    assert len(ledger.sent) == RATE * 5
    assert not ledger.unaccounted
    assert not ledger.lost
    assert not ledger.out_of_order
    assert ledger.written_twice == 0
