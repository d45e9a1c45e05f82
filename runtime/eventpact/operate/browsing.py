"""Records of topics looked at from outside: no group, no commits, nothing changes on the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.containers.archive import ArchivedRecord
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import EARLIEST, LATEST
from eventpact.operate.reading import Reading
from eventpact.operate.spans import Span

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Iterator

    from eventpact.operate.log_offsets import Partition
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
        self._span = Span.of(log, topics, since, until or LATEST)
        self._follow = follow

    @property
    def total(self) -> int | None:
        """Offsets in the range that can be read, those of transactions' markers included; None of one without end."""
        return None if self._follow else self._span.total

    @property
    def unread(self) -> dict[Partition, int]:
        """How many offsets of the range lie behind an open transaction and are not read; none of one without end."""
        return {} if self._follow else self._span.unread

    def records(self, *, stop: threading.Event | None = None) -> Iterator[ArchivedRecord]:
        """The records, each partition in its order.

        Raises:
            BrokerError: the cluster refuses, or says nothing for a while.
        """
        ends = None if self._follow else self._span.readable
        with Reading(self._settings, self._span.starts, ends, stop=stop) as reading:
            for message in reading.messages():
                if message is not None:
                    yield ArchivedRecord.of(message)
