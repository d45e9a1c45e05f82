"""What a replay reads: topics from one position to another, or an archive; each tells how far it was read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from eventpact.containers.archive import ArchivedRecord, read_archive
from eventpact.errors import BrokerError, ContainerError
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import EARLIEST, LATEST
from eventpact.operate.reading import Reading
from eventpact.operate.spans import Span

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.positions import Position
    from eventpact.settings import Settings

_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}", re.ASCII)
"""What Kafka takes for a topic's name."""


class Step(NamedTuple):
    """One record of a source, or None for a moment without one, and how far the source is read with it."""

    record: ArchivedRecord | None
    progress: dict[Partition, int]


class Source(Protocol):
    """Where records come from. Progress is kept as offsets: a replay's own group has them on the cluster."""

    @property
    def starts(self) -> Mapping[Partition, int]:
        """The progress of a replay that has not begun."""

    @property
    def ends(self) -> Mapping[Partition, int]:
        """Where the range ends that later runs keep to; empty where they take what was added meanwhile."""

    def unread(self, ends: Mapping[Partition, int]) -> Mapping[Partition, int]:
        """How many offsets before `ends`, else before the source's own end, cannot be read yet."""

    def steps(
        self, progress: Mapping[Partition, int], ends: Mapping[Partition, int], stop: threading.Event | None
    ) -> Iterator[Step]:
        """What is left after some progress, up to `ends` where there are any.

        Raises:
            BrokerError, ContainerError: it cannot be read.
        """


class TopicSource:
    """Topics of a cluster, from one position to another; both are worked out once."""

    def __init__(
        self,
        settings: Settings,
        topics: Collection[str],
        since: Position = EARLIEST,
        until: Position = LATEST,
        *,
        administrator: Administrator | None = None,
    ) -> None:
        """Ask the cluster where the range begins and ends; with `administrator`, over its connection.

        Raises:
            BrokerError: a topic is missing, or the cluster does not answer.
        """
        self._settings = settings
        self._span = Span.of(LogOffsets(administrator or Administrator(settings)), topics, since, until)
        self._is_bounded = until != LATEST

    @property
    def starts(self) -> Mapping[Partition, int]:
        """Where each partition's range begins."""
        return self._span.starts

    @property
    def ends(self) -> Mapping[Partition, int]:
        """Where each partition's range ends; empty for one that goes on to the end, wherever that is by then."""
        return self._span.ends if self._is_bounded else {}

    @property
    def total(self) -> int:
        """Offsets in the range that can be read, those of transactions' markers included."""
        return self._span.total

    def unread(self, ends: Mapping[Partition, int]) -> Mapping[Partition, int]:
        """How many offsets of the range lie behind an open transaction."""
        return self._span.resumed({}, ends).unread

    def steps(
        self, progress: Mapping[Partition, int], ends: Mapping[Partition, int], stop: threading.Event | None
    ) -> Iterator[Step]:
        """The records of the range, each partition in its order."""
        left = self._span.resumed(progress, ends)
        with Reading(self._settings, left.starts, left.readable, stop=stop) as reading:
            for message in reading.messages():
                if message is None:
                    yield Step(None, {})
                    continue
                record = ArchivedRecord.of(message)
                yield Step(record, {(record.topic, record.partition): record.offset + 1})


class ArchiveSource:
    """The records of an archive in the order of the file.

    How many of them are done is kept as the offset of the first record's own topic, partition 0, which therefore has
    to be on the cluster.
    """

    def __init__(self, file: Path) -> None:
        """Look at the first record.

        Raises:
            ContainerError: the file is no archive, damaged, or holds nothing.
            OSError: it cannot be opened.
        """
        self._file = file
        with read_archive(file) as records:
            first = next(iter(records), None)
        if first is None:
            raise BrokerError(f"{file} holds no records: there is nothing to replay")
        _check(first, 1, file)
        self._place: Partition = (first.topic, 0)

    @property
    def starts(self) -> Mapping[Partition, int]:
        """None of them is done."""
        return {self._place: 0}

    @property
    def ends(self) -> Mapping[Partition, int]:
        """An archive ends where it ends."""
        return {}

    def unread(self, ends: Mapping[Partition, int]) -> Mapping[Partition, int]:  # noqa: ARG002 - the protocol's signature
        """All of it can be read."""
        return {}

    def steps(
        self,
        progress: Mapping[Partition, int],
        ends: Mapping[Partition, int],  # noqa: ARG002 - as above
        stop: threading.Event | None,
    ) -> Iterator[Step]:
        """The records that are left."""
        done = progress.get(self._place, 0)
        with read_archive(self._file) as records:
            for number, record in enumerate(records, 1):
                if stop is not None and stop.is_set():
                    return
                if number > done:
                    _check(record, number, self._file)
                    yield Step(record, {self._place: number})


def _check(record: ArchivedRecord, number: int, file: Path) -> None:
    """Refuse a record that no cluster can have had."""
    if _TOPIC.fullmatch(record.topic) is None or record.partition < 0:
        raise ContainerError(
            f"record {number:,} says that it was on topic {record.topic[:80]!r}, partition {record.partition}, which "
            "cannot be",
            file=str(file),
        )
