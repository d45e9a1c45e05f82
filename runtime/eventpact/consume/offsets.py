"""Offsets of one group member: how far each partition is dealt with, and telling the broker so."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from eventpact.consume.watermark import Watermark
from eventpact.consume.within import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import confluent_kafka

    Partition: TypeAlias = tuple[str, int]

_LOG: Final = logging.getLogger("eventpact.consume")

_CROSSED: Final = frozenset(
    {KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.STALE_MEMBER_EPOCH}
)
_CROSSINGS: Final = 20
_CROSSING: Final = 0.05
"""Seconds until the client should have heard of the new generation."""

_ANSWER: Final = 10.0
"""Seconds that the cluster may take to confirm a last commit: longer than it takes to replace a coordinator that died,
and shorter than what a service is usually given to end."""


class Offsets:
    """Positions of the partitions that this member holds; threads may share it.

    A position moves only past records that were dealt with, so a committed offset never passes one that was not.
    """

    def __init__(self, consumer: confluent_kafka.Consumer) -> None:
        self._consumer = consumer
        self._lock = threading.Lock()
        self._marks: dict[Partition, Watermark] = {}
        self._committed: dict[Partition, int] = {}
        self._unanswered: dict[Partition, int] = {}
        """Of these, what the broker has not confirmed yet."""

    def mark(self, partition: Partition) -> Watermark:
        """The watermark of a partition, for as long as this member holds it."""
        found = self._marks.get(partition)
        if found is None:
            with self._lock:
                found = self._marks.setdefault(partition, Watermark())
        return found

    @property
    def partitions(self) -> tuple[Partition, ...]:
        """Those that this member holds."""
        return tuple(self._marks)

    def marks(self) -> tuple[Watermark, ...]:
        """Those of all partitions that this member holds."""
        with self._lock:
            return tuple(self._marks.values())

    def positions(self) -> dict[Partition, int]:
        """How far each partition is dealt with, where anything was."""
        with self._lock:
            marks = tuple(self._marks.items())
        return {partition: mark.position for partition, mark in marks if mark.position is not None}

    def next(self) -> dict[Partition, int]:
        """The first offset of each partition that is not dealt with, where anything was taken."""
        with self._lock:
            marks = tuple(self._marks.items())
        return {partition: offset for partition, mark in marks if (offset := mark.next) is not None}

    def passed(self, last: Mapping[Partition, int]) -> None:
        """Records up to these offsets are dealt with, as are all before them; for a member without lanes."""
        for partition, offset in last.items():
            mark = self._marks.get(partition)
            if mark is not None:
                mark.position = offset + 1

    def unsettled(self) -> dict[Partition, int]:
        """The positions that are not committed, or that the broker has not said so of: commit these for the last time.

        A commit that is under way when a partition goes may come too late, from a generation that is over.
        """
        unanswered = self._unanswered
        return self.changed() | {
            partition: position for partition, position in self.positions().items() if partition in unanswered
        }

    def changed(self) -> dict[Partition, int]:
        """The positions that are not committed yet."""
        committed = self._committed
        return {
            partition: position
            for partition, position in self.positions().items()
            if position != committed.get(partition)
        }

    def hold(self, topic: str, partition: int, offset: int) -> None:
        """The record at `offset` was not dealt with after all: commit nothing beyond it."""
        mark = self._marks.get((topic, partition))
        if mark is not None:
            mark.hold(offset)

    def commit(self, positions: Mapping[Partition, int]) -> None:
        """Send positions, without waiting for the answer."""
        if positions:
            self._consumer.commit(offsets=_listed(positions), asynchronous=True)
            self._committed.update(positions)
            self._unanswered.update(positions)

    def commit_and_wait(self, positions: Mapping[Partition, int]) -> None:
        """Send the last positions of a run and wait for the answer, but not for ever: what never came is logged."""
        if not positions:
            return
        until = time.monotonic() + _ANSWER
        if not within(_ANSWER, lambda: self._confirm(positions, until), name="eventpact-commit"):
            _LOG.warning(
                "the cluster has not confirmed offsets for %g s, so records from these on may be handled again: %s",
                _ANSWER,
                ", ".join(f"{topic}/{number}@{offset}" for (topic, number), offset in sorted(positions.items())),
            )
        self._committed.update(positions)

    def hand_back(self, positions: Mapping[Partition, int]) -> None:
        """Send positions of partitions that go to another member, and wait for the answer.

        To be called in the thread of the rebalance's callback: while that runs, the client serves nobody else's commit.
        """
        if positions:
            self._confirm(positions, time.monotonic() + _ANSWER)
            self._committed.update(positions)

    def _confirm(self, positions: Mapping[Partition, int], until: float) -> None:
        """Commit, however long the client waits, and again as long as nobody has given up on it.

        A commit that crosses a rebalance is of a generation that is over: it is sent again when the client knows the
        next one, which it does before this member has to let go.
        """
        for left in reversed(range(_CROSSINGS)):
            try:
                self._consumer.commit(offsets=_listed(positions), asynchronous=False)
            except KafkaException as error:
                again = error.args[0].code() in _CROSSED and left and time.monotonic() < until - _CROSSING
                if not again:
                    say_uncommitted(error.args[0])
                    return
            else:
                return
            time.sleep(_CROSSING)

    def sent(self, positions: Mapping[Partition, int]) -> None:
        """Positions were committed in another way: in a transaction."""
        self._committed.update(positions)

    def rewound(self, partition: Partition, position: int) -> None:
        """The client reads on from another place than the one after the last record."""
        self.mark(partition).position = position

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Partitions are no longer this member's: what is still in flight of them moves no position."""
        for partition in partitions:
            with self._lock:
                mark = self._marks.pop(partition, None)
            if mark is not None:
                mark.leave(-1)
            self._committed.pop(partition, None)
            self._unanswered.pop(partition, None)

    def answered(self, confirmed: Iterable[TopicPartition]) -> None:
        """The broker has these positions."""
        for place in confirmed:
            if self._unanswered.get((place.topic, place.partition)) == place.offset:
                del self._unanswered[place.topic, place.partition]

    def not_committed(self) -> None:
        """A commit came to nothing: send all positions the next time."""
        self._committed.clear()
        self._unanswered.clear()


def _listed(positions: Mapping[Partition, int]) -> list[TopicPartition]:
    return [TopicPartition(topic, number, offset) for (topic, number), offset in positions.items()]


def say_uncommitted(error: KafkaError) -> None:
    """Log that offsets were not committed; nothing is lost by it."""
    if error.code() != KafkaError._NO_OFFSET:
        _LOG.warning("offsets were not committed, so some records may be handled again: %s", error.str())
