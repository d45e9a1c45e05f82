"""Commits: positions pass only when what was sent in a record's place is acknowledged."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, TopicPartition

from eventpact.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Collection

    import confluent_kafka

    from eventpact.consume.failures import Failures
    from eventpact.consume.offsets import Offsets, Partition
    from eventpact.consume.record import Place


class Settling:
    """Settles what was dealt with in one run; its own thread and the keeper's may call.

    A letter that was not acknowledged is told once, so it is kept here: what is finished after it must not pass it.
    """

    def __init__(self, name: str, consumer: confluent_kafka.Consumer, offsets: Offsets, failures: Failures) -> None:
        self._name = name
        self._consumer = consumer
        self._offsets = offsets
        self._failures = failures
        self._lock = threading.Lock()
        self._lost: dict[Place, str] = {}

    def settle(self) -> None:
        """Commit what was dealt with, without waiting for the answer.

        Raises:
            DeliveryError: dead letters were not acknowledged; their records are not committed.
        """
        with self._lock:
            self._offsets.commit(self._safe(self._offsets.changed()))
            self._tell_lost()

    def finish(self) -> None:
        """The same for the last time, and wait for the answer."""
        with self._lock:
            self._offsets.commit_and_wait(self._safe(self._offsets.unsettled()))
            self._tell_lost()

    def hand_back(self, partitions: Collection[Partition]) -> None:
        """Commit what was dealt with of partitions that go to another member, and wait for the answer.

        Whoever has them next reads the records again whose letters were not acknowledged.
        """
        with self._lock:
            positions = self._safe(self._offsets.unsettled())
            self._offsets.hand_back({one: positions[one] for one in partitions if one in positions})
            self._lost = {place: why for place, why in self._lost.items() if place[:2] not in partitions}

    def lag(self) -> dict[Partition, int]:
        """Records of each partition that are not dealt with, as the client knows from its last fetch.

        No request is made. For the polling thread alone: asked from another one, the client can wait for that one's
        poll with the interpreter in its hands, for ever.
        """
        found = {}
        for partition, position in self._offsets.next().items():
            try:
                _, high = self._consumer.get_watermark_offsets(TopicPartition(*partition), cached=True)
            except KafkaException:
                continue
            if high >= 0:
                found[partition] = max(0, high - position)
        return found

    def _tell_lost(self) -> None:
        if self._lost:
            (topic, partition, offset), why = min(self._lost.items())
            raise DeliveryError(
                f"group {self._name} stops: {len(self._lost)} dead letters were not acknowledged, the first for "
                f"{topic}/{partition}@{offset} ({why}); their records are not committed and will be read again",
                failed=len(self._lost),
            )

    def _safe(self, positions: dict[Partition, int]) -> dict[Partition, int]:
        """Positions with nothing beyond a record that nothing was written for."""
        self._lost.update(self._failures.settle())
        for topic, partition, offset in self._lost:
            self._offsets.hold(topic, partition, offset)
            if (topic, partition) in positions:
                positions[topic, partition] = min(offset, positions[topic, partition])
        return positions
