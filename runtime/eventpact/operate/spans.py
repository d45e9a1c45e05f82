"""Ranges of topics, and how far they can be read now: records behind an open transaction are nobody's to read yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from eventpact.operate.positions import EARLIEST, LATEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.operate.log_offsets import LogOffsets, Partition
    from eventpact.operate.positions import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of some partitions, worked out once."""

    starts: Mapping[Partition, int]
    ends: Mapping[Partition, int]
    """The offset before which the range ends on each partition."""
    stable: Mapping[Partition, int]
    """The offset before which every transaction had ended: `read_committed` readers, as ours are, get no further."""

    @classmethod
    def of(cls, log: LogOffsets, topics: Iterable[str], since: Position = EARLIEST, until: Position = LATEST) -> Self:
        """Ask where a range begins and ends; `last:10` counts from what can be read.

        Raises:
            BrokerError: a topic is missing, or the cluster does not answer.
        """
        places = log.partitions(topics)
        ends = log.at(places, until)
        return cls(starts=log.at(places, since, stable=True), ends=ends, stable=log.stable(places))

    @property
    def readable(self) -> dict[Partition, int]:
        """The offset before which each partition can be read."""
        return {place: min(end, self.stable[place]) for place, end in self.ends.items()}

    @property
    def total(self) -> int:
        """Offsets that can be read, those of transactions' markers included."""
        readable = self.readable
        return sum(max(0, readable[place] - start) for place, start in self.starts.items())

    @property
    def unread(self) -> dict[Partition, int]:
        """How many offsets of the range lie behind an open transaction; partitions without any are left out."""
        left = {place: end - max(self.stable[place], self.starts[place]) for place, end in self.ends.items()}
        return {place: count for place, count in left.items() if count > 0}

    def resumed(self, progress: Mapping[Partition, int], ends: Mapping[Partition, int]) -> Self:
        """What some progress leaves; where `ends` are given, the range is theirs, and other partitions are none of it.

        Progress counts even where it lies before the start: a position such as `2d` moves on with the time.
        """
        return replace(
            self,
            starts={place: progress.get(place, start) for place, start in self.starts.items()},
            ends={place: ends.get(place, 0) for place in self.ends} if ends else self.ends,
        )
