"""Records read and written without any of our code in between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, KafkaError, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message


PATIENCE: Final = 60.0
"""Seconds that an answer may take: machines that are busy stand still for many of them."""


class Cluster(Protocol):
    """The embedded broker or a real one."""

    @property
    def bootstrap_servers(self) -> str: ...


def read(broker: Cluster, topic: str, count: int, *, patience: float = PATIENCE) -> list[Message]:
    """The first `count` committed records of a topic, by partition and offset; fewer when no more come in time."""
    return _read(broker, topic, lambda found, _: found >= count, patience)


def read_all(broker: Cluster, topic: str, expected: int = 0) -> list[Message]:
    """All committed records of a topic, as `read` gives them; waits for `expected` of them, and reads on to the end."""
    return _read(broker, topic, lambda found, at_end: at_end and found >= expected, PATIENCE)


def _read(broker: Cluster, topic: str, enough: Callable[[int, bool], bool], patience: float) -> list[Message]:
    """Records until there are `enough`, by their number and by whether every partition has been read to its end."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker.bootstrap_servers, "group.id": "raw", "enable.partition.eof": True}
    )
    partitions = consumer.list_topics(topic, timeout=PATIENCE).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    found: list[Message] = []
    ended: set[int | None] = set()
    deadline = time.monotonic() + patience
    while not enough(len(found), len(ended) == len(partitions)) and time.monotonic() < deadline:
        message = consumer.poll(0.1)
        if message is None:
            continue
        error = message.error()
        if error is None:
            found.append(message)
            ended.discard(message.partition())
        elif error.code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
    consumer.close()
    return sorted(found, key=lambda message: (message.partition() or 0, message.offset() or 0))


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
    assert producer.flush(PATIENCE) == 0


def committed(broker: Cluster, group: str, topic: str) -> dict[int, int]:
    """The committed offset of each partition that has one."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": group})
    partitions = consumer.list_topics(topic, timeout=PATIENCE).topics[topic].partitions
    offsets = consumer.committed([TopicPartition(topic, number) for number in partitions], timeout=PATIENCE)
    consumer.close()
    return {offset.partition: offset.offset for offset in offsets if offset.offset >= 0}
