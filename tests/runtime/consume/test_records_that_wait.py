"""Records that wait in the thread that fetches: how many are dealt with when their time has come, and by whom."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest

from eventpact.consume.clock import REAL
from eventpact.consume.handling import Later
from eventpact.consume.inline import Inline
from eventpact.consume.offsets import Offsets
from eventpact.consume.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.consume.handling import Turn
    from eventpact.in_hand import Hand

PARTITION = ("orders", 0)


class Handling:
    """Notes the offsets of what it handles, once their time has come."""

    def __init__(self) -> None:
        self.clock = REAL
        self.early = True
        self.handled: list[int | None] = []
        self.meanwhile: Callable[[], Any] = int

    def step(self, turn: Turn, _: Hand) -> None:
        if self.early:
            raise Later(0.0)
        self.meanwhile()
        self.handled.append(turn.records[turn.done].offset())
        turn.done += 1


@pytest.fixture
def handling() -> Handling:
    return Handling()


@pytest.fixture
def member(handling: Handling) -> Inline:
    """Three records of one partition wait for it, and may be handled now."""
    stand_in: Any = handling
    offsets = Offsets(stand_in)
    offsets.mark(PARTITION)
    member = Inline(stand_in, offsets, Patience("group", 1.0), threading.Event())
    member.offer([confluent_kafka.Message(topic="orders", partition=0, offset=offset) for offset in range(3)])
    assert member.in_flight == 3
    handling.early = False
    return member


def test_no_more_of_them_are_dealt_with_than_the_run_wants(handling: Handling, member: Inline) -> None:
    member.wanted = 2

    assert member.tend([PARTITION]) == {PARTITION}

    assert handling.handled == [0, 1]
    assert member.in_flight == 1


def test_what_waits_again_stays_before_what_was_left_waiting(handling: Handling, member: Inline) -> None:
    member.wanted, handling.early = 2, True

    member.tend([PARTITION])
    member.wanted, handling.early = None, False
    member.tend([PARTITION])

    assert handling.handled == [0, 1, 2]


def test_a_partition_that_goes_while_they_are_taken_up_waits_for_the_one_in_hand(
    handling: Handling, member: Inline
) -> None:
    with ThreadPoolExecutor(1) as keeper:
        revoked: list[Future[list[Hand]]] = []
        here = threading.current_thread()

        class Waiting(dict[Any, Any]):
            def pop(self, *arguments: Any) -> Any:
                taken = super().pop(*arguments)
                if threading.current_thread() is here:
                    revoked.append(keeper.submit(member.revoke, {PARTITION}, 0.0))
                    wait(revoked, 0.2)  # it is not to end before what was taken is in hand
                return taken

        member._waiting = Waiting(member._waiting)
        handling.meanwhile = lambda: wait(revoked)

        member.tend([PARTITION])

        assert revoked[0].result() == [member.hand]
    assert handling.handled == [0]
