"""Beginning on partitions whose position is gone, on a real client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact.consume.gaps import Gap, Starts
from tests.runtime.raw import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.broker import LocalBroker

TOPIC = "sample.posted"
BEYOND = 1000
"""An offset that the partition never had."""


class Member:
    """A consumer of one partition, and what it is told of gaps."""

    def __init__(self, broker: LocalBroker, strategy: str) -> None:
        config = {
            "bootstrap.servers": broker.bootstrap_servers,
            "group.id": f"starts-{strategy}",
            "partition.assignment.strategy": strategy,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": "false",
        }
        self.strategy = strategy
        self.gaps: list[Gap] = []
        self.starts = Starts(config, timeout=10, report=self.gaps.append, is_retry=lambda _: False)
        self.consumer = confluent_kafka.Consumer(config | self.starts.config)
        self.starts.assign(self.consumer, [TopicPartition(TOPIC, 0)])

    def told(self) -> confluent_kafka.Message:
        """The client's report that a position is not there."""
        report = self.consumer.poll(10)
        assert report is not None
        assert self.starts.may_recover(report)
        return report

    def lost(self) -> confluent_kafka.Message:
        """The report of a position that is gone, after the first record was read."""
        assert self.read() == b"first"
        self.consumer.seek(TopicPartition(TOPIC, 0, BEYOND))
        return self.told()

    def read(self) -> bytes | None:
        """The next record."""
        message = self.consumer.poll(10)
        assert message is not None
        assert message.error() is None
        return message.value()


@pytest.fixture(params=["cooperative-sticky", "range"])
def member(broker: LocalBroker, request: pytest.FixtureRequest) -> Iterator[Member]:
    """Of a topic with three records on one partition, beginning with the first."""
    write(broker, TOPIC, b"first", b"second", b"third")
    member = Member(broker, request.param)
    yield member
    member.consumer.close()


def test_a_gap_is_told_and_the_partition_read_from_where_it_begins(member: Member) -> None:
    gap = member.starts.recover(member.consumer, member.lost())

    assert gap == Gap(TOPIC, 0, expected=BEYOND, resumed=0)
    assert member.gaps == [gap]
    assert member.read() == b"first"


def test_a_report_that_comes_late_reads_nothing_again(member: Member) -> None:
    report = member.lost()
    member.starts.recover(member.consumer, report)
    assert [member.read(), member.read()] == [b"first", b"second"]

    assert member.starts.recover(member.consumer, report) is None

    assert member.read() == b"third"
    assert len(member.gaps) == 1


def test_a_report_that_comes_again_is_not_told_again_and_does_not_stop_the_partition(member: Member) -> None:
    """A late report stops the client's reading, wherever the member has begun meanwhile."""
    member.starts.recover(member.consumer, member.lost())

    assert member.starts.recover(member.consumer, member.lost()) is None

    assert member.read() == b"first"
    assert len(member.gaps) == 1


def test_what_is_dealt_with_is_not_read_again_for_a_report_that_comes_again(member: Member) -> None:
    member.starts.recover(member.consumer, member.lost())

    member.starts.recover(member.consumer, member.lost(), reached={(TOPIC, 0): 1})

    assert member.read() == b"second"


def test_where_nothing_is_committed_the_client_asks_and_nothing_is_told(member: Member) -> None:
    """As when the cluster did not say in time what is committed: see `assign`."""
    assert member.read() == b"first"
    member.consumer.unassign()
    place = TopicPartition(TOPIC, 0)
    if member.strategy == "range":
        member.consumer.assign([place])
    else:
        member.consumer.incremental_assign([place])

    assert member.starts.recover(member.consumer, member.told()) is None

    assert member.gaps == []
    assert member.read() == b"first"
