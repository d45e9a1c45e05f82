"""Producers that lose their brokers, their disk or their life, and deliveries whose acknowledgement got lost."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.real.faults.ledger import commonest, judge
from tests.real.faults.programs import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eventpact_testing.proxy import Proxy
    from tests.real.faults.ledger import Ledger
    from tests.real.faults.stage import Stage

RATE = 1000


def test_a_producer_killed_with_a_full_spool_loses_nothing_that_it_took(
    stage: Stage, tmp_path: Path, enter: Callable[[str, Ledger], None]
) -> None:
    spool = {"path": str(tmp_path / "spool.sqlite"), "max_records": 1000, "synchronous": "NORMAL"}
    stage.handler()
    doomed = stage.sender(count=100_000, rate=RATE, spool=spool)
    stage.wait_for_handled(500)
    stage.cluster.kill_all()
    wait_until(lambda: stage.ledger().failed, patience=90, what=doomed.said)
    doomed.kill()
    stage.cluster.start_all()
    stage.sender(count=500, name="bob", spool=spool)

    ledger = stage.settle()

    enter("kill -9 the producer with a full spool", ledger)
    assert "spool" in commonest(ledger.failed.values())
    assert not ledger.lost
    assert not ledger.out_of_order


def test_a_disk_that_fills_up_under_the_spool_refuses_loudly_and_keeps_what_it_has(
    stage: Stage, tmp_path: Path, enter: Callable[[str, Ledger], None]
) -> None:
    spool = {"path": str(tmp_path / "spool.sqlite"), "synchronous": "NORMAL"}
    stage.handler()
    # Files that are full after a thousand padded messages; the journal of the sender is far from it.
    sender = stage.sender(count=100_000, rate=300, padding=8_000, spool=spool, file_limit=8 << 20)
    stage.wait_for_handled(500)
    stage.cluster.kill_all()
    wait_until(lambda: stage.ledger().failed, patience=90, what=sender.said)
    stage.cluster.start_all()
    sender.signal(signal.SIGUSR1)  # somebody has freed space
    wait_until(lambda: sender.has_said("brokers answer again"), patience=90, what=sender.said)
    sender.stop()
    stage.sender(count=0, name="bob", spool=spool)  # sends what still waits

    ledger = stage.settle()

    enter("disk full for the spool", ledger)
    assert "check its disk" in commonest(ledger.failed.values())
    assert ledger.acknowledged | ledger.failed.keys() == ledger.sent
    assert not ledger.lost
    assert not ledger.out_of_order


def test_a_delivery_given_up_and_written_all_the_same_is_a_duplicate_that_the_idempotent_helper_drops(
    stage: Stage, behind_proxy: Proxy, tmp_path: Path, enter: Callable[[str, Ledger], None]
) -> None:
    plain = stage.handler()
    spool = {"path": str(tmp_path / "spool.sqlite")}
    sender = stage.sender(count=100_000, rate=300, spool=spool, properties={"message.timeout.ms": "2000"})
    stage.wait_for_handled(300)
    behind_proxy.drop(answers_only=True)
    wait_until(lambda: sender.has_said("breaker is open"), patience=90, what=sender.said)
    behind_proxy.restore()
    wait_until(lambda: sender.has_said("brokers answer again"), patience=90, what=sender.said)
    sender.stop()
    stage.sender(count=0, name="bob", spool=spool)  # sends what still waits
    ledger = stage.settle()
    once = stage.handler(consumer_group=f"{stage.settings.consumer_group}-once", once=tmp_path / "handled.sqlite")
    wait_until(
        lambda: judge([sender.journal, once.journal]).handled >= ledger.acknowledged, patience=90, what=once.said
    )
    assert once.stop() == 0
    dropping = judge([sender.journal, once.journal])

    enter("reported failed, written all the same", judge([sender.journal, plain.journal]))
    enter("the same, handled by the idempotent helper", dropping)
    assert ledger.written_twice
    assert not ledger.lost
    assert not ledger.out_of_order
    assert dropping.duplicates == 0
    assert not dropping.lost
    assert not dropping.out_of_order
