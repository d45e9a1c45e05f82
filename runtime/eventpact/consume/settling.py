"""Commits: positions pass only when what was sent in a record's place is acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, TopicPartition

from eventpact.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import confluent_kafka

    from eventpact.consume.failures import Failures
    from eventpact.consume.offsets import Offsets, Partition
    from eventpact.consume.record import Place


class Settling:
    """Settles what was dealt with in one run."""

    def __init__(self, name: str, consumer: confluent_kafka.Consumer, offsets: Offsets, failures: Failures) -> None:
        self._name = name
        self._consumer = consumer
        self._offsets = offsets
        self._failures = failures

    def settle(self) -> None:
        """Commit what was dealt with, without waiting for the answer.

        Raises:
            DeliveryError: dead letters were not acknowledged; their records are not committed.
        """
        positions, failed = self._safe(self._offsets.changed())
        self._offsets.commit(positions)
        if failed:
            (topic, partition, offset), why = min(failed.items())
            raise DeliveryError(
                f"group {self._name} stops: {len(failed)} dead letters were not acknowledged, the first for "
                f"{topic}/{partition}@{offset} ({why}); their records are not committed and will be read again",
                failed=len(failed),
            )

    def hand_back(self, partitions: Collection[Partition]) -> None:
        """Commit what was dealt with of partitions that go to another member, and wait for the answer."""
        changed = self._offsets.changed()
        positions, _ = self._safe({one: changed[one] for one in partitions if one in changed})
        self._offsets.commit_and_wait(positions)

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

    def _safe(self, positions: dict[Partition, int]) -> tuple[dict[Partition, int], Mapping[Place, str]]:
        """Positions with nothing beyond a record that nothing was written for; those records, and why."""
        failed = self._failures.settle()
        for topic, partition, offset in failed:
            self._offsets.hold(topic, partition, offset)
            if (topic, partition) in positions:
                positions[topic, partition] = min(offset, positions[topic, partition])
        return positions, failed
