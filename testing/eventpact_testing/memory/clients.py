"""The part of the Kafka client's producer and consumer that the runtime calls, on a cluster in memory.

A record is acknowledged before `produce` returns, and a poll that finds nothing returns at once.
"""

# ruff: noqa: ARG002 - the client's own signatures

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from confluent_kafka import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from confluent_kafka import KafkaError, Message

    from eventpact.consume.record import RawHeaders
    from eventpact_testing.memory.cluster import MemoryCluster


class MemoryProducer:
    """`confluent_kafka.Producer`, as far as it is called."""

    def __init__(self, cluster: MemoryCluster, _: Mapping[str, Any], *, logger: object = None) -> None:
        self._cluster = cluster

    def produce(  # noqa: PLR0917 - as the client's
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        callback: Callable[[KafkaError | None, Message], None] | None = None,
        on_delivery: Callable[[KafkaError | None, Message], None] | None = None,
        timestamp: int = 0,
        headers: RawHeaders | None = None,
    ) -> None:
        """Write a record and tell that it is written."""
        message = self._cluster.write(topic, value, key=key, headers=headers or ())
        told = callback or on_delivery
        if told is not None:
            told(None, message)

    def poll(self, _: float = 0) -> int:
        """There is never a report left to serve."""
        return 0

    flush = poll

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def purge(self) -> None:
        """Nothing is in a queue."""

    def init_transactions(self, _: float = 0) -> None:
        """No other producer is to be fenced."""

    def begin_transaction(self) -> None:
        """A transaction that is aborted leaves its records: as a reader that is not `read_committed` sees them."""

    def commit_transaction(self, _: float = 0) -> None:
        """Everything is written already."""

    abort_transaction = commit_transaction

    def close(self) -> None:
        """Nothing is open."""


class MemoryConsumer:
    """`confluent_kafka.Consumer`, as far as it is called; the only member of its group."""

    def __init__(
        self, cluster: MemoryCluster, config: Mapping[str, Any], *, logger: object = None, on_commit: object = None
    ) -> None:
        self._cluster = cluster
        self._ignored = [pattern for pattern in str(config.get("topic.blacklist", "")).split(",") if pattern]
        self._wanted: Sequence[str] = ()
        self._on_assign: Callable[[Any, Any], None] | None = None
        self._positions: dict[str, int] = {}
        self._paused: set[str] = set()
        self._first = 0  # of the records that may still be unread

    def list_topics(self, *, timeout: float = -1) -> SimpleNamespace:
        """The topics that anything was written to, each of one partition."""
        names = {record.topic for record in self._cluster.records}
        return SimpleNamespace(topics={name: SimpleNamespace(partitions={0: None}) for name in names})

    def subscribe(self, topics: Sequence[str], *, on_assign: Callable[[Any, Any], None], **_: object) -> None:
        """Take names and, after `^`, patterns; all that matches is this member's, when there is anything on it."""
        self._wanted = topics
        self._on_assign = on_assign

    def reads(self, topic: str) -> bool:
        """Whether the subscription has the topic."""
        if any(re.search(pattern, topic) for pattern in self._ignored):
            return False
        return any(re.search(name, topic) if name.startswith("^") else name == topic for name in self._wanted)

    def poll(self, _: float = -1) -> Message | None:
        """The next record that was not committed when the consumer was made, or came since."""
        records = self._cluster.records
        for index in range(self._first, len(records)):
            topic, offset = records[index].topic, records[index].offset
            if self.reads(topic):
                self._assign(topic)
                if topic in self._paused:
                    continue
                if offset >= self._positions[topic]:
                    self._positions[topic] = offset + 1
                    return self._cluster.message(records[index])
            if index == self._first:
                self._first += 1
        return None

    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[Message]:
        """As many as are there."""
        found: list[Message] = []
        while len(found) < num_messages and (message := self.poll(timeout)) is not None:
            found.append(message)
        return found

    def committed(self, partitions: Sequence[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        """How far the group is."""
        known = self._cluster.committed
        return [TopicPartition(one.topic, one.partition, known.get(one.topic, 0)) for one in partitions]

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Begin to read."""
        self._positions.update((one.topic, one.offset) for one in partitions)

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read these, as a consumer without a group."""
        self._wanted = [one.topic for one in partitions]
        self._positions = {one.topic: one.offset for one in partitions}
        self._first = 0

    def unassign(self) -> None:
        """Read nothing."""
        self._wanted = ()

    def position(self, partitions: Sequence[TopicPartition]) -> list[TopicPartition]:
        """The offsets that come next."""
        return [TopicPartition(one.topic, one.partition, self._positions[one.topic]) for one in partitions]

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Return nothing of these."""
        self._paused.update(one.topic for one in partitions)

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        """Return the records of these again."""
        self._paused.difference_update(one.topic for one in partitions)

    def get_watermark_offsets(
        self, partition: TopicPartition, *, timeout: float = -1, cached: bool = False
    ) -> tuple[int, int]:
        """The first offset, and the one that comes next."""
        return 0, len(self._cluster.on(partition.topic))

    def commit(self, *, offsets: Sequence[TopicPartition], asynchronous: bool = True) -> None:
        """Remember how far the group is."""
        self._cluster.committed.update((place.topic, place.offset) for place in offsets)

    def close(self) -> None:
        """Nothing is open."""

    def _assign(self, topic: str) -> None:
        if topic not in self._positions and self._on_assign is not None:
            self._on_assign(self, [TopicPartition(topic, 0)])
