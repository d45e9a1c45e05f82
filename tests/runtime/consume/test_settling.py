"""Commits and the letters that they wait for, without a broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eventpact.consume.offsets import Offsets
from eventpact.consume.settling import Settling
from eventpact.errors import DeliveryError

if TYPE_CHECKING:
    from confluent_kafka import TopicPartition

STAYS, GOES = ("orders", 0), ("orders", 1)


class Member:
    """Notes commits in place of a client, and tells once of letters that were not acknowledged, as `Failures` does."""

    def __init__(self) -> None:
        self.committed: dict[tuple[str, int], int] = {}
        self.unacknowledged: dict[tuple[str, int, int], str] = {}
        self.interrupted = False

    def commit(self, offsets: list[TopicPartition], *, asynchronous: bool) -> None:
        self.committed |= {(one.topic, one.partition): one.offset for one in offsets}

    def settle(self) -> dict[tuple[str, int, int], str]:
        if self.interrupted:
            raise KeyboardInterrupt
        failed, self.unacknowledged = self.unacknowledged, {}
        return failed


@pytest.fixture
def member() -> Member:
    return Member()


@pytest.fixture
def offsets(member: Member) -> Offsets:
    client: Any = member
    return Offsets(client)


@pytest.fixture
def settling(member: Member, offsets: Offsets) -> Settling:
    stand_in: Any = member
    return Settling("group", stand_in, offsets, stand_in)


def take(offsets: Offsets, partition: tuple[str, int], *, upto: int) -> None:
    mark = offsets.mark(partition)
    for offset in range(upto):
        mark.take(offset)


def finish(offsets: Offsets, partition: tuple[str, int], *numbers: int) -> None:
    for offset in numbers:
        offsets.mark(partition).finish(offset)


def test_what_lanes_finish_after_a_letter_was_lost_is_not_committed_at_the_end(
    member: Member, offsets: Offsets, settling: Settling
) -> None:
    take(offsets, STAYS, upto=6)
    finish(offsets, STAYS, 0, 1, 2, 3)
    member.unacknowledged = {(*STAYS, 2): "no room"}
    with pytest.raises(DeliveryError, match="orders/0@2"):
        settling.settle()
    assert member.committed == {STAYS: 2}

    finish(offsets, STAYS, 4, 5)
    with pytest.raises(DeliveryError, match="orders/0@2"):
        settling.finish()

    assert member.committed == {STAYS: 2}


def test_a_letter_whose_loss_shows_while_another_partition_goes_stops_the_group_all_the_same(
    member: Member, offsets: Offsets, settling: Settling
) -> None:
    for partition in (STAYS, GOES):
        take(offsets, partition, upto=3)
        finish(offsets, partition, 0, 1, 2)
    member.unacknowledged = {(*STAYS, 1): "no room"}

    settling.hand_back([GOES])
    assert member.committed == {GOES: 3}
    with pytest.raises(DeliveryError, match="orders/0@1"):
        settling.settle()

    assert member.committed == {GOES: 3, STAYS: 1}


def test_a_lost_letter_of_a_partition_that_went_is_left_to_who_has_it_now(
    member: Member, offsets: Offsets, settling: Settling
) -> None:
    take(offsets, GOES, upto=3)
    finish(offsets, GOES, 0, 1, 2)
    member.unacknowledged = {(*GOES, 1): "no room"}

    settling.hand_back([GOES])
    offsets.forget([GOES])
    settling.settle()

    assert member.committed == {GOES: 1}


def test_nothing_is_committed_when_waiting_for_letters_is_interrupted(
    member: Member, offsets: Offsets, settling: Settling
) -> None:
    take(offsets, STAYS, upto=1)
    finish(offsets, STAYS, 0)
    member.interrupted = True

    with pytest.raises(KeyboardInterrupt):
        settling.finish()

    assert member.committed == {}
