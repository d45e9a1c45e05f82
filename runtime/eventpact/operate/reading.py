"""Records of partitions read without a group: nobody's offsets are committed, nobody's partitions are taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaError, TopicPartition

from eventpact.clients import Complaints, broker_error, connect, set_log_level, translated
from eventpact.errors import BrokerError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from confluent_kafka import Message

    from eventpact.operate.log_offsets import Partition
    from eventpact.settings import Settings

_LOOK: Final = 0.1
"""Seconds of one wait for a record, and so how soon a stop is noticed."""

_SILENCE: Final = 30.0
"""Seconds without a word after which a cluster counts as gone; a broker that fails over takes a few."""

_DRAIN: Final = 1000

_READER: Final = "eventpact-reader"
"""The client asks for a group's name even where it joins none and commits nothing."""


class Reading:
    """One reading of some partitions, each from an offset on. Use it in a `with`, or close it."""

    def __init__(
        self,
        settings: Settings,
        starts: Mapping[Partition, int],
        ends: Mapping[Partition, int] | None = None,
        *,
        stop: threading.Event | None = None,
        uncommitted: bool = False,
    ) -> None:
        """Prepare to read.

        Args:
            settings: of the cluster.
            starts: the first offset of each partition that is read.
            ends: the offset before which each partition ends; None reads on for ever.
            stop: ends the reading when it is set.
            uncommitted: read records of open and aborted transactions, too; else a partition is read no further than
                its first open transaction, whatever `ends` says (`Span.unread` counts what lies behind it).
        """
        set_log_level(settings)
        self._starts = starts
        self._ends = ends
        self._stop = stop
        self._open: set[Partition] = set()
        self._patience = max(_SILENCE, settings.timeout)
        self._complaints = Complaints(settings.brokers)
        config = settings.consumer_config(_READER) | {
            "auto.offset.reset": "earliest",  # what retention took meanwhile cannot be read
            "enable.partition.eof": "true",
        }
        if uncommitted:
            config["isolation.level"] = "read_uncommitted"
        self._consumer = connect(confluent_kafka.Consumer, config, self._complaints)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()

    def messages(self) -> Iterator[Message | None]:
        """Every record, each partition in its order; None whenever a moment has passed without one.

        Raises:
            BrokerError: the cluster refuses, or says nothing for half a minute before the end.
        """
        self._open = {place for place, offset in self._starts.items() if self._is_left(place, offset)}
        self._consumer.assign([TopicPartition(*place, self._starts[place]) for place in sorted(self._open)])
        heard = time.monotonic()
        while self._open and not self._stopped():
            drained = self._drain()
            if drained:
                heard = time.monotonic()
            elif self._ends is not None and time.monotonic() - heard > self._patience:
                raise BrokerError(
                    f"cannot read {', '.join(sorted({topic for topic, _ in self._open}))}: nothing was heard for "
                    f"{self._patience:g} s{self._complaints.known()}"
                )
            for message in drained:
                place = str(message.topic()), int(message.partition() or 0)
                if place not in self._open:
                    continue
                if self._at_end(message, place):
                    self.leave(place)
                    continue
                if message.error() is not None:
                    continue
                offset = int(message.offset() or 0)
                if not self._is_left(place, offset):
                    self.leave(place)
                    continue
                if self._stopped():
                    return
                yield message
                if not self._is_left(place, offset + 1):
                    self.leave(place)
            if not drained:
                yield None

    def leave(self, place: Partition) -> None:
        """Read no more of a partition."""
        if place in self._open:
            self._open.remove(place)
            self._consumer.incremental_unassign([TopicPartition(*place)])

    def _stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _drain(self) -> list[Message]:
        with translated(self._complaints, "read"):
            first = self._consumer.poll(_LOOK)
            return [] if first is None else [first, *self._consumer.consume(_DRAIN, 0)]

    def _at_end(self, message: Message, place: Partition) -> bool:
        error = message.error()
        if error is None:
            return False
        if error.code() == KafkaError._PARTITION_EOF:
            return self._ends is not None
        if error.fatal() or error.code() in _LASTING:
            raise broker_error(error, self._complaints, f"read {place[0]}")
        self._complaints(error)
        return False

    def _is_left(self, place: Partition, offset: int) -> bool:
        return self._ends is None or offset < self._ends.get(place, 0)


_LASTING: Final = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError._AUTO_OFFSET_RESET,
    }
)
"""Errors that stay until somebody does something."""
