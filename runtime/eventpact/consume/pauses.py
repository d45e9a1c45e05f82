"""Partitions that are not fetched from for now, each for one reason or several."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from confluent_kafka import KafkaException, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import confluent_kafka

    from eventpact.consume.offsets import Partition

    Cause: TypeAlias = Literal["busy", "behind", "waiting"]

_LOG: Final = logging.getLogger("eventpact.consume")


class Pauses:
    """Pauses partitions and lets them go on when no reason is left.

    A client that polls without taking records stays a member, however long its handlers take. Pausing makes the client
    throw away what it has fetched ahead, so this is for waits of seconds, not for every slow record.
    """

    def __init__(self, consumer: confluent_kafka.Consumer) -> None:
        self._consumer = consumer
        self._causes: dict[Partition, set[Cause]] = {}
        self._holding = False

    def __len__(self) -> int:
        """How many partitions are paused."""
        return sum(1 for causes in self._causes.values() if causes)

    def assigned(self, partitions: Iterable[Partition]) -> None:
        """The member got partitions; those that come while all are paused are so too."""
        for partition in partitions:
            self._causes[partition] = set()
            if self._holding:
                self._add(partition, "busy")

    def revoked(self, partitions: Iterable[Partition]) -> None:
        """The member is about to let go of partitions: the client would remember the pause of one that comes back."""
        for partition in partitions:
            if self._causes.pop(partition, None):
                self._tell(self._consumer.resume, partition)

    def hold_all(self) -> None:
        """Take nothing for now, from no partition."""
        if not self._holding:
            self._holding = True
            for partition in tuple(self._causes):
                self._add(partition, "busy")

    def release_all(self) -> None:
        """Go on, where nothing else is in the way."""
        if self._holding:
            self._holding = False
            for partition in tuple(self._causes):
                self._remove(partition, "busy")

    def only(self, cause: Cause, partitions: Collection[Partition]) -> None:
        """Pause these for a cause, and none but these."""
        for partition, causes in tuple(self._causes.items()):
            if partition in partitions and cause not in causes:
                self._add(partition, cause)
            elif cause in causes and partition not in partitions:
                self._remove(partition, cause)

    def _add(self, partition: Partition, cause: Cause) -> None:
        causes = self._causes[partition]
        if not causes:
            self._tell(self._consumer.pause, partition)
        causes.add(cause)

    def _remove(self, partition: Partition, cause: Cause) -> None:
        causes = self._causes[partition]
        causes.discard(cause)
        if not causes:
            self._tell(self._consumer.resume, partition)

    def _tell(self, change: object, partition: Partition) -> None:
        try:
            change([TopicPartition(*partition)])  # type: ignore[operator]  # the client's own has no types
        except KafkaException as error:  # it went to another member this very moment
            _LOG.debug("%s/%d: %s", *partition, error.args[0].str())
