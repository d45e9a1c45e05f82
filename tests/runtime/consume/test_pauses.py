"""Pauses on a real client, over partitions that go and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact.consume.pauses import Pauses
from tests.runtime.raw import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.broker import LocalBroker

PARTITION = ("sample.posted", 0)


@pytest.fixture
def consumer(broker: LocalBroker) -> Iterator[confluent_kafka.Consumer]:
    """Of a topic with two records on one partition."""
    write(broker, PARTITION[0], b"first", b"second")
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": "pauses"})
    yield consumer
    consumer.close()


def begin(consumer: confluent_kafka.Consumer, pauses: Pauses) -> None:
    consumer.incremental_assign([TopicPartition(*PARTITION, 0)])
    pauses.assigned([PARTITION])


def test_a_partition_that_went_while_it_was_paused_is_read_when_it_comes_back(
    consumer: confluent_kafka.Consumer,
) -> None:
    pauses = Pauses(consumer)
    begin(consumer, pauses)
    assert consumer.poll(10) is not None
    pauses.hold_all()
    assert consumer.poll(0.2) is None
    pauses.revoked([PARTITION])
    consumer.incremental_unassign([TopicPartition(*PARTITION)])
    assert consumer.poll(0.2) is None
    pauses.release_all()

    begin(consumer, pauses)

    assert consumer.poll(10) is not None


def test_a_partition_that_comes_while_all_are_paused_waits_until_they_go_on(
    consumer: confluent_kafka.Consumer,
) -> None:
    pauses = Pauses(consumer)
    pauses.hold_all()
    begin(consumer, pauses)
    assert len(pauses) == 1
    assert consumer.poll(0.5) is None

    pauses.release_all()

    assert consumer.poll(10) is not None


@pytest.mark.parametrize("strategy", ["incremental", "eager"])
def test_a_pause_lasts_where_the_client_begins_anew(consumer: confluent_kafka.Consumer, strategy: str) -> None:
    pauses = Pauses(consumer)
    place = TopicPartition(*PARTITION, 0)
    if strategy == "eager":
        consumer.assign([place])
        pauses.assigned([PARTITION])
    else:
        begin(consumer, pauses)
    assert consumer.poll(10) is not None
    pauses.only("waiting", {PARTITION})

    if strategy == "eager":
        consumer.assign([place])
    else:
        consumer.incremental_unassign([place])
        consumer.incremental_assign([place])

    assert consumer.poll(1) is None
    pauses.only("waiting", ())
    found = consumer.poll(10)
    assert found is not None
    assert found.value() == b"first"
