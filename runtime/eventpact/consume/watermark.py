"""How far a partition is dealt with while several of its records are in flight, and some are done before others."""

from __future__ import annotations

from collections import deque


class Watermark:
    """The offset below which every record that was taken is dealt with: what may be committed, and nothing above.

    Records are taken in the order of their offsets and finished in any order. One watermark serves a partition for as
    long as a member holds it without a break, so that what ends after the partition went moves nobody's position.
    """

    __slots__ = ("_done", "_open", "in_flight", "limit", "position", "reach")

    def __init__(self) -> None:
        self.position: int | None = None
        """The next offset to commit; `None` until a record is finished that no open one stands before."""
        self.in_flight = 0
        """Records that were taken and are neither finished nor dropped."""
        self.reach = -1
        """The highest offset that was begun."""
        self.limit: int | None = None
        """The highest offset that may still be begun, where the partition is on its way to another member."""
        self._open: deque[int] = deque()
        self._done: set[int] = set()

    @property
    def next(self) -> int | None:
        """The first offset that is not dealt with; `None` while nothing was taken."""
        return self.position if self.position is not None or not self._open else self._open[0]

    def __len__(self) -> int:
        """How many records are between the watermark and the last one that was taken, done or not."""
        return len(self._open)

    def take(self, offset: int) -> None:
        """A record is in flight; its offset is above all that were taken before."""
        self._open.append(offset)
        self.in_flight += 1

    def finish(self, offset: int) -> None:
        """A record that was taken is dealt with."""
        self._done.add(offset)
        while self._open and self._open[0] in self._done:
            passed = self._open.popleft()
            self._done.remove(passed)
            self.position = passed + 1

    def wanted(self, offset: int) -> bool:
        """Whether a record may still be begun."""
        return self.limit is None or offset <= self.limit

    def leave(self, limit: int | None = None) -> None:
        """Begin nothing beyond `limit`: what was begun already, by default.

        Up to there all should be finished: a record that is done while one before it is not will be handled again.
        """
        wanted = self.reach if limit is None else limit
        self.limit = wanted if self.limit is None else min(self.limit, wanted)

    def hold(self, offset: int) -> None:
        """A record was not dealt with after all: nothing beyond it may be committed."""
        if self.position is not None and self.position > offset:
            self.position = offset
