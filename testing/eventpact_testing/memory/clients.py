"""The part of the Kafka client's producer and consumer that the runtime calls, on a cluster in memory.

A record is acknowledged before `produce` returns, and a poll that finds nothing returns at once.
"""

# ruff: noqa: ARG002 - the client's own signatures

from __future__ import annotations

import re
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

    def __init__(self, cluster: MemoryCluster, config: Mapping[str, Any], *, logger: object = None) -> None:
        self._cluster = cluster
        self._ignored = [pattern for pattern in str(config.get("topic.blacklist", "")).split(",") if pattern]
        self._wanted: Sequence[str] = ()
        self._unread = cluster.unread()

    def list_topics(self, *, timeout: float = -1) -> None:
        """The cluster is there."""

    def subscribe(self, topics: Sequence[str], *, on_assign: Callable[[Any, Any], None], **_: object) -> None:
        """Take names and, after `^`, patterns; all that matches is this member's at once."""
        self._wanted = topics
        names = dict.fromkeys(record.topic for record in self._cluster.records if self.reads(record.topic))
        on_assign(self, [TopicPartition(name, 0) for name in names])

    def reads(self, topic: str) -> bool:
        """Whether the subscription has the topic."""
        if any(re.search(pattern, topic) for pattern in self._ignored):
            return False
        return any(re.search(name, topic) if name.startswith("^") else name == topic for name in self._wanted)

    def poll(self, _: float = -1) -> Message | None:
        """The next record that was not committed when the consumer was made, or came since."""
        return next((message for message in self._unread if self.reads(str(message.topic()))), None)

    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[Message]:
        """As many as are there."""
        found: list[Message] = []
        while len(found) < num_messages and (message := self.poll(timeout)) is not None:
            found.append(message)
        return found

    def commit(self, *, offsets: Sequence[TopicPartition], asynchronous: bool = True) -> None:
        """Remember how far the group is."""
        self._cluster.committed.update((place.topic, place.offset) for place in offsets)

    def close(self) -> None:
        """Nothing is open."""
