"""What a replay reads: topics from one position to another, or an archive; each tells how far it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from eventpact.containers.archive import ArchivedRecord, read_archive
from eventpact.errors import BrokerError
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import EARLIEST, LATEST
from eventpact.operate.reading import Reading

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.positions import Position
    from eventpact.settings import Settings


class Step(NamedTuple):
    """One record of a source, or None for a moment without one, and how far the source is read with it."""

    record: ArchivedRecord | None
    progress: dict[Partition, int]


class Source(Protocol):
    """Where records come from. Progress is kept as offsets: a replay's own group has them on the cluster."""

    @property
    def starts(self) -> Mapping[Partition, int]:
        """The progress of a replay that has not begun."""

    def steps(self, progress: Mapping[Partition, int], stop: threading.Event | None) -> Iterator[Step]:
        """What is left after some progress.

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
        log = LogOffsets(administrator or Administrator(settings))
        places = log.partitions(topics)
        self._starts, self._ends = log.at(places, since), log.at(places, until)

    @property
    def starts(self) -> Mapping[Partition, int]:
        """Where each partition's range begins."""
        return self._starts

    @property
    def total(self) -> int:
        """Offsets in the range, those of transactions' markers included."""
        return sum(max(0, self._ends[place] - start) for place, start in self._starts.items())

    def steps(self, progress: Mapping[Partition, int], stop: threading.Event | None) -> Iterator[Step]:
        """The records of the range, each partition in its order."""
        starts = {place: max(start, progress.get(place, 0)) for place, start in self._starts.items()}
        with Reading(self._settings, starts, self._ends, stop=stop) as reading:
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
        self._place: Partition = (first.topic, 0)

    @property
    def starts(self) -> Mapping[Partition, int]:
        """None of them is done."""
        return {self._place: 0}

    def steps(self, progress: Mapping[Partition, int], stop: threading.Event | None) -> Iterator[Step]:
        """The records that are left."""
        done = progress.get(self._place, 0)
        with read_archive(self._file) as records:
            for number, record in enumerate(records, 1):
                if stop is not None and stop.is_set():
                    return
                if number > done:
                    yield Step(record, {self._place: number})
