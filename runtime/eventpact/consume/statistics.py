"""What a group did in one run."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class GroupStatistics:
    """Counts of records; each is in exactly one of handled, unknown, tombstones, dead lettered and discarded."""

    handled: int = 0
    by_event: dict[str, int] = field(default_factory=dict)
    """Of those handled, how many by event name."""
    retried: int = 0
    """Attempts beyond the first."""
    dead_lettered: int = 0
    discarded: int = 0
    """Undecodable and on a topic without dead letter topic: logged with their position and passed over."""
    unknown: int = 0
    """Of an event that the group has no method for."""
    tombstones: int = 0
    """Without value: the end of a key on a compacted topic."""
    latencies_ms: array[float] = field(default_factory=lambda: array("d"))
    """From the record's timestamp to the end of its handling; kept when `run` is asked to measure."""

    @property
    def records(self) -> int:
        """All records that were dealt with."""
        return self.handled + self.unknown + self.tombstones + self.dead_lettered + self.discarded

    def latency(self, quantile: float) -> float | None:
        """Milliseconds that the given part (0.99) of the measured records stayed within; `None` without any."""
        if not self.latencies_ms:
            return None
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
