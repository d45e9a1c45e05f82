"""Topics of three brokers that were just made: each leader serves its partitions from the first request on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eventpact import Settings, TopicContract, Topics
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets

if TYPE_CHECKING:
    from eventpact.operate.log_offsets import Partition
    from eventpact_testing.kafka import KafkaCluster

_ROUNDS = 10
"""Without waiting for the leaders nearly every round finds some that have not heard of it."""
_PARTITIONS = 32


@pytest.fixture
def settings(three_brokers: KafkaCluster) -> Settings:
    three_brokers.mend()  # of what another test may have left
    return Settings(brokers=three_brokers.bootstrap_servers, timeout=60)


def test_the_leaders_of_new_topics_serve_when_create_returns(settings: Settings, unique: str) -> None:
    topics, offsets = Topics(settings), LogOffsets(Administrator(settings))
    names = [f"{unique}.{number}" for number in range(_ROUNDS)]
    unserved: list[Partition] = []

    for name in names:
        topics.create(TopicContract(name=name, partitions=_PARTITIONS, replication_factor=3))
        unserved += offsets.unserved([(name, number) for number in range(_PARTITIONS)])

    topics.delete(*names)
    assert unserved == []


def test_the_leaders_of_added_partitions_serve_when_grow_returns(settings: Settings, unique: str) -> None:
    topics, offsets = Topics(settings), LogOffsets(Administrator(settings))
    topics.create(TopicContract(name=unique, partitions=1, replication_factor=3))

    topics.grow(unique, _PARTITIONS)
    unserved = offsets.unserved([(unique, number) for number in range(_PARTITIONS)])

    topics.delete(unique)
    assert unserved == ()
