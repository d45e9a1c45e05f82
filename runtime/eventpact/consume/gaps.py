"""Where a member begins on the partitions it gets, and what it finds gone: a group must not skip records silently.

The client itself would begin anew as `auto.offset.reset` says without a word whenever its position is not there any
more. So it is told to report instead (`auto.offset.reset=error`), and what the setting says is done here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaError, KafkaException, TopicPartition

from eventpact.group_protocol import is_new

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import confluent_kafka
    from confluent_kafka import Message

    from eventpact.consume.offsets import Partition

_LOG: Final = logging.getLogger("eventpact.consume")

_NOTHING: Final = -1
"""The expected offset where nothing was committed."""

RESET: Final = "auto.offset.reset"
_STRATEGY: Final = "partition.assignment.strategy"
_COOPERATIVE: Final = "cooperative-sticky"

_NONE_REACHED: Final[Mapping[Partition, int]] = {}

_BEGINNINGS: Final[Mapping[str, int]] = {
    "smallest": OFFSET_BEGINNING,
    "earliest": OFFSET_BEGINNING,
    "beginning": OFFSET_BEGINNING,
    "largest": OFFSET_END,
    "latest": OFFSET_END,
    "end": OFFSET_END,
}
"""The values of `auto.offset.reset` (librdkafka, CONFIGURATION.md) that name a place."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Records of a partition that the group will never handle, because they are gone."""

    topic: str
    partition: int
    expected: int
    """The offset that the group would have gone on from."""
    resumed: int
    """The offset that it goes on from."""

    @property
    def missing(self) -> int:
        """How many records are gone at most; 0 when the partition ends before the expected offset."""
        return max(0, self.resumed - self.expected)

    def __str__(self) -> str:
        where = f"{self.topic}/{self.partition}"
        if self.missing:
            return (
                f"{where}: {self.missing:,} records are gone, offsets {self.expected} to {self.resumed - 1}: the group "
                "fell behind the topic's retention; give it more members, or the topic a longer retention"
            )
        return (
            f"{where} has no offset {self.expected} any more and goes on from {self.resumed}: "
            "the topic was made anew, or its end was lost"
        )


class Starts:
    """Begins on partitions, at the committed offset or as `auto.offset.reset` says."""

    def __init__(
        self,
        config: Mapping[str, str],
        *,
        timeout: float,
        report: Callable[[Gap], None],
        is_retry: Callable[[str], bool],
    ) -> None:
        """For the consumer that `config` makes.

        Retry topics begin where they begin, whatever the setting: what is there was the group's own before.
        """
        self._beginning = _BEGINNINGS.get(config.get(RESET, "latest"))
        self._cooperative = is_new(config) or config.get(_STRATEGY) == _COOPERATIVE
        self._timeout = timeout
        self._report = report
        self._is_retry = is_retry
        self._begun: dict[Partition, int] = {}
        self._gaps: dict[Partition, Gap] = {}

    @property
    def config(self) -> dict[str, str]:
        """What the client has to be told."""
        return {RESET: "error"}

    def assign(self, consumer: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        """Begin on partitions that were just assigned; called in the client's `on_assign`."""
        try:
            found = consumer.committed(partitions, timeout=self._timeout)
        except KafkaException as error:
            # The client asks itself, again and again, and reports partitions that nothing is committed for.
            _LOG.info("cannot ask for committed offsets: %s", error.args[0].str())
            found = partitions
        for partition in found:
            beginning = OFFSET_BEGINNING if self._is_retry(partition.topic) else self._beginning
            if beginning is not None and partition.offset < 0 and partition.error is None and found is not partitions:
                partition.offset = beginning
        for partition in found:
            self._gaps.pop((partition.topic, partition.partition), None)
        if self._cooperative:
            consumer.incremental_assign(found)
            return
        for partition in found:
            if partition.offset == OFFSET_END:
                partition.offset = self._end(consumer, partition)
        self._begun = {(one.topic, one.partition): one.offset for one in found}
        consumer.assign(found)

    def recover(
        self, consumer: confluent_kafka.Consumer, message: Message, reached: Mapping[Partition, int] = _NONE_REACHED
    ) -> Gap | None:
        """Go on where the position of a partition is not there any more; what is gone, unless nothing was expected.

        `message` is the client's report, `reached` the first offset of each partition that is not dealt with. `None`
        too for a report that comes twice: an eager member begins on all its partitions when it begins on one, and is
        told again of those that it comes to next.

        Raises:
            KafkaException: the cluster does not say which offsets there are.
        """
        topic, number, offset = str(message.topic()), int(message.partition() or 0), message.offset()
        expected = _NOTHING if offset is None else offset
        known = self._gaps.get((topic, number))
        if known is not None and known.expected == expected:
            position = _position(consumer, topic, number)
            if position != expected:
                # However late the report is, the client has stopped reading for it, wherever it had got to by then.
                if position < 0:
                    position = max(known.resumed, reached.get((topic, number), 0))
                self._begin(consumer, TopicPartition(topic, number, position), reached)
                return None
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=self._timeout)
        gap = Gap(topic, number, expected, high if self._beginning == OFFSET_END and not self._is_retry(topic) else low)
        self._begin(consumer, TopicPartition(topic, number, gap.resumed), reached)
        self._gaps[topic, number] = gap
        if expected == _NOTHING:
            return None
        _LOG.error("%s", gap)
        self._report(gap)
        return gap

    def may_recover(self, message: Message) -> bool:
        """Whether a report of the client is of a position that is not there, and the setting names another."""
        error = message.error()
        return error is not None and error.code() == KafkaError._AUTO_OFFSET_RESET and self._beginning is not None

    def _begin(
        self, consumer: confluent_kafka.Consumer, place: TopicPartition, reached: Mapping[Partition, int]
    ) -> None:
        # A partition in this state cannot be sought on, only begun anew.
        if self._cooperative:
            consumer.incremental_unassign([TopicPartition(place.topic, place.partition)])
            consumer.incremental_assign([place])
            return
        # An eager member can only begin on all of its partitions anew: where it is, or, on those that nothing came of
        # yet, where it began or had got to. Left to the client, they would begin at the committed offset, which may be
        # gone.
        self._begun[place.topic, place.partition] = place.offset
        held = consumer.position(consumer.assignment())
        for one in held:
            key = (one.topic, one.partition)
            if key == (place.topic, place.partition):
                one.offset = place.offset
            elif one.offset < 0:
                begun = self._begun.get(key, one.offset)
                one.offset = max(begun, reached.get(key, begun))
        consumer.assign(held)

    def _end(self, consumer: confluent_kafka.Consumer, partition: TopicPartition) -> int:
        """Where a partition ends now: a member that begins there again must not pass over what came meanwhile."""
        try:
            found = consumer.get_watermark_offsets(partition, timeout=self._timeout)
        except KafkaException as error:
            _LOG.info("cannot ask for the end of a partition: %s", error.args[0].str())
            found = None
        return OFFSET_END if found is None else found[1]


def _position(consumer: confluent_kafka.Consumer, topic: str, number: int) -> int:
    """Offset of the record that is read next; negative before the first."""
    [place] = consumer.position([TopicPartition(topic, number)])
    return int(place.offset)
