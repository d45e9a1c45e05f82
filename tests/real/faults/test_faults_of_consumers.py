"""Members of a group that die, stand still, come and go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.real.faults.ledger import judge
from tests.real.faults.lengths import lasting
from tests.real.faults.programs import wait_until
from tests.real.faults.stage import LONG_SESSION, MESSAGES, SESSION_MS, purge
from tests.runtime.raw import committed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.faults.ledger import Handled, Ledger
    from tests.real.faults.stage import Stage

RATE = 1000
LANES = {"concurrency": 4, "ordering": "key"}
WAYS = pytest.mark.parametrize("options", [{}, LANES], ids=["one after the other", "in lanes"])


class Place(NamedTuple):
    """Where an event lies on its topic."""

    partition: int
    offset: int


def place_of(handled: Handled) -> Place:
    partition, _, offset = handled.place.rpartition("/")[2].partition("@")
    return Place(int(partition), int(offset))


def places(stage: Stage) -> dict[int, int]:
    """What the group has committed, by partition."""
    return committed(stage.cluster, str(stage.settings.consumer_group), MESSAGES)


@WAYS
def test_a_consumer_killed_in_the_middle_of_a_batch_leaves_its_records_to_others(
    stage: Stage, options: dict[str, object], enter: Callable[[str, Ledger], None]
) -> None:
    dying = stage.handler(seconds=0.001, options=options)
    stage.sender(count=6000, rate=3000)
    stage.wait_for_handled(1500)
    wait_until(lambda: places(stage), patience=90, what=lambda: "nothing is committed")
    dying.kill()
    kept = places(stage)
    stage.handler(options=options)

    ledger = stage.settle()

    enter(f"kill -9 a consumer in a batch{' in lanes' if options else ''}", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.sent) == 6000
    assert not ledger.unaccounted
    again = judge([*(program.journal for program in stage.programs if program is not dying)])
    assert not [place for place in map(place_of, again.handlings) if place.offset < kept.get(place.partition, 0)]


def test_a_consumer_paused_for_longer_than_its_session_loses_nothing(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    paused = stage.handler(seconds=0.002, options=LANES)  # so that it is paused with records in hand
    stage.handler(seconds=0.002, options=LANES)
    stage.sender(count=4000, rate=500)
    stage.wait_for_handled(1000)
    paused.pause()
    time.sleep(SESSION_MS / 1000 + 1)  # the fault itself
    paused.resume()

    ledger = stage.settle()

    enter("pause a consumer beyond its session", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.sent) == 4000
    assert not ledger.unaccounted


@lasting(12, 60)
def test_a_rebalance_every_two_seconds_loses_nothing(
    stage: Stage, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    stage.handler(options=LANES)
    stage.sender(count=RATE * seconds, rate=RATE)
    stage.wait_for_handled(500)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        coming = stage.handler(options=LANES)
        wait_until(coming.journal.exists, patience=90, what=coming.said)
        time.sleep(2)
        assert coming.stop() == 0, coming.said()

    ledger = stage.settle()

    enter("rebalance every 2 s", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.sent) == RATE * seconds
    assert not ledger.unaccounted


HANG = "ann-7/25"


def test_what_a_hanging_handler_holds_up_is_handled_when_it_is_killed(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    hanging = stage.handler(hang=HANG, properties={"max.poll.interval.ms": "6000"})
    stage.sender(count=2000, rate=RATE)
    stage.wait_for_note("hangs")
    before = len(stage.ledger().handled)
    stage.handler()
    stage.wait_for_handled(before + 1)  # of a partition that the hanging one has handed over: how many go is chance
    hanging.kill()

    ledger = stage.settle()

    enter("a handler that hangs", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order


def test_a_handler_that_hangs_in_a_lane_holds_up_its_own_key_alone(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    hanging = stage.handler(hang=HANG, options={"concurrency": 40, "ordering": "key"})
    stage.sender(count=2000, rate=RATE, keys=40)
    stage.wait_for_note("hangs")
    stage.wait_for_handled(2000 - 2000 // 40)
    hanging.kill()
    stage.handler()

    ledger = stage.settle()

    enter("a handler that hangs in a lane", ledger)
    assert not ledger.lost
    assert not ledger.out_of_order
    assert len(ledger.sent) == 2000
    assert not ledger.unaccounted


def test_a_group_that_fell_behind_retention_says_how_much_is_gone(
    stage: Stage, enter: Callable[[str, Ledger], None]
) -> None:
    first = stage.handler()
    assert stage.sender(count=1000, rate=2000, keys=200).wait() == 0
    stage.wait_for_handled(1000)
    assert first.stop() == 0
    missed = stage.sender(name="bob", count=600, rate=2000)
    assert missed.wait() == 0
    purge(stage.settings)  # as retention would
    stage.sender(name="cyd", count=500, rate=2000)
    stage.handler(properties=LONG_SESSION)  # who loses its session may be told of a gap twice
    stage.wait_for_handled(1500)

    ledger = stage.settle(gone=missed)

    enter("fell behind retention", ledger)
    assert sum(int(words[1]) for words in ledger.notes if words[0] == "gone") == 600
    assert ledger.lost == judge([missed.journal]).acknowledged
    assert not ledger.out_of_order
