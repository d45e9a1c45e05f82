"""Offsets of one group member: how far each partition is dealt with, and telling the broker so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError, KafkaException, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Iterable

    import confluent_kafka

_LOG: Final = logging.getLogger("eventpact.consume")


class Offsets:
    """Positions of the partitions that this member holds.

    A position moves only past records that were dealt with, so a committed offset never passes one that was not.
    """

    def __init__(self, consumer: confluent_kafka.Consumer) -> None:
        self._consumer = consumer
        self._next: dict[tuple[str, int], int] = {}
        self._uncommitted: dict[tuple[str, int], int] = {}  # to the first offset that was passed since the last commit

    def passed(self, topic: str, partition: int, offset: int) -> None:
        """The record at `offset` is dealt with, as are all before it."""
        place = (topic, partition)
        self._next[place] = offset + 1
        self._uncommitted.setdefault(place, offset)

    def hold(self, topic: str, partition: int, offset: int) -> None:
        """The record at `offset` was not dealt with after all: commit nothing beyond it."""
        place = (topic, partition)
        if offset <= self._uncommitted.get(place, -1):
            self.forget([place])
        elif offset < self._next.get(place, -1):
            self._next[place] = offset

    def commit(self) -> None:
        """Send what has changed, without waiting for the answer."""
        if self._uncommitted:
            self._consumer.commit(offsets=self._positions(self._uncommitted), asynchronous=True)
            self._uncommitted.clear()

    def hand_back(self, places: Iterable[tuple[str, int]]) -> None:
        """Commit and forget partitions that go to another member, waiting for the answer."""
        known = [place for place in places if place in self._next]
        if known:
            try:
                self._consumer.commit(offsets=self._positions(known), asynchronous=False)
            except KafkaException as error:
                say_uncommitted(error.args[0])
        self.forget(known)

    def hand_back_all(self) -> None:
        """Commit and forget everything, waiting for the answer."""
        self.hand_back(tuple(self._next))

    def forget(self, places: Iterable[tuple[str, int]]) -> None:
        """Partitions belong to somebody else already: their positions are no longer this member's to commit."""
        for place in places:
            self._next.pop(place, None)
            self._uncommitted.pop(place, None)

    def _positions(self, places: Iterable[tuple[str, int]]) -> list[TopicPartition]:
        return [TopicPartition(topic, partition, self._next[topic, partition]) for topic, partition in places]


def say_uncommitted(error: KafkaError) -> None:
    """Log that offsets were not committed; nothing is lost by it."""
    if error.code() != KafkaError._NO_OFFSET:
        _LOG.warning("offsets were not committed, so some records may be handled again: %s", error.str())
