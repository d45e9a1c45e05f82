"""Counts of durations in buckets: cheap enough for every event, and what Prometheus makes its histograms of."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIVERY_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
"""Bounds for the way from a send to its acknowledgement, up to librdkafka's usual delivery deadlines."""

HANDLING_SECONDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
"""Bounds for the time in a handler."""

END_TO_END_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0, 86400.0)
"""Bounds for the way from a record's timestamp to the end of its handling; the upper ones tell a group far behind."""


@dataclass(frozen=True, slots=True)
class HistogramSnapshot:
    """A histogram at one moment."""

    bounds: tuple[float, ...]
    """Upper bounds in seconds, rising; a value that equals a bound is within it."""
    counts: tuple[int, ...]
    """How many values are in each bucket by itself; the last is of those above every bound."""
    sum: float
    """Of all values, in seconds."""

    @property
    def count(self) -> int:
        """How many values there are."""
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        """The average in seconds; `None` without values."""
        count = self.count
        return self.sum / count if count else None

    def quantile(self, part: float) -> float | None:
        """Seconds that the given part (0.99) of the values stayed within, as far as the bounds can tell.

        It is interpolated inside a bucket, as Prometheus's `histogram_quantile` does; the highest bound where the value
        lies above all of them, `None` without values.
        """
        count = self.count
        if not count:
            return None
        rank, seen, lower = part * count, 0, 0.0
        for bound, inside in zip(self.bounds, self.counts, strict=False):
            if inside and seen + inside >= rank:
                return lower + (bound - lower) * max(0.0, rank - seen) / inside
            seen, lower = seen + inside, bound
        return self.bounds[-1]

    def __add__(self, other: HistogramSnapshot) -> HistogramSnapshot:
        if self.bounds != other.bounds:
            raise ValueError("histograms of different bounds have no sum")
        counts = tuple(mine + its for mine, its in zip(self.counts, other.counts, strict=True))
        return HistogramSnapshot(self.bounds, counts, self.sum + other.sum)


class Histogram:
    """Values counted in buckets; threads may share one.

    Nothing is locked: the interpreter switches threads at calls and jumps, and there is none between reading a bucket
    and writing it.
    """

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Upper bounds of the buckets in seconds, each above the one before."""
        self._bounds = tuple(bounds)
        if not self._bounds or any(low >= high for low, high in zip(self._bounds, self._bounds[1:], strict=False)):
            raise ValueError("bounds of a histogram rise, and there is at least one")
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float, times: int = 1) -> None:
        """Count a value, or as many as were found to have it."""
        bucket = bisect_left(self._bounds, seconds)
        total = seconds * times
        self._counts[bucket] += times
        self._sum += total

    def snapshot(self) -> HistogramSnapshot:
        """What was counted up to now."""
        return HistogramSnapshot(self._bounds, tuple(self._counts), self._sum)
