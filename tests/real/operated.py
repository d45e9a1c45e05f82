"""Topics that tests operate on, and what is written to them at known times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact import Settings, TopicContract, Topics
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.kafka import KafkaCluster

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
"""When the first record of `hourly` was written; each of the others an hour after the one before."""


@pytest.fixture
def settings(kafka: KafkaCluster) -> Settings:
    return Settings(brokers=kafka.bootstrap_servers, client_id="operator", timeout=PATIENCE)


@pytest.fixture
def topics(settings: Settings) -> Iterator[Topics]:
    """Topics whose names begin with `operated.` are gone afterwards."""
    topics = Topics(settings)
    yield topics
    topics.delete(*(name for name in topics.states() if name.startswith("operated.")))


def made(topics: Topics, name: str, partitions: int = 2) -> str:
    topics.create(TopicContract(name=name, partitions=partitions, replication_factor=1, config={"retention.ms": "-1"}))
    return name


def hourly(cluster: KafkaCluster, topic: str, count: int = 6) -> None:
    """Write records an hour apart, in turn to partitions 0 and 1."""
    producer = confluent_kafka.Producer({"bootstrap.servers": cluster.bootstrap_servers, "linger.ms": 0})
    for number in range(count):
        at = int((START + number * timedelta(hours=1)).timestamp() * 1000)
        producer.produce(topic, b"%d" % number, b"k%d" % number, partition=number % 2, timestamp=at)
    assert producer.flush(PATIENCE) == 0
