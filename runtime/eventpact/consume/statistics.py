"""What a group did in one run."""

from __future__ import annotations

import threading
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.histogram import END_TO_END_SECONDS, HANDLING_SECONDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.consume.handlers import Handler

_COUNTS: Final = ("handled", "unknown", "tombstones", "dead_lettered", "delayed", "skipped", "discarded")

_QUICK: Final = 0.001
"""Seconds; what takes less is timed together with its neighbours."""


@dataclass(slots=True, kw_only=True)
class GroupStatistics:
    """Counts of records, and where the run stands; any thread may read while it goes on.

    Each record is in exactly one of handled, unknown, tombstones, dead lettered, delayed, skipped and discarded.
    """

    handled: int = 0
    by_event: dict[str, int] = field(default_factory=dict)
    """Of those handled, how many by event name."""
    retried: int = 0
    """Attempts beyond the first."""
    dead_lettered: int = 0
    delayed: int = 0
    """Sent to a retry topic, for another attempt later."""
    skipped: int = 0
    """Passed over, because the group's policy for what the handler raised says so, or they are another group's."""
    discarded: int = 0
    """Undecodable and on a topic without dead letter topic: logged with their position and passed over."""
    unknown: int = 0
    """Of an event that the group has no method for."""
    tombstones: int = 0
    """Without value: the end of a key on a compacted topic."""
    gaps: int = 0
    """Records that retention took before the group came to them."""
    in_flight: int = 0
    """Fetched and not dealt with yet."""
    paused: int = 0
    """Partitions that are not fetched from for now."""
    lag: dict[tuple[str, int], int] = field(default_factory=dict)
    """Topic and partition to the records on it that this member has not dealt with, as far as it knows."""
    handling: Histogram = field(default_factory=lambda: Histogram(HANDLING_SECONDS))
    """Seconds in a handler, attempts and the waits between them included."""
    ages: Histogram = field(default_factory=lambda: Histogram(END_TO_END_SECONDS))
    """Seconds from a record's timestamp to the end of its handling, quick ones taken together with that of the last."""
    latencies_ms: array[float] = field(default_factory=lambda: array("d"))
    """From the record's timestamp to the end of its handling; kept when `run` is asked to measure."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def records(self) -> int:
        """All records that were dealt with."""
        dealt = self.handled + self.unknown + self.tombstones
        return dealt + self.dead_lettered + self.delayed + self.skipped + self.discarded

    def count(self, handler: Handler, times: int) -> None:
        """Count records that a handler has returned for."""
        if not times:
            return
        with self._lock:
            if handler.statistic == "handled":
                self.handled += times
                self.by_event[handler.event] = self.by_event.get(handler.event, 0) + times
            elif handler.statistic == "unknown":
                self.unknown += times
            else:
                self.tombstones += times

    def snapshot(self) -> dict[str, object]:
        """The counts of records at this moment, for `restore`."""
        with self._lock:
            return {**{name: getattr(self, name) for name in _COUNTS}, "by_event": dict(self.by_event)}

    def restore(self, snapshot: Mapping[str, object]) -> None:
        """Forget what was counted since: its transaction was taken back."""
        with self._lock:
            for name, value in snapshot.items():
                setattr(self, name, value)

    def timed(self, seconds: float, times: int) -> None:
        """Count the time that some records took together: quick ones the same each, else one of them took it."""
        if times > 1 and seconds > _QUICK:
            self.handling.observe(0.0, times - 1)
            times = 1
        if times:
            self.handling.observe(seconds / times, times)

    def latency(self, quantile: float) -> float | None:
        """Milliseconds that the given part (0.99) of the measured records stayed within; `None` without any."""
        if not self.latencies_ms:
            return None
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
