"""Records of topics looked at from outside: no group, no commits, nothing changes on the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.containers.archive import ArchivedRecord
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import EARLIEST, LATEST
from eventpact.operate.reading import Reading

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator

    from eventpact.operate.positions import Position
    from eventpact.settings import Settings


class Browsing:
    """A range of some topics, worked out once."""

    def __init__(
        self,
        settings: Settings,
        topics: Collection[str],
        *,
        since: Position = EARLIEST,
        until: Position | None = None,
        follow: bool = False,
        administrator: Administrator | None = None,
    ) -> None:
        """Ask where the range begins and ends.

        Args:
            settings: of the cluster.
            topics: names on the cluster.
            since: where each partition is read from.
            until: where each partition ends, by default where it ends now.
            follow: read on for what comes, for ever; then `until` is not asked.
            administrator: a connection to share; one of its own by default.

        Raises:
            BrokerError: a topic is missing, or the cluster does not answer.
        """
        self._settings = settings
        log = LogOffsets(administrator or Administrator(settings))
        places = log.partitions(topics)
        self._starts = log.at(places, since)
        self._ends = None if follow else log.at(places, until or LATEST)

    @property
    def total(self) -> int | None:
        """Offsets in the range, those of transactions' markers included; None of one without end."""
        if self._ends is None:
            return None
        return sum(max(0, self._ends[place] - start) for place, start in self._starts.items())

    def records(self, *, stop: threading.Event | None = None) -> Iterator[ArchivedRecord]:
        """The records, each partition in its order.

        Raises:
            BrokerError: the cluster refuses, or says nothing for a while.
        """
        with Reading(self._settings, self._starts, self._ends, stop=stop) as reading:
            for message in reading.messages():
                if message is not None:
                    yield ArchivedRecord.of(message)
