"""Records read and written without any of our code in between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

if TYPE_CHECKING:
    from confluent_kafka import Message


class Cluster(Protocol):
    """The embedded broker or a real one."""

    @property
    def bootstrap_servers(self) -> str: ...


def read(broker: Cluster, topic: str, count: int, *, patience: float = 10.0) -> list[Message]:
    """The first `count` committed records of a topic, by partition and offset; fewer when no more come in time."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": "raw"})
    partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    found: list[Message] = []
    deadline = time.monotonic() + patience
    while len(found) < count and time.monotonic() < deadline:
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            found.append(message)
    consumer.close()
    return sorted(found, key=lambda message: (message.partition() or 0, message.offset() or 0))


def read_all(broker: Cluster, topic: str, expected: int) -> list[Message]:
    """The committed records of a topic, which are to be `expected`: waits for these, and a moment for more."""
    found = read(broker, topic, expected)
    more = read(broker, topic, expected + 1, patience=0.3)
    return max(found, more, key=len)


def write(
    broker: Cluster,
    topic: str,
    *values: bytes | None,
    key: bytes | None = None,
    headers: list[tuple[str, str | bytes | None]] | None = None,
    partition: int = 0,
) -> None:
    """Write records with these values to one partition."""
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap_servers, "linger.ms": 0})
    for value in values:
        producer.produce(topic, value, key, partition=partition, headers=headers)
    assert producer.flush(10) == 0


def committed(broker: Cluster, group: str, topic: str) -> dict[int, int]:
    """The committed offset of each partition that has one."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": group})
    partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
    offsets = consumer.committed([TopicPartition(topic, number) for number in partitions], timeout=5)
    consumer.close()
    return {offset.partition: offset.offset for offset in offsets if offset.offset >= 0}
